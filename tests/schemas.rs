//! Compares the input check (`shared::http::check`) with a complete JSON Schema validator, for every input of the API
//! document.

use crate::examples::with_formats;
use crate::simulation::chance::Random;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};
use shared::http::check::Schema;
use shared::models::format::CURSOR_FORMAT;
use std::collections::BTreeSet;
use std::path::Path;

const CASES_PER_INPUT: usize = 200;
const TEXTS: [&str; 32] = [
    "",
    " ",
    "x",
    "e\u{301}",
    "a\nb",
    "\u{202e}",
    "en",
    "pt-BR",
    "en-",
    "engl",
    "de-aaaaaaaaa",
    "zh-Hant-TW-x-a",
    "zh-Hant-TW-x-a-b",
    "ada@example.com",
    "@",
    "basic",
    "premium",
    "month",
    "newest",
    "ready",
    "2026-03-01",
    "2026-02-30",
    "1969-12-31",
    "2026-03-01T12:00:00Z",
    "2026-03-01T12:00:00.123+02:00",
    "2026-03-01 12:00",
    "01890000-0000-7000-8000-000000000000",
    "01890000-0000-7000-8000-00000000000A",
    "{01890000-0000-7000-8000-000000000000}",
    "password",
    "correct horse",
    "0",
];

fn document() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let text = std::fs::read_to_string(root.join("docs/openapi.json")).expect("docs/openapi.json");
    serde_json::from_str(&text).expect("JSON")
}

/// The schema of every body, and of every query as an object, by the name of its function.
fn inputs(document: &Value) -> Vec<(String, Value)> {
    let mut inputs = Vec::new();
    let paths = document["paths"].as_object().expect("paths").values();
    for operation in paths.flat_map(|path| path.as_object().expect("operations").values()) {
        let name = operation["operationId"].as_str().expect("a name");
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !body.is_null() {
            inputs.push((name.to_owned(), body.clone()));
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let query = parameters.filter(|one| one["in"] == "query");
        let query: Map<_, _> =
            query.map(|one| (one["name"].as_str().expect("a name").to_owned(), one["schema"].clone())).collect();
        if !query.is_empty() {
            inputs.push((format!("{name} ?"), json!({ "type": "object", "properties": query })));
        }
    }
    for (_, schema) in &mut inputs {
        schema["components"] = json!({ "schemas": document["components"]["schemas"] });
        without_cursors_pattern(schema);
    }
    inputs
}

/// The document also has the formats as regular expressions. Only a cursor's pattern is stricter than its format, whose check
/// accepts any text.
fn without_cursors_pattern(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            if keywords.get("format").is_some_and(|format| format == CURSOR_FORMAT) {
                keywords.shift_remove("pattern");
            }
            keywords.values_mut().for_each(without_cursors_pattern);
        }
        Value::Array(values) => values.iter_mut().for_each(without_cursors_pattern),
        _ => {}
    }
}

/// The field of an error, as our responses name it.
fn fields(error: &ValidationError<'_>) -> Vec<String> {
    let mut place = String::new();
    for part in error.instance_path().to_string().split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(index) => place.push_str(&format!("[{index}]")),
            Err(_) if place.is_empty() => place.push_str(part),
            Err(_) => place.push_str(&format!(".{part}")),
        }
    }
    let inside = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match error.kind() {
        ValidationErrorKind::Required { property } => vec![inside(property.as_str().expect("a name"))],
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| inside(name)).collect()
        }
        _ => vec![place],
    }
}

/// Values at and beyond the edges of types, ranges and formats.
fn scalar(chance: &mut Random) -> Value {
    match chance.below(10) {
        0 => Value::Null,
        1 => json!(chance.once_in(2)),
        2 => {
            json!(chance.choose(&[-1_i64, 0, 1, 4, 5, 20, 100, 101, 365, 366, 86_400, i64::MIN, 9_007_199_254_740_993]))
        }
        3 => json!(chance.choose(&[1.0, 0.25, 0.24, 4.01, 86_400.5, 1e18, 1.8e19, -1e300])),
        4 => json!(
            "é".repeat(chance.choose(&[7, 8, 35, 36, 100, 101, 128, 129, 200, 201, 320, 321, 1_024, 1_025, 5_001]))
        ),
        5 => json!([chance.below(3)]),
        6 => json!({ "a": u64::MAX }),
        _ => json!(chance.pick(&TEXTS)),
    }
}

/// A value for a schema. About half of its fields are valid, as far as the schema makes that easy to generate.
fn value(root: &Value, schema: &Value, chance: &mut Random) -> Value {
    if let Some(target) = schema["$ref"].as_str() {
        return value(root, root.pointer(&target[1..]).expect("a component"), chance);
    }
    if let Some(properties) = schema["properties"].as_object()
        && !chance.once_in(20)
    {
        let mut fields = Map::new();
        for (name, schema) in properties {
            if !chance.once_in(5) {
                fields.insert(name.clone(), value(root, schema, chance));
            }
        }
        if chance.once_in(6) {
            fields.insert(chance.pick(&["unknown", "", "a b"]).to_owned(), scalar(chance));
        }
        return fields.into();
    }
    let is_plain = chance.once_in(2);
    match (&schema["enum"], &schema["anyOf"], &schema["items"]) {
        (Value::Array(known), _, _) if is_plain => chance.choose(&known.iter().collect::<Vec<_>>()).clone(),
        (_, Value::Array(all), _) if is_plain => {
            let schema = chance.choose(&all.iter().collect::<Vec<_>>());
            value(root, schema, chance)
        }
        (_, _, item @ Value::Object(_)) if is_plain => {
            (0..chance.below(4)).map(|_| value(root, item, chance)).collect()
        }
        _ => scalar(chance),
    }
}

#[test]
fn the_check_of_inputs_finds_the_same_fields_as_a_json_schema_validator() {
    let document = document();
    let mut chance = Random::from_seed(1);
    let (mut accepted, mut refused) = (0, BTreeSet::new());
    for (name, schema) in inputs(&document) {
        let own = Schema::new(schema.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let validator = with_formats().build(&schema).expect("a schema");
        for _ in 0..CASES_PER_INPUT {
            let value = value(&schema, &schema, &mut chance);
            let found: BTreeSet<String> = own.issues(&value).into_iter().map(|issue| issue.field).collect();
            let expected: BTreeSet<String> = validator.iter_errors(&value).flat_map(|error| fields(&error)).collect();
            assert_eq!(found, expected, "{name}: {value:#}");
            accepted += usize::from(found.is_empty());
            refused.extend(found.into_iter().map(|field| format!("{name} {field}")));
        }
    }
    assert!(accepted > 500 && refused.len() > 60, "{accepted} accepted, fields refused: {refused:?}");
}
