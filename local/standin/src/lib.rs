//! The parts that the servers of the local platform share: the clock and the timeline of due work, durable documents,
//! recorded calls, injected faults, webhook deliveries, and a loopback server that can fail on purpose.
//!
//! Nothing here is specific to Marquee. The Stripe and Mux stand-ins build on it, and other programs can use it, too.

pub mod calls;
pub mod clock;
pub mod deliveries;
pub mod documents;
pub mod faults;
pub mod server;
pub mod timeline;
