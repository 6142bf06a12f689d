//! The examples of the API document, and a check that the document describes what the service returns.
//!
//! `WRITE_EXAMPLES=1 cargo test --locked --workspace --test marquee -- examples` rewrites `docs/examples`.

use jsonschema::{ValidationOptions, Validator};
use recorder::{Recorder, folder};
use serde_json::{Map, Value, json};
use shared::models::format;
use std::collections::BTreeSet;
use std::path::Path;

mod recorder;
mod story;

fn document() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let text = std::fs::read_to_string(root.join("docs/openapi.json")).expect("docs/openapi.json");
    serde_json::from_str(&text).expect("JSON")
}

/// The operations of a document, by the name of their function.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths").values();
    let operations = paths.flat_map(|path| path.as_object().expect("operations").values());
    operations.map(|one| (one["operationId"].as_str().expect("a name").to_owned(), one)).collect()
}

/// A validator for a schema of the document that also refuses unknown fields.
fn strict(document: &Value, schema: &Value) -> Validator {
    let mut root = schema.clone();
    root["components"] = json!({ "schemas": document["components"]["schemas"] });
    // The document omits `data` where it is always `null`.
    root["components"]["schemas"]["EmptyResponse"]["properties"]["data"] = json!({ "type": "null" });
    close(&mut root);
    with_formats().build(&root).expect("a schema")
}

/// A JSON Schema validator that knows our formats.
pub(crate) fn with_formats<'a>() -> ValidationOptions<'a> {
    format::ALL.iter().fold(jsonschema::options().should_validate_formats(true), |options, format| {
        let check = format.check;
        options.with_format(format.name, move |text: &str| check(text).is_ok())
    })
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("properties").is_some_and(Value::is_object) && fields.contains_key("type") {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(values) => values.iter_mut().for_each(close),
        _ => {}
    }
}

/// The violations of a schema by a body.
fn issues(document: &Value, content: &Value, body: &Value) -> Vec<String> {
    let validator = strict(document, &content["application/json"]["schema"]);
    validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The paths of a body's fields, such as `.data[].id`. The items of a list share their paths. Fields below `plans` are left out,
/// because they depend on the plans that were sold.
fn fields(body: &Value, path: &str, found: &mut BTreeSet<String>) {
    match body {
        Value::Object(all) => {
            for (name, value) in all {
                found.insert(format!("{path}.{name}"));
                if name == "plans" {
                    continue;
                }
                fields(value, &format!("{path}.{name}"), found);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| fields(value, &format!("{path}[]"), found)),
        _ => {}
    }
}

fn write(recorder: &Recorder) {
    std::fs::create_dir_all(folder()).expect("a folder");
    for (name, example) in recorder.examples() {
        let is_document = name == "openapi" || name == "no-route";
        if !is_document {
            std::fs::write(folder().join(format!("{name}.json")), format!("{example:#}\n")).expect("an example");
        }
    }
}

#[test]
fn every_example_fits_its_schema_and_every_operation_has_one() {
    let document = document();
    for (name, operation) in operations(&document) {
        let is_webhook = operation["tags"] == json!(["Webhooks"]);
        let body = &operation["requestBody"]["content"];
        // Captions are files.
        if !body["application/json"].is_null() && !is_webhook {
            let example = &body["application/json"]["example"];
            assert!(example.is_object(), "{name} has no example of a request");
            assert_eq!(issues(&document, body, example), Vec::<String>::new(), "the request of {name}");
        }
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let content = &response["content"];
            if status.starts_with('2') && name != "openapi" && !content["application/json"].is_null() {
                let example = &content["application/json"]["example"];
                assert!(example.is_object(), "{name} has no example of a response");
                assert_eq!(issues(&document, content, example), Vec::<String>::new(), "the response of {name}");
            }
            for code in content["application/json"]["examples"].as_object().into_iter().flat_map(Map::keys) {
                let example = &document["components"]["examples"][code]["value"];
                assert_eq!(example["error"]["code"], code.as_str(), "{name} {status}");
                assert_eq!(issues(&document, content, example), Vec::<String>::new(), "{code} of {name}");
            }
        }
    }
    let examples = document["components"]["examples"].as_object().expect("examples of errors");
    assert!(examples.len() > 25, "{}", examples.len());
}

#[tokio::test]
async fn the_document_describes_every_field_status_and_header_of_a_whole_story() {
    let recorder = story::record().await;
    if std::env::var_os("WRITE_EXAMPLES").is_some() {
        write(&recorder);
        return;
    }
    let document = document();
    let operations = operations(&document);
    let mut asked = BTreeSet::new();
    for (function, answer) in &recorder.answers {
        let Some((_, operation)) = operations.iter().find(|(name, _)| name == function) else { continue };
        asked.insert(function.clone());
        let response = &operation["responses"][answer.status().to_string()];
        assert!(response.is_object(), "{function} returned {answer}");
        if function != "openapi" {
            assert_eq!(issues(&document, &response["content"], answer.json()), Vec::<String>::new(), "{function}");
        }
        assert_eq!(headers_amiss(response, answer), Vec::<String>::new(), "{function}: {answer}");
    }
    assert!(asked.len() > 50, "{asked:?}");
}

/// Headers that are sent but not documented, and on a success also those that are documented but not sent.
fn headers_amiss(response: &Value, answer: &support::Answer) -> Vec<String> {
    let documented = response["headers"].as_object().expect("headers");
    let documented: BTreeSet<String> = documented.keys().map(|name| name.to_lowercase()).collect();
    let mut amiss = Vec::new();
    for name in ["etag", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id", "www-authenticate", "allow"] {
        let is_sent = !answer.header(name).is_empty();
        let is_missing = answer.status() < 300 && documented.contains(name) && !is_sent;
        if is_missing || (is_sent && !documented.contains(name)) {
            amiss.push(name.to_owned());
        }
    }
    amiss
}

#[tokio::test]
async fn every_example_has_the_fields_that_the_service_returns() {
    let fresh = story::record().await.examples();
    for (name, example) in &fresh {
        if name == "openapi" || name == "no-route" {
            continue;
        }
        let text = std::fs::read_to_string(folder().join(format!("{name}.json")));
        let kept: Value = serde_json::from_str(&text.unwrap_or_else(|error| panic!("{name}: {error}"))).expect("JSON");
        let field_names = |body: &Value| {
            let mut found = BTreeSet::new();
            fields(body, "", &mut found);
            found
        };
        assert_eq!(
            field_names(&kept),
            field_names(example),
            "docs/examples/{name}.json is stale: rewrite the examples"
        );
    }
}
