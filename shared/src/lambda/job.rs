//! One run of a job: the event, the work, the log line.

use crate::endpoint::Job;
use crate::http::error::ApiError;
use crate::services::{ConfigError, Services};
use crate::telemetry::{Trace, chain};
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

/// A job with its bootstrap.
pub(super) struct Function {
    pub(super) worker: Box<dyn Worker>,
    pub(super) services: Services,
}

/// A job whose types are hidden.
pub(super) trait Worker: Send + Sync {
    /// Parses the event, and starts the work that is due at `now`.
    fn start(&self, event: Value, now: Timestamp) -> serde_json::Result<BoxFuture<'_, Result<Value, ApiError>>>;
}

impl<J: Job> Worker for J {
    fn start(&self, event: Value, now: Timestamp) -> serde_json::Result<BoxFuture<'_, Result<Value, ApiError>>> {
        let input = serde_json::from_value(event)?;
        Ok(Box::pin(async move {
            let output = self.run(input, now).await?;
            serde_json::to_value(output).map_err(ApiError::internal)
        }))
    }
}

/// Connects a job to the services of its function.
pub(super) fn connect<J: Job>(services: &Services) -> BoxFuture<'_, Result<Box<dyn Worker>, ConfigError>> {
    Box::pin(async move { Ok(Box::new(J::connect(services).await?) as Box<dyn Worker>) })
}

impl Function {
    pub(super) async fn run(&self, event: Value) -> Result<Value, String> {
        let now = (self.services.clock())();
        let trace = Trace::start(&crate::models::ids::uuid_v7(now).to_string());
        let work = self.worker.start(event, now);
        let work = work.map_err(|error| format!("the event is not for this job: {error}"))?;
        let result = trace.around(work).await;
        let failed = result.as_ref().err();
        // The message is not logged: it is for the operator who invoked the job, and may contain data that logs must
        // not.
        let line = serde_json::json!({
            "level": if failed.is_none() { "info" } else { "error" },
            "time": now,
            "request_id": trace.around(async { Trace::request_id() }).await,
            "function": self.services.function(),
            "code": failed.map(|error| error.code),
            "cause": failed.and_then(|error| error.cause.as_ref()).map(|cause| chain(cause.as_ref())),
            "dynamodb_round_trips": trace.dynamodb_round_trips(),
        });
        (self.services.log())(&line.to_string());
        result.map_err(|error| failure(&error))
    }
}

fn failure(error: &ApiError) -> String {
    match &error.cause {
        Some(cause) => format!("{}: {} ({})", error.code.name(), error.message, chain(cause.as_ref())),
        None => format!("{}: {}", error.code.name(), error.message),
    }
}
