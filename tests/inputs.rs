//! Every input has a range: the API document states it for each field, and values outside it are refused.

use crate::register::refused_fields;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use support::{Answer, PASSWORD, Platform, Viewer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Formats whose text has a maximum length of its own.
const BOUNDED_FORMATS: [&str; 3] = ["uuid", "date", "date-time"];
/// Routes whose body comes from a provider and is signed.
const SIGNED: [&str; 2] = ["stripe-webhook", "mux-webhook"];

fn document() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let text = std::fs::read_to_string(root.join("docs/openapi.json")).expect("docs/openapi.json");
    serde_json::from_str(&text).expect("JSON")
}

/// Every input schema and its location: path, query and body of each operation.
fn inputs(document: &Value) -> Vec<(String, Value)> {
    let mut inputs = Vec::new();
    for (_, operations) in document["paths"].as_object().expect("paths") {
        for (_, operation) in operations.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(document, parameter);
                // Compared and dropped.
                if parameter["name"] == "If-None-Match" {
                    continue;
                }
                inputs.push((format!("{name} ?{}", parameter["name"]), parameter["schema"].clone()));
            }
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            if !body.is_null() && !SIGNED.contains(&name) {
                inputs.push((name.to_owned(), body.clone()));
            }
        }
    }
    assert!(inputs.len() > 40, "{}", inputs.len());
    inputs
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect("a component"),
        None => schema,
    }
}

fn is_of(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

/// The parts of a schema that have no bound.
fn unbounded(document: &Value, place: &str, schema: &Value, found: &mut Vec<String>) {
    let schema = resolved(document, schema);
    let has = |key: &str| schema.get(key).is_some();
    let mut is_described = has("enum") || has("const");
    for key in ["anyOf", "oneOf", "allOf"] {
        for one in schema[key].as_array().into_iter().flatten() {
            is_described = true;
            unbounded(document, place, one, found);
        }
    }
    let format = schema["format"].as_str().unwrap_or_default();
    if is_of(schema, "string")
        && !has("enum")
        && !has("const")
        && !has("maxLength")
        && !BOUNDED_FORMATS.contains(&format)
    {
        found.push(format!("{place}: text without a maximum length"));
    }
    if (is_of(schema, "number") || is_of(schema, "integer")) && !(has("minimum") && has("maximum")) {
        found.push(format!("{place}: a number without a range"));
    }
    if is_of(schema, "array") {
        if !has("maxItems") {
            found.push(format!("{place}: a list without a maximum length"));
        }
        unbounded(document, &format!("{place}[]"), &schema["items"], found);
    }
    if is_of(schema, "object") {
        if schema["additionalProperties"] != json!(false) {
            found.push(format!("{place}: unknown fields are allowed"));
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            unbounded(document, &format!("{place}.{name}"), field, found);
        }
    }
    if !is_described && schema["type"].is_null() {
        found.push(format!("{place}: any value is allowed"));
    }
}

#[test]
fn every_field_of_every_input_has_a_bound() {
    let document = document();
    let mut found = Vec::new();
    for (place, schema) in inputs(&document) {
        unbounded(&document, &place, &schema, &mut found);
    }
    assert!(found.is_empty(), "use the types of models/text, models/number, models/time and models/ids:\n{found:#?}");
}

/// The fields of every JSON body: method, path, name, schema.
fn fields(document: &Value) -> Vec<(Method, String, String, Value)> {
    let mut fields = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            if body.is_null() || SIGNED.contains(&operation["operationId"].as_str().unwrap_or_default()) {
                continue;
            }
            let method: Method = method.to_uppercase().parse().expect("a method");
            let path: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "01890000-0000-7000-8000-000000000000" } else { part })
                .collect();
            for (name, schema) in resolved(document, body)["properties"].as_object().into_iter().flatten() {
                fields.push((method.clone(), path.join("/"), name.clone(), schema.clone()));
            }
        }
    }
    fields
}

/// Values that could confuse a parser, a store or a screen.
fn odd_values() -> Vec<&'static str> {
    vec![
        "1e-140",
        "1e300",
        "-1e300",
        "-0.0",
        "0",
        "-1",
        "1.5",
        "9007199254740993",
        "9223372036854775808",
        "18446744073709551616",
        "1e126",
        "123456789012345678901234567890123456789.5",
        "true",
        "null",
        "[]",
        "[1]",
        "{}",
        r#""""#,
        r#"" ""#,
        r#""\u0000""#,
        r#""a\u0000b""#,
        r#""a\u202eb""#,
        r#""a\u2066b""#,
        r#""a\u200fb""#,
        r#""a\u200db""#,
        r#""\ufeff""#,
        r#""a\ue000b""#,
        r#""\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67""#,
        r#""9999-12-31T23:59:59Z""#,
        r#""-000001-01-01T00:00:00Z""#,
        r#""2016-12-31T23:59:60Z""#,
        r#""9999-12-31""#,
        r#""NaN""#,
        r#""+5""#,
        r#""1e3""#,
        r#""{01890000-0000-7000-8000-000000000000}""#,
        r#""01890000-0000-7000-8000-00000000000A""#,
        r#""$ne""#,
        r#""../..""#,
    ]
}

async fn send_raw(who: &Viewer, method: &Method, path: &str, body: String) -> Answer {
    who.send(who.request(method.clone(), path).header("content-type", "application/json").body(body)).await
}

#[tokio::test]
async fn no_value_of_any_field_causes_a_500_and_no_invisible_character_is_stored() {
    let platform = Platform::with(&[("LimitUserRequests", "1000000"), ("LimitAddressRequests", "1000000")]).await;
    let admin = platform.admin().await;
    let document = document();
    let long = format!("\"{}\"", "x".repeat(20_000));
    let invisible: BTreeSet<&str> =
        [r#""a\u0000b""#, r#""a\u202eb""#, r#""a\u2066b""#, r#""a\u200fb""#, r#""a\u200db""#, r#""a\ue000b""#].into();
    let mut seen = 0;
    for (method, path, name, schema) in fields(&document) {
        let schema = resolved(&document, &schema);
        let format = schema["format"].as_str().unwrap_or_default();
        let is_text = ["line", "optional-line", "paragraphs", "optional-paragraphs"].contains(&format);
        for value in odd_values().into_iter().chain([long.as_str()]) {
            let answer = send_raw(&admin, &method, &path, format!("{{\"{name}\":{value}}}")).await;
            let short: String = value.chars().take(60).collect();
            assert!(answer.status() < 500, "{method} {path} {name}={short}: {answer}");
            if is_text && (invisible.contains(value) || value == long) {
                assert_eq!(answer.code(), "VALIDATION_ERROR", "{method} {path} {name}={short}: {answer}");
                assert!(refused_fields(&answer).contains(&name), "{method} {path} {name}={short}: {answer}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

#[tokio::test]
async fn a_name_is_readable_text_in_one_normal_form() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    let account = |name: &str| json!({ "email": "ada@viewers.test", "password": PASSWORD, "name": name });
    for name in [
        "a\0b",
        "a\u{202e}b",
        "a\u{2069}b",
        "\u{200e}ada",
        "ada\u{200b}",
        "a\nb",
        "a\tb",
        "\u{e000}",
        "a\u{378}",
        "\u{3164}",
    ] {
        let answer = platform.anyone().post("/api/auth/register", account(name)).await;
        assert_eq!(answer.code(), "VALIDATION_ERROR", "{}: {answer}", name.escape_unicode());
        assert_eq!(refused_fields(&answer), BTreeSet::from(["name".to_owned()]), "{answer}");
        assert!(platform.calls(&answer).iter().all(|call| call.operation != "TransactWriteItems"), "{answer}");
    }
    let answer =
        platform.anyone().post("/api/auth/register", account("  Ame\u{301}lie 👩\u{200d}🚀 می\u{200c}خواهم ")).await;
    assert_eq!(answer.status(), 201, "{answer}");
    assert_eq!(answer.data()["user"]["name"], "Am\u{e9}lie 👩\u{200d}🚀 می\u{200c}خواهم");
    let blank = json!({ "email": "blank@viewers.test", "password": PASSWORD, "name": " \u{3000} " });
    let blank = platform.anyone().post("/api/auth/register", blank).await;
    assert_eq!((blank.status(), &blank.data()["user"]["name"]), (201, &Value::Null), "{blank}");
}

#[tokio::test]
async fn a_device_name_is_plain_text_whatever_the_user_agent() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let credentials = json!({ "email": viewer.email(), "password": PASSWORD, "device_name": "TV\u{202e}" });
    assert_eq!(platform.anyone().post("/api/auth/login", credentials).await.code(), "VALIDATION_ERROR");
    let credentials = json!({ "email": viewer.email(), "password": PASSWORD, "device_name": "  " });
    let login = platform.anyone().request(Method::POST, "/api/auth/login").json(&credentials);
    let agent = reqwest::header::HeaderValue::from_bytes(b"Box\t/ 1.0").expect("a header");
    let login = platform.anyone().send(login.header("user-agent", agent)).await;
    assert_eq!(login.status(), 200, "{login}");
    let devices = viewer.get("/api/auth/sessions").await;
    let names: Vec<&str> =
        devices.data().as_array().expect("a list").iter().filter_map(|one| one["device_name"].as_str()).collect();
    assert!(names.contains(&"Box/ 1.0"), "{names:?}");
}

#[tokio::test]
async fn numbers_that_no_store_can_hold_are_rounded_or_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({ "credits_at": 50 })).await;
    let path = format!("/api/videos/{id}/progress");
    for (sent, kept) in [("1e-140", 0.0), ("-0.0", 0.0), ("0.30000000000000004", 0.3), ("30.0004", 30.0), ("3e1", 30.0)]
    {
        let answer = send_raw(&admin, &Method::PUT, &path, format!("{{\"progress\":{sent}}}")).await;
        assert_eq!((answer.status(), &answer.data()["progress"]), (200, &json!(kept)), "{sent}: {answer}");
    }
    for sent in ["1e300", "-1e-140", "86400.001", "1e126", "\"1\"", "true", "null", "[1]", "18446744073709551616"] {
        let answer = send_raw(&admin, &Method::PUT, &path, format!("{{\"progress\":{sent}}}")).await;
        assert_eq!(
            (answer.code(), &answer.details()[0]["field"]),
            ("VALIDATION_ERROR", &json!("progress")),
            "{sent}: {answer}"
        );
    }
    let path = format!("/api/admin/videos/{id}");
    for (field, sent) in [
        ("credits_at", "1e300"),
        ("credits_at", "1e-140"),
        ("credits_at", "-1"),
        ("season", "1.5"),
        ("season", "0"),
        ("season", "10000"),
        ("season", "9007199254740993"),
        ("season", "true"),
        ("publish_at", "\"9999-12-31T23:59:59Z\""),
        ("publish_at", "1"),
        ("publish_at", "\"2016-12-31T12:59:60Z\""),
        ("publish_at", "\"2026-03-01 12:00:00Z\""),
    ] {
        let answer = send_raw(&admin, &Method::PATCH, &path, format!("{{\"{field}\":{sent}}}")).await;
        assert_eq!(
            (answer.code(), &answer.details()[0]["field"]),
            ("VALIDATION_ERROR", &json!(field)),
            "{sent}: {answer}"
        );
    }
}

#[tokio::test]
async fn titles_categories_and_descriptions_are_readable_text() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let path = format!("/api/admin/videos/{}", platform.new_video(&admin, json!({})).await);
    for field in ["title", "category", "description"] {
        for text in ["a\u{202e}b", "a\0b", "a\u{2028}b", "\u{200d}", "a\u{e0041}b"] {
            let answer = admin.patch(&path, json!({ field: text })).await;
            assert_eq!((answer.code(), &answer.details()[0]["field"]), ("VALIDATION_ERROR", &json!(field)), "{answer}");
        }
    }
    assert_eq!(admin.patch(&path, json!({ "title": "a\nb" })).await.code(), "VALIDATION_ERROR");
    let changed = admin
        .patch(&path, json!({ "description": " One.\r\n\r\nTwo. ", "title": "Ame\u{301}lie", "category": "ไทย" }))
        .await;
    assert_eq!(changed.status(), 200, "{changed}");
    let changed = changed.data();
    assert_eq!((&changed["description"], &changed["title"]), (&json!("One.\n\nTwo."), &json!("Am\u{e9}lie")));
}

#[tokio::test]
async fn a_query_is_utf_8_and_its_numbers_have_one_spelling() {
    let platform = Platform::with(&[("LimitCatalogueRequests", "100000")]).await;
    let anyone = platform.anyone();
    for (query, field) in [
        ("q=%FF", "q"),
        ("q=%C0%AF", "q"),
        ("q=%ED%A0%80", "q"),
        ("q=a%E2%82", "q"),
        ("q=%00", "q"),
        ("q=a%E2%80%AEb", "q"),
        ("category=%FF", "category"),
        ("category=%E2%80%AE", "category"),
        ("cursor=%FF", "cursor"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1e3", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=+5", "limit"),
        ("limit=05", "limit"),
        ("limit=5.0", "limit"),
        ("limit=-0", "limit"),
        ("limit=true", "limit"),
        ("limit=", "limit"),
        ("limit=0x5", "limit"),
        ("limit=9223372036854775808", "limit"),
        ("limit=%EF%BC%95", "limit"),
        ("sort=", "sort"),
        ("sort=Newest", "sort"),
        ("series_id=01890000-0000-7000-8000-00000000000A", "series_id"),
        ("series_id=%7B01890000-0000-7000-8000-000000000000%7D", "series_id"),
        ("q=a&q=b", "q"),
    ] {
        let answer = anyone.get(&format!("/api/videos?{query}")).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{query}: {answer}");
        assert_eq!(answer.details()[0]["field"], field, "{query}: {answer}");
    }
    let both = anyone.get("/api/videos?q=%FF&limit=0").await;
    assert_eq!(refused_fields(&both), ["limit".to_owned(), "q".to_owned()].into(), "all at once: {both}");
    for taken in [
        "unknown=%FF",
        "%FF=1",
        "q[]=a",
        "q%5B%5D=a&q%5B%5D=b",
        "q=",
        "q=%20",
        "category=",
        "cursor=",
        "limit=5",
        "&&=&",
        "q",
    ] {
        let answer = anyone.get(&format!("/api/videos?{taken}")).await;
        assert_eq!(answer.status(), 200, "{taken}: {answer}");
    }
}

#[tokio::test]
async fn an_empty_cursor_is_the_first_page_of_every_list() {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    let mut seen = 0;
    for (path, operations) in document()["paths"].as_object().expect("paths") {
        let parameters = operations["get"]["parameters"].as_array().cloned().unwrap_or_default();
        if path.contains('{') || !parameters.iter().any(|one| one["name"] == "cursor") {
            continue;
        }
        let (first, empty) = (admin.get(path).await, admin.get(&format!("{path}?cursor=")).await);
        assert_eq!((empty.status(), empty.data()), (200, first.data()), "{path}: {empty}");
        for wrong in ["A", "AAAA", "!", "x".repeat(3_000).as_str()] {
            let answer = admin.get(&format!("{path}?cursor={wrong}")).await;
            assert_eq!((answer.status(), answer.code()), (400, "INVALID_CURSOR"), "{path}: {answer}");
        }
        let long = admin.get(&format!("{path}?cursor={}", "x".repeat(5_000))).await;
        assert_eq!((long.status(), long.code()), (400, "VALIDATION_ERROR"), "{path}: {long}");
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
    let reconciled = admin.post("/api/admin/billing/reconcile", json!({ "cursor": "" })).await;
    assert_eq!(reconciled.status(), 200, "{reconciled}");
}

#[tokio::test]
async fn an_id_too_long_for_a_key_is_not_found() {
    let platform = Platform::with(&[("LimitUserRequests", "100000")]).await;
    let admin = platform.admin().await;
    let long = "x".repeat(3_000);
    let reason = json!({ "reason": "a test" });
    for id in [long.as_str(), "%00", "a%2Fb", "%2e%2e", "%2F", "a%20b", "%FF", "é", "%E2%80%AE", "x%00"] {
        for answer in [
            admin.post(&format!("/api/admin/payments/{id}/refund"), reason.clone()).await,
            admin.post(&format!("/api/admin/billing/events/{id}/replay"), json!({})).await,
            admin.get(&format!("/api/admin/members/{id}")).await,
            admin.get(&format!("/api/videos/{id}")).await,
            admin.delete(&format!("/api/auth/sessions/{id}")).await,
            admin.delete(&format!("/api/playback/{id}")).await,
            admin.delete(&format!("/api/admin/videos/{id}")).await,
        ] {
            assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{id}: {answer}");
            assert!(platform.calls(&answer).iter().all(|call| call.service != "stripe"), "{id}: {answer}");
        }
    }
    for id in ["01890000-0000-7000-8000-00000000000A", "{01890000-0000-7000-8000-000000000000}", &long, "\0", ""] {
        let beat = json!({ "progress": 1, "playback_session_id": id });
        let answer = admin.put("/api/videos/01890000-0000-7000-8000-000000000000/progress", beat).await;
        assert_eq!(
            (answer.code(), &answer.details()[0]["field"]),
            ("VALIDATION_ERROR", &json!("playback_session_id")),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_body_with_broken_framing_is_400_and_no_part_of_it_is_processed() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    let web = platform.running().urls().web.clone();
    let address = web.trim_start_matches("http://").to_owned();
    let head = format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         transfer-encoding: chunked\r\n\r\n"
    );
    // A complete body would sign in.
    let body = json!({ "email": "ada@viewers.test", "password": PASSWORD }).to_string();
    let size = format!("{:x}", body.len());
    for (what, rest, expected) in [
        ("a size that is not a number", format!("zz\r\n{body}\r\n0\r\n\r\n"), "400"),
        ("a chunk without its terminator", format!("{size}\r\n{body}xx0\r\n\r\n"), "400"),
        ("more bytes than the chunk says", format!("1\r\n{body}\r\n0\r\n\r\n"), "400"),
        ("a size beyond any integer", format!("fffffffffffffffff\r\n{body}\r\n0\r\n\r\n"), "400"),
        ("whole", format!("{size}\r\n{body}\r\n0\r\n\r\n"), "200"),
    ] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.expect("the gateway listens");
        // A server that has responded may close the connection before it has read everything.
        let _ = stream.write_all(format!("{head}{rest}").as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert_eq!(status, expected, "{what}: {answer}");
        assert!(
            expected == "200" || !answer.contains("\"error\""),
            "{what}: the request reached no function: {answer}"
        );
    }
}
