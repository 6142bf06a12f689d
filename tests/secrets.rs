//! Secrets Manager is slow or down.

use serde_json::json;
use std::time::{Duration, Instant};
use support::billing::platform_without_trial;
use support::{Answer, Platform};

/// How many calls to Secrets Manager a request made.
fn reads(platform: &Platform, answer: &Answer) -> usize {
    platform.calls(answer).iter().filter(|call| call.service == "secrets").count()
}

#[tokio::test]
async fn a_function_that_holds_its_secrets_works_while_secrets_manager_hangs_or_fails() {
    for kind in ["hang", "error"] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("premium").await;
        let anyone = platform.anyone();
        for warm in [anyone.get("/api/videos").await, viewer.get("/api/auth/me").await] {
            assert_eq!(warm.status(), 200, "{warm}");
        }
        let canceled = viewer.post("/api/subscription/cancel", json!({})).await;
        assert_eq!(canceled.status(), 200, "{canceled}");
        platform.advance(301).await;
        platform.fault(json!({ "target": "secrets", "kind": kind, "count": 10_000 }));

        let started = Instant::now();
        assert_eq!(anyone.get("/api/videos").await.status(), 200, "{kind}");
        assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "{kind}");
        let again = viewer.post("/api/subscription/cancel", json!({})).await;
        assert_eq!((again.status(), again.code()), (409, "CONFLICT"), "Stripe says that it is canceled: {again}");
        let passed = started.elapsed();
        assert!(passed < Duration::from_secs(5), "{kind}: four secrets at half a second each, not {passed:?}");

        for _ in 0..3 {
            let listed = anyone.get("/api/videos").await;
            assert_eq!((listed.status(), reads(&platform, &listed)), (200, 0), "the failure is remembered: {listed}");
            let canceled = viewer.post("/api/subscription/cancel", json!({})).await;
            assert_eq!((canceled.code(), reads(&platform, &canceled)), ("CONFLICT", 0), "{canceled}");
        }
        platform.running().faults().clear();
        platform.advance(61).await;
        let recovered = anyone.get("/api/videos").await;
        assert_eq!((recovered.status(), reads(&platform, &recovered)), (200, 1), "a minute later: {recovered}");
        assert_eq!(reads(&platform, &anyone.get("/api/videos").await), 0);
    }
}

#[tokio::test]
async fn a_token_with_an_unknown_key_is_refused_at_once_while_secrets_manager_hangs() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let header = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6InVua25vd24ifQ";
    let (_, rest) = viewer.token().split_once('.').expect("a token");
    let forger = viewer.with_token(viewer.email(), format!("{header}.{rest}"));
    platform.advance(60).await;
    platform.fault(json!({ "target": "secrets", "kind": "hang", "count": 10_000 }));
    assert_eq!(forger.get("/api/auth/me").await.code(), "UNAUTHENTICATED");
    let again = forger.get("/api/auth/me").await;
    assert_eq!((again.code(), reads(&platform, &again)), ("UNAUTHENTICATED", 0), "at most two reads a minute: {again}");
}

#[tokio::test]
async fn stripe_is_not_blamed_for_a_key_that_we_cannot_read() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    platform.fault(json!({ "target": "secrets", "kind": "reject", "count": 10_000 }));
    let refused = viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!((refused.status(), refused.code()), (503, "UNAVAILABLE"), "{refused}");
    assert_eq!(platform.round_trips(&refused, "stripe"), 0, "{refused}");
    platform.running().faults().clear();
    let canceled = viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!(canceled.status(), 200, "{canceled}");
}
