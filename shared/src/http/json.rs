//! Strict JSON: refuses input that two parsers could interpret differently.

use crate::http::error::{ApiError, Code};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};
use std::fmt;

/// The deepest nesting of arrays and objects.
pub const DEPTH_MAX: usize = 32;

/// Parses a body; `INVALID_JSON` for a syntax error, a duplicate key, nesting deeper than [`DEPTH_MAX`], or bytes that
/// are not UTF-8.
pub fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| refused(&format!("it is not UTF-8 after byte {}", error.valid_up_to())))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }.deserialize(&mut deserializer).map_err(|error| refused(&issue(&error)))?;
    deserializer.end().map_err(|error| refused(&issue(&error)))?;
    Ok(value)
}

fn refused(issue: &str) -> ApiError {
    ApiError::new(Code::InvalidJson, format!("The body is not valid JSON: {issue}."))
}

/// Describes the problem in plain words, because the parser's messages name Rust types and parser states.
fn issue(error: &serde_json::Error) -> String {
    let place = format!("at line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => "it ends too early".to_owned(),
        Category::Data => {
            let text = error.to_string();
            let end = format!(" at line {} column {}", error.line(), error.column());
            format!("{} {place}", text.strip_suffix(&end).unwrap_or(&text))
        }
        Category::Syntax if error.to_string().starts_with("number out of range") => {
            format!("it has a number that is too large {place}")
        }
        Category::Syntax | Category::Io => format!("there is a mistake {place}"),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            return Err(E::custom(format_args!("it is nested deeper than {DEPTH_MAX} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("it has a number that is too large"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(inner)?;
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key `{}` occurs twice", key.escape_debug())));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_json_is_refused() {
        let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        for refused in ["", "{", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":1}}", "1 2", "NaN", "1e999", &deep(33)] {
            assert_eq!(parse(refused.as_bytes()).map_err(|error| error.code), Err(Code::InvalidJson), "{refused}");
        }
        assert!(parse(b"{\"a\":\"\xff\"}").is_err());
        assert!(parse(deep(32).as_bytes()).is_ok());
        assert_eq!(
            parse(b" {\"a\":[1,2.5,null,true,\"x\"]} ").ok(),
            Some(serde_json::json!({"a":[1,2.5,null,true,"x"]}))
        );
    }
}
