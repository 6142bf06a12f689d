//! Rules of an input that involve several of its fields, which no schema expresses.

use crate::http::error::FieldIssue;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// An input with such rules.
pub trait Rules {
    /// The issues of an input that arrives at `now`. It is checked whether or not it fits the schema, so that the
    /// response lists the issues of both: a rule whose fields are invalid is skipped.
    fn issues(fields: &Fields<'_>, now: Timestamp) -> Vec<FieldIssue>;
}

/// The fields of an input as they were sent.
#[derive(Debug)]
pub struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields of an object.
    pub fn new(fields: &'a Map<String, Value>) -> Self {
        Self(fields)
    }

    /// A field, valid or not; `None` if it is missing.
    pub fn given(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// Whether a field is there and not `null`.
    pub fn is_set(&self, name: &str) -> bool {
        self.given(name).is_some_and(|value| !value.is_null())
    }

    /// A field's value; `None` if it is missing, `null` or invalid.
    pub fn valid<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.given(name).filter(|value| !value.is_null()).and_then(|value| serde_json::from_value(value.clone()).ok())
    }
}
