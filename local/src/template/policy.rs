//! The policies of functions: lists of actions and resources, in the function itself or in a managed policy of the same
//! template.

use super::intrinsics::Resolver;
use super::value::{TemplateError, known_keys, strings};
use serde_json::Value;
use std::collections::BTreeMap;

/// An `Allow` statement, the only kind that is supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The policy that it is in: `LoginFunction`, or a managed policy's `ViewerPolicy`.
    pub policy: String,
    /// `dynamodb:GetItem`, …
    pub actions: Vec<String>,
    /// ARNs; a `*` matches any characters.
    pub resources: Vec<String>,
}

/// The managed policies of a template, by ARN.
#[derive(Default)]
pub(super) struct ManagedPolicies(BTreeMap<String, Vec<Statement>>);

impl ManagedPolicies {
    /// Reads every managed policy of a template.
    ///
    /// A policy must not attach itself to roles, because then a function would have permissions that its own `Policies`
    /// do not name.
    pub(super) fn read(resolver: &Resolver<'_>) -> Result<Self, TemplateError> {
        let mut policies = BTreeMap::new();
        for (id, _, resource) in resolver.resources().filter(|(_, kind, _)| *kind == "AWS::IAM::ManagedPolicy") {
            let properties = resolver.properties(id, resource)?;
            known_keys(&properties, &["Description", "PolicyDocument"], id)?;
            let document = properties.get("PolicyDocument").unwrap_or(&Value::Null);
            policies.insert(resolver.arn(id)?, document_of(document, id, &format!("{id}.PolicyDocument"))?);
        }
        Ok(Self(policies))
    }

    /// The statements of a function's `Policies`, including those of the managed policies that they name.
    pub(super) fn statements(&self, policies: Option<&Value>, place: &str) -> Result<Vec<Statement>, TemplateError> {
        let policies = match policies {
            None => return Ok(Vec::new()),
            Some(Value::Array(many)) => many.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let function = place.split('.').next().unwrap_or_default();
        let mut statements = Vec::new();
        for (at, policy) in policies.iter().enumerate() {
            let place = format!("{place}[{at}]");
            match policy.as_str() {
                None => statements.extend(document_of(policy, function, &place)?),
                Some(arn) => match self.0.get(arn) {
                    Some(managed) => statements.extend(managed.iter().cloned()),
                    None => {
                        let problem = format!("`{arn}` is not a managed policy of this template");
                        return Err(TemplateError::new(place, problem));
                    }
                },
            }
        }
        Ok(statements)
    }
}

/// The statements of a policy document.
fn document_of(document: &Value, policy: &str, place: &str) -> Result<Vec<Statement>, TemplateError> {
    let Some(document) = document.as_object().filter(|document| document.contains_key("Statement")) else {
        return Err(TemplateError::new(place, "only policies with explicit statements are supported"));
    };
    known_keys(document, &["Version", "Id", "Statement"], place)?;
    let many = match &document["Statement"] {
        Value::Array(many) => many.as_slice(),
        one => std::slice::from_ref(one),
    };
    many.iter().map(|statement| statement_of(statement, policy, place)).collect()
}

fn statement_of(statement: &Value, policy: &str, place: &str) -> Result<Statement, TemplateError> {
    let statement = statement.as_object().ok_or_else(|| TemplateError::new(place, "a statement is not a mapping"))?;
    known_keys(statement, &["Sid", "Effect", "Action", "Resource"], place)?;
    if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
        return Err(TemplateError::new(place, "only the effect `Allow` is supported"));
    }
    let list = |key: &str| {
        let value =
            statement.get(key).ok_or_else(|| TemplateError::new(place, format!("a statement has no `{key}`")))?;
        strings(value, place)
    };
    let (actions, resources) = (list("Action")?, list("Resource")?);
    if let Some(action) = actions.iter().find(|action| action.contains(['*', '?']) || !action.contains(':')) {
        return Err(TemplateError::new(place, format!("the action `{action}` does not name one action")));
    }
    if let Some(resource) = resources.iter().find(|resource| !resource.starts_with("arn:") || resource.contains('?')) {
        return Err(TemplateError::new(place, format!("the resource `{resource}` is not an ARN")));
    }
    Ok(Statement { policy: policy.to_owned(), actions, resources })
}
