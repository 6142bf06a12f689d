//! Responses in Mux's format: `{"data": …}` and `{"error": {"type", "messages"}}`.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};
use standin::faults::Kind;

/// An error response.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameters", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized request")
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(crate) fn not_found() -> Self {
        let message = "The requested resource either doesn't exist or you don't have access to it.";
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// The asset is not ready for playback.
    pub(crate) fn not_ready() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "precondition_failed", "The asset is not ready")
    }

    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", cause.to_string())
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "type": self.kind, "messages": [self.message] } });
        let mut response = (self.status, axum::Json(body)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Basic realm=\"mux\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// `{"data": …}`.
pub(crate) fn data(status: StatusCode, value: &Value) -> Response {
    (status, axum::Json(json!({ "data": value }))).into_response()
}

/// Mux's response to an injected fault.
pub(crate) fn fault(kind: Kind) -> Response {
    let (status, kind, message) = match kind {
        Kind::Throttle | Kind::Unprocessed => {
            (StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests, please slow down")
        }
        Kind::Reject => (StatusCode::BAD_REQUEST, "invalid_parameters", "The request was refused by an injected fault"),
        Kind::Conflict => (StatusCode::CONFLICT, "conflict", "The resource is being changed by another request"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong"),
    };
    Refusal::new(status, kind, message).into_response()
}
