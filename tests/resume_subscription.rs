//! `resume-subscription`: undoes a cancellation, however it was set.

use serde_json::{Value, json};
use support::billing::{DAY, call_stripe, platform_without_trial, signed_in_again, stripe_customer, subscription};

#[tokio::test]
async fn a_cancellation_is_undone_however_it_was_set() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let (id, end) = (list["data"][0]["id"].as_str().expect("an id"), &list["data"][0]["items"]["data"][0]);
    let end = end["current_period_end"].to_string();
    for form in [("cancel_at_period_end", "true"), ("cancel_at", end.as_str())] {
        call_stripe(&platform, "POST", &format!("subscriptions/{id}"), &[form]).await;
        platform.advance(0).await;
        assert!(subscription(&viewer).await["cancel_at"].is_string(), "{form:?}");

        let answer = viewer.post("/api/subscription/resume", json!({})).await;

        assert_eq!(answer.status(), 200, "{form:?}: {answer}");
        assert_eq!(answer.data()["cancel_at"], Value::Null, "{form:?}");
        assert_eq!(&subscription(&viewer).await, answer.data(), "{form:?}");
    }
    platform.advance(40 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["status"], "active", "it was renewed");
}

#[tokio::test]
async fn there_is_nothing_to_resume_without_a_cancellation_or_after_it_took_effect() {
    let platform = platform_without_trial().await;
    let nobody = platform.register("a@viewers.test").await;
    let answer = nobody.post("/api/subscription/resume", json!({})).await;
    assert_eq!((answer.status(), answer.code()), (409, "CONFLICT"), "{answer}");
    let viewer = platform.subscriber("basic").await;
    assert_eq!(viewer.post("/api/subscription/resume", json!({})).await.code(), "CONFLICT");
    viewer.post("/api/subscription/cancel", json!({})).await;
    platform.advance(32 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(viewer.post("/api/subscription/resume", json!({})).await.code(), "CONFLICT", "it has ended");
    assert_eq!(subscription(&viewer).await["status"], "canceled");
}

#[tokio::test]
async fn nothing_changes_while_stripe_fails() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    let before = subscription(&viewer).await;
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let answer = viewer.post("/api/subscription/resume", json!({})).await;
    assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{answer}");
    platform.running().faults().clear();
    assert_eq!(subscription(&viewer).await, before);
}
