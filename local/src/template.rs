//! `template.yaml` as the platform reads it: the functions with their routes, schedules, environment and permissions, the
//! tables, the secrets and the gateway's configuration.
//!
//! It reads what it knows and refuses the rest by name: a template that means something else when deployed than here
//! would make every local test a lie.

mod function;
mod gateway;
mod intrinsics;
mod schedule;
mod table;
mod web;

pub use function::{Function, Route, Schedule, Statement};
pub use gateway::{Cors, Gateway, Throttle};
pub use schedule::Expression;
pub use table::Table;
pub use web::WebHeaders;

use intrinsics::Resolver;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The account that local ARNs name.
pub const ACCOUNT: &str = "000000000000";
/// The region that local ARNs name and the SDKs are configured with.
pub const REGION: &str = "us-east-1";

/// Resources that have no counterpart here and change nothing about what a function may do or how it is reached.
const WITHOUT_COUNTERPART: [&str; 17] = [
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
];

/// What a template says, resolved for this machine.
#[derive(Clone, Debug)]
pub struct Template {
    /// By binary name.
    pub functions: BTreeMap<String, Function>,
    /// The DynamoDB tables.
    pub tables: Vec<Table>,
    /// The secrets of Secrets Manager.
    pub secrets: Vec<Secret>,
    /// How the HTTP API treats every request.
    pub gateway: Gateway,
    /// The headers of the web app's pages and files.
    pub web_headers: WebHeaders,
    /// Every parameter with the value in force.
    pub parameters: BTreeMap<String, String>,
}

/// A secret of Secrets Manager; what it holds is not the template's affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its name in the template: `StripeSecret`.
    pub logical_id: String,
    /// Its name in Secrets Manager.
    pub name: String,
    /// What policies and functions call it by.
    pub arn: String,
}

/// Why a template cannot be served: where, and what is wrong there.
#[derive(Debug)]
pub struct TemplateError {
    place: String,
    problem: String,
}

impl TemplateError {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template.yaml, {}: {}", self.place, self.problem)
    }
}

impl std::error::Error for TemplateError {}

impl Template {
    /// Reads a template file. `overrides` replace the defaults of parameters of the same names; others are ignored, since
    /// a process environment holds much that is not meant for us.
    ///
    /// # Errors
    /// When the file cannot be read, or says something that the platform cannot do exactly.
    pub fn load(file: &Path, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| TemplateError::new(file.display().to_string(), error.to_string()))?;
        Self::parse(&text, overrides)
    }

    /// Reads a template's text; see [`Template::load`].
    ///
    /// # Errors
    /// When it says something that the platform cannot do exactly.
    pub fn parse(text: &str, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let document = intrinsics::document(text)?;
        let resolver = Resolver::new(&document, overrides)?;
        let globals = resolver.section("Globals")?;
        known_keys(&globals, &["Function", "HttpApi"], "Globals")?;
        let mut template = Self {
            functions: BTreeMap::new(),
            tables: Vec::new(),
            secrets: Vec::new(),
            gateway: Gateway::default(),
            web_headers: Vec::new(),
            parameters: resolver.parameters().clone(),
        };
        let mut api = None;
        for (id, kind, resource) in resolver.resources() {
            match kind {
                "AWS::Serverless::Function" => {
                    let function = Function::read(&resolver, id, resource, object(&globals, "Function"))?;
                    let name = function.name.clone();
                    if template.functions.insert(name.clone(), function).is_some() {
                        return Err(TemplateError::new(id, format!("the binary `{name}` belongs to two functions")));
                    }
                }
                "AWS::Serverless::HttpApi" if api.is_none() => api = Some((id, resolver.properties(id, resource)?)),
                "AWS::Serverless::HttpApi" => return Err(TemplateError::new(id, "a second HttpApi")),
                "AWS::DynamoDB::Table" => template.tables.push(Table::read(&resolver, id, resource)?),
                "AWS::SecretsManager::Secret" => template.secrets.push(Secret {
                    logical_id: id.to_owned(),
                    name: resolver.physical_name(id)?,
                    arn: resolver.arn(id)?,
                }),
                "AWS::CloudFront::ResponseHeadersPolicy" => {
                    template.web_headers = web::headers(id, &resolver.properties(id, resource)?)?;
                }
                "AWS::SES::EmailIdentity" | "AWS::SES::ConfigurationSet" => {}
                kind if WITHOUT_COUNTERPART.contains(&kind) => {}
                kind => return Err(TemplateError::new(id, format!("resources of type `{kind}` are unknown here"))),
            }
        }
        let (place, own) = api.unwrap_or_else(|| ("Globals.HttpApi", Map::new()));
        template.gateway = Gateway::read(place, &own, object(&globals, "HttpApi"))?;
        template.routes_are_unique()?;
        Ok(template)
    }

    fn routes_are_unique(&self) -> Result<(), TemplateError> {
        let mut seen = BTreeMap::new();
        for function in self.functions.values() {
            for route in &function.routes {
                if let Some(other) = seen.insert(route.key(), &function.logical_id) {
                    let problem = format!("the route `{}` is {other}'s already", route.key());
                    return Err(TemplateError::new(&function.logical_id, problem));
                }
            }
        }
        Ok(())
    }
}

/// The mapping under `key`, empty when there is none.
fn object<'a>(parent: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    parent.get(key).and_then(Value::as_object)
}

/// Refuses keys that the platform would pass over in silence.
fn known_keys(map: &Map<String, Value>, known: &[&str], place: &str) -> Result<(), TemplateError> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(TemplateError::new(place, format!("`{key}` is unknown here"))),
        None => Ok(()),
    }
}

/// A string, or a number or truth value written as one: all that CloudFormation makes strings of.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// One string or a list of them.
fn strings(value: &Value, place: &str) -> Result<Vec<String>, TemplateError> {
    let many = match value {
        Value::Array(many) => many.iter().map(scalar).collect(),
        one => scalar(one).map(|one| vec![one]),
    };
    many.ok_or_else(|| TemplateError::new(place, "neither a string nor a list of strings"))
}

#[cfg(test)]
mod tests;
