//! Inputs, parsed before the handler runs: path, query, JSON body, raw body, each described by its type.

mod files;
mod json_body;
mod media_type;
mod parameters;
mod query;
mod rules;

pub use files::{CaptionsFile, ImageOr};
pub use json_body::{Body, OptionalBody, RawBody};
pub use media_type::{is_captions, is_image, is_json};
pub use parameters::{IdempotencyKey, Path, PathLanguage};
pub use query::Query;
pub use rules::WithRules;

use crate::http::error::{ApiError, Code, Details};
use bytes::Bytes;
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, Method};
use schemars::SchemaGenerator;
use serde_json::Value;
use std::collections::HashMap;

/// The largest JSON body, in bytes.
pub const BODY_BYTES_MAX: usize = 32 * 1024;
/// The largest webhook body, in bytes.
pub const WEBHOOK_BYTES_MAX: usize = 256 * 1024;

/// The largest file of captions, in bytes: those of a film of three hours have half of that.
pub const CAPTIONS_BYTES_MAX: usize = 256 * 1024;
/// The largest picture, in bytes. Lambda accepts 6 MB per request, and base64 makes a body a third larger.
pub const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How an endpoint treats a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRule {
    /// No body is needed. A body of at most [`BODY_BYTES_MAX`] is ignored if it is `application/json`.
    Ignored,
    /// There is no route, which is answered whatever the body is.
    Unrouted,
    /// `application/json` of at most [`BODY_BYTES_MAX`].
    Json,
    /// Any bytes, at most [`WEBHOOK_BYTES_MAX`]: a provider signs the raw bytes.
    Raw,
    /// A file of captions of at most [`CAPTIONS_BYTES_MAX`].
    Captions,
    /// A picture of at most [`IMAGE_BYTES_MAX`], or JSON of at most [`BODY_BYTES_MAX`].
    Image,
}

/// A request before it is parsed.
#[derive(Clone, Debug, Default)]
pub struct RawRequest {
    /// The path parameters, by their names in the template.
    pub path_parameters: HashMap<String, String>,
    /// The query string, undecoded.
    pub query: String,
    /// The method.
    pub method: Method,
    /// The complete path.
    pub path: String,
    /// The body, base64 decoded.
    pub body: Bytes,
    /// The headers, with names in lower case.
    pub headers: HeaderMap,
    /// When it arrived.
    pub now: Timestamp,
}

/// A type that a request is parsed into.
pub trait Input: Sized + Send + 'static {
    /// How this input treats the body.
    const BODY: BodyRule = BodyRule::Ignored;

    /// Parses a request; `VALIDATION_ERROR` contains all issues.
    fn read(request: &RawRequest) -> Result<Self, ApiError>;

    /// Adds its parameters and body to an OpenAPI operation.
    fn describe(generator: &mut SchemaGenerator, described: &mut Described);
}

/// The part of an OpenAPI operation that describes the input.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// The schema of the path's id, which is its only parameter except for a language.
    pub path: Option<Value>,
    /// The schema of the path's language.
    pub language: Option<Value>,
    /// Parameters in the query and in headers, as OpenAPI objects.
    pub parameters: Vec<Value>,
    /// The request body as an OpenAPI object.
    pub body: Option<Value>,
}

impl Input for () {
    fn read(_: &RawRequest) -> Result<Self, ApiError> {
        Ok(())
    }

    fn describe(_: &mut SchemaGenerator, _: &mut Described) {}
}

/// Method and path, for the function that answers requests without a route.
#[derive(Clone, Debug)]
pub struct MethodAndPath {
    /// The method.
    pub method: Method,
    /// The complete path.
    pub path: String,
}

impl Input for MethodAndPath {
    const BODY: BodyRule = BodyRule::Unrouted;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        Ok(Self { method: request.method.clone(), path: request.path.clone() })
    }

    fn describe(_: &mut SchemaGenerator, _: &mut Described) {}
}

impl<A: Input, B: Input> Input for (A, B) {
    const BODY: BodyRule = match A::BODY {
        BodyRule::Ignored => B::BODY,
        rule => rule,
    };

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        match (A::read(request), B::read(request)) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(a), Err(b)) => Err(both(a, b)),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        }
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        A::describe(generator, described);
        B::describe(generator, described);
    }
}

impl<A: Input, B: Input, C: Input> Input for (A, B, C) {
    const BODY: BodyRule = <((A, B), C)>::BODY;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let ((a, b), c) = Input::read(request)?;
        Ok((a, b, c))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        <((A, B), C)>::describe(generator, described);
    }
}

/// Input is checked before any lookup, so an invalid field takes precedence over a malformed id.
fn both(a: ApiError, b: ApiError) -> ApiError {
    match (a.details, b.details) {
        (Details::Fields(first), Details::Fields(second)) => ApiError::validation([first, second].concat()),
        (_, details) if a.code == Code::NotFound => ApiError { details, ..b },
        (details, _) => ApiError { details, ..a },
    }
}
