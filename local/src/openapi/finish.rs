//! The last step: rewrites the schemas of Rust types in terms that client generators understand.

use serde_json::{Map, Value, json};
use shared::models::email::DELIVERABLE_FORMAT;
use shared::models::facts::COUNTRY_FORMAT;
use shared::models::format::CURSOR_FORMAT;
use shared::models::preferences::LANGUAGE_TAG_FORMAT;
use shared::models::text::{OneLine, OneLineOrBlank, Paragraphs, ParagraphsOrBlank, Rule};
use shared::models::time::DEVICE_TIME_FORMAT;

/// Keys whose values are example bodies, not schemas.
const QUOTED: [&str; 3] = ["example", "examples", "default"];

/// Characters that no text may have: controls, overrides of the writing direction, private use.
macro_rules! refused {
    () => {
        r"\u007f-\u009f\u2028-\u202e\u2066-\u206f\ue000-\uf8ff\ufeff"
    };
}

/// The same, and line breaks.
macro_rules! refused_in_line {
    () => {
        concat!(r"\u0000-\u001f", refused!())
    };
}

/// The same, except for line breaks.
macro_rules! refused_in_paragraphs {
    () => {
        concat!(r"\u0000-\u0009\u000b\u000c\u000e-\u001f", refused!())
    };
}

macro_rules! not_blank {
    ($refused:expr) => {
        concat!("^[^", $refused, "]*[^", $refused, r"\s][^", $refused, "]*$")
    };
}

/// The formats that tools do not know, as regular expressions as far as possible.
const PATTERNS: [(&str, &str); 9] = [
    (OneLine::FORMAT, not_blank!(refused_in_line!())),
    (OneLineOrBlank::FORMAT, concat!("^[^", refused_in_line!(), "]*$")),
    (Paragraphs::FORMAT, not_blank!(refused_in_paragraphs!())),
    (ParagraphsOrBlank::FORMAT, concat!("^[^", refused_in_paragraphs!(), "]*$")),
    (
        DEVICE_TIME_FORMAT,
        r"^\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$",
    ),
    (DELIVERABLE_FORMAT, r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^@\s]+\.[^@\s.]+$"),
    (LANGUAGE_TAG_FORMAT, "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$"),
    (COUNTRY_FORMAT, "^[A-Z]{2}$"),
    (CURSOR_FORMAT, "^[A-Za-z0-9_-]*$"),
];

/// Rewrites all schemas of a document.
pub(super) fn document(document: &mut Value) {
    let operations = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in operations.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
            if parameter["in"] == "query" {
                without_null(&mut parameter["schema"]);
            }
        }
    }
    for part in ["paths", "components"] {
        schemas_in(&mut document[part]);
    }
}

fn schemas_in(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            with_known_format(fields);
            with_pattern(fields);
            for (name, value) in fields {
                if !QUOTED.contains(&name.as_str()) {
                    schemas_in(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(schemas_in),
        _ => {}
    }
}

/// A query parameter is given or omitted, never `null`.
fn without_null(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = fields.get("type")
        && let [one, null] = types.as_slice()
        && null == "null"
    {
        let one = one.clone();
        fields.insert("type".to_owned(), one);
    }
    if let Some(Value::Array(alternatives)) = fields.get("anyOf")
        && let [Value::Object(one), null] = alternatives.as_slice()
        && *null == json!({ "type": "null" })
    {
        let one = one.clone();
        fields.shift_remove("anyOf");
        fields.extend(one);
    }
    if fields.get("default").is_some_and(Value::is_null) {
        fields.shift_remove("default");
    }
}

/// Replaces Rust's `uint64`, which is not an OpenAPI format, because client generators would fall back to 32 bits.
fn with_known_format(fields: &mut Map<String, Value>) {
    let is_integer = fields.get("type").is_some_and(|kind| {
        kind == "integer" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == "integer"))
    });
    if !is_integer {
        return;
    }
    let is_wide = fields.get("maximum").and_then(Value::as_i64).is_some_and(|most| most > i64::from(i32::MAX));
    let format = match fields.get("format").and_then(Value::as_str) {
        Some("uint" | "uint64" | "uint32" | "int64") => "int64",
        None if is_wide => "int64",
        Some("uint8" | "uint16" | "int8" | "int16" | "int32") | None => "int32",
        Some(_) => return,
    };
    fields.insert("format".to_owned(), json!(format));
}

/// Adds a regular expression for what a format accepts, for tools that do not know the format.
fn with_pattern(fields: &mut Map<String, Value>) {
    let format = fields.get("format").and_then(Value::as_str);
    let pattern = format.and_then(|format| PATTERNS.iter().find(|(name, _)| *name == format));
    if let Some((_, pattern)) = pattern {
        fields.insert("pattern".to_owned(), json!(pattern));
    }
}
