//! The bootstrap: runs the checks of every endpoint in a fixed order, and builds the response.
#![expect(clippy::disallowed_methods, reason = "this is where a function meets its process: environment and clock")]

use crate::endpoint::{Endpoint, Job};
use crate::runtime::{Clock, Runtime};
use crate::services::{ConfigError, Services};
use crate::telemetry::Traced;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use futures::future::{BoxFuture, LocalBoxFuture};
use handler::Handler;
use jiff::Timestamp;
use job::Worker;
use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

mod admit;
mod handler;
mod job;
mod respond;
mod response;

pub(crate) use handler::Rules;

/// How long a handler may take. The SDK's own limits are shorter; the function's timeout (10 s) and the gateway's (30
/// s) are longer.
const HANDLER_SECONDS_MAX: u64 = 8;
/// The part of an invocation that is reserved for building the response.
const RESPONSE_RESERVE: Duration = Duration::from_secs(1);
/// The longest time that Lambda allows for an invocation.
const INVOCATION_MAX: Duration = Duration::from_secs(15 * 60);
/// Limits of calls to AWS: the timeout of an attempt, the timeout of all attempts, and their number. Connecting has a
/// separate timeout.
const ATTEMPT: Duration = Duration::from_secs(1);
const OPERATION: Duration = Duration::from_secs(3);
const ATTEMPTS_MAX: u32 = 3;

/// Amazon's own root certificates. Calls to AWS trust only these, so a cold start parses five instead of 144.
const AMAZON_ROOTS: &str = include_str!("amazon_roots.pem");

/// Runs an endpoint as a Lambda function.
///
/// # Errors
/// If the function cannot start; the message names the setting.
pub fn run<E: Endpoint>() -> LocalBoxFuture<'static, Result<(), lambda_http::Error>> {
    run_mounted(mount::<E>, AMAZON_ROOTS.to_owned())
}

/// Like [`run`], but calls to AWS trust `roots` (PEM) instead of Amazon's. `make bench` uses it to measure a TLS handshake with
/// an endpoint of its own; no function does.
///
/// # Errors
/// As [`run`].
pub fn run_trusting<E: Endpoint>(roots: String) -> LocalBoxFuture<'static, Result<(), lambda_http::Error>> {
    run_mounted(mount::<E>, roots)
}

/// Runs a job as a Lambda function. A failed run is an error of the invocation: the schedule retries it, and the alarm
/// counts it.
///
/// # Errors
/// When the function cannot start.
pub fn run_job<J: Job>() -> LocalBoxFuture<'static, Result<(), lambda_http::Error>> {
    run_mounted_job(mount_job::<J>)
}

/// Builds an endpoint with its bootstrap.
///
/// # Errors
/// When the function cannot start.
pub fn mount<E: Endpoint>(services: &Services) -> BoxFuture<'_, Result<Mounted, ConfigError>> {
    mount_handler(services, Rules::for_endpoint::<E>(), handler::connect::<E>)
}

/// Builds a job.
///
/// # Errors
/// When the function cannot start.
pub fn mount_job<J: Job>(services: &Services) -> BoxFuture<'_, Result<MountedJob, ConfigError>> {
    mount_worker(services, job::connect::<J>)
}

/// Builds something from the services of its function.
type Connect<T> = for<'a> fn(&'a Services) -> BoxFuture<'a, Result<T, ConfigError>>;

// From here on nothing is generic, so this code is compiled here and not in every function. The futures are boxed for
// the same reason: an `async fn` is compiled in the crate that polls it.

fn run_mounted(mount: Connect<Mounted>, roots: String) -> LocalBoxFuture<'static, Result<(), lambda_http::Error>> {
    Box::pin(async move {
        let mounted = mount(&lambda_services(&roots)).await?;
        let service = lambda_http::service_fn(move |request: Request| {
            let deadline = time_left(request.lambda_context().deadline(), SystemTime::now());
            let answer = mounted.call(request, deadline);
            async move { Ok::<_, std::convert::Infallible>(answer.await) }
        });
        lambda_http::run(service).await
    })
}

/// How long a request may take: the remaining time of its invocation, less the time reserved for the response. A
/// deadline older than the longest invocation is ignored, because `cargo lambda watch` sends one from 1970.
fn time_left(deadline: SystemTime, now: SystemTime) -> Duration {
    match deadline.duration_since(now) {
        Ok(left) => left.saturating_sub(RESPONSE_RESERVE),
        Err(passed) if passed.duration() > INVOCATION_MAX => Duration::MAX,
        Err(_) => Duration::ZERO,
    }
}

fn run_mounted_job(mount: Connect<MountedJob>) -> LocalBoxFuture<'static, Result<(), lambda_http::Error>> {
    Box::pin(async move {
        let mounted = mount(&lambda_services(AMAZON_ROOTS)).await?;
        let service = lambda_runtime::service_fn(move |event: lambda_runtime::LambdaEvent<Value>| {
            let run = mounted.call(event.payload);
            async move { run.await.map_err(lambda_runtime::Error::from) }
        });
        lambda_runtime::run(service).await
    })
}

fn mount_handler(
    services: &Services,
    rules: Rules,
    connect: Connect<Box<dyn Handler>>,
) -> BoxFuture<'_, Result<Mounted, ConfigError>> {
    Box::pin(async move {
        let services = configured(services);
        let handler = connect(&services).await?;
        let function = respond::Function::connect(&services, rules, handler).await?;
        Ok(Mounted(Arc::new(function)))
    })
}

fn mount_worker(
    services: &Services,
    connect: Connect<Box<dyn Worker>>,
) -> BoxFuture<'_, Result<MountedJob, ConfigError>> {
    Box::pin(async move {
        let services = configured(services);
        let worker = connect(&services).await?;
        Ok(MountedJob(Arc::new(job::Function { worker, services })))
    })
}

/// An endpoint ready for requests. Clones share it.
#[derive(Clone)]
pub struct Mounted(Arc<respond::Function>);

impl Mounted {
    /// Responds to a request within `deadline`; never fails, never panics.
    pub fn call(&self, request: Request, deadline: Duration) -> BoxFuture<'static, Response<Body>> {
        let function = self.0.clone();
        let deadline = deadline.min(Duration::from_secs(HANDLER_SECONDS_MAX));
        Box::pin(async move { function.respond(request, deadline).await })
    }
}

/// A job ready for events. Clones share it.
#[derive(Clone)]
pub struct MountedJob(Arc<job::Function>);

impl MountedJob {
    /// Runs the job with an event. The text of an error is for the operator.
    pub fn call(&self, event: Value) -> BoxFuture<'static, Result<Value, String>> {
        let function = self.0.clone();
        Box::pin(async move { function.run(event).await })
    }
}

/// The environment's SDK configuration with our timeouts, and with the request id on every call.
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

/// The services in Lambda: its environment, clock and log.
fn lambda_services(roots: &str) -> Services {
    std::panic::set_hook(Box::new(|info| {
        let line = serde_json::json!({ "level": "error", "panic": info.location().map(ToString::to_string) });
        log_line(&line.to_string());
    }));
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let runtime = Runtime { aws: amazon(roots), clock: Arc::new(Timestamp::now) as Clock, log: Arc::new(log_line) };
    Services::new(&function, std::env::vars().collect(), runtime)
}

#[allow(clippy::print_stdout, reason = "Lambda takes standard output as the log")]
fn log_line(line: &str) {
    println!("{line}");
}

/// The SDK's configuration, from the variables that Lambda sets for a function. The SDK's own loader would also link, and at
/// every start set up, the sources of credentials that Lambda does not have: profiles, web identities, containers, instances.
fn amazon(roots: &str) -> SdkConfig {
    let roots = TrustStore::empty().with_pem_certificate(roots.as_bytes());
    let context = TlsContext::builder().with_trust_store(roots).build().expect("certificates in PEM");
    let client = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .tls_context(context)
        .build_https();
    let variable = |name| std::env::var(name).ok();
    let mut config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).http_client(client);
    config.set_region(variable("AWS_REGION").map(Region::new));
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    if let (Some(id), Some(key)) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        let credentials = Credentials::new(id, key, variable("AWS_SESSION_TOKEN"), None, "environment");
        config.set_credentials_provider(Some(SharedCredentialsProvider::new(credentials)));
    }
    config.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_just_passed_leaves_no_time_and_one_of_1970_is_no_deadline() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let left = |deadline| time_left(deadline, now);
        assert_eq!(left(now + Duration::from_secs(10)), Duration::from_secs(9));
        assert_eq!(left(now + Duration::from_millis(500)), Duration::ZERO);
        assert_eq!(left(now - Duration::from_secs(1)), Duration::ZERO);
        assert_eq!(left(now - INVOCATION_MAX), Duration::ZERO);
        assert!(left(SystemTime::UNIX_EPOCH + Duration::from_secs(600)) > Duration::from_secs(HANDLER_SECONDS_MAX));
    }
}
