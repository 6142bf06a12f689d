//! API Gateway's HTTP API on this machine: finds the route, makes the event, calls the function and passes on its
//! answer, with the limits, the CORS and the own answers of the real one.

mod cors;
mod event;
mod routes;

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
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

/// The largest request that an HTTP API takes.
const REQUEST_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The request line and all headers together.
const HEADER_BYTES_MAX: usize = 10 * 1024;
/// The largest answer that Lambda gives.
const RESPONSE_BYTES_MAX: usize = 6 * 1024 * 1024;
/// How long an HTTP API waits for a function.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
/// What `shared::lambda::run` keeps of an invocation for the answer itself.
const ANSWER_RESERVE: Duration = Duration::from_secs(1);

/// The functions behind the gateway, by name, each with its timeout.
pub type Deployment = HashMap<String, (Mounted, Duration)>;

/// The gateway. Clones are the same.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    routes: Routes,
    cors: Option<CorsRules>,
    bucket: Option<Mutex<Bucket>>,
    clock: Clock,
    deployment: RwLock<Arc<Deployment>>,
}

impl Gateway {
    /// The gateway of a template, with nothing behind it yet.
    pub fn new(template: &Template, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            routes: Routes::of(template),
            cors: template.gateway.cors.clone().map(CorsRules::new),
            bucket: template.gateway.throttle.map(|throttle| Mutex::new(Bucket::full(throttle))),
            clock,
            deployment: RwLock::default(),
        }))
    }

    /// Puts functions behind the routes, in place of those that were there: calls under way go on with the old ones.
    pub fn deploy(&self, deployment: Deployment) {
        *self.0.deployment.write().expect("no panic while held") = Arc::new(deployment);
    }

    /// Answers a request of a client at `peer`.
    pub async fn answer(&self, request: Request, peer: IpAddr) -> Response {
        let asked = request.headers().get(header::ORIGIN).cloned();
        if let Some(preflight) = self.0.cors.as_ref().and_then(|cors| cors.preflight(&request)) {
            return preflight;
        }
        let mut response = self.routed(request, peer).await;
        if let Some(cors) = &self.0.cors {
            cors.apply(asked.as_ref(), response.headers_mut());
        }
        // The one clock of this platform, not the machine's: clients measure by it how long a grant lives.
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
        let deployment = self.0.deployment.read().expect("no panic while held").clone();
        let Some((function, timeout)) = deployment.get(matched.function).cloned() else {
            return failed();
        };
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, REQUEST_BYTES_MAX).await else {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let request_id = uuid::Uuid::new_v4().to_string();
        let event = event::of(&parts, &body, &matched, peer, &request_id, self.0.clock.now());
        let mut response = invoke(function, event.to_string(), timeout).await;
        if let Ok(request_id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", request_id);
        }
        response
    }
}

/// Calls a function in a task of its own: like a Lambda it finishes its work though the client has left, and when it
/// panics it takes nobody else with it.
async fn invoke(function: Mounted, event: String, timeout: Duration) -> Response {
    let mut task = tokio::spawn(async move {
        let request = lambda_http::request::from_str(&event)?;
        Ok::<_, serde_json::Error>(function.call(request, timeout.saturating_sub(ANSWER_RESERVE)).await)
    });
    match tokio::time::timeout(timeout.min(INTEGRATION_TIMEOUT), &mut task).await {
        Ok(Ok(Ok(answer))) => passed_on(answer),
        Ok(Ok(Err(_)) | Err(_)) => failed(),
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

/// A function's answer as the client gets it.
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

/// `Thu, 26 Nov 2026 17:09:44 GMT`
fn http_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn failed() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// An answer of the gateway's own.
fn message(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({ "message": message }))).into_response()
}

fn header_bytes(request: &Request) -> usize {
    let line = request.uri().path_and_query().map_or(1, |path| path.as_str().len());
    let headers: &HeaderMap = request.headers();
    line + headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>()
}

/// The throttle: so many tokens at once, so many new ones a second of real time.
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

    #[test]
    fn the_throttle_admits_its_burst_and_no_more() {
        let mut bucket = Bucket::full(Throttle { rate: 0.001, burst: 3.0 });
        let admitted: Vec<bool> = (0..5).map(|_| bucket.take()).collect();
        assert_eq!(admitted, [true, true, true, false, false]);
    }
}
