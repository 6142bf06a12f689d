//! One JSON log line per request, with the number of its DynamoDB round trips; and CloudWatch metrics.

use crate::runtime::Log;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// The header that carries the request id on calls to AWS, Stripe and Mux.
pub const TRACE_HEADER: &str = "x-request-id";

/// The log line of a request. No field may hold a password, token, secret, full email or a provider's payload.
#[derive(Debug, Serialize)]
pub struct RequestLine<'a> {
    /// `info`, or `error` for a 5xx.
    pub level: &'static str,
    /// When the request arrived, by the service's clock.
    pub time: String,
    /// The request id.
    pub request_id: &'a str,
    /// The function's name.
    pub function: &'a str,
    /// The gateway's route key.
    pub route: &'a str,
    /// The signed-in user's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The error code of a failed request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The cause of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Milliseconds from the event to the response.
    pub duration_ms: u64,
    /// How many times the request waited for DynamoDB; overlapping calls count once.
    pub dynamodb_round_trips: u32,
}

/// The unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A ratio or an amount of money: CloudWatch has no unit for either.
    None,
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Unit::Count => "Count",
            Unit::None => "None",
        }
    }
}

/// Metrics for CloudWatch, which reads them from log lines (the embedded metric format), so no API call is needed.
#[derive(Clone)]
pub struct Metrics {
    function: String,
    namespace: String,
    log: Log,
}

impl Metrics {
    /// Metrics of a function, in a namespace.
    pub fn new(function: &str, namespace: &str, log: Log) -> Self {
        Self { function: function.to_owned(), namespace: namespace.to_owned(), log }
    }

    /// Emits metrics for a point in time. `about` adds fields that identify their subject.
    pub fn emit(&self, at: Timestamp, figures: &[(&str, Unit, f64)], about: &Value) {
        self.write(at, &[self.directive(&[], figures)], figures, about);
    }

    /// Like [`Metrics::emit`], and also emits metrics with a dimension, such as amounts per currency.
    pub fn emit_by(
        &self,
        at: Timestamp,
        figures: &[(&str, Unit, f64)],
        (dimension, value): (&str, &str),
        of_value: &[(&str, Unit, f64)],
        about: &Value,
    ) {
        let mut directives = vec![self.directive(&[dimension], of_value)];
        if !figures.is_empty() {
            directives.insert(0, self.directive(&[], figures));
        }
        let mut about = about.clone();
        about[dimension] = value.into();
        self.write(at, &directives, &[figures, of_value].concat(), &about);
    }

    fn directive(&self, dimensions: &[&str], figures: &[(&str, Unit, f64)]) -> Value {
        let metrics: Vec<Value> =
            figures.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit.name() })).collect();
        json!({ "Namespace": self.namespace, "Dimensions": [dimensions], "Metrics": metrics })
    }

    fn write(&self, at: Timestamp, directives: &[Value], figures: &[(&str, Unit, f64)], about: &Value) {
        let mut line = json!({
            "_aws": { "Timestamp": at.as_millisecond(), "CloudWatchMetrics": directives },
            "level": "info",
            "time": at,
            "function": self.function,
        });
        for (name, value) in about.as_object().into_iter().flatten() {
            line[name] = value.clone();
        }
        for (name, _, value) in figures {
            line[*name] = json!(value);
        }
        (self.log)(&line.to_string());
    }
}

/// The request for which the current task works.
#[derive(Clone, Debug)]
pub struct Trace(Arc<(String, Mutex<RoundTrips>)>);

#[derive(Debug, Default)]
struct RoundTrips {
    open: u32,
    count: u32,
}

tokio::task_local! {
    static TRACE: Trace;
}

impl Trace {
    /// Starts a trace of a request.
    pub fn start(request_id: &str) -> Self {
        Self(Arc::new((request_id.to_owned(), Mutex::default())))
    }

    /// Runs the request's work under this trace.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        TRACE.scope(self.clone(), work).await
    }

    /// The current request's id, if the task works for a request.
    pub fn request_id() -> Option<String> {
        TRACE.try_with(|trace| trace.0.0.clone()).ok()
    }

    /// How many times the request waited for DynamoDB.
    pub fn dynamodb_round_trips(&self) -> u32 {
        self.trips().count
    }

    fn trips(&self) -> std::sync::MutexGuard<'_, RoundTrips> {
        self.0.1.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// An HTTP client for the SDK that sends the request id with every call and counts the waits for DynamoDB.
#[derive(Debug)]
pub struct Traced<T>(T);

impl Traced<SharedHttpClient> {
    /// Wraps the SDK's client.
    pub fn client(inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Self(inner))
    }
}

impl HttpClient for Traced<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Traced(self.0.http_connector(settings, parts)))
    }
}

impl HttpConnector for Traced<SharedHttpConnector> {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let Ok(trace) = TRACE.try_with(Trace::clone) else { return self.0.call(request) };
        let _ = request.headers_mut().try_insert(TRACE_HEADER, trace.0.0.clone());
        let to_dynamodb = request.headers().get("x-amz-target").is_some_and(|target| target.starts_with("DynamoDB"));
        let call = self.0.call(request);
        if !to_dynamodb {
            return call;
        }
        HttpConnectorFuture::new(async move {
            let in_flight = CallInFlight::start(trace);
            let answer = call.await;
            drop(in_flight);
            answer
        })
    }
}

/// A call in flight; dropped when it ends or when the SDK abandons it.
struct CallInFlight(Trace);

impl CallInFlight {
    fn start(trace: Trace) -> Self {
        {
            let mut trips = trace.trips();
            trips.count += u32::from(trips.open == 0);
            trips.open += 1;
        }
        Self(trace)
    }
}

impl Drop for CallInFlight {
    fn drop(&mut self) {
        self.0.trips().open -= 1;
    }
}

/// An error and its chain of sources as one text.
pub fn chain(error: &(dyn std::error::Error + Send + Sync)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
