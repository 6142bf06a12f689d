//! What comes in, parsed at the door: path, query, JSON body, raw body, each described by its type.

use crate::http::body;
use crate::http::error::{ApiError, Code};
use crate::http::json;
use bytes::Bytes;
use lambda_http::http::{HeaderMap, Method};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::str::FromStr;

/// Largest JSON body, in bytes.
pub const BODY_BYTES_MAX: usize = 32 * 1024;
/// Largest webhook body, in bytes.
pub const WEBHOOK_BYTES_MAX: usize = 256 * 1024;

/// What an endpoint does with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRule {
    /// None is needed, and one is ignored.
    Ignored,
    /// `application/json` of at most [`BODY_BYTES_MAX`].
    Json,
    /// Any bytes, at most [`WEBHOOK_BYTES_MAX`]: a provider signs them as they are.
    Raw,
}

/// A request as it stands at the door.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// Values of the path's parameters, in the template's names.
    pub path: HashMap<String, String>,
    /// The query string, undecoded.
    pub query: String,
    /// The method.
    pub method: Method,
    /// The whole path.
    pub asked: String,
    /// The body, base64 decoded.
    pub body: Bytes,
    /// Headers, names in lower case.
    pub headers: HeaderMap,
}

/// Something that a request is read into.
pub trait Input: Sized + Send + 'static {
    /// What this input does with the body.
    const BODY: BodyRule = BodyRule::Ignored;

    /// Reads it; `VALIDATION_ERROR` carries all issues at once.
    fn read(door: &Door) -> Result<Self, ApiError>;

    /// Adds its parameters and body to an OpenAPI operation.
    fn describe(generator: &mut SchemaGenerator, described: &mut Described);
}

/// An input's part of an OpenAPI operation.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// Schema of the path's one parameter.
    pub path: Option<Value>,
    /// Query parameters as OpenAPI objects.
    pub query: Vec<Value>,
    /// The request body as an OpenAPI object.
    pub body: Option<Value>,
}

impl Input for () {
    fn read(_: &Door) -> Result<Self, ApiError> {
        Ok(())
    }

    fn describe(_: &mut SchemaGenerator, _: &mut Described) {}
}

/// Method and path, for the function that answers what no other does.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The whole path.
    pub path: String,
}

impl Input for Asked {
    fn read(door: &Door) -> Result<Self, ApiError> {
        Ok(Self { method: door.method.clone(), path: door.asked.clone() })
    }

    fn describe(_: &mut SchemaGenerator, _: &mut Described) {}
}

/// A JSON body.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Body<T> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(door: &Door) -> Result<Self, ApiError> {
        if door.body.is_empty() {
            return Err(ApiError::new(Code::InvalidJson, "A JSON body is required."));
        }
        body::read(json::parse(&door.body)?).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<T>();
        described.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
}

/// A JSON body that may be left out.
#[derive(Clone, Debug)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for OptionalBody<T> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(door: &Door) -> Result<Self, ApiError> {
        let value = if door.body.is_empty() { Value::Object(Map::new()) } else { json::parse(&door.body)? };
        body::read(value).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<T>();
        described.body = Some(json!({ "required": false, "content": { "application/json": { "schema": schema } } }));
    }
}

/// The body as its bytes, with the headers that sign them.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The bytes as they were sent.
    pub body: Bytes,
    headers: HeaderMap,
}

impl Raw {
    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Input for Raw {
    const BODY: BodyRule = BodyRule::Raw;

    fn read(door: &Door) -> Result<Self, ApiError> {
        Ok(Self { body: door.body.clone(), headers: door.headers.clone() })
    }

    fn describe(_: &mut SchemaGenerator, described: &mut Described) {
        let schema =
            json!({ "type": "object", "description": "The provider's event; its signature covers the raw bytes." });
        described.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
}

/// The path's one parameter. A value of wrong form is an id of nothing: 404.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: FromStr + JsonSchema + Send + 'static> Input for Path<T> {
    fn read(door: &Door) -> Result<Self, ApiError> {
        let value = door.path.values().next().and_then(|value| value.parse().ok());
        value.map(Self).ok_or_else(|| ApiError::not_found("thing"))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        described.path = Some(generator.subschema_for::<T>().to_value());
    }
}

/// The query string. Unknown parameters are ignored, invalid known ones are not.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Query<T> {
    fn read(door: &Door) -> Result<Self, ApiError> {
        let known = properties::<T>(&mut SchemaGenerator::default());
        let mut values = Map::new();
        for (name, text) in url::form_urlencoded::parse(door.query.as_bytes()) {
            let Some(schema) = known.get(name.as_ref()) else { continue };
            if values.insert(name.to_string(), typed(schema, &text)).is_some() {
                return Err(ApiError::field(&name, "stands twice"));
            }
        }
        body::read(Value::Object(values)).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        for (name, schema) in properties::<T>(generator) {
            let description = schema.get("description").cloned().unwrap_or_default();
            described.query.push(json!({ "name": name, "in": "query", "description": description, "schema": schema }));
        }
    }
}

fn properties<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut schema = T::json_schema(generator).to_value();
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// A query value as the JSON type that its schema wants; one that does not read as that stays text, and is refused as such.
fn typed(schema: &Value, text: &str) -> Value {
    let wants = |kind: &str| match &schema["type"] {
        Value::String(one) => one == kind,
        Value::Array(several) => several.iter().any(|one| one == kind),
        _ => false,
    };
    let read = if wants("integer") {
        text.parse::<i64>().ok().map(Value::from)
    } else if wants("boolean") {
        text.parse::<bool>().ok().map(Value::from)
    } else {
        None
    };
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

impl<A: Input, B: Input> Input for (A, B) {
    const BODY: BodyRule = match A::BODY {
        BodyRule::Ignored => B::BODY,
        rule => rule,
    };

    fn read(door: &Door) -> Result<Self, ApiError> {
        match (A::read(door), B::read(door)) {
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

/// Input is judged before anything is looked up, so a refused field goes before an id of wrong form.
fn both(a: ApiError, b: ApiError) -> ApiError {
    match (a.code, b.code) {
        (Code::ValidationError, Code::ValidationError) => {
            ApiError { details: a.details.into_iter().chain(b.details).collect(), ..ApiError::validation(Vec::new()) }
        }
        (Code::NotFound, _) => b,
        _ => a,
    }
}
