//! `health`.

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn health_answers_without_any_store_even_when_all_are_down() {
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
async fn every_response_has_the_headers_of_the_contract() {
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

/// The first of five consecutive free ports, for a platform whose address must be known before it starts.
fn five_free_ports() -> u16 {
    let is_free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut candidates =
        (20_000..60_000).step_by(5).skip(usize::try_from(std::process::id() % 5_000).unwrap_or_default());
    candidates.find(|first| (*first..*first + 5).all(is_free)).expect("five free ports")
}

/// The successive statuses of `health` until `done` is true.
async fn watched(url: String, done: &std::sync::atomic::AtomicBool) -> Vec<u16> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a plain client");
    let mut seen = Vec::new();
    while !done.load(std::sync::atomic::Ordering::SeqCst) {
        if let Ok(response) = client.get(&url).send().await {
            seen.push(response.status().as_u16());
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    seen
}

#[tokio::test]
async fn health_is_503_while_the_platform_starts_and_200_once_it_is_seeded() {
    let port = five_free_ports();
    let done = std::sync::atomic::AtomicBool::new(false);
    let start = async {
        let options = local::platform::Options { port: Some(port), ..support::options() };
        let platform = Platform::of_options(options).await;
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        platform
    };

    let (platform, seen) = tokio::join!(start, watched(format!("http://127.0.0.1:{port}/api/health"), &done));

    assert!(seen.iter().filter(|status| **status == 503).count() > 3, "it was asked during the start: {seen:?}");
    assert!(seen.iter().rev().skip(1).all(|status| *status == 503), "{seen:?}");
    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
    assert_eq!(platform.anyone().get("/api/videos").await.data().as_array().map(|all| all.len() >= 12), Some(true));
}

#[tokio::test]
async fn health_is_503_during_a_reset() {
    let platform = Platform::start().await;
    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
    let done = std::sync::atomic::AtomicBool::new(false);
    let reset = async {
        let answer = platform.console().post("/reset", json!({})).await;
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        answer
    };
    let url = format!("{}/api/health", platform.running().urls().web);

    let (answer, seen) = tokio::join!(reset, watched(url, &done));

    assert_eq!(answer.status(), 200, "{answer}");
    let first = seen.iter().position(|status| *status == 503).unwrap_or_else(|| panic!("never 503: {seen:?}"));
    assert!(seen[first..].iter().rev().skip(1).all(|status| *status == 503), "{seen:?}");
    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
}
