//! Checks of values against the schema of the Rust type that they are read into: every issue at once.

use crate::http::error::{ApiError, FieldIssue};
use crate::models::email::Email;
use crate::models::password::{self, PASSWORD_FORMAT};
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// Reads a value as `T`: first against the schema of `T`, which finds all issues, then into it, which finds what a schema
/// cannot say.
pub fn read<T: DeserializeOwned + JsonSchema + 'static>(value: Value) -> Result<T, ApiError> {
    let validator = validator::<T>()?;
    let mut issues: Vec<FieldIssue> = Vec::new();
    for error in validator.iter_errors(&value) {
        issues.extend(describe(&error));
    }
    if !issues.is_empty() {
        issues.dedup();
        return Err(ApiError::validation(issues));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        ApiError::field(if field == "." { "" } else { &field }, error.inner().to_string())
    })
}

/// The compiled schema of a type, made once a process.
fn validator<T: JsonSchema + 'static>() -> Result<Arc<Validator>, ApiError> {
    static COMPILED: LazyLock<Mutex<HashMap<TypeId, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(validator) = compiled.get(&TypeId::of::<T>()) {
        return Ok(validator.clone());
    }
    let schema = schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        // Checked here, so that all issues of an input are found together.
        .with_format("email", |text: &str| text.parse::<Email>().is_ok())
        .with_format(PASSWORD_FORMAT, |text: &str| !password::is_common(text))
        .build(schema.as_value())
        .map_err(|error| ApiError::internal(format!("the schema of {} does not compile: {error}", type_name::<T>())))?;
    let validator = Arc::new(validator);
    compiled.insert(TypeId::of::<T>(), validator.clone());
    Ok(validator)
}

/// Says what is wrong in words that do not repeat the value: it may be a password.
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
        ValidationErrorKind::Type { kind } => vec![FieldIssue::new(field, format!("must be of type {}", types(kind)))],
        ValidationErrorKind::MinLength { limit } => {
            vec![FieldIssue::new(field, format!("must have at least {limit} characters"))]
        }
        ValidationErrorKind::MaxLength { limit } => {
            vec![FieldIssue::new(field, format!("must have at most {limit} characters"))]
        }
        ValidationErrorKind::Minimum { limit } => vec![FieldIssue::new(field, format!("must be at least {limit}"))],
        ValidationErrorKind::Maximum { limit } => vec![FieldIssue::new(field, format!("must be at most {limit}"))],
        ValidationErrorKind::Enum { options } => {
            let known: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            vec![FieldIssue::new(field, format!("must be one of {}", known.join(", ")))]
        }
        ValidationErrorKind::Format { format } if format == PASSWORD_FORMAT => {
            vec![FieldIssue::new(field, "is among the most common passwords; please choose another")]
        }
        ValidationErrorKind::Format { format } => vec![FieldIssue::new(field, format!("must be a valid {format}"))],
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            vec![FieldIssue::new(field, "has a value that is not allowed here")]
        }
        _ => vec![FieldIssue::new(field, format!("{}", error.masked()))],
    }
}

fn types(kind: &jsonschema::error::TypeKind) -> String {
    match kind {
        jsonschema::error::TypeKind::Single(one) => one.to_string(),
        jsonschema::error::TypeKind::Multiple(several) => {
            several.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// `/items/0/price` as `items[0].price`.
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
