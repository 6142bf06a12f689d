//! Checks a value against the schema of its Rust type, and reports every issue at once.

use crate::http::check::{NOT_ALLOWED, Schema};
use crate::http::error::{ApiError, FieldIssue};
use crate::http::schema::with_plain_enums;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

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
    check(schema_of(TypeId::of::<T>(), type_name::<T>(), schema)?.as_ref(), &value, known)?;
    serde_path_to_error::deserialize(value).map_err(|error| unreadable(&error))
}

fn check(schema: &Schema, value: &Value, known: Vec<FieldIssue>) -> Result<(), ApiError> {
    let mut issues = known;
    issues.extend(schema.issues(value));
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

/// The schema of a type, generated once per process.
fn schema_of(id: TypeId, name: &str, schema: fn() -> schemars::Schema) -> Result<Arc<Schema>, ApiError> {
    static KNOWN: LazyLock<Mutex<HashMap<TypeId, Arc<Schema>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(schema) = known.get(&id) {
        return Ok(schema.clone());
    }
    let mut schema = schema().to_value();
    with_plain_enums(&mut schema);
    let schema = Schema::new(schema).map_err(|error| ApiError::internal(format!("the schema of {name}: {error}")))?;
    let schema = Arc::new(schema);
    known.insert(id, schema.clone());
    Ok(schema)
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
