//! Types and rules: no I/O, no AWS, no HTTP, no clock. Time, ids and randomness come in as arguments.

pub mod email;
pub mod entitlement;
pub mod grant;
pub mod ids;
pub mod password;
pub mod plan;
pub mod subscription;
pub mod progress;
pub mod streams;
pub mod time;
