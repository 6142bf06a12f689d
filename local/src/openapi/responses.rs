//! The responses of an operation by status, with their headers.

use super::examples::Examples;
use serde_json::{Map, Value, json};
use shared::endpoint::{Cache, Limit};
use shared::http::error::Code;
use shared::openapi::{ErrorSchemas, Operation};
use std::collections::BTreeMap;

/// The headers of a response that the limiter counted.
const RATE_LIMIT: [&str; 2] = ["RateLimit", "RateLimitPolicy"];

/// The responses by status; the description of an error lists its codes, which the schema `ErrorCode` explains.
pub(super) fn build(
    function: &str,
    operation: &Operation,
    errors: &ErrorSchemas,
    examples: &Examples,
) -> BTreeMap<String, Value> {
    let mut responses = BTreeMap::new();
    responses.insert(operation.status.to_string(), success(function, operation, examples));
    if operation.cache != Cache::NoStore {
        let headers = headers(&[&["XRequestId", "CacheControl"], cache_headers(operation)].concat());
        let description = "The response that the client has is still current.";
        responses.insert("304".to_owned(), json!({ "description": description, "headers": headers }));
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in &operation.codes {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    for (status, codes) in by_status {
        let response = error(&codes, &error_headers(operation, &codes), errors, examples);
        responses.insert(status.to_string(), response);
    }
    responses
}

fn success(function: &str, operation: &Operation, examples: &Examples) -> Value {
    let mut names = vec!["XRequestId", "CacheControl"];
    names.extend(cache_headers(operation));
    let mut content = json!({ "schema": operation.output });
    if let Some(example) = examples.response(function) {
        content["example"] = example.clone();
    }
    json!({ "description": "Success.", "headers": headers(&names), "content": { operation.content_type: content } })
}

/// The headers of a successful response that depend on its cache policy and limit.
fn cache_headers(operation: &Operation) -> &'static [&'static str] {
    match (operation.cache, operation.limit) {
        (Cache::Public | Cache::Distribution | Cache::Forever, _) | (Cache::Tagged, Limit::Exempt) => &["ETag"],
        (Cache::Tagged, _) => &["ETag", "RateLimit", "RateLimitPolicy"],
        (Cache::NoStore, Limit::Exempt) => &[],
        (Cache::NoStore, _) => &RATE_LIMIT,
    }
}

/// The response that carries one of these codes.
pub(super) fn error(codes: &[Code], names: &[&str], errors: &ErrorSchemas, examples: &Examples) -> Value {
    let names_of_codes: Vec<String> = codes.iter().map(|code| format!("`{}`", code.name())).collect();
    let mut content = json!({ "schema": errors.of_codes(codes) });
    let known = codes.iter().filter(|code| examples.error(**code).is_some());
    let examples: Map<String, Value> = known
        .map(|code| (code.name().to_owned(), json!({ "$ref": format!("#/components/examples/{}", code.name()) })))
        .collect();
    if !examples.is_empty() {
        content["examples"] = Value::Object(examples);
    }
    json!({
        "description": names_of_codes.join(", "),
        "headers": headers(names),
        "content": { "application/json": content },
    })
}

fn error_headers(operation: &Operation, codes: &[Code]) -> Vec<&'static str> {
    let mut names = vec!["XRequestId"];
    if operation.limit != Limit::Exempt {
        names.extend(RATE_LIMIT);
    }
    if codes.iter().any(|code| code.asks_for_token()) {
        names.push("WwwAuthenticate");
    }
    if codes.iter().any(|code| [Code::RateLimited, Code::Unavailable].contains(code)) {
        names.push("RetryAfter");
    }
    names
}

/// References to headers, by their names in a response.
fn headers(names: &[&str]) -> Map<String, Value> {
    let name_of = |component: &str| match component {
        "XRequestId" => "X-Request-Id",
        "CacheControl" => "Cache-Control",
        "RetryAfter" => "Retry-After",
        "RateLimitPolicy" => "RateLimit-Policy",
        "WwwAuthenticate" => "WWW-Authenticate",
        _ => "",
    };
    let reference = |component: &str| json!({ "$ref": format!("#/components/headers/{component}") });
    names
        .iter()
        .map(|component| {
            let name = Some(name_of(component)).filter(|name| !name.is_empty()).unwrap_or(component);
            (name.to_owned(), reference(component))
        })
        .collect()
}
