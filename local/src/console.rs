//! The developer console: clock, mailbox, webhook deliveries, faults and calls, as an API for tests and a page for
//! people.

mod page;

use crate::bootstraps;
use crate::machine::Machine;
use crate::seed;
use crate::template::Route;
use axum::Json;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use standin::calls::{round_trips, units};
use standin::deliveries::Mode;
use standin::faults::Fault;
use std::sync::Arc;
use stripe_standin::Outcome;

/// The most that one call may move the clock: ten years.
const ADVANCE_SECONDS_MAX: u64 = 10 * 366 * 86_400;

type Console = Arc<Machine>;

/// The router that listens at `PORT+4`.
pub(crate) fn router(machine: Arc<Machine>) -> Router {
    let origins = own_origins(&machine.urls.console);
    Router::new()
        .merge(page::router())
        .route("/clock", get(clock).post(advance))
        .route("/config", get(config))
        .route("/functions", get(functions))
        .route("/events", post(events))
        .route("/mail", get(mail))
        .route("/webhooks", get(webhooks))
        .route("/webhooks/mode", post(webhook_mode))
        .route("/webhooks/release", post(release_webhooks))
        .route("/webhooks/{id}/redeliver", post(redeliver_webhook))
        .route("/stripe/cards", post(cards))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/calls", get(calls))
        .route("/requests", get(requests))
        .route("/jobs/{name}", post(run_job))
        .route("/reset", post(reset))
        .fallback(async || refusal(StatusCode::NOT_FOUND, "not found"))
        .method_not_allowed_fallback(async || refusal(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"))
        .layer(middleware::from_fn(move |request: Request, next: Next| guarded(origins.clone(), request, next)))
        .with_state(machine)
}

type Answer = Result<Json<Value>, Refusal>;

async fn clock(State(machine): State<Console>) -> Json<Value> {
    Json(shown_clock(&machine))
}

async fn advance(State(machine): State<Console>, body: Bytes) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Advance {
        advance_seconds: u64,
    }
    let wanted: Advance = read(&body)?;
    if wanted.advance_seconds > ADVANCE_SECONDS_MAX {
        return Err(refusal(StatusCode::BAD_REQUEST, "`advance_seconds` is more than ten years"));
    }
    if machine.executables.is_some() && wanted.advance_seconds > 0 {
        let message = "the functions run as separate processes, which use real time (BOOTSTRAPS)";
        return Err(refusal(StatusCode::CONFLICT, message));
    }
    // In a separate task, so that the clock is not left half-way if the client disconnects.
    let own = machine.clone();
    let moved = tokio::spawn(async move { own.advance(wanted.advance_seconds).await });
    moved.await.map_err(|error| refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()))?;
    Ok(Json(shown_clock(&machine)))
}

async fn config(State(machine): State<Console>) -> Json<Value> {
    let secrets = machine.aws.secrets();
    let (stripe, mux, keys) = (secrets.value("StripeSecret"), secrets.value("MuxSecret"), secrets.credentials());
    Json(json!({
        "stripe": { "api_key": stripe["api_key"], "webhook_secret": stripe["webhook_secrets"][0] },
        "mux": {
            "token_id": mux["token_id"],
            "token_secret": mux["token_secret"],
            "webhook_secret": mux["webhook_secrets"][0],
            "signing_key_id": mux["signing_key_id"],
        },
        "aws": {
            "access_key_id": keys.access_key_id,
            "secret_access_key": keys.secret_access_key,
            "region": crate::template::REGION,
        },
    }))
}

/// The functions, each with what a separate process of it needs: the variables that the template defines, and those of the
/// AWS SDK. For tools that run them outside this process.
async fn functions(State(machine): State<Console>) -> Json<Value> {
    let keys = machine.aws.secrets().credentials();
    let functions = machine.template.functions.values().map(|function| {
        let routes: Vec<String> = function.routes.iter().map(Route::key).collect();
        let seen = json!({
            "logical_id": function.logical_id,
            "routes": routes,
            "timeout_seconds": function.timeout.as_secs(),
            "environment": function.environment,
            "sdk_environment": bootstraps::sdk_environment(&function.name, &machine.urls.aws, &keys),
            "processes": processes(&machine, &function.name),
        });
        (function.name.clone(), seen)
    });
    Json(json!({ "functions": functions.collect::<serde_json::Map<_, _>>() }))
}

/// A function's processes, with the number of events that each has answered; `null` if the function is linked into this
/// process.
fn processes(machine: &Machine, function: &str) -> Value {
    let Some(executable) = machine.executables.as_ref().and_then(|all| all.get(function)) else { return Value::Null };
    let answered = executable.answered().into_iter();
    answered.map(|(id, events)| json!({ "id": id, "answered": events })).collect()
}

/// Completes example events, by function, so that they succeed here.
async fn events(State(machine): State<Console>, body: Bytes) -> Answer {
    let completed = seed::events::complete(&machine, read(&body)?).await;
    let failed = |cause: String| refusal(StatusCode::CONFLICT, &cause);
    Ok(Json(json!({ "events": completed.map_err(failed)? })))
}

async fn mail(State(machine): State<Console>, query: Result<Query<MailQuery>, QueryRejection>) -> Answer {
    let query = parsed(query)?;
    Ok(Json(json!({ "messages": machine.aws.mailbox().list(query.to.as_deref()) })))
}

#[derive(Deserialize)]
struct MailQuery {
    to: Option<String>,
}

async fn webhooks(State(machine): State<Console>) -> Json<Value> {
    let deliveries = &machine.deliveries;
    Json(json!({ "deliveries": deliveries.list(), "modes": deliveries.modes() }))
}

async fn webhook_mode(State(machine): State<Console>, body: Bytes) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ModeRequest {
        provider: Provider,
        mode: Mode,
    }
    #[derive(Deserialize, Clone, Copy)]
    #[serde(rename_all = "snake_case")]
    enum Provider {
        Stripe,
        Mux,
    }
    let request: ModeRequest = read(&body)?;
    let provider = match request.provider {
        Provider::Stripe => "stripe",
        Provider::Mux => "mux",
    };
    machine.deliveries.set_mode(provider, request.mode);
    Ok(Json(json!({ "provider": provider, "mode": request.mode })))
}

async fn release_webhooks(State(machine): State<Console>, body: Bytes) -> Answer {
    no_parameters(&body)?;
    let released = machine.deliveries.release();
    machine.advance(0).await;
    Ok(Json(json!({ "released": released })))
}

async fn redeliver_webhook(State(machine): State<Console>, Path(id): Path<String>, body: Bytes) -> Answer {
    no_parameters(&body)?;
    let deliveries = &machine.deliveries;
    if !deliveries.redeliver(&id) {
        return Err(refusal(StatusCode::NOT_FOUND, "this delivery does not exist"));
    }
    machine.advance(0).await;
    let delivery = deliveries.list().into_iter().find(|delivery| delivery.id == id);
    Ok(Json(json!({ "delivery": delivery })))
}

async fn cards(State(machine): State<Console>, body: Bytes) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct CardRequest {
        email: String,
        outcome: Outcome,
    }
    let request: CardRequest = read(&body)?;
    if !request.email.contains('@') {
        return Err(refusal(StatusCode::BAD_REQUEST, "`email` must be the address of a customer"));
    }
    machine.stripe.set_outcome(&request.email, request.outcome);
    Ok(Json(json!({ "email": request.email, "outcome": request.outcome })))
}

async fn faults(State(machine): State<Console>) -> Json<Value> {
    Json(json!({ "faults": machine.watch.faults.list() }))
}

async fn add_fault(State(machine): State<Console>, body: Bytes) -> Answer {
    let fault: Fault = read(&body)?;
    let tables: Vec<&str> = machine.template.tables.iter().map(|table| table.name.as_str()).collect();
    fault.check(&tables).map_err(|problem| refusal(StatusCode::BAD_REQUEST, &problem))?;
    machine.watch.faults.add(fault.clone());
    Ok(Json(json!({ "fault": fault })))
}

async fn clear_faults(State(machine): State<Console>) -> Json<Value> {
    machine.watch.faults.clear();
    Json(json!({ "faults": [] }))
}

async fn calls(State(machine): State<Console>, query: Result<Query<CallsQuery>, QueryRejection>) -> Answer {
    let calls = machine.watch.calls.for_request(&parsed(query)?.request_id);
    let trips = |service| round_trips(&calls, service);
    let round_trips = json!({ "dynamodb": trips("dynamodb"), "stripe": trips("stripe"), "mux": trips("mux") });
    Ok(Json(json!({ "units": units(&calls), "calls": calls, "round_trips": round_trips })))
}

#[derive(Deserialize)]
struct CallsQuery {
    request_id: String,
}

/// The functions' log, newest first.
async fn requests(State(machine): State<Console>) -> Json<Value> {
    let lines = machine.log.lines();
    let parsed = lines.iter().rev().filter_map(|line| serde_json::from_str(line).ok());
    Json(json!({ "requests": parsed.take(200).collect::<Vec<Value>>() }))
}

async fn run_job(State(machine): State<Console>, Path(name): Path<String>, body: Bytes) -> Answer {
    let event: Value = read(&body)?;
    let job = machine.jobs.get(&name).ok_or_else(|| refusal(StatusCode::NOT_FOUND, "this job does not exist"))?;
    match job.call(event).await {
        Err(cause) => Err(refusal(StatusCode::UNPROCESSABLE_ENTITY, &cause)),
        Ok(result) => Ok(Json(json!({ "result": result }))),
    }
}

async fn reset(State(machine): State<Console>, body: Bytes) -> Answer {
    no_parameters(&body)?;
    let task = tokio::spawn(async move { seed::reset(&machine).await });
    let failed = |cause: String| refusal(StatusCode::INTERNAL_SERVER_ERROR, &cause);
    task.await.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
    Ok(Json(json!({ "reset": true })))
}

fn shown_clock(machine: &Machine) -> Value {
    let clock = machine.clock();
    json!({ "now": clock.now(), "offset_seconds": (clock.offset_ms() + 500) / 1_000 })
}

/// Refuses requests that a foreign web page could make a browser send: forms, and scripts of another origin.
async fn guarded(origins: [String; 2], request: Request, next: Next) -> Response {
    let headers: &HeaderMap = request.headers();
    let origin = headers.get(header::ORIGIN).map(|value| value.to_str().unwrap_or_default());
    if origin.is_some_and(|origin| !origins.iter().any(|own| own == origin)) {
        return refusal(StatusCode::FORBIDDEN, "the console only answers requests from its own page").into_response();
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if request.method() == Method::POST && !essence.eq_ignore_ascii_case("application/json") {
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "`Content-Type: application/json` is required")
            .into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(http::HeaderValue::from_static("no-store"));
    response
}

fn own_origins(url: &str) -> [String; 2] {
    [url.to_owned(), url.replace("127.0.0.1", "localhost")]
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| refusal(StatusCode::BAD_REQUEST, &error.to_string()))
}

/// A call without parameters: an empty body or an empty object.
fn no_parameters(body: &Bytes) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NoParameters {}
    if body.is_empty() { Ok(()) } else { read::<NoParameters>(body).map(drop) }
}

fn parsed<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Refusal> {
    query.map(|Query(query)| query).map_err(|error| refusal(StatusCode::BAD_REQUEST, &error.body_text()))
}

/// Why a call was refused.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn refusal(status: StatusCode, message: &str) -> Refusal {
    Refusal(status, message.to_owned())
}
