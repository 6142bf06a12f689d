//! Bodies that are JSON.

use super::{BodyRule, Described, Input, RawRequest};
use crate::http::body;
use crate::http::error::{ApiError, Code};
use crate::http::json;
use bytes::Bytes;
use lambda_http::http::HeaderMap;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A JSON body.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Body<T> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        body::read(required_json(request)?).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<T>();
        described.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
}

pub(super) fn required_json(request: &RawRequest) -> Result<Value, ApiError> {
    if request.body.is_empty() {
        return Err(ApiError::new(Code::InvalidJson, "A JSON body is required."));
    }
    json::parse(&request.body)
}

/// A JSON body that may be omitted.
#[derive(Clone, Debug)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for OptionalBody<T> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let value = if request.body.is_empty() { Value::Object(Map::new()) } else { json::parse(&request.body)? };
        body::read(value).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<T>();
        described.body = Some(json!({ "required": false, "content": { "application/json": { "schema": schema } } }));
    }
}

/// The raw body, with the headers, which contain its signature.
#[derive(Clone, Debug)]
pub struct RawBody {
    /// The bytes as sent.
    pub body: Bytes,
    headers: HeaderMap,
}

impl RawBody {
    /// The value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON, read as strictly as any other body. Call it after the signature was verified.
    ///
    /// # Errors
    /// `INVALID_JSON`.
    pub fn json(&self) -> Result<Value, ApiError> {
        json::parse(&self.body)
    }
}

impl Input for RawBody {
    const BODY: BodyRule = BodyRule::Raw;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        Ok(Self { body: request.body.clone(), headers: request.headers.clone() })
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<WebhookEvent>();
        described.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
}

/// A provider's event. The signature covers the raw bytes; the other fields depend on the type.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct WebhookEvent {
    /// The provider's id of the event.
    id: Option<String>,
    /// What happened, such as `invoice.paid`.
    r#type: Option<String>,
}
