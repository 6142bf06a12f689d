//! Values of a template, and the error that names a wrong one.

use serde_json::{Map, Value};
use std::fmt;

/// The account that local ARNs name.
pub const ACCOUNT: &str = "000000000000";
/// The region in local ARNs, and in the SDKs' configuration.
pub const REGION: &str = "us-east-1";

/// Why a template cannot be served: the place, and the problem there.
#[derive(Debug)]
pub struct TemplateError {
    place: String,
    problem: String,
}

impl TemplateError {
    pub(super) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template.yaml, {}: {}", self.place, self.problem)
    }
}

impl std::error::Error for TemplateError {}

/// The mapping under `key`; empty if it is missing.
pub(super) fn object<'a>(parent: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    parent.get(key).and_then(Value::as_object)
}

/// Refuses keys that the platform would otherwise ignore silently.
pub(super) fn known_keys(map: &Map<String, Value>, known: &[&str], place: &str) -> Result<(), TemplateError> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(TemplateError::new(place, format!("`{key}` is not supported"))),
        None => Ok(()),
    }
}

/// A string, or a number or boolean as a string: everything that CloudFormation converts to a string.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A string or a list of strings.
pub(super) fn strings(value: &Value, place: &str) -> Result<Vec<String>, TemplateError> {
    let many = match value {
        Value::Array(many) => many.iter().map(scalar).collect(),
        one => scalar(one).map(|one| vec![one]),
    };
    many.ok_or_else(|| TemplateError::new(place, "neither a string nor a list of strings"))
}
