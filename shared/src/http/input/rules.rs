//! Inputs with rules that involve several fields.

use super::json_body::{Body, required_json};
use super::query::{Query, query_value};
use super::{BodyRule, Described, Input, RawRequest};
use crate::http::body;
use crate::http::error::{ApiError, Details, FieldIssue};
use crate::http::rules::{Fields, Rules};
use jiff::Timestamp;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A body or a query with [`Rules`] that involve several fields. Its content is accessible only with the issues that
/// the rules found, so the response can list all issues at once: those of the schema, those of the rules, and those
/// that the endpoint finds in its rows.
#[derive(Clone, Debug)]
pub struct WithRules<I> {
    input: I,
    issues: Vec<FieldIssue>,
}

impl<I> WithRules<I> {
    /// The input, which may break the rules: for naming the rows to read.
    pub fn unchecked(&self) -> &I {
        &self.input
    }

    /// The input, if it breaks no rule and there are no `other` issues.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with all issues.
    pub fn checked(self, other: Vec<FieldIssue>) -> Result<I, ApiError> {
        let issues = [self.issues, other].concat();
        if issues.is_empty() { Ok(self.input) } else { Err(ApiError::validation(issues)) }
    }
}

impl<T: Rules + DeserializeOwned + JsonSchema + Send + 'static> Input for WithRules<Body<T>> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let value = required_json(request)?;
        let issues = broken::<T>(&value, request.now);
        with_issues(body::read(value).map(Body), issues)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        Body::<T>::describe(generator, described);
    }
}

impl<T: Rules + DeserializeOwned + JsonSchema + Send + 'static> Input for WithRules<Query<T>> {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let (value, known) = query_value::<T>(request);
        let issues = broken::<T>(&value, request.now);
        with_issues(body::read_beside(value, known).map(Query), issues)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        Query::<T>::describe(generator, described);
    }
}

fn broken<T: Rules>(value: &Value, now: Timestamp) -> Vec<FieldIssue> {
    value.as_object().map(|fields| T::issues(&Fields::new(fields), now)).unwrap_or_default()
}

fn with_issues<I>(read: Result<I, ApiError>, issues: Vec<FieldIssue>) -> Result<WithRules<I>, ApiError> {
    match read {
        Ok(input) => Ok(WithRules { input, issues }),
        Err(ApiError { details: Details::Fields(mut found), .. }) => {
            found.extend(issues);
            Err(ApiError::validation(found))
        }
        Err(error) => Err(error),
    }
}
