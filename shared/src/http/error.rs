//! The closed set of error codes, and the error response of every endpoint.

use crate::models::streams::StreamInUse;
use lambda_http::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::error::Error;

macro_rules! codes {
    ($($variant:ident $name:literal $status:literal $meaning:literal,)*) => {
        /// A stable error code; clients act only on the code of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $meaning] $variant),* }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code as clients read it: `EMAIL_TAKEN`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// Whether the response requests a token, with `WWW-Authenticate`.
            pub const fn asks_for_token(self) -> bool {
                matches!(self, Self::Unauthenticated | Self::TokenExpired | Self::SessionRevoked)
            }

            /// Its meaning, for developers of clients.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning),* }
            }

            /// The HTTP status of the code.
            pub fn status(self) -> StatusCode {
                let status = match self { $(Code::$variant => $status),* };
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    };
}

codes! {
    InvalidJson "INVALID_JSON" 400
        "The body is not valid JSON: a syntax error, a key that occurs twice, nesting deeper than 32, or not UTF-8.",
    ValidationError "VALIDATION_ERROR" 400
        "Input was refused; `details` lists every field with its issue.",
    InvalidCursor "INVALID_CURSOR" 400
        "The cursor does not belong to this query. Start again without one.",
    InvalidSignature "INVALID_SIGNATURE" 400
        "The signature of a webhook is missing, wrong or too old.",
    AuthorizationPending "AUTHORIZATION_PENDING" 400
        "The user has not approved the device yet. Ask again after the interval.",
    SlowDown "SLOW_DOWN" 400
        "The device asks too often. Wait five seconds longer between requests.",
    AccessDenied "ACCESS_DENIED" 400
        "The user refused the device.",
    ExpiredToken "EXPIRED_TOKEN" 400
        "The device code has expired. Start again.",
    Unauthenticated "UNAUTHENTICATED" 401
        "The token is missing or invalid. Sign in.",
    TokenExpired "TOKEN_EXPIRED" 401
        "The token has expired. Up to 30 days after that, `refresh-token` exchanges it for a new one; later, sign in again.",
    SessionRevoked "SESSION_REVOKED" 401
        "The session of the token has ended. Sign in again.",
    InvalidCredentials "INVALID_CREDENTIALS" 401
        "The email address or the password is wrong.",
    CardDeclined "CARD_DECLINED" 402
        "The bank declined the card, and nothing changed. `details` may name the page where another card can be used.",
    PaymentActionRequired "PAYMENT_ACTION_REQUIRED" 402
        "The payment must be confirmed or made by the payer first; `details` says on which page.",
    Forbidden "FORBIDDEN" 403
        "The account's role or the profile does not allow this. If the profile was deleted, `details` names the field `profile`: \
         choose another one.",
    ReauthenticationRequired "REAUTHENTICATION_REQUIRED" 403
        "The sign-in is older than 15 minutes. Sign in again, then repeat the request.",
    SubscriptionRequired "SUBSCRIPTION_REQUIRED" 403
        "This requires a subscription.",
    SubscriptionExpired "SUBSCRIPTION_EXPIRED" 403
        "The subscription has ended.",
    PaymentOverdue "PAYMENT_OVERDUE" 403
        "The last payment failed, and the grace period is over.",
    PlanUpgradeRequired "PLAN_UPGRADE_REQUIRED" 403
        "The plan does not cover this video.",
    NotFound "NOT_FOUND" 404
        "The object does not exist, or the caller may not see it.",
    MethodNotAllowed "METHOD_NOT_ALLOWED" 405
        "The path does not support this method; the header `Allow` lists those that it supports.",
    EmailTaken "EMAIL_TAKEN" 409
        "An account with this address exists.",
    AlreadySubscribed "ALREADY_SUBSCRIBED" 409
        "The account has a live subscription.",
    VideoNotReady "VIDEO_NOT_READY" 409
        "The video is not ready to play yet.",
    StreamLimitReached "STREAM_LIMIT_REACHED" 409
        "All streams of the plan are in use; `details` lists them. Stop one to start another.",
    StreamStopped "STREAM_STOPPED" 409
        "This stream was stopped, or another one took its place; `details` lists the streams in use. Stop playback.",
    IdempotencyConflict "IDEMPOTENCY_CONFLICT" 409
        "The idempotency key was used for a different request. Use a new key.",
    Conflict "CONFLICT" 409
        "The current state does not allow this; the message says why.",
    CodeExpired "CODE_EXPIRED" 410
        "The link is no longer valid: it expired or was used. Request a new one.",
    PayloadTooLarge "PAYLOAD_TOO_LARGE" 413
        "The body is larger than 32 KiB (256 KiB for captions and webhooks).",
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" 415
        "The body is not declared as uncompressed `application/json` in UTF-8 (captions: as WebVTT or SubRip).",
    RateLimited "RATE_LIMITED" 429
        "Too many requests. Try again after the seconds in `Retry-After`.",
    Internal "INTERNAL" 500
        "The service failed. A retry is unlikely to help.",
    PaymentProviderUnavailable "PAYMENT_PROVIDER_UNAVAILABLE" 502
        "Stripe cannot be reached. Try again later.",
    VideoProviderUnavailable "VIDEO_PROVIDER_UNAVAILABLE" 502
        "Mux cannot be reached. Try again later.",
    Unavailable "UNAVAILABLE" 503
        "The service is briefly unavailable. Try again after the seconds in `Retry-After`.",
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        let known = Code::ALL.iter().copied().find(|code| code.name() == name);
        known.ok_or_else(|| serde::de::Error::custom("unknown code"))
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schema_of("What went wrong. Codes are stable; messages are not.", Code::ALL)
    }
}

/// The schema of a set of codes.
pub(super) fn schema_of(description: &str, codes: &[Code]) -> schemars::Schema {
    let one_of: Vec<Value> = codes
        .iter()
        .map(|code| json!({ "type": "string", "const": code.name(), "description": code.meaning() }))
        .collect();
    schemars::json_schema!({ "oneOf": one_of, "description": description })
}

/// What clients can act on besides the code. Its type depends on the status, as the API document says.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Details {
    /// No details.
    #[default]
    None,
    /// The refused fields, of `VALIDATION_ERROR`.
    Fields(Vec<FieldIssue>),
    /// Where to pay or confirm, of `PAYMENT_ACTION_REQUIRED` and `CARD_DECLINED`.
    Payment(PaymentConfirmation),
    /// The streams in use, of `STREAM_LIMIT_REACHED` and `STREAM_STOPPED`.
    Streams(Vec<StreamInUse>),
}

impl Details {
    /// The list that clients see; `None` without details.
    pub(crate) fn json(&self) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Streams(streams) if streams.is_empty() => None,
            Self::Fields(issues) => Some(json!(issues)),
            Self::Payment(confirmation) => Some(json!([confirmation])),
            Self::Streams(streams) => Some(json!(streams)),
        }
    }
}

/// Where the payer confirms or makes a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PaymentConfirmation {
    /// The page to open: Stripe's page for the invoice, or the account page.
    pub confirm_url: String,
}

/// A field of the input that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldIssue {
    /// The field: `email`, `items[0].price`; empty for the body itself.
    pub field: String,
    /// What is wrong with it, as a message for people.
    pub issue: String,
}

impl FieldIssue {
    /// An issue of a field.
    pub fn new(field: impl Into<String>, issue: impl Into<String>) -> Self {
        Self { field: field.into(), issue: issue.into() }
    }
}

/// The error response of an endpoint. The cause is only logged; clients see code, message and details.
#[derive(Debug)]
pub struct ApiError {
    /// The stable code, which determines the status.
    pub code: Code,
    /// A message for people.
    pub message: Cow<'static, str>,
    /// What clients can act on.
    pub details: Details,
    /// Seconds after which a retry makes sense, for 429 and 503.
    pub retry_after: Option<u64>,
    /// The methods that a path supports, for 405.
    pub allow: Option<&'static str>,
    /// The cause, which is logged once and never sent.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error with its message.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let retry_after = matches!(code, Code::Unavailable).then_some(1);
        let message = message.into();
        Self { code, message, details: Details::None, retry_after, allow: None, cause: None }
    }

    /// Invalid input, with all of its issues.
    pub fn validation(issues: Vec<FieldIssue>) -> Self {
        Self {
            details: Details::Fields(issues),
            ..Self::new(Code::ValidationError, "Some of the input was refused; see `details`.")
        }
    }

    /// A single invalid field.
    pub fn field(field: &str, issue: impl Into<String>) -> Self {
        Self::validation(vec![FieldIssue::new(field, issue)])
    }

    /// The requested object does not exist, or the caller may not see it.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("The {what} was not found."))
    }

    /// The token's session has ended.
    pub fn session_revoked() -> Self {
        Self::new(Code::SessionRevoked, "This session has ended; please sign in again.")
    }

    /// The rate limit is exceeded; the next request is allowed in `reset_seconds`.
    pub fn rate_limited(reset_seconds: i64) -> Self {
        let seconds = u64::try_from(reset_seconds).unwrap_or(60);
        let message = format!("Too many requests; please try again in {seconds} seconds.");
        Self::new(Code::RateLimited, message).retry_after(seconds)
    }

    /// Too many wrong secrets were tried, such as `PINs`; the next attempt is allowed in `reset_seconds`.
    pub fn too_many_wrong(secrets: &str, reset_seconds: i64) -> Self {
        let seconds = u64::try_from(reset_seconds).unwrap_or(60);
        let wait = match seconds.div_ceil(60) {
            0 | 1 => "1 minute".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        Self::new(Code::RateLimited, format!("Too many wrong {secrets}. Try again in {wait}.")).retry_after(seconds)
    }

    /// A permanent failure of the service.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal, "Something went wrong on our side.").because(cause)
    }

    /// A part of the service is busy or down: a retry may succeed.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Unavailable, "The service is briefly unavailable; please try again.").because(cause)
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds details that clients can act on.
    #[must_use]
    pub fn with_details(mut self, details: Details) -> Self {
        self.details = details;
        self
    }

    /// Says when to retry, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}
