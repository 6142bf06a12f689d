//! `template.yaml` as the platform reads it: the functions with their routes, schedules, environments and permissions,
//! the tables, the secrets and the gateway's configuration.
//!
//! It reads what it supports and refuses everything else by name, because local tests are worthless if the template
//! means something different when it is deployed.

mod function;
mod gateway;
mod intrinsics;
mod policy;
mod schedule;
mod table;
mod value;
mod web;

pub use function::{Function, Route, Schedule};
pub use gateway::{Cors, Gateway, Throttle};
pub use policy::Statement;
pub use schedule::Expression;
pub use table::Table;
pub use value::{ACCOUNT, REGION, TemplateError};
pub use web::WebHeaders;

use intrinsics::Resolver;
use policy::ManagedPolicies;
use serde_json::Map;
use std::collections::BTreeMap;
use std::path::Path;
use value::{known_keys, object};

/// Resource types that have no counterpart here and do not affect what a function may do or how it is reached.
const WITHOUT_COUNTERPART: [&str; 16] = [
    "AWS::CloudFront::CachePolicy",
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

/// The content of a template, resolved for this machine.
#[derive(Clone, Debug)]
pub struct Template {
    /// By the name of the binary.
    pub functions: BTreeMap<String, Function>,
    /// The DynamoDB tables.
    pub tables: Vec<Table>,
    /// The secrets of Secrets Manager.
    pub secrets: Vec<Secret>,
    /// How the HTTP API treats every request.
    pub gateway: Gateway,
    /// The headers of the web app's pages and files.
    pub web_headers: WebHeaders,
    /// The path patterns of pages outside `/api` that functions make.
    pub page_patterns: Vec<String>,
    /// All parameters with their effective values.
    pub parameters: BTreeMap<String, String>,
}

/// A secret of Secrets Manager; its value is not part of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its name in the template: `StripeSecret`.
    pub logical_id: String,
    /// Its name in Secrets Manager.
    pub name: String,
    /// The ARN by which policies and functions refer to it.
    pub arn: String,
}

impl Template {
    /// Reads a template file. `overrides` replace the defaults of parameters with the same names. Others are ignored,
    /// because a process environment also contains unrelated variables.
    ///
    /// # Errors
    /// If the file cannot be read, or contains something that the platform cannot do exactly.
    pub fn load(file: &Path, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| TemplateError::new(file.display().to_string(), error.to_string()))?;
        Self::parse(&text, overrides)
    }

    /// Reads a template's text; see [`Template::load`].
    ///
    /// # Errors
    /// If it contains something that the platform cannot do exactly.
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
            page_patterns: Vec::new(),
            parameters: resolver.parameters().clone(),
        };
        let managed = ManagedPolicies::read(&resolver)?;
        let mut api = None;
        for (id, kind, resource) in resolver.resources() {
            match kind {
                "AWS::Serverless::Function" => {
                    let function = Function::read(&resolver, id, resource, object(&globals, "Function"), &managed)?;
                    let name = function.name.clone();
                    if template.functions.insert(name.clone(), function).is_some() {
                        return Err(TemplateError::new(id, format!("two functions have the binary `{name}`")));
                    }
                }
                "AWS::Serverless::HttpApi" if api.is_none() => api = Some((id, resolver.properties(id, resource)?)),
                "AWS::Serverless::HttpApi" => return Err(TemplateError::new(id, "only one HttpApi is supported")),
                "AWS::DynamoDB::Table" => template.tables.push(Table::read(&resolver, id, resource)?),
                "AWS::SecretsManager::Secret" => template.secrets.push(Secret {
                    logical_id: id.to_owned(),
                    name: resolver.physical_name(id)?,
                    arn: resolver.arn(id)?,
                }),
                "AWS::CloudFront::ResponseHeadersPolicy" => {
                    template.web_headers = web::headers(id, &resolver.properties(id, resource)?)?;
                }
                "AWS::CloudFront::Distribution" => template.page_patterns = web::page_patterns(id, resource)?,
                // These were already read, for the functions that name them.
                "AWS::IAM::ManagedPolicy" => {}
                "AWS::SES::EmailIdentity" | "AWS::SES::ConfigurationSet" => {}
                kind if WITHOUT_COUNTERPART.contains(&kind) => {}
                kind => return Err(TemplateError::new(id, format!("resources of type `{kind}` are not supported"))),
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
                    let problem = format!("the route `{}` already belongs to {other}", route.key());
                    return Err(TemplateError::new(&function.logical_id, problem));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
