//! The API document: paths of the template, shapes of the endpoints' types.

use crate::functions::DESCRIPTIONS;
use crate::template::{Route, Template};
use serde_json::{Map, Value, json};
use shared::endpoint::Access;
use shared::openapi::{ErrorAnswer, Operation, generator};
use std::collections::BTreeMap;

/// The prefix whose paths answer as those without it, and stand in the document once.
const ALIAS: &str = "/api/v1/";

/// The OpenAPI 3.1 document of the service, pretty-printed.
pub fn document(template: &Template) -> String {
    let mut generator = generator();
    let error = generator.subschema_for::<ErrorAnswer>().to_value();
    let mut paths: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for function in template.functions.values() {
        let Some((_, describe)) = DESCRIPTIONS.iter().find(|(name, _)| *name == function.name) else { continue };
        let operation = describe(&mut generator);
        for route in &function.routes {
            if let Route::Path(Some(method), path) = route
                && !path.starts_with(ALIAS)
            {
                let entry = entry_of(&function.name, path, &operation, &error);
                paths.entry(path).or_default().insert(method.as_str().to_lowercase(), entry);
            }
        }
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Marquee",
            "version": "1",
            "description": "A subscription video service. Every answer is `{success, data}` or `{success, error}`; \
                            `/api/v1/…` answers as `/api/…` does.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": sorted(generator.take_definitions(true)),
            "securitySchemes": { "session": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
    });
    format!("{document:#}\n")
}

fn entry_of(function: &str, path: &str, operation: &Operation, error: &Value) -> Value {
    let mut parameters = operation.input.query.clone();
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in names {
        let schema = operation.input.path.clone().unwrap_or_else(|| json!({ "type": "string" }));
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    let mut entry = json!({
        "operationId": function,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses(operation, error),
    });
    if let Some(body) = &operation.input.body {
        entry["requestBody"] = body.clone();
    }
    match operation.access {
        Access::Session { .. } | Access::Admin => entry["security"] = json!([{ "session": [] }]),
        Access::Open | Access::Signature => entry["security"] = json!([]),
    }
    if operation.access == Access::Admin {
        entry["description"] = json!("For users whose role is `admin`.");
    }
    entry
}

/// The answers by status; the codes of one status stand in its description.
fn responses(operation: &Operation, error: &Value) -> BTreeMap<String, Value> {
    let content = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let success = json!({ "description": "Success.", "content": content(&operation.output) });
    let mut responses = BTreeMap::from([(operation.status.to_string(), success)]);
    let mut by_status: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for code in &operation.codes {
        by_status.entry(code.status().as_u16().to_string()).or_default().push(code.name());
    }
    for (status, codes) in by_status {
        let description = codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        responses.insert(status, json!({ "description": description, "content": content(error) }));
    }
    responses
}

fn sorted(schemas: Map<String, Value>) -> BTreeMap<String, Value> {
    schemas.into_iter().collect()
}
