//! The closed set of error codes, and the error that every endpoint answers with.

use lambda_http::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::error::Error;

macro_rules! codes {
    ($($variant:ident $name:literal $status:literal,)*) => {
        /// A stable error code; clients act on it, and on nothing else of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the contract's table says what each means")]
        pub enum Code { $($variant),* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code as clients read it: `EMAIL_TAKEN`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> StatusCode {
                let status = match self { $(Code::$variant => $status),* };
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    };
}

codes! {
    InvalidJson "INVALID_JSON" 400,
    ValidationError "VALIDATION_ERROR" 400,
    InvalidCursor "INVALID_CURSOR" 400,
    InvalidSignature "INVALID_SIGNATURE" 400,
    AuthorizationPending "AUTHORIZATION_PENDING" 400,
    SlowDown "SLOW_DOWN" 400,
    AccessDenied "ACCESS_DENIED" 400,
    ExpiredToken "EXPIRED_TOKEN" 400,
    Unauthenticated "UNAUTHENTICATED" 401,
    TokenExpired "TOKEN_EXPIRED" 401,
    SessionRevoked "SESSION_REVOKED" 401,
    InvalidCredentials "INVALID_CREDENTIALS" 401,
    CardDeclined "CARD_DECLINED" 402,
    PaymentActionRequired "PAYMENT_ACTION_REQUIRED" 402,
    Forbidden "FORBIDDEN" 403,
    SubscriptionRequired "SUBSCRIPTION_REQUIRED" 403,
    SubscriptionExpired "SUBSCRIPTION_EXPIRED" 403,
    PaymentOverdue "PAYMENT_OVERDUE" 403,
    PlanUpgradeRequired "PLAN_UPGRADE_REQUIRED" 403,
    NotFound "NOT_FOUND" 404,
    MethodNotAllowed "METHOD_NOT_ALLOWED" 405,
    EmailTaken "EMAIL_TAKEN" 409,
    AlreadySubscribed "ALREADY_SUBSCRIBED" 409,
    VideoNotReady "VIDEO_NOT_READY" 409,
    StreamLimitReached "STREAM_LIMIT_REACHED" 409,
    IdempotencyConflict "IDEMPOTENCY_CONFLICT" 409,
    Conflict "CONFLICT" 409,
    CodeExpired "CODE_EXPIRED" 410,
    PayloadTooLarge "PAYLOAD_TOO_LARGE" 413,
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" 415,
    RateLimited "RATE_LIMITED" 429,
    Internal "INTERNAL" 500,
    PaymentProviderUnavailable "PAYMENT_PROVIDER_UNAVAILABLE" 502,
    VideoProviderUnavailable "VIDEO_PROVIDER_UNAVAILABLE" 502,
    Unavailable "UNAVAILABLE" 503,
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
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        schemars::json_schema!({ "type": "string", "enum": names, "description": "What went wrong; stable." })
    }
}

/// One field of the input that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldIssue {
    /// Where it is: `email`, `items[0].price`; empty for the body itself.
    pub field: String,
    /// What is wrong with it, for a person.
    pub issue: String,
}

impl FieldIssue {
    /// An issue of a field.
    pub fn new(field: impl Into<String>, issue: impl Into<String>) -> Self {
        Self { field: field.into(), issue: issue.into() }
    }
}

/// What an endpoint answers instead of its output. The cause is for the log alone; a client sees code, message, details.
#[derive(Debug)]
pub struct ApiError {
    /// The stable code; it decides the status.
    pub code: Code,
    /// For a person.
    pub message: Cow<'static, str>,
    /// What the code's clients can act on: refused fields, running streams.
    pub details: Vec<Value>,
    /// Seconds after which a repetition makes sense, for 429 and 503.
    pub retry_after: Option<u64>,
    /// The methods that a path has, for 405.
    pub allow: Option<&'static str>,
    /// What led to it; logged once, never answered.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error with its message.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let retry_after = matches!(code, Code::Unavailable).then_some(1);
        let message = message.into();
        Self { code, message, details: Vec::new(), retry_after, allow: None, cause: None }
    }

    /// Refused input, all of its issues at once.
    pub fn validation(issues: Vec<FieldIssue>) -> Self {
        let details = issues.into_iter().map(|one| json!({ "field": one.field, "issue": one.issue })).collect();
        Self { details, ..Self::new(Code::ValidationError, "Some of the input was refused; see `details`.") }
    }

    /// A single refused field.
    pub fn field(field: &str, issue: impl Into<String>) -> Self {
        Self::validation(vec![FieldIssue::new(field, issue)])
    }

    /// What a caller asked for is not there, or not for them to know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// More than a limit admits; one more is admitted in `reset_seconds`.
    pub fn rate_limited(reset_seconds: i64) -> Self {
        let seconds = u64::try_from(reset_seconds).unwrap_or(60);
        let message = format!("Too many requests; please try again in {seconds} seconds.");
        Self::new(Code::RateLimited, message).retry_after(seconds)
    }

    /// Something of ours failed for good.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal, "Something went wrong on our side.").because(cause)
    }

    /// Something of ours is busy or down: a repetition may succeed.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Unavailable, "The service is briefly unavailable; please try again.").because(cause)
    }

    /// Adds what led to it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds what clients can act on.
    #[must_use]
    pub fn with_details(mut self, details: Vec<Value>) -> Self {
        self.details = details;
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}
