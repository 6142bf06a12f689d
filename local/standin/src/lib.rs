//! What the servers of the local platform share: the one clock and the timeline of due work, the durable documents,
//! recorded calls, injected faults, webhook deliveries, and a loopback server that can break on purpose.
//!
//! It knows nothing of Marquee: the Stripe and Mux stand-ins build on it, and other programs can use them alone.

pub mod calls;
pub mod clock;
pub mod deliveries;
pub mod documents;
pub mod faults;
pub mod server;
pub mod timeline;
