//! The query string.

use super::{Described, Input, RawRequest};
use crate::http::body;
use crate::http::error::{ApiError, FieldIssue};
use crate::models::format::CURSOR_FORMAT;
use crate::models::text::{OneLineOrBlank, Rule};
use percent_encoding::percent_decode_str;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The query string. Unknown parameters are ignored; invalid known ones are refused. Empty text counts as omitted,
/// because forms also send their empty fields.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Query<T> {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let (value, issues) = query_value::<T>(request);
        body::read_beside(value, issues).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        for (name, schema) in properties::<T>(generator) {
            let description = schema.get("description").cloned().unwrap_or_default();
            let parameter = json!({ "name": name, "in": "query", "description": description, "schema": schema });
            described.parameters.push(parameter);
        }
    }
}

pub(super) fn query_value<T: JsonSchema>(request: &RawRequest) -> (Value, Vec<FieldIssue>) {
    let (values, issues) = parameters(&request.query, &properties::<T>(&mut SchemaGenerator::default()));
    (Value::Object(values), issues)
}

/// The values of the known parameters, and the issues of the query string itself.
fn parameters(query: &str, known: &Map<String, Value>) -> (Map<String, Value>, Vec<FieldIssue>) {
    let mut values = Map::new();
    let mut issues = Vec::new();
    for pair in query.split('&') {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = decoded(name).filter(|name| known.contains_key(name.as_str())) else { continue };
        let schema = &known[name.as_str()];
        match decoded(text) {
            None => issues.push(FieldIssue::new(name, "is not valid UTF-8")),
            Some(text) if text.is_empty() && may_be_empty(schema) => {}
            Some(text) => {
                if values.insert(name.clone(), typed(schema, &text)).is_some() {
                    issues.push(FieldIssue::new(name, "occurs twice"));
                }
            }
        }
    }
    (values, issues)
}

fn properties<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    properties_of(T::json_schema(generator).to_value())
}

fn properties_of(mut schema: Value) -> Map<String, Value> {
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// A name or value of a query string as text; `None` if it is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

/// Whether a schema accepts empty text but gives it no meaning.
fn may_be_empty(schema: &Value) -> bool {
    let is_free = schema.get("enum").is_none() && schema.get("minLength").is_none();
    let is_optional = matches!(schema["format"].as_str(), None | Some(OneLineOrBlank::FORMAT | CURSOR_FORMAT));
    wants(schema, "string") && is_free && is_optional
}

fn wants(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(several) => several.iter().any(|kind_of_several| kind_of_several == kind),
        _ => false,
    }
}

/// Converts a query value to the JSON type of its schema. A value that does not fit stays text, so the schema refuses
/// it. A number has only one spelling: no plus sign, no leading zeros, no exponent.
fn typed(schema: &Value, text: &str) -> Value {
    let read = if wants(schema, "integer") {
        text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Value::from)
    } else if wants(schema, "boolean") {
        text.parse::<bool>().ok().map(Value::from)
    } else {
        None
    };
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}
