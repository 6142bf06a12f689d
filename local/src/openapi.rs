//! The API document: paths from the template, schemas from the endpoints' types, examples from `docs/examples`.

use crate::functions::Functions;
use crate::template::{Route, Template};
use components::{EMPTY_RESPONSE, response_name};
use examples::Examples;
use serde_json::{Value, json};
use shared::endpoint::{Access, Cache, Tag};
use shared::http::error::Code;
use shared::http::schema::with_plain_enums;
use shared::openapi::{ErrorSchemas, Generators, Operation};
use std::collections::BTreeMap;
use std::path::Path;

mod components;
pub mod examples;
mod finish;
mod responses;

/// The OpenAPI 3.1 document of the service, pretty-printed. The examples are in a folder.
///
/// # Errors
/// If an example cannot be read.
pub fn document(template: &Template, functions: &Functions, examples: &Path) -> std::io::Result<String> {
    let examples = Examples::load(examples)?;
    let mut generators = Generators::default();
    let errors = ErrorSchemas::generate(&mut generators);
    let mut successes = BTreeMap::new();
    let mut paths: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for function in template.functions.values() {
        let Some(endpoint) = functions.endpoints.iter().find(|endpoint| endpoint.name == function.name) else {
            continue;
        };
        // Pages for browsers and crawlers are not part of the API document.
        if !function.routes.iter().all(Route::is_api) {
            continue;
        }
        let mut operation = (endpoint.describe)(&mut generators);
        name_success(&function.name, &mut operation, &mut successes);
        for route in &function.routes {
            if let Route::Path(Some(method), path) = route
                // The introduction describes HEAD once for all operations.
                && method != http::Method::HEAD
            {
                let operation = with_body_errors(operation.clone(), method);
                let entry = entry_of(&function.name, path, &operation, &errors, &examples);
                paths.entry(path).or_default().insert(method.as_str().to_lowercase(), entry);
            }
        }
    }
    let mut schemas = generators.schemas();
    schemas.extend(successes);
    let mut components = components::shared(&errors, &examples);
    components["schemas"] = json!(schemas);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Marquee",
            "version": "1",
            "description": components::INTRODUCTION,
        },
        "servers": [{ "url": "/" }],
        "tags": Tag::ALL.map(Tag::text).map(|(name, text)| json!({ "name": name, "description": text })),
        "paths": paths,
        "components": components,
    });
    with_plain_enums(&mut document);
    finish::document(&mut document);
    Ok(format!("{document:#}\n"))
}

/// Gives the body of a success its own name, which is better than one that a client generator invents.
fn name_success(function: &str, operation: &mut Operation, successes: &mut BTreeMap<String, Value>) {
    let Some(properties) = operation.output["properties"].as_object() else { return };
    let name = if properties.len() == 1 { EMPTY_RESPONSE.to_owned() } else { response_name(function) };
    let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
    successes.insert(name, std::mem::replace(&mut operation.output, reference));
}

/// Adds the errors of a body that is sent although none is needed. A client would hardly send one with `GET`.
fn with_body_errors(mut operation: Operation, method: &http::Method) -> Operation {
    if operation.input.body.is_none() && *method != http::Method::GET {
        operation.codes.extend([Code::PayloadTooLarge, Code::UnsupportedMediaType]);
        operation.codes.sort_unstable();
        operation.codes.dedup();
    }
    operation
}

fn entry_of(function: &str, path: &str, operation: &Operation, errors: &ErrorSchemas, examples: &Examples) -> Value {
    let mut entry = json!({
        "operationId": function,
        "summary": operation.summary,
        "tags": [operation.tag.text().0],
        "parameters": parameters(path, operation),
        "responses": responses::build(function, operation, errors, examples),
        "security": components::security(operation.access),
    });
    if let Some(body) = &operation.input.body {
        entry["requestBody"] = body.clone();
        if let Some(example) = examples.request(function).filter(|_| !body["content"]["application/json"].is_null()) {
            entry["requestBody"]["content"]["application/json"]["example"] = example.clone();
        }
    }
    if let Some(text) = access_text(operation.access) {
        entry["description"] = json!(text);
    }
    entry
}

fn parameters(path: &str, operation: &Operation) -> Vec<Value> {
    let mut parameters = operation.input.parameters.clone();
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in names {
        let given = if name == "language" { &operation.input.language } else { &operation.input.path };
        let schema = given.clone().unwrap_or_else(|| json!({ "type": "string" }));
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    if operation.cache != Cache::NoStore {
        parameters.push(json!({ "$ref": "#/components/parameters/IfNoneMatch" }));
    }
    parameters
}

/// What a caller needs beyond the security scheme.
fn access_text(access: Access) -> Option<&'static str> {
    match access {
        Access::Admin => Some("For users whose role is `admin`."),
        Access::RecentAdmin => Some(
            "For users whose role is `admin` and who signed in within the last 15 minutes. Otherwise the \
             response is 403 `REAUTHENTICATION_REQUIRED`: sign in again, then repeat the request.",
        ),
        Access::Session { expired_days: 1.., .. } => Some("Also accepts a token that expired up to 30 days ago."),
        Access::Session { .. } | Access::Open | Access::Signature(_) => None,
    }
}
