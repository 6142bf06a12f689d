//! `openapi`: the document that is served, and that it is true.

use local::template::Template;
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use support::Platform;

fn kept() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    std::fs::read_to_string(root.join("docs/openapi.json")).expect("docs/openapi.json")
}

fn template() -> Template {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    Template::load(&root.join("template.yaml"), &BTreeMap::new()).expect("a template that the platform takes")
}

#[test]
fn the_document_is_what_template_and_types_say() {
    let fresh = local::openapi::document(&template());
    assert!(fresh == kept(), "docs/openapi.json is stale: run `make openapi`");
}

#[test]
fn every_route_is_described_with_its_errors_and_every_reference_leads_somewhere() {
    let document: Value = serde_json::from_str(&kept()).expect("JSON");
    for function in template().functions.values() {
        for route in &function.routes {
            let local::template::Route::Path(Some(method), path) = route else { continue };
            if path.starts_with("/api/v1/") {
                continue;
            }
            let operation = &document["paths"][path][method.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], function.name.as_str(), "{method} {path}");
            assert!(operation["responses"].get("500").is_some(), "{method} {path} says nothing of errors");
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

#[tokio::test]
async fn the_document_is_served_bare_and_may_be_kept() {
    let platform = Platform::bare().await;
    let anyone = platform.anyone();

    let answer = anyone.get("/api/openapi.json").await;

    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    assert_eq!(answer.json(), &serde_json::from_str::<Value>(&kept()).expect("JSON"));
    let again = anyone.request(Method::GET, "/api/openapi.json").header("if-none-match", answer.header("etag"));
    let again = anyone.send(again).await;
    assert_eq!((again.status(), again.text()), (304, ""));
    assert_eq!(platform.calls(&answer).len(), 0, "no store is asked");
}
