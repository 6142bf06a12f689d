//! What the environment of a function provides.

use aws_types::SdkConfig;
use jiff::Timestamp;
use std::sync::Arc;

/// Returns the current time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Writes a log line, a JSON object.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// What the environment of a function provides: Lambda, or the local platform.
#[derive(Clone)]
pub struct Runtime {
    /// The SDK's configuration: HTTP client, credentials, region, endpoint.
    pub aws: SdkConfig,
    /// The clock.
    pub clock: Clock,
    /// The log.
    pub log: Log,
}
