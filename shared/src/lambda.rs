//! The bootstrap, written once: the contract's order of checks around every endpoint, and the answer's form.

use crate::endpoint::{Endpoint, Job};
use crate::http::error::ApiError;
use crate::services::{Clock, ConfigError, Runtime, Services};
use crate::telemetry::{Trace, Traced, chain};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use futures::future::BoxFuture;
use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

mod admit;
mod answer;
mod respond;

pub(crate) use respond::codes;

/// How long a handler may take. Below it are the SDK's own limits, above it the function's timeout (10 s) and the
/// gateway's (30 s).
pub const HANDLER_SECONDS_MAX: u64 = 8;
/// What is left of an invocation for the answer itself.
const ANSWER_RESERVE: Duration = Duration::from_secs(1);
/// Limits of calls to AWS: an attempt, all attempts, and how many; only connecting has one of its own.
const ATTEMPT: Duration = Duration::from_secs(1);
const OPERATION: Duration = Duration::from_secs(3);
const ATTEMPTS_MAX: u32 = 3;

/// Amazon's own root certificates: calls to AWS trust these alone, and a cold start parses five instead of 144.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

/// Runs an endpoint as its Lambda.
///
/// # Errors
/// When the function cannot start; the message names the setting.
pub async fn run<E: Endpoint>() -> Result<(), lambda_http::Error> {
    let services = lambda_services().await;
    let mounted = mount::<E>(&services).await?;
    lambda_http::run(lambda_http::service_fn(move |request: Request| {
        let mounted = mounted.clone();
        async move {
            let left = request.lambda_context().deadline().duration_since(std::time::SystemTime::now());
            let deadline = left.unwrap_or_default().saturating_sub(ANSWER_RESERVE);
            Ok::<_, std::convert::Infallible>(mounted.call(request, deadline).await)
        }
    }))
    .await
}

/// Runs a job as its Lambda. A failed run is an error of the invocation: its schedule tries again, its alarm sees it.
///
/// # Errors
/// When the function cannot start.
pub async fn run_job<J: Job>() -> Result<(), lambda_http::Error> {
    let services = lambda_services().await;
    let mounted = mount_job::<J>(&services).await?;
    lambda_runtime::run(lambda_runtime::service_fn(move |event: lambda_runtime::LambdaEvent<Value>| {
        let mounted = mounted.clone();
        async move { mounted.call(event.payload).await.map_err(lambda_runtime::Error::from) }
    }))
    .await
}

/// Builds an endpoint with all that stands around it.
///
/// # Errors
/// When the function cannot start.
pub async fn mount<E: Endpoint>(services: &Services) -> Result<Mounted, ConfigError> {
    let services = configured(services);
    let function = respond::Function::<E>::connect(&services).await?;
    Ok(Mounted(Arc::new(function)))
}

/// Builds a job.
///
/// # Errors
/// When the function cannot start.
pub async fn mount_job<J: Job>(services: &Services) -> Result<MountedJob, ConfigError> {
    let services = configured(services);
    let job = J::connect(&services).await?;
    Ok(MountedJob(Arc::new(Connected { job, services })))
}

/// An endpoint ready for requests. Clones are the same one.
#[derive(Clone)]
pub struct Mounted(Arc<dyn Answers>);

impl Mounted {
    /// Answers a request within `deadline`; never fails, never panics.
    pub async fn call(&self, request: Request, deadline: Duration) -> Response<Body> {
        self.0.answer(request, deadline.min(Duration::from_secs(HANDLER_SECONDS_MAX))).await
    }
}

trait Answers: Send + Sync {
    fn answer(&self, request: Request, deadline: Duration) -> BoxFuture<'_, Response<Body>>;
}

/// A job ready for events. Clones are the same one.
#[derive(Clone)]
pub struct MountedJob(Arc<dyn Runs>);

impl MountedJob {
    /// Runs it with an event; an error's text is for the operator.
    pub async fn call(&self, event: Value) -> Result<Value, String> {
        self.0.run(event).await
    }
}

trait Runs: Send + Sync {
    fn run(&self, event: Value) -> BoxFuture<'_, Result<Value, String>>;
}

struct Connected<J> {
    job: J,
    services: Services,
}

impl<J: Job> Runs for Connected<J> {
    fn run(&self, event: Value) -> BoxFuture<'_, Result<Value, String>> {
        Box::pin(async move {
            let now = (self.services.clock())();
            let trace = Trace::of(&crate::models::ids::uuid_v7(now).to_string());
            let input =
                serde_json::from_value(event).map_err(|error| format!("the event is not for this job: {error}"))?;
            let result = trace.around(self.job.run(input, now)).await;
            let failed = result.as_ref().err();
            // Not the message: it is for the operator who invoked the job, and may name what no log may.
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
            let output = result.map_err(|error| failure(&error))?;
            serde_json::to_value(output).map_err(|error| error.to_string())
        })
    }
}

fn failure(error: &ApiError) -> String {
    match &error.cause {
        Some(cause) => format!("{}: {} ({})", error.code.name(), error.message, chain(cause.as_ref())),
        None => format!("{}: {}", error.code.name(), error.message),
    }
}

/// The machine's SDK configuration with our limits, and every call named after its request.
fn configured(services: &Services) -> Services {
    services.with_aws(|aws| {
        let timeouts = TimeoutConfig::builder().connect_timeout(ATTEMPT).operation_attempt_timeout(ATTEMPT);
        let builder = aws.into_builder().timeout_config(timeouts.operation_timeout(OPERATION).build());
        let builder = builder.retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX));
        let config = builder.build();
        match config.http_client() {
            Some(client) => config.to_builder().http_client(Traced::client(client)).build(),
            None => config,
        }
    })
}

/// The machine that Lambda is: its environment, its clock, its log.
async fn lambda_services() -> Services {
    std::panic::set_hook(Box::new(|info| {
        let line = serde_json::json!({ "level": "error", "panic": info.location().map(ToString::to_string) });
        log_line(&line.to_string());
    }));
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let runtime = Runtime { aws: amazon().await, clock: Arc::new(Timestamp::now) as Clock, log: Arc::new(log_line) };
    Services::new(&function, std::env::vars().collect(), runtime)
}

#[allow(clippy::print_stdout, reason = "Lambda takes standard output as the log")]
fn log_line(line: &str) {
    println!("{line}");
}

async fn amazon() -> SdkConfig {
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS.as_bytes());
    let context = TlsContext::builder().with_trust_store(roots).build().expect("certificates that a test parses");
    let client = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .tls_context(context)
        .build_https();
    aws_config::defaults(BehaviorVersion::latest()).http_client(client).load().await
}
