//! Checks a JSON value against a JSON Schema and reports every issue at once, in plain words.
//!
//! It implements only the keywords that the input schemas use, and refuses a schema with any other keyword. So an unknown
//! keyword never lets an invalid input pass. A complete validator would add two regular expression engines and the
//! metaschemas of every draft to each function. The tests compare this check with such a validator (`tests/schemas.rs`).

use crate::http::error::FieldIssue;
use crate::models::format;
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// The message for a value without a more specific one.
pub const NOT_ALLOWED: &str = "has a value that is not allowed here";
/// Keywords that describe a value and do not restrict it.
const DESCRIPTIONS: [&str; 9] =
    ["$schema", "$defs", "components", "title", "description", "default", "writeOnly", "readOnly", "deprecated"];
/// How many references may lead from one schema to the next without a step into the value.
const REFERENCES_MAX: u8 = 8;

/// A schema whose keywords are all supported.
#[derive(Debug)]
pub struct Schema(Value);

impl Schema {
    /// Accepts a schema. References are pointers from its root.
    ///
    /// # Errors
    /// If any part of it has an unsupported keyword.
    pub fn new(schema: Value) -> Result<Self, String> {
        check_supported(&schema, &schema, &mut Vec::new())?;
        Ok(Self(schema))
    }

    /// All issues of a value. Messages never contain the value, because it may be a password.
    pub fn issues(&self, value: &Value) -> Vec<FieldIssue> {
        let mut issues = Vec::new();
        self.check(&self.0, &ValuePath(String::new()), value, &mut issues);
        issues
    }

    fn check(&self, schema: &Value, path: &ValuePath, value: &Value, issues: &mut Vec<FieldIssue>) {
        if let Some(kinds) = schema.get("type")
            && !words(kinds).any(|kind| is_of(kind, value))
        {
            issues.push(path.issue(format!("must be {}", types(kinds))));
        }
        if schema.get("const").is_some_and(|only| only != value) {
            issues.push(path.issue(NOT_ALLOWED));
        }
        if let Some(Value::Array(known)) = schema.get("enum")
            && !known.contains(value)
        {
            issues.push(path.issue(format!("must be one of {}", list(known))));
        }
        match value {
            Value::Number(_) => number(schema, path, value, issues),
            Value::String(text) => string(schema, path, text, issues),
            Value::Array(items) => self.array(schema, path, items, issues),
            Value::Object(fields) => self.object(schema, path, fields, issues),
            Value::Null | Value::Bool(_) => {}
        }
        if let Some(Value::Array(alternatives)) = schema.get("anyOf") {
            self.any_of(alternatives, path, value, issues);
        }
        if let Some(target) = target(&self.0, schema) {
            self.check(target, path, value, issues);
        }
    }

    fn array(&self, schema: &Value, path: &ValuePath, items: &[Value], issues: &mut Vec<FieldIssue>) {
        if let Some(limit) = size(schema, "minItems").filter(|limit| items.len() < *limit) {
            issues.push(path.issue(format!("must have at least {limit} entries")));
        }
        if let Some(limit) = size(schema, "maxItems").filter(|limit| items.len() > *limit) {
            issues.push(path.issue(format!("must have at most {limit} entries")));
        }
        if let Some(schema) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.check(schema, &path.item(index), item, issues);
            }
        }
    }

    fn object(&self, schema: &Value, path: &ValuePath, fields: &Map<String, Value>, issues: &mut Vec<FieldIssue>) {
        for name in schema.get("required").into_iter().flat_map(words).filter(|name| !fields.contains_key(*name)) {
            issues.push(path.field(name).issue("is required"));
        }
        let known = schema.get("properties").and_then(Value::as_object);
        for (name, value) in fields {
            if let Some(schema) = known.and_then(|known| known.get(name)) {
                self.check(schema, &path.field(name), value, issues);
            }
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let is_known = |name: &str| known.is_some_and(|known| known.contains_key(name));
            for name in fields.keys().filter(|name| !is_known(name)) {
                issues.push(path.field(name).issue("is not a known field"));
            }
        }
    }

    /// The issues of the intended alternative, which is the one with the right type. A nullable field has two alternatives.
    fn any_of(&self, alternatives: &[Value], path: &ValuePath, value: &Value, issues: &mut Vec<FieldIssue>) {
        let mut wanted = Vec::new();
        let mut intended = None;
        for alternative in alternatives {
            let mut found = Vec::new();
            self.check(alternative, path, value, &mut found);
            if found.is_empty() {
                return;
            }
            match self.kinds(alternative).filter(|kinds| !words(kinds).any(|kind| is_of(kind, value))) {
                Some(kinds) => wanted.push(types(kinds)),
                None => intended = intended.or(Some(found)),
            }
        }
        wanted.retain(|words| !words.is_empty());
        wanted.dedup();
        issues.extend(intended.unwrap_or_else(|| vec![path.issue(format!("must be {}", wanted.join(" or ")))]));
    }

    /// The types that a schema allows, itself or by reference.
    fn kinds<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        schema.get("type").or_else(|| self.kinds(target(&self.0, schema)?))
    }
}

/// The path of a value, such as `items[0].price`. The root is the empty text.
struct ValuePath(String);

impl ValuePath {
    fn field(&self, name: &str) -> Self {
        Self(if self.0.is_empty() { name.to_owned() } else { format!("{}.{name}", self.0) })
    }

    fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    fn issue(&self, issue: impl Into<String>) -> FieldIssue {
        FieldIssue::new(self.0.clone(), issue)
    }
}

/// Fails if the schema, a part of it or a schema that it references has a keyword that [`Schema::check`] does not support.
/// `seen` holds the references that were followed.
fn check_supported<'a>(root: &'a Value, schema: &'a Value, seen: &mut Vec<&'a Value>) -> Result<(), String> {
    let Value::Object(keywords) = schema else { return Err(format!("{schema} is not the schema of a value")) };
    for (keyword, value) in keywords {
        let is_known = match keyword.as_str() {
            "type" => words(value).count() > 0,
            "const" => true,
            "enum" | "required" => value.is_array(),
            "minimum" | "maximum" => value.is_number(),
            "minLength" | "maxLength" | "minItems" | "maxItems" => value.is_u64(),
            "additionalProperties" => value.is_boolean(),
            "properties" => each(root, value.as_object().map(Map::values), seen)?,
            "anyOf" => each(root, value.as_array().map(|all| all.iter()), seen)?,
            "items" => each(root, Some([value]), seen)?,
            "$ref" if seen.contains(&value) => true,
            "$ref" => {
                seen.push(value);
                ends(root, schema) && each(root, target(root, schema).map(|target| [target]), seen)?
            }
            // Rust's integer widths are formats as well. Deserialization checks them.
            "format" => {
                is_format(value) || !keywords.get("type").is_some_and(|kinds| words(kinds).any(|kind| kind == "string"))
            }
            // The pattern is for clients; the check uses the format.
            "pattern" => keywords.get("format").is_some_and(is_format),
            other => DESCRIPTIONS.contains(&other) || other.starts_with("x-"),
        };
        if !is_known {
            return Err(format!("inputs are not checked for `{keyword}`: {value}"));
        }
    }
    Ok(())
}

fn each<'a>(
    root: &'a Value,
    schemas: Option<impl IntoIterator<Item = &'a Value>>,
    seen: &mut Vec<&'a Value>,
) -> Result<bool, String> {
    let Some(schemas) = schemas else { return Ok(false) };
    schemas.into_iter().try_for_each(|schema| check_supported(root, schema, seen)).map(|()| true)
}

fn is_format(name: &Value) -> bool {
    format::ALL.iter().any(|format| *name == format.name)
}

fn target<'a>(root: &'a Value, schema: &Value) -> Option<&'a Value> {
    root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
}

/// Whether following references ends at a schema that is not itself a reference.
fn ends(root: &Value, schema: &Value) -> bool {
    let mut schema = schema;
    for _ in 0..REFERENCES_MAX {
        match (schema.get("$ref"), target(root, schema)) {
            (None, _) => return true,
            (Some(_), Some(next)) => schema = next,
            (Some(_), None) => return false,
        }
    }
    false
}

fn number(schema: &Value, path: &ValuePath, value: &Value, issues: &mut Vec<FieldIssue>) {
    if let Some(limit) = schema.get("minimum").filter(|limit| order(value, limit) == Some(Ordering::Less)) {
        issues.push(path.issue(format!("must be at least {}", plain(limit))));
    }
    if let Some(limit) = schema.get("maximum").filter(|limit| order(value, limit) == Some(Ordering::Greater)) {
        issues.push(path.issue(format!("must be at most {}", plain(limit))));
    }
}

/// Whole numbers are compared exactly.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    let whole = |value: &Value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn string(schema: &Value, path: &ValuePath, text: &str, issues: &mut Vec<FieldIssue>) {
    let characters = text.chars().count();
    match size(schema, "minLength").filter(|limit| characters < *limit) {
        Some(1) => issues.push(path.issue("must not be blank")),
        Some(limit) => issues.push(path.issue(format!("must have at least {limit} characters"))),
        None => {}
    }
    if let Some(limit) = size(schema, "maxLength").filter(|limit| characters > *limit) {
        issues.push(path.issue(format!("must have at most {limit} characters")));
    }
    let format = schema.get("format").and_then(Value::as_str);
    issues.extend(format.and_then(|format| format::issue(format, text)).map(|issue| path.issue(issue)));
}

fn size(schema: &Value, keyword: &str) -> Option<usize> {
    schema.get(keyword)?.as_u64().and_then(|limit| usize::try_from(limit).ok())
}

/// A word or a list of words.
fn words(value: &Value) -> impl Iterator<Item = &str> {
    let several = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    several.iter().filter_map(Value::as_str)
}

fn list(values: &[Value]) -> String {
    values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        _ => false,
    }
}

/// A limit as people write it: 4, not 4.0.
fn plain(limit: &Value) -> String {
    match limit.as_f64() {
        Some(number) => number.to_string(),
        None => limit.to_string(),
    }
}

/// The expected types in words. `null` is left out.
fn types(kinds: &Value) -> String {
    let wanted = words(kinds).filter(|kind| *kind != "null").map(|kind| match kind {
        "array" => "a list",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "object" => "an object",
        "string" => "text",
        other => other,
    });
    wanted.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_with_an_unknown_keyword_at_any_depth_is_refused() {
        let unknown = json!({ "type": "string", "pattern": "^a$" });
        for schema in [
            unknown.clone(),
            json!({ "not": {} }),
            json!({ "type": "string", "format": "uri" }),
            json!({ "properties": { "a": unknown } }),
            json!({ "items": unknown }),
            json!({ "anyOf": [{ "type": "null" }, unknown] }),
            json!({ "additionalProperties": { "type": "string" } }),
            json!({ "$ref": "#/$defs/A" }),
            json!({ "$ref": "#/$defs/A", "$defs": { "A": unknown } }),
            json!({ "$ref": "#/$defs/A", "$defs": { "A": { "$ref": "#/$defs/A" } } }),
            json!(true),
        ] {
            assert!(Schema::new(schema.clone()).is_err(), "{schema}");
        }
    }

    #[test]
    fn a_list_is_checked_entry_by_entry() {
        let entry = json!({ "type": "object", "properties": { "a": { "type": "integer", "minimum": 1 } } });
        let schema = Schema::new(json!({ "type": "array", "maxItems": 2, "items": entry })).expect("known keywords");
        let issues = schema.issues(&json!([{ "a": 1 }, { "a": 0 }, { "a": "x" }]));
        let issues: Vec<_> = issues.iter().map(|issue| format!("{} {}", issue.field, issue.issue)).collect();
        assert_eq!(
            issues,
            [" must have at most 2 entries", "[1].a must be at least 1", "[2].a must be a whole number"]
        );
    }
}
