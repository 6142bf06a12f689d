//! `health`.

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn health_answers_without_asking_any_store_even_when_all_are_down() {
    let platform = Platform::bare().await;
    for target in ["dynamodb", "secrets", "stripe", "mux"] {
        platform.fault(json!({ "target": target, "kind": "error", "count": 1000 }));
    }

    for _ in 0..150 {
        let answer = platform.anyone().get("/api/health").await;
        assert_eq!(answer.status(), 200, "{answer}");
        assert_eq!(platform.calls(&answer).len(), 0);
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_of_the_contract() {
    let platform = Platform::bare().await;
    let expected = [
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-site"),
    ];

    for path in ["/api/health", "/api/v1/health", "/api/auth/me", "/api/nowhere", "/api/videos", "/api/openapi.json"] {
        let answer = platform.anyone().get(path).await;
        for (name, value) in expected {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
}
