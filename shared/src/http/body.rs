//! Checks a value against the schema of its Rust type, and reports every issue at once.

use crate::http::error::{ApiError, FieldIssue};
use crate::http::schema::with_plain_enums;
use crate::models::format;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, Validator};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// The issue of a value that no better message describes.
const NOT_ALLOWED: &str = "has a value that is not allowed here";
/// How serde's own messages start.
const SERDE_TEXTS: [&str; 7] = [
    "invalid type",
    "invalid value",
    "invalid length",
    "unknown variant",
    "unknown field",
    "missing field",
    "duplicate field",
];

/// Parses a value as `T`. First checks it against `T`'s schema, which finds all issues; then deserializes it, which
/// finds what a schema cannot express.
pub fn read<T: DeserializeOwned + JsonSchema + 'static>(value: Value) -> Result<T, ApiError> {
    read_beside(value, Vec::new())
}

/// Parses a value as `T`, given some issues that are already known.
pub fn read_beside<T: DeserializeOwned + JsonSchema + 'static>(
    value: Value,
    known: Vec<FieldIssue>,
) -> Result<T, ApiError> {
    let schema = || SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    check(validator(TypeId::of::<T>(), type_name::<T>(), schema)?.as_ref(), &value, known)?;
    serde_path_to_error::deserialize(value).map_err(|error| unreadable(&error))
}

fn check(validator: &Validator, value: &Value, known: Vec<FieldIssue>) -> Result<(), ApiError> {
    let mut issues = known;
    for error in validator.iter_errors(value) {
        issues.extend(describe(&error));
    }
    issues.dedup();
    if issues.is_empty() { Ok(()) } else { Err(ApiError::validation(issues)) }
}

/// The issue that a schema could not express. Our own types word it for people, but serde's messages name Rust types.
fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let field = error.path().to_string();
    let issue = error.inner().to_string();
    let is_serdes = SERDE_TEXTS.iter().any(|start| issue.starts_with(start));
    ApiError::field(if field == "." { "" } else { &field }, if is_serdes { NOT_ALLOWED.to_owned() } else { issue })
}

/// The compiled schema of a type, built once per process.
fn validator(id: TypeId, name: &str, schema: fn() -> Schema) -> Result<Arc<Validator>, ApiError> {
    static COMPILED: LazyLock<Mutex<HashMap<TypeId, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(validator) = compiled.get(&id) {
        return Ok(validator.clone());
    }
    // Formats are checked here, so all issues of an input are reported together.
    let options = format::ALL.iter().fold(jsonschema::options().should_validate_formats(true), |options, format| {
        let check = format.check;
        options.with_format(format.name, move |text: &str| check(text).is_ok())
    });
    let mut schema = schema().to_value();
    with_plain_enums(&mut schema);
    let validator = options
        .build(&schema)
        .map_err(|error| ApiError::internal(format!("the schema of {name} does not compile: {error}")))?;
    let validator = Arc::new(validator);
    compiled.insert(id, validator.clone());
    Ok(validator)
}

/// Describes an issue without repeating the value, which may be a password.
fn describe(error: &jsonschema::ValidationError<'_>) -> Vec<FieldIssue> {
    let field = dotted(&error.instance_path().to_string());
    let inside = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            vec![FieldIssue::new(inside(property.as_str().unwrap_or_default()), "is required")]
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| FieldIssue::new(inside(name), "is not a known field")).collect()
        }
        ValidationErrorKind::Type { kind } => vec![FieldIssue::new(field, format!("must be {}", types(kind)))],
        ValidationErrorKind::MinLength { limit: 1 } => vec![FieldIssue::new(field, "must not be blank")],
        ValidationErrorKind::MinLength { limit } => {
            vec![FieldIssue::new(field, format!("must have at least {limit} characters"))]
        }
        ValidationErrorKind::MaxLength { limit } => {
            vec![FieldIssue::new(field, format!("must have at most {limit} characters"))]
        }
        ValidationErrorKind::Minimum { limit } => {
            vec![FieldIssue::new(field, format!("must be at least {}", plain(limit)))]
        }
        ValidationErrorKind::Maximum { limit } => {
            vec![FieldIssue::new(field, format!("must be at most {}", plain(limit)))]
        }
        ValidationErrorKind::Enum { options } => {
            let known: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            vec![FieldIssue::new(field, format!("must be one of {}", known.join(", ")))]
        }
        ValidationErrorKind::Format { format } => {
            let issue = error.instance().as_str().and_then(|text| format::issue(format, text));
            vec![FieldIssue::new(field, issue.unwrap_or_else(|| format!("must be a valid {format}").into()))]
        }
        ValidationErrorKind::Pattern { .. } => vec![FieldIssue::new(field, "has a character that is not allowed here")],
        ValidationErrorKind::AnyOf { context } if !context.is_empty() => alternative(&field, context),
        _ => vec![FieldIssue::new(field, NOT_ALLOWED)],
    }
}

/// The issues of the intended alternative: the one with the right type. A nullable field has two alternatives.
fn alternative(field: &str, context: &[Vec<jsonschema::ValidationError<'_>>]) -> Vec<FieldIssue> {
    let is_type = |error: &jsonschema::ValidationError<'_>| matches!(error.kind(), ValidationErrorKind::Type { .. });
    match context.iter().find(|issues| !issues.iter().any(is_type)) {
        Some(issues) => issues.iter().flat_map(describe).collect(),
        None => {
            let mut wanted: Vec<String> = context.iter().flatten().filter_map(expected).collect();
            wanted.dedup();
            vec![FieldIssue::new(field, format!("must be {}", wanted.join(" or ")))]
        }
    }
}

/// The type that an alternative expects, in words; `None` for `null`, which is not mentioned.
fn expected(error: &jsonschema::ValidationError<'_>) -> Option<String> {
    match error.kind() {
        ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Null) } => None,
        ValidationErrorKind::Type { kind } => Some(types(kind)),
        _ => None,
    }
}

/// A limit as people write it: 4, not 4.0.
fn plain(limit: &Value) -> String {
    match limit.as_f64() {
        Some(number) => number.to_string(),
        None => limit.to_string(),
    }
}

/// The expected types in words, except `null`.
fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => in_words(*one).to_owned(),
        TypeKind::Multiple(several) => {
            let wanted = several.into_iter().filter(|one| *one != JsonType::Null);
            wanted.map(in_words).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn in_words(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "text",
    }
}

/// Turns `/items/0/price` into `items[0].price`.
fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty() {
            path.push_str(&format!("[{part}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&part.replace("~1", "/").replace("~0", "~"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::password::NewPassword;

    fn is_refused(password: &str) -> bool {
        let email = "alexandria@example.com".parse().expect("valid");
        let read: Result<NewPassword, ApiError> = read(password.into());
        !read.is_ok_and(|password| password.for_account(&email).is_ok())
    }

    #[test]
    fn length_common_and_own_name_are_refused_as_passwords_and_nothing_else() {
        let long = "x".repeat(129);
        let bad = ["", "short", "password", "PassWord1", "12345678", "Alexandria", "ALEXANDRIA@example.com", &long];
        for bad in bad {
            assert!(is_refused(bad), "{bad}");
        }
        for good in ["correct horse", "ééééééêê", "        x", &"xy".repeat(64), "no composition rules"] {
            assert!(!is_refused(good), "{good}");
        }
    }
}
