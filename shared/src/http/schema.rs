//! Converts schemas to the form that both the input check and the API document use.

use serde_json::{Map, Value, json};

/// Turns each list of alternative constants into one `enum`, recursively. schemars writes an enum whose variants have
/// doc comments as `oneOf`, which client generators turn into a type without values. The comments move to the
/// description, and to `x-enum-descriptions` in the order of the values.
pub fn with_plain_enums(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(variants) = fields.get("oneOf").and_then(variants) {
                fields.shift_remove("oneOf");
                write_enum(fields, &variants);
            }
            fields.values_mut().for_each(with_plain_enums);
        }
        Value::Array(values) => values.iter_mut().for_each(with_plain_enums),
        _ => {}
    }
}

/// The values of alternatives if all are constants, each with its description.
fn variants(one_of: &Value) -> Option<Vec<(String, String)>> {
    let mut variants = Vec::new();
    for alternative in one_of.as_array()? {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let description = alternative.get("description").and_then(text).unwrap_or_default();
        match (alternative.get("const"), alternative.get("enum")) {
            (Some(value), None) => variants.push((text(value)?, description)),
            (None, Some(values)) => {
                for value in values.as_array()? {
                    variants.push((text(value)?, description.clone()));
                }
            }
            _ => return None,
        }
    }
    Some(variants)
}

fn write_enum(fields: &mut Map<String, Value>, variants: &[(String, String)]) {
    let mut description = fields.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let described = variants.iter().filter(|(_, meaning)| !meaning.is_empty());
    let lines: Vec<String> =
        described.map(|(value, meaning)| format!("- `{value}`: {}", meaning.replace('\n', " "))).collect();
    if !lines.is_empty() {
        description = format!("{description}\n\n{}", lines.join("\n"));
        fields.insert("x-enum-descriptions".to_owned(), variants.iter().map(|(_, meaning)| json!(meaning)).collect());
    }
    fields.insert("type".to_owned(), json!("string"));
    fields.insert("enum".to_owned(), variants.iter().map(|(value, _)| json!(value)).collect());
    fields.insert("description".to_owned(), json!(description.trim_start()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternative_constants_become_an_enum_and_keep_their_descriptions() {
        let mut schema = json!({ "properties": { "order": { "description": "The order.", "oneOf": [
            { "type": "string", "enum": ["a", "b"] },
            { "type": "string", "const": "c", "description": "The\nlast." },
        ] } } });
        with_plain_enums(&mut schema);
        assert_eq!(
            schema["properties"]["order"],
            json!({
                "type": "string",
                "enum": ["a", "b", "c"],
                "description": "The order.\n\n- `c`: The last.",
                "x-enum-descriptions": ["", "", "The\nlast."],
            })
        );
    }

    #[test]
    fn alternatives_of_other_kinds_stay() {
        let schema = json!({ "oneOf": [{ "type": "string", "const": "a" }, { "type": "null" }] });
        let mut after = schema.clone();
        with_plain_enums(&mut after);
        assert_eq!(after, schema);
    }
}
