//! Types and rules: no I/O, no AWS, no HTTP, no clock. Time, ids and randomness come in as arguments.

pub mod catalogue;
pub mod email;
pub mod entitlement;
pub mod grant;
pub mod ids;
pub mod ledger;
pub mod letter;
pub mod metrics;
pub mod password;
pub mod plan;
pub mod progress;
pub mod search;
pub mod streams;
pub mod subscription;
pub mod time;
pub mod video;
