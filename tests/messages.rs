//! Messages about refused input use plain words and no names from Rust.

use reqwest::Method;
use serde_json::{Value, json};
use support::{Answer, PASSWORD, Platform, Viewer};

/// Words of the parser and of Rust that mean nothing to a client.
const FOREIGN: [&str; 16] = [
    "i64", "u64", "f64", "i32", "u32", "usize", "bool,", "expected", "struct", "enum", "variant", "EOF", "ident",
    "serde", "Option", "map,",
];

async fn send(who: &Viewer, method: Method, path: &str, body: &str) -> Answer {
    let request = who.request(method, path).header("content-type", "application/json");
    who.send(request.body(body.to_owned())).await
}

fn is_plain(answer: &Answer) {
    let error = &answer.json()["error"];
    let issues = error["details"].as_array().into_iter().flatten().map(|detail| &detail["issue"]);
    for text in issues.chain([&error["message"]]) {
        let text = text.as_str().expect("a text");
        assert!(FOREIGN.iter().all(|word| !text.contains(word)), "{text}");
    }
}

/// Each refused field with its issue.
fn issues(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{answer}");
    is_plain(answer);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let details = answer.details().as_array().expect("details");
    details.iter().map(|one| (text(&one["field"]), text(&one["issue"]))).collect()
}

#[tokio::test]
async fn broken_json_is_reported_with_the_position_of_the_mistake() {
    let platform = Platform::with(&[("LimitAddressRequests", "1000")]).await;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    for (body, expected) in [
        ("{\"email\": }", "there is a mistake at line 1, column 11"),
        ("{\"email\": \"a\"\n \"b\"}", "there is a mistake at line 2, column 2"),
        ("{'email': 1}", "there is a mistake at line 1, column 2"),
        ("{\"email\": \"\\x\"}", "there is a mistake at line 1, column 13"),
        ("nothing", "there is a mistake at line 1, column 2"),
        ("{} {}", "there is a mistake at line 1, column 4"),
        ("{\"email\": \"a", "it ends too early"),
        (" ", "it ends too early"),
        ("{\"a\": 1, \"a\": 2}", "the key `a` occurs twice at line 1, column 16"),
        ("{\"a\": 1e999}", "it has a number that is too large at line 1, column 11"),
        (deep.as_str(), "it is nested deeper than 32 levels"),
    ] {
        let answer = send(&platform.anyone(), Method::POST, "/api/auth/login", body).await;
        assert_eq!((answer.status(), answer.code()), (400, "INVALID_JSON"), "{body}: {answer}");
        is_plain(&answer);
        let message = answer.json()["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(&format!("The body is not valid JSON: {expected}")), "{body}: {message}");
    }
    let empty = send(&platform.anyone(), Method::POST, "/api/auth/login", "").await;
    assert_eq!(empty.json()["error"]["message"], "A JSON body is required.");
    let request = platform.anyone().request(Method::POST, "/api/auth/login").header("content-type", "application/json");
    let bytes = platform.anyone().send(request.body(b"{\"a\":\"\xff\"}".to_vec())).await;
    let message = bytes.json()["error"]["message"].as_str().expect("a message").to_owned();
    assert_eq!((bytes.code(), message.contains("it is not UTF-8 after byte 6")), ("INVALID_JSON", true), "{message}");
}

#[tokio::test]
async fn a_value_of_the_wrong_type_or_out_of_range_is_refused_in_plain_words() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let progress = "/api/videos/01890000-0000-7000-8000-000000000000/progress";
    for (method, path, body, field, issue) in [
        (Method::PUT, progress, json!({ "progress": "1" }), "progress", "must be a number"),
        (Method::PUT, progress, json!({ "progress": null }), "progress", "must be a number"),
        (Method::PUT, progress, json!({ "progress": -1 }), "progress", "must be at least 0"),
        (Method::PUT, progress, json!({ "progress": 1e9 }), "progress", "must be at most 86400"),
        (Method::PUT, progress, json!({}), "progress", "is required"),
        (Method::PUT, progress, json!({ "progress": 1, "speed": 2 }), "speed", "is not a known field"),
        (Method::PUT, progress, json!({ "progress": 1, "completed": "yes" }), "completed", "must be true or false"),
        (Method::PUT, progress, json!([]), "", "must be an object"),
        (Method::PATCH, "/api/preferences", json!({ "captions": 1 }), "captions", "must be true or false"),
        (Method::PATCH, "/api/preferences", json!({ "speed": 9 }), "speed", "must be at most 4"),
        (Method::PATCH, "/api/preferences", json!({ "interface_language": 7 }), "interface_language", "must be text"),
        (Method::POST, "/api/auth/login", json!({ "email": 1, "password": "x" }), "email", "must be text"),
        (
            Method::POST,
            "/api/subscription/checkout",
            json!({ "plan_type": "gold" }),
            "plan_type",
            "must be one of basic, premium",
        ),
        (
            Method::POST,
            "/api/subscription/checkout",
            json!({ "plan_type": "basic", "promotion_code": "" }),
            "promotion_code",
            "must not be blank",
        ),
    ] {
        let answer = send(&viewer, method, path, &body.to_string()).await;
        assert_eq!(issues(&answer), [(field.to_owned(), issue.to_owned())], "{body}");
    }
    let own = json!({ "email": "grace@viewers.test", "password": "short", "name": "x".repeat(101) });
    let answer = platform.anyone().post("/api/auth/register", own).await;
    let all = [("password", "must have at least 8 characters"), ("name", "must have at most 100 characters")];
    let mut found = issues(&answer);
    found.sort_by(|one, other| other.cmp(one));
    assert_eq!(found, all.map(|(field, issue)| (field.to_owned(), issue.to_owned())), "all at once");
}

#[tokio::test]
async fn a_query_parameter_is_refused_in_plain_words() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (path, field, issue) in [
        ("/api/videos?limit=ten", "limit", "must be a whole number"),
        ("/api/videos?limit=0", "limit", "must be at least 1"),
        ("/api/videos?limit=101", "limit", "must be at most 100"),
        ("/api/videos?sort=oldest", "sort", "must be one of newest, title, popular, relevance"),
        ("/api/videos?series_id=7", "series_id", "must be an id of this service: a UUID in lower case with hyphens"),
        ("/api/videos?q=%FF", "q", "is not valid UTF-8"),
        ("/api/videos?q=a&q=b", "q", "occurs twice"),
        ("/api/admin/videos?status=gone", "status", "must be one of processing, ready, error"),
        ("/api/admin/metrics?days=x", "days", "must be a whole number"),
        ("/api/admin/metrics?from=2026", "from", "must be a day, such as 2026-03-01"),
        ("/api/admin/metrics?from=2026-03-02&to=2026-03-01", "to", "must not be before `from`"),
        ("/api/admin/metrics?from=2024-01-01&to=2026-03-01", "from", "must be at most 365 days before `to`"),
    ] {
        let answer = admin.get(path).await;
        assert_eq!(issues(&answer), [(field.to_owned(), issue.to_owned())], "{path}");
    }
}

#[tokio::test]
async fn an_idempotency_key_is_checked_with_the_body() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let long = "k".repeat(201);
    let (length, ascii) =
        ("must have 1 to 200 characters", "may contain only ASCII letters, digits, symbols and spaces");
    for (key, issue) in [("", length), (long.as_str(), length), ("\u{e9}", ascii), ("a\tb", ascii)] {
        let request = viewer.request(Method::POST, "/api/subscription/checkout").json(&json!({ "plan_type": "gold" }));
        let value = reqwest::header::HeaderValue::from_bytes(key.as_bytes()).expect("a header");
        let answer = viewer.send(request.header("idempotency-key", value)).await;
        let found = issues(&answer);
        assert!(found.contains(&("Idempotency-Key".to_owned(), issue.to_owned())), "{found:?}");
        assert!(found.iter().any(|(field, _)| field == "plan_type"), "all at once: {found:?}");
        assert!(platform.calls(&answer).iter().all(|call| call.service != "stripe"), "{answer}");
    }
}

#[tokio::test]
async fn the_error_for_an_expired_token_says_whether_it_can_be_refreshed() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(8 * 86_400).await;
    let expired = viewer.get("/api/auth/me").await;
    assert_eq!((expired.status(), expired.code()), (401, "TOKEN_EXPIRED"), "{expired}");
    assert!(expired.text().contains("Refresh it"), "{expired}");
    platform.advance(30 * 86_400).await;
    let lost = viewer.send(viewer.request(Method::POST, "/api/auth/refresh")).await;
    assert_eq!((lost.status(), lost.code()), (401, "TOKEN_EXPIRED"), "{lost}");
    assert!(lost.text().contains("sign in again") && !lost.text().contains("Refresh it"), "{lost}");
    platform.sign_in("ada@viewers.test", PASSWORD).await;
}
