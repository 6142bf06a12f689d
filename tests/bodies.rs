//! Requirements on request bodies, tested at routes without sign-in.

use reqwest::Method;
use serde_json::json;
use support::billing::{post_event_body, sign_event};
use support::{Answer, Platform};

const PATHS: [&str; 4] =
    ["/api/auth/register", "/api/auth/login", "/api/auth/forgot-password", "/api/v1/auth/reset-password"];

async fn send(platform: &Platform, path: &str, content_type: Option<&str>, body: impl Into<reqwest::Body>) -> Answer {
    let request = platform.anyone().request(Method::POST, path).body(body);
    let request = match content_type {
        Some(content_type) => request.header("content-type", content_type),
        None => request,
    };
    platform.anyone().send(request).await
}

async fn roomy() -> Platform {
    Platform::with(&[("LimitAddressRequests", "100000")]).await
}

#[tokio::test]
async fn a_body_that_is_not_json_is_invalid_json() {
    let platform = roomy().await;
    let deep = format!("{{\"email\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let very_deep = "[".repeat(20_000);
    let cases: [(&str, Vec<u8>); 14] = [
        ("no body", Vec::new()),
        ("white space", b"  \n".to_vec()),
        ("cut off", br#"{"email":"a@b.cd","password":"#.to_vec()),
        ("one comma too many", br#"{"email":"a@b.cd",}"#.to_vec()),
        ("single quotes", b"{'email':'a@b.cd'}".to_vec()),
        ("a comment", br#"{"email":"a@b.cd"} // x"#.to_vec()),
        ("two values", br#"{"email":"a@b.cd"}{"email":"a@b.cd"}"#.to_vec()),
        ("a duplicate key", br#"{"email":"a@b.cd","email":"c@d.ef","password":"x"}"#.to_vec()),
        ("a duplicate key, escaped", br#"{"email":"a@b.cd","\u0065mail":"c@d.ef","password":"x"}"#.to_vec()),
        ("a duplicate key within", br#"{"email":{"x":1,"x":2},"password":"x"}"#.to_vec()),
        ("not UTF-8", b"{\"email\":\"\xff\xfe\"}".to_vec()),
        ("half a surrogate", br#"{"email":"\ud800"}"#.to_vec()),
        ("deep", deep.into_bytes()),
        ("very deep", very_deep.into_bytes()),
    ];
    for path in PATHS {
        for (what, body) in &cases {
            let answer = send(&platform, path, Some("application/json"), body.clone()).await;
            assert_eq!((answer.status(), answer.code()), (400, "INVALID_JSON"), "{path} {what}: {answer}");
            assert!(!answer.header("x-request-id").is_empty());
            assert_eq!(answer.json()["error"]["request_id"], answer.header("x-request-id"));
        }
    }
    assert_eq!(platform.anyone().get("/api/health").await.status(), 200, "nothing crashed");
}

#[tokio::test]
async fn any_body_over_32_kib_is_413() {
    let platform = roomy().await;
    let body = |bytes: usize| format!("{{\"email\":\"{}\"}}", "x".repeat(bytes - 12));
    for path in PATHS {
        let large = send(&platform, path, Some("application/json"), body(32 * 1_024 + 1)).await;
        assert_eq!((large.status(), large.code()), (413, "PAYLOAD_TOO_LARGE"), "{path}: {large}");
        let of_another_type = send(&platform, path, Some("text/plain"), body(200_000)).await;
        assert_eq!(of_another_type.status(), 413, "size is checked before type");
        let full = send(&platform, path, Some("application/json"), body(32 * 1_024)).await;
        assert_eq!(full.code(), "VALIDATION_ERROR", "{path}: {full}");
    }
}

#[tokio::test]
async fn a_body_without_a_json_content_type_is_415() {
    let platform = roomy().await;
    let body = json!({ "email": "ada@viewers.test", "password": "x" }).to_string();
    for path in PATHS {
        for wrong in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("application/jsonp"),
            Some("application/json+x"),
            Some("application/json; charset=utf-16"),
            Some("application/json; charset=\"UTF-16LE\""),
            Some("application/json; charset=iso-8859-1"),
            Some("application/json; charset=utf-8; charset=utf-16"),
        ] {
            let answer = send(&platform, path, wrong, body.clone()).await;
            assert_eq!((answer.status(), answer.code()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{path} {wrong:?}: {answer}");
        }
    }
    for right in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;Charset=\"UTF-8\"",
        "Application/JSON ;x=y",
    ] {
        let answer = send(&platform, "/api/auth/login", Some(right), body.clone()).await;
        assert_eq!(answer.code(), "INVALID_CREDENTIALS", "{right}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_nobody_needs_is_json_too() {
    let platform = roomy().await;
    let viewer = platform.register("ada@viewers.test").await;
    let send = async |content_type: &str, body: String| {
        let request = viewer.request(Method::POST, "/api/auth/resend-verification").body(body);
        viewer.send(request.header("content-type", content_type)).await
    };

    let of_another_type = send("text/plain", "Please send it again.".to_owned()).await;
    let large = send("application/json", format!("\"{}\"", "x".repeat(32 * 1_024))).await;

    assert_eq!((of_another_type.status(), of_another_type.code()), (415, "UNSUPPORTED_MEDIA_TYPE"));
    assert_eq!((large.status(), large.code()), (413, "PAYLOAD_TOO_LARGE"));
    for (content_type, body) in [("application/json", "{}"), ("text/plain", "")] {
        let sent = send(content_type, body.to_owned()).await;
        assert!(sent.status() < 300, "{content_type}: {sent}");
    }
}

#[tokio::test]
async fn a_refused_value_is_never_repeated() {
    let platform = roomy().await;
    for (path, body) in [
        ("/api/auth/register", json!({ "email": "ada@viewers.test", "password": "s3cr3t!" })),
        ("/api/auth/register", json!({ "email": "ada@viewers.test", "password": ["s3cr3t!"] })),
        ("/api/auth/login", json!({ "email": "ada@viewers.test", "password": { "s3cr3t!": 1 } })),
        ("/api/auth/reset-password", json!({ "token": "s3cr3t!", "password": "s3cr3t!" })),
    ] {
        let answer = platform.anyone().post(path, body).await;
        assert!(answer.status() >= 400 && !answer.text().contains("s3cr3t!"), "{path}: {answer}");
    }
    assert!(platform.running().logs().iter().all(|line| !line.contains("s3cr3t!")));
}

#[tokio::test]
async fn a_signed_webhook_that_is_not_strict_json_is_invalid_json() {
    let platform = roomy().await;
    let now = platform.running().now();
    let deep = format!("{{\"type\":{}{}}}", "[".repeat(32), "]".repeat(32));
    for (what, body) in [
        ("no body", Vec::new()),
        ("cut off", br#"{"type":"invoice.paid""#.to_vec()),
        ("a duplicate key", br#"{"type":"invoice.paid","type":"x"}"#.to_vec()),
        ("deep", deep.into_bytes()),
        ("not UTF-8", b"{\"type\":\"\xff\"}".to_vec()),
    ] {
        let stripe = Some(sign_event(&platform, now.as_second(), &body));
        let of_stripe = post_event_body(&platform, body.clone(), stripe, "application/json").await;
        let of_mux = platform.mux_delivery(body.clone(), &platform.mux_signature(&body, now).await).await;
        for answer in [of_stripe, of_mux] {
            assert_eq!((answer.status(), answer.code()), (400, "INVALID_JSON"), "{what}: {answer}");
            assert_eq!(platform.round_trips(&answer, "dynamodb"), 0, "{what}");
        }
        let unsigned = post_event_body(&platform, body, None, "application/json").await;
        assert_eq!(unsigned.code(), "INVALID_SIGNATURE", "the signature comes first: {unsigned}");
    }
}
