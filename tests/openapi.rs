//! `openapi`: the document that is served, and checks that it is accurate.

use local::template::Template;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use support::Platform;

fn committed_document() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    std::fs::read_to_string(root.join("docs/openapi.json")).expect("docs/openapi.json")
}

fn template() -> Template {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    Template::load(&root.join("template.yaml"), &BTreeMap::new()).expect("a supported template")
}

#[test]
fn the_document_matches_the_template_and_the_types() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let fresh =
        local::openapi::document(&template(), &service::FUNCTIONS, &root.join("docs/examples")).expect("examples");
    assert!(fresh == committed_document(), "docs/openapi.json is stale: run `make openapi`");
}

#[test]
fn every_route_lists_its_errors_and_every_reference_resolves() {
    let document: Value = serde_json::from_str(&committed_document()).expect("JSON");
    for function in template().functions.values() {
        for route in &function.routes {
            let local::template::Route::Path(Some(method), path) = route else { continue };
            if *method == Method::HEAD || !route.is_api() {
                continue;
            }
            let operation = &document["paths"][path][method.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], function.name.as_str(), "{method} {path}");
            assert!(operation["responses"].get("500").is_some(), "{method} {path} documents no errors");
        }
    }
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.trim_start_matches('#');
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                open.extend(fields.values());
            }
            Value::Array(values) => open.extend(values),
            _ => {}
        }
    }
}

/// Every schema of the document with its location: each object that has a type, an enum, alternatives or properties.
fn schemas<'a>(place: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_schema = ["schema", "items"].contains(&name.as_str());
                let holds_schemas = ["properties", "schemas"].contains(&name.as_str());
                let place = format!("{place}/{name}");
                if ["example", "examples", "default"].contains(&name.as_str()) {
                    continue;
                }
                if is_schema {
                    found.push((place.clone(), value));
                }
                if holds_schemas {
                    let inner = value.as_object().into_iter().flatten();
                    found.extend(inner.map(|(name, value)| (format!("{place}/{name}"), value)));
                }
                schemas(&place, value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| schemas(place, value, found)),
        _ => {}
    }
}

/// The schemas that allow any JSON, because an operator's page shows any kind of field.
const FREE: [&str; 2] = ["BillingDifference/properties/stored", "BillingDifference/properties/stripe"];

#[test]
fn schemas_have_only_types_and_names_that_client_generators_support() {
    let document: Value = serde_json::from_str(&committed_document()).expect("JSON");
    let mut found = Vec::new();
    schemas("", &document, &mut found);
    assert!(found.len() > 400, "{}", found.len());
    for (place, schema) in found {
        let fields = schema.as_object().unwrap_or_else(|| panic!("{place} is {schema}"));
        let is_typed = ["type", "$ref", "anyOf"].iter().any(|key| fields.contains_key(*key));
        assert!(is_typed || FREE.iter().any(|free| place.ends_with(free)), "{place} has no type: {schema}");
        assert!(!fields.contains_key("oneOf") && !fields.contains_key("const"), "{place}: {schema}");
        if let Some(values) = fields.get("enum") {
            assert_eq!(fields["type"], "string", "{place}");
            if let Some(texts) = fields.get("x-enum-descriptions") {
                assert_eq!(texts.as_array().map(Vec::len), values.as_array().map(Vec::len), "{place}");
            }
        }
        let is_integer = fields.get("type").is_some_and(|kind| kind.to_string().contains("integer"));
        let format = fields.get("format").and_then(Value::as_str).unwrap_or_default();
        assert!(!is_integer || ["int32", "int64"].contains(&format), "{place}: {schema}");
    }
    // Names that conflict with those of languages and their libraries, and names that schemars made up.
    let names = document["components"]["schemas"].as_object().expect("schemas").keys();
    for name in names {
        assert!(
            !["Error", "Exception", "Object", "List", "Map", "Response", "Request"].contains(&name.as_str()),
            "{name}"
        );
        assert!(!name.ends_with(|one: char| one.is_ascii_digit()), "{name} is a second type of that name");
    }
}

#[test]
fn every_operation_has_a_known_tag_and_the_parameters_and_credentials_that_it_honours() {
    let document: Value = serde_json::from_str(&committed_document()).expect("JSON");
    let tags: Vec<&Value> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    let (mut keys, mut cached, mut signed) = (Vec::new(), Vec::new(), Vec::new());
    for operations in document["paths"].as_object().expect("paths").values() {
        for operation in operations.as_object().expect("operations").values() {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(tags.contains(&&operation["tags"][0]), "{name}");
            let parameters = operation["parameters"].as_array().expect("parameters");
            if parameters.iter().any(|one| one["name"] == "Idempotency-Key" && one["in"] == "header") {
                keys.push(name);
            }
            if parameters.iter().any(|one| one["$ref"] == "#/components/parameters/IfNoneMatch") {
                assert!(operation["responses"]["200"]["headers"]["ETag"].is_object(), "{name}");
                assert!(operation["responses"]["304"].get("content").is_none(), "{name}");
                cached.push(name);
            }
            for requirement in operation["security"].as_array().expect("requirements") {
                for scheme in requirement.as_object().expect("a requirement").keys() {
                    let known = &document["components"]["securitySchemes"][scheme];
                    assert!(known.is_object(), "{name}: {scheme}");
                    if known["in"] == "header" {
                        signed.push((name, known["name"].as_str().expect("a header")));
                    }
                }
            }
        }
    }
    keys.sort_unstable();
    cached.sort_unstable();
    signed.sort_unstable();
    assert_eq!(keys, ["change-plan", "create-checkout", "refund-payment"]);
    assert_eq!(
        cached,
        [
            "get-home",
            "get-image",
            "get-series",
            "get-title",
            "get-title-image",
            "list-categories",
            "list-episodes",
            "list-plans",
            "list-related",
            "list-series",
            "list-videos",
            "openapi"
        ]
    );
    assert_eq!(signed, [("mux-webhook", "Mux-Signature"), ("stripe-webhook", "Stripe-Signature")]);
}

#[tokio::test]
async fn the_document_is_served_without_an_envelope_and_is_cacheable() {
    let platform = Platform::bare().await;
    let anyone = platform.anyone();

    let answer = anyone.get("/api/openapi.json").await;

    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    assert_eq!(answer.json(), &serde_json::from_str::<Value>(&committed_document()).expect("JSON"));
    let again = anyone.request(Method::GET, "/api/openapi.json").header("if-none-match", answer.header("etag"));
    let again = anyone.send(again).await;
    assert_eq!((again.status(), again.text()), (304, ""));
    assert_eq!(platform.calls(&answer).len(), 0, "no store is called");
}
