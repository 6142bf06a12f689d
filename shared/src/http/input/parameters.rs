//! Parameters of the path, and the idempotency key.

use super::{Described, Input, RawRequest};
use crate::http::error::{ApiError, Code};
use crate::models::preferences::{LanguageTag, is_language_tag};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::json;
use std::str::FromStr;

/// The longest idempotency key of a client: Stripe accepts 255 characters, and the user's id takes some of them.
const IDEMPOTENCY_KEY_CHARACTERS_MAX: usize = 200;
/// The header that carries it.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The client's `Idempotency-Key`, if it sent one: repeated requests with the same key are carried out only once.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<String>);

impl Input for IdempotencyKey {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let Some(value) = request.headers.get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        let key = String::from_utf8_lossy(value.as_bytes());
        let key = key.trim();
        if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARACTERS_MAX {
            let issue = format!("must have 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} characters");
            return Err(ApiError::field(IDEMPOTENCY_KEY, issue));
        }
        if !key.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(ApiError::field(IDEMPOTENCY_KEY, "may contain only ASCII letters, digits, symbols and spaces"));
        }
        Ok(Self(Some(key.to_owned())))
    }

    fn describe(_: &mut SchemaGenerator, described: &mut Described) {
        let schema = json!({
            "type": "string",
            "minLength": 1,
            "maxLength": IDEMPOTENCY_KEY_CHARACTERS_MAX,
            "pattern": "^[!-~]([ -~]*[!-~])?$",
        });
        let description = "A key that the client chooses for this request, such as a UUID. A retry with the same key and body has \
                           no further effect; a retry with another body is refused with `IDEMPOTENCY_CONFLICT`.";
        described.parameters.push(json!({
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "description": description,
            "schema": schema,
        }));
    }
}

/// The path's id, or its only parameter. A malformed value identifies nothing: 404.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: FromStr + JsonSchema + Send + 'static> Input for Path<T> {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let parameters = &request.path_parameters;
        let value = parameters.get("id").or_else(|| parameters.values().next()).and_then(|value| value.parse().ok());
        value
            .map(Self)
            .ok_or_else(|| ApiError::new(Code::NotFound, "Nothing was found: the id in the path is malformed."))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        described.path = Some(generator.subschema_for::<T>().to_value());
    }
}

/// The path's language, after the id in [`Path`]. A malformed one identifies nothing: 404.
#[derive(Clone, Debug)]
pub struct PathLanguage(pub LanguageTag);

impl Input for PathLanguage {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let language = request.path_parameters.get("language").filter(|text| is_language_tag(text));
        let language = language.map(|text| Self(LanguageTag::from(text.clone())));
        language.ok_or_else(|| ApiError::not_found("language"))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        described.language = Some(generator.subschema_for::<LanguageTag>().to_value());
    }
}
