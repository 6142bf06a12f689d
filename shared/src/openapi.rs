//! Operations of the API document, read off the endpoints' types.

use crate::endpoint::{Access, Caller, Endpoint, Output};
use crate::http::error::Code;
use crate::http::input::{Described, Input};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;
use std::borrow::Cow;

/// What the document says of an endpoint; its paths are the template's.
#[derive(Clone, Debug)]
pub struct Operation {
    /// One line.
    pub summary: &'static str,
    /// What a caller has to show.
    pub access: Access,
    /// Path, query and body.
    pub input: Described,
    /// The status of success.
    pub status: u16,
    /// The schema of its body.
    pub output: Value,
    /// Everything else it may answer.
    pub codes: Vec<Code>,
}

/// A generator whose schemas refer to the document's components.
pub fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = Cow::Borrowed("/components/schemas");
    settings.meta_schema = None;
    settings.into_generator()
}

/// Describes an endpoint; the schemas it names are added to the generator.
pub fn describe<E: Endpoint>(generator: &mut SchemaGenerator) -> Operation {
    let mut input = Described::default();
    E::Input::describe(generator, &mut input);
    Operation {
        summary: E::SUMMARY,
        access: E::Caller::ACCESS,
        input,
        status: E::STATUS,
        output: E::Output::describe(generator),
        codes: crate::lambda::codes::<E>(),
    }
}

/// The schema of the envelope of an error.
#[derive(JsonSchema)]
#[schemars(rename = "Error")]
#[allow(dead_code, reason = "described, never made")]
pub struct ErrorAnswer {
    success: bool,
    error: ErrorBody,
}

#[derive(JsonSchema)]
#[allow(dead_code, reason = "described, never made")]
struct ErrorBody {
    code: Code,
    message: String,
    details: Option<Vec<Value>>,
    request_id: String,
}
