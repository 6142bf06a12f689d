//! Lambda's runtime API for one process of a function: the process fetches its events here and posts its responses.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, mpsc, oneshot};

/// The largest response that Lambda accepts, as it enforces it: 6 MB and 100 bytes.
const RESPONSE_BYTES_MAX: usize = 6 * 1024 * 1024 + 100;

/// One event for a process.
pub(super) struct Invocation {
    /// Its id, a UUID.
    pub(super) id: String,
    /// The event, as JSON.
    pub(super) event: String,
    /// The time at which the process would be stopped.
    pub(super) deadline: SystemTime,
    /// Receives the process's answer.
    pub(super) answer: oneshot::Sender<Answer>,
}

/// A process's answer to an event: its response, or the error that it reports.
pub(super) enum Answer {
    Response(Bytes),
    Error(Bytes),
}

/// The runtime API of one process. Clones share one state.
#[derive(Clone)]
pub(super) struct RuntimeApi(Arc<ProcessState>);

struct ProcessState {
    arn: String,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    /// The event that the process works on.
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    /// Notified when the process asks for an event.
    event_requested: Notify,
    /// The error that the process reported instead of asking for its first event.
    refusal: Mutex<Option<String>>,
}

impl RuntimeApi {
    /// The API of a process that receives `events`, of the function with this ARN.
    pub(super) fn new(arn: String, events: mpsc::UnboundedReceiver<Invocation>) -> Self {
        Self(Arc::new(ProcessState {
            arn,
            events: tokio::sync::Mutex::new(events),
            current: Mutex::default(),
            event_requested: Notify::new(),
            refusal: Mutex::default(),
        }))
    }

    /// The router that listens at `AWS_LAMBDA_RUNTIME_API`.
    pub(super) fn router(&self) -> Router {
        Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(RESPONSE_BYTES_MAX))
            .with_state(self.clone())
    }

    /// Waits until the process asks for an event, which means that it has started.
    pub(super) async fn event_requested(&self) {
        self.0.event_requested.notified().await;
    }

    /// The error with which the process refused to start.
    pub(super) fn refusal(&self) -> Option<String> {
        self.0.refusal.lock().expect("no panic while held").clone()
    }

    fn answer(&self, id: &str, answer: Answer) -> Response {
        let mut current = self.0.current.lock().expect("no panic while held");
        match current.take() {
            Some((own, sender)) if own == id => {
                // The receiver may have given up.
                let _ = sender.send(answer);
                accepted()
            }
            other => {
                *current = other;
                let error = json!({ "errorType": "InvalidRequestID", "errorMessage": "Invalid request ID" });
                (StatusCode::BAD_REQUEST, Json(error)).into_response()
            }
        }
    }
}

async fn next(State(api): State<RuntimeApi>) -> Response {
    api.0.event_requested.notify_one();
    // A process that is being stopped gets no more events.
    let Some(invocation) = api.0.events.lock().await.recv().await else { return StatusCode::GONE.into_response() };
    let deadline = invocation.deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", invocation.id.clone()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", api.0.arn.clone()),
        ("lambda-runtime-trace-id", trace_id(&invocation.id, deadline / 1_000)),
    ];
    *api.0.current.lock().expect("no panic while held") = Some((invocation.id, invocation.answer));
    (headers, invocation.event).into_response()
}

async fn response(State(api): State<RuntimeApi>, Path(id): Path<String>, body: Bytes) -> Response {
    api.answer(&id, Answer::Response(body))
}

async fn error(State(api): State<RuntimeApi>, Path(id): Path<String>, body: Bytes) -> Response {
    api.answer(&id, Answer::Error(body))
}

async fn init_error(State(api): State<RuntimeApi>, body: Bytes) -> Response {
    *api.0.refusal.lock().expect("no panic while held") = Some(String::from_utf8_lossy(&body).into_owned());
    accepted()
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({ "status": "OK" }))).into_response()
}

/// X-Ray's form of a trace id. Nothing is traced here.
fn trace_id(id: &str, seconds: u128) -> String {
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(24).collect();
    format!("Root=1-{seconds:08x}-{digits:0<24};Sampled=0")
}
