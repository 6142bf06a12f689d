//! API Gateway's HTTP API on this machine: finds the route, builds the event, calls the function and returns its
//! response, with the limits, the CORS behavior and the error responses of the real service.

mod cors;
mod event;
mod payload;
mod routes;

use crate::processes::Executable;
use crate::template::{Template, Throttle};
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cors::CorsRules;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use lambda_http::Body as LambdaBody;
use routes::Routes;
use serde_json::json;
use shared::lambda::Mounted;
use standin::clock::Clock;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

/// The largest request that an HTTP API accepts.
const REQUEST_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The request line and all headers together.
const HEADER_BYTES_MAX: usize = 10 * 1024;
/// The largest response that a Lambda may return.
const RESPONSE_BYTES_MAX: usize = 6 * 1024 * 1024;
/// How long an HTTP API waits for a function.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// The part of a function's timeout that `shared::lambda::run` reserves for the response itself.
const RESPONSE_RESERVE: Duration = Duration::from_secs(1);
/// The prefix of paths with the API's version. In the cloud, CloudFront removes the version; locally, this gateway
/// does.
const VERSIONED: &str = "/api/v1/";
/// The function that reports whether the service is up.
const HEALTH: &str = "health";

/// The functions behind the gateway, by name.
pub type Deployment = HashMap<String, Integration>;

/// The integration that answers a function's requests.
#[derive(Clone)]
pub enum Integration {
    /// The function's code, linked into this process, with the function's timeout.
    Linked(Mounted, Duration),
    /// The function's executable, which enforces the timeout itself.
    Executable(Executable),
}

/// The gateway. Clones share one state.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    routes: Routes,
    cors: Option<CorsRules>,
    bucket: Option<Mutex<Bucket>>,
    clock: Clock,
    deployment: RwLock<Arc<Deployment>>,
    /// Whether seeding is done. Seeding uses this gateway, so all other routes already work.
    is_ready: AtomicBool,
}

impl Gateway {
    /// A gateway for a template, without functions yet.
    pub fn new(template: &Template, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            routes: Routes::new(template),
            cors: template.gateway.cors.clone().map(CorsRules::new),
            bucket: template.gateway.throttle.map(|throttle| Mutex::new(Bucket::full(throttle))),
            clock,
            deployment: RwLock::default(),
            is_ready: AtomicBool::new(false),
        }))
    }

    /// Sets whether the platform is ready. Until it is, `health` answers 503.
    pub fn set_ready(&self, is_ready: bool) {
        self.0.is_ready.store(is_ready, Ordering::SeqCst);
    }

    /// Replaces the functions behind the routes. Calls in progress continue with the old ones.
    pub fn deploy(&self, deployment: Deployment) {
        *self.0.deployment.write().expect("no panic while held") = Arc::new(deployment);
    }

    /// Responds to a request from a client at `peer`.
    pub async fn answer(&self, request: Request, peer: IpAddr) -> Response {
        let request = without_version(request);
        let asked = request.headers().get(header::ORIGIN).cloned();
        if let Some(preflight) = self.0.cors.as_ref().and_then(|cors| cors.preflight(&request)) {
            return preflight;
        }
        let mut response = self.routed(request, peer).await;
        if let Some(cors) = &self.0.cors {
            cors.apply(asked.as_ref(), response.headers_mut());
        }
        // The platform's time, not the machine's: clients use it to measure how long a grant is valid.
        if let Ok(date) = HeaderValue::from_str(&http_date(self.0.clock.now())) {
            response.headers_mut().insert(header::DATE, date);
        }
        response
    }

    async fn routed(&self, request: Request, peer: IpAddr) -> Response {
        if self.0.bucket.as_ref().is_some_and(|bucket| !bucket.lock().expect("no panic while held").take()) {
            return message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
        }
        if header_bytes(&request) > HEADER_BYTES_MAX {
            return message(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
        }
        let Some(matched) = self.0.routes.find(request.method(), request.uri().path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        if matched.function == HEALTH && !self.0.is_ready.load(Ordering::SeqCst) {
            return message(StatusCode::SERVICE_UNAVAILABLE, "The platform is starting");
        }
        let deployment = self.0.deployment.read().expect("no panic while held").clone();
        let Some(function) = deployment.get(matched.function).cloned() else { return failed() };
        let (parts, body) = request.into_parts();
        let body = match axum::body::to_bytes(body, REQUEST_BYTES_MAX).await {
            Ok(body) => body,
            Err(error) if is_too_large(&error) => {
                return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
            }
            // The framing is broken, or the client disconnected.
            Err(_) => return message(StatusCode::BAD_REQUEST, "Bad Request"),
        };
        let request_id = uuid::Uuid::new_v4().to_string();
        let event = event::build(&parts, &body, &matched, peer, &request_id, self.0.clock.now());
        let mut response = invoke(function, event.to_string()).await;
        if let Ok(request_id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", request_id);
        }
        response
    }
}

/// Replaces `/api/v1/…` by `/api/…`, once.
fn without_version(mut request: Request) -> Request {
    let rest = request.uri().path_and_query().and_then(|path| path.as_str().strip_prefix(VERSIONED));
    if let Some(Ok(uri)) = rest.map(|rest| format!("/api/{rest}").parse()) {
        *request.uri_mut() = uri;
    }
    request
}

/// Calls a function in a separate task: as on Lambda, it finishes its work even if the client disconnects, and a panic
/// affects nothing else.
async fn invoke(function: Integration, event: String) -> Response {
    let timeout = match &function {
        Integration::Linked(_, timeout) => *timeout,
        Integration::Executable(_) => INTEGRATION_TIMEOUT,
    };
    let mut task = tokio::spawn(answered(function, event));
    match tokio::time::timeout(timeout.min(INTEGRATION_TIMEOUT), &mut task).await {
        Ok(Ok(Some(answer))) => answer,
        Ok(Ok(None) | Err(_)) => failed(),
        Err(_elapsed) if timeout < INTEGRATION_TIMEOUT => {
            task.abort();
            failed()
        }
        Err(_elapsed) => {
            task.abort();
            message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
    }
}

/// A function's response; `None` if it fails.
async fn answered(function: Integration, event: String) -> Option<Response> {
    match function {
        Integration::Linked(function, timeout) => {
            let request = lambda_http::request::from_str(&event).ok()?;
            Some(passed_on(function.call(request, timeout.saturating_sub(RESPONSE_RESERVE)).await))
        }
        Integration::Executable(function) => {
            let answer = function.invoke(event).await.ok()?;
            if answer.len() > RESPONSE_BYTES_MAX { None } else { payload::read(&answer) }
        }
    }
}

/// A function's response as the client receives it.
fn passed_on(answer: lambda_http::Response<LambdaBody>) -> Response {
    let (parts, body) = answer.into_parts();
    let body = match body {
        LambdaBody::Text(text) => Bytes::from(text),
        LambdaBody::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    if body.len() > RESPONSE_BYTES_MAX {
        return failed();
    }
    Response::from_parts(parts, Body::from(body))
}

/// Whether a body could not be read because it exceeds the limit.
fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
}

/// `Thu, 26 Nov 2026 17:09:44 GMT`
fn http_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn failed() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// A response of the gateway itself.
fn message(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({ "message": message }))).into_response()
}

fn header_bytes(request: &Request) -> usize {
    let line = request.uri().path_and_query().map_or(1, |path| path.as_str().len());
    let headers: &HeaderMap = request.headers();
    line + headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>()
}

/// The throttle: a burst of tokens, refilled at a rate per second of real time.
struct Bucket {
    throttle: Throttle,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn full(throttle: Throttle) -> Self {
        Self { throttle, tokens: throttle.burst, filled: Instant::now() }
    }

    fn take(&mut self) -> bool {
        let elapsed = self.filled.elapsed();
        self.filled += elapsed;
        self.tokens = (self.tokens + elapsed.as_secs_f64() * self.throttle.rate).min(self.throttle.burst);
        let is_admitted = self.tokens >= 1.0;
        if is_admitted {
            self.tokens -= 1.0;
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_is_too_large_is_distinguished_from_a_broken_one() {
        let large = axum::body::to_bytes(Body::from("two"), 2).await.expect_err("more than two bytes");
        assert!(is_too_large(&large), "{large:?}");
        let pieces = futures::stream::iter([Ok(Bytes::from("a")), Err(std::io::Error::other("the framing is broken"))]);
        let broken = axum::body::to_bytes(Body::from_stream(pieces), 2).await.expect_err("a broken body");
        assert!(!is_too_large(&broken), "{broken:?}");
    }

    #[test]
    fn the_throttle_admits_only_its_burst() {
        let mut bucket = Bucket::full(Throttle { rate: 0.001, burst: 3.0 });
        let admitted: Vec<bool> = (0..5).map(|_| bucket.take()).collect();
        assert_eq!(admitted, [true, true, true, false, false]);
    }
}
