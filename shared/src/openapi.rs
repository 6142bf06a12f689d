//! Operations of the API document, derived from the endpoints' types.

use crate::endpoint::{Access, Cache, Caller, Endpoint, Limit, Output, ProfileRule, Tag};
use crate::http::error::{Code, FieldIssue, PaymentConfirmation};
use crate::http::input::{Described, Input};
use crate::models::streams::StreamInUse;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The document's description of an endpoint; the template has its paths.
#[derive(Clone, Debug)]
pub struct Operation {
    /// A one-line summary.
    pub summary: &'static str,
    /// The area of the API.
    pub tag: Tag,
    /// The credentials that a caller needs.
    pub access: Access,
    /// Which profiles may call it, if it requires sign-in.
    pub profiles: ProfileRule,
    /// The rate limit that counts its requests.
    pub limit: Limit,
    /// Who may cache a success.
    pub cache: Cache,
    /// Path, query, headers and body.
    pub input: Described,
    /// The status of a success.
    pub status: u16,
    /// The content type of a success.
    pub content_type: &'static str,
    /// The schema of a success's body.
    pub output: Value,
    /// The error codes.
    pub codes: Vec<Code>,
}

/// Generators whose schemas refer to the document's components. In a request an optional field may be omitted; in a
/// response it is always present, and may be `null`.
pub struct Generators {
    input: SchemaGenerator,
    output: SchemaGenerator,
}

impl Default for Generators {
    fn default() -> Self {
        let settings = || {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = Cow::Borrowed("/components/schemas");
            settings.meta_schema = None;
            settings
        };
        Self { input: settings().into_generator(), output: settings().for_serialize().into_generator() }
    }
}

impl Generators {
    /// The referenced schemas, by name.
    ///
    /// # Panics
    /// If a request and a response need different schemas of the same name.
    pub fn schemas(mut self) -> BTreeMap<String, Value> {
        let mut schemas: BTreeMap<String, Value> = self.input.take_definitions(true).into_iter().collect();
        for (name, schema) in self.output.take_definitions(true) {
            let other = schemas.insert(name.clone(), schema.clone());
            assert!(other.is_none_or(|other| other == schema), "{name} differs between requests and responses");
        }
        schemas
    }
}

/// Describes an endpoint, and adds the schemas that it references to the generators.
pub fn describe<E: Endpoint>(generators: &mut Generators) -> Operation {
    let mut input = Described::default();
    E::Input::describe(&mut generators.input, &mut input);
    let rules = crate::lambda::Rules::for_endpoint::<E>();
    Operation {
        summary: E::SUMMARY,
        tag: E::TAG,
        access: E::Caller::ACCESS,
        profiles: rules.profiles,
        limit: E::LIMIT,
        cache: E::CACHE,
        input,
        status: E::STATUS,
        output: E::Output::describe(&mut generators.output),
        content_type: rules.content_type,
        codes: rules.codes,
    }
}

/// The schemas of error responses. Each status has one schema, so client generators make a type for each.
pub struct ErrorSchemas {
    plain: Value,
    input: Value,
    payment: Value,
    streams: Value,
}

impl ErrorSchemas {
    /// Adds them to the generators.
    pub fn generate(generators: &mut Generators) -> Self {
        // If there are no details, the field is omitted, not `null`: it is optional, as in a request.
        let generator = &mut generators.input;
        Self {
            plain: generator.subschema_for::<ErrorResponse>().to_value(),
            input: generator.subschema_for::<InputErrorResponse>().to_value(),
            payment: generator.subschema_for::<PaymentErrorResponse>().to_value(),
            streams: generator.subschema_for::<StreamErrorResponse>().to_value(),
        }
    }

    /// The schema of the response that carries one of these codes, which have the same status.
    pub fn of_codes(&self, codes: &[Code]) -> &Value {
        let has = |wanted: &[Code]| codes.iter().any(|code| wanted.contains(code));
        if has(&[Code::ValidationError, Code::Forbidden]) {
            &self.input
        } else if has(&[Code::PaymentActionRequired]) {
            &self.payment
        } else if has(&[Code::StreamLimitReached, Code::StreamStopped]) {
            &self.streams
        } else {
            &self.plain
        }
    }
}

/// An error.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct ErrorResponse {
    /// Always `false`.
    success: bool,
    error: ApiError,
}

/// What went wrong.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct ApiError {
    code: Code,
    /// A message for people.
    message: String,
    /// The request's id, by which the operator can find it in the logs.
    request_id: String,
}

/// Input was refused.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct InputErrorResponse {
    /// Always `false`.
    success: bool,
    error: InputError,
}

/// What went wrong with the input.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct InputError {
    code: Code,
    /// A message for people.
    message: String,
    /// Every refused field, of `VALIDATION_ERROR`; the field `profile`, of `FORBIDDEN`, if the token's profile was deleted.
    #[schemars(default)]
    details: Vec<FieldIssue>,
    /// The request's id, by which the operator can find it in the logs.
    request_id: String,
}

/// A payment was declined, or the payer must act first.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct PaymentErrorResponse {
    /// Always `false`.
    success: bool,
    error: PaymentError,
}

/// What went wrong with a payment.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct PaymentError {
    code: Code,
    /// A message for people.
    message: String,
    /// Where to confirm the payment or to use another card: one entry.
    #[schemars(default)]
    details: Vec<PaymentConfirmation>,
    /// The request's id, by which the operator can find it in the logs.
    request_id: String,
}

/// A stream was refused.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct StreamErrorResponse {
    /// Always `false`.
    success: bool,
    error: StreamError,
}

/// Why a stream was refused.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct StreamError {
    code: Code,
    /// A message for people.
    message: String,
    /// The streams in use, of `STREAM_LIMIT_REACHED` and `STREAM_STOPPED` only.
    #[schemars(default)]
    details: Vec<StreamInUse>,
    /// The request's id, by which the operator can find it in the logs.
    request_id: String,
}
