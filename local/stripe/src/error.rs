//! Errors in Stripe's format.

use crate::model::Decline;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// An error response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    pub status: StatusCode,
    /// Whether the request's changes before the error are kept: an attempted charge stays recorded.
    pub keeps_changes: bool,
    body: Box<ErrorBody>,
}

#[derive(Clone, Debug, PartialEq)]
struct ErrorBody {
    kind: &'static str,
    code: Option<String>,
    message: String,
    param: Option<String>,
    decline_code: Option<String>,
    /// Related objects: `payment_intent`, `charge`.
    about: Map<String, Value>,
}

pub(crate) type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// 400: the request is invalid.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        let body = ErrorBody {
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
            decline_code: None,
            about: Map::new(),
        };
        Self { status: StatusCode::BAD_REQUEST, keeps_changes: false, body: Box::new(body) }
    }

    pub(crate) fn missing_param(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}.")).code("parameter_missing").param(param)
    }

    pub(crate) fn unknown_param(param: &str) -> Self {
        Self::invalid(format!("Received unknown parameter: {param}")).code("parameter_unknown").param(param)
    }

    /// A parameter names an object that does not exist: 400, or 404 if the path names it.
    pub(crate) fn no_such(what: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {what}: '{id}'")).code("resource_missing").param(param)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::invalid(message) }
    }

    /// 402: the issuer declined.
    pub(crate) fn card(decline: &Decline) -> Self {
        let mut error = Self::invalid(decline.message.clone()).code(&decline.code);
        error.status = StatusCode::PAYMENT_REQUIRED;
        error.keeps_changes = true;
        error.body.kind = "card_error";
        error.body.decline_code.clone_from(&decline.decline_code);
        error
    }

    /// 400: the key was used for a different request.
    pub(crate) fn idempotency(message: impl Into<String>) -> Self {
        let mut error = Self::invalid(message);
        error.body.kind = "idempotency_error";
        error
    }

    /// 409: another request is in progress; the same request can be repeated.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, ..Self::invalid(message) }
    }

    /// 429.
    pub(crate) fn rate_limited() -> Self {
        let message =
            "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.";
        Self { status: StatusCode::TOO_MANY_REQUESTS, ..Self::invalid(message).code("rate_limit") }
    }

    /// 500: an error at Stripe.
    pub(crate) fn internal() -> Self {
        let message = "An unknown error occurred. If the error persists please contact us at support@stripe.com.";
        let mut error = Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..Self::invalid(message) };
        error.body.kind = "api_error";
        error
    }

    pub(crate) fn too_large() -> Self {
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..Self::invalid("Request is too large.") }
    }

    /// Rolls back the request's changes before the error.
    pub(crate) fn undone(self) -> Self {
        Self { keeps_changes: false, ..self }
    }

    pub(crate) fn code(mut self, code: &str) -> Self {
        self.body.code = Some(code.to_owned());
        self
    }

    pub(crate) fn param(mut self, param: &str) -> Self {
        self.body.param = Some(param.to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &str, object: Value) -> Self {
        self.body.about.insert(name.to_owned(), object);
        self
    }

    /// 404: the path names an object that does not exist.
    pub(crate) fn not_found(mut self) -> Self {
        self.status = StatusCode::NOT_FOUND;
        self
    }

    pub(crate) fn message(&self) -> &str {
        &self.body.message
    }

    /// Whether the same request may succeed if it is repeated.
    pub(crate) fn should_retry(&self) -> bool {
        self.status == StatusCode::CONFLICT
            || self.status == StatusCode::TOO_MANY_REQUESTS
            || self.status.is_server_error()
    }

    pub(crate) fn body(&self) -> Value {
        let body = &self.body;
        let mut error = Map::new();
        let optional = [("code", &body.code), ("decline_code", &body.decline_code), ("param", &body.param)];
        for (name, value) in optional {
            if let Some(value) = value {
                error.insert(name.to_owned(), value.as_str().into());
            }
        }
        if let Some(code) = &body.code {
            let page = code.replace('_', "-");
            error.insert("doc_url".to_owned(), format!("https://stripe.com/docs/error-codes/{page}").into());
        }
        error.insert("message".to_owned(), body.message.as_str().into());
        error.extend(body.about.clone());
        error.insert("type".to_owned(), body.kind.into());
        json!({ "error": error })
    }
}
