//! `cancel-subscription`: the subscription ends with the paid period, and not before.

use serde_json::json;
use support::billing::{
    DAY, call_stripe, deliver_events, platform_without_trial, signed_in_again, stripe_customer, subscription,
};

#[tokio::test]
async fn access_lasts_until_the_period_ends_and_no_longer() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;

    let answer = viewer.post("/api/subscription/cancel", json!({})).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(answer.data()["cancel_at"], answer.data()["current_period_end"], "{answer}");
    assert_eq!(answer.data()["access"]["allowed"], true);
    assert_eq!(&subscription(&viewer).await, answer.data(), "at once, without waiting for a webhook");
    let end: jiff::Timestamp = answer.data()["cancel_at"].as_str().expect("a moment").parse().expect("RFC 3339");
    let left = u64::try_from(end.duration_since(platform.running().now()).as_secs()).expect("ahead");
    platform.advance(left - 60).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    platform.advance(120).await;
    let ended = subscription(&viewer).await;
    assert_eq!((&ended["status"], &ended["access"]["code"]), (&json!("canceled"), &json!("SUBSCRIPTION_EXPIRED")));
    let customer = stripe_customer(&platform, &viewer).await;
    let invoices = call_stripe(&platform, "GET", &format!("invoices?customer={customer}"), &[]).await;
    assert_eq!(invoices["data"].as_array().map(Vec::len), Some(1), "nothing was charged after that");
    platform.advance(40 * DAY).await;
}

#[tokio::test]
async fn a_missing_or_already_cancelled_subscription_cannot_be_cancelled() {
    let platform = platform_without_trial().await;
    let nobody = platform.register("a@viewers.test").await;
    let answer = nobody.post("/api/subscription/cancel", json!({})).await;
    assert_eq!((answer.status(), answer.code()), (409, "CONFLICT"), "{answer}");
    let viewer = platform.subscriber("basic").await;
    assert_eq!(viewer.post("/api/subscription/cancel", json!({})).await.status(), 200);
    let second = viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!((second.status(), second.code()), (409, "CONFLICT"), "{second}");
    assert!(subscription(&viewer).await["cancel_at"].is_string());
}

#[tokio::test]
async fn nothing_changes_while_stripe_fails() {
    for kind in ["error", "throttle", "hang"] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        let before = subscription(&viewer).await;
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));
        let answer = viewer.post("/api/subscription/cancel", json!({})).await;
        assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{kind}: {answer}");
        platform.running().faults().clear();
        assert_eq!(subscription(&viewer).await, before, "{kind}");
        let customer = stripe_customer(&platform, &viewer).await;
        let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
        assert_eq!(list["data"][0]["cancel_at_period_end"], false, "{kind}");
    }
}

#[tokio::test]
async fn repeating_a_change_whose_response_was_lost_reports_the_true_state() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    deliver_events(&platform, "drop").await;
    let lose = || {
        platform.fault(json!({
            "target": "stripe", "operation": "POST /v1/subscriptions/{id}", "kind": "reset_after", "count": 50,
        }));
    };
    for (path, body) in [("cancel", json!({})), ("resume", json!({})), ("change", json!({ "plan_type": "premium" }))] {
        let path = format!("/api/subscription/{path}");
        lose();
        let lost = viewer.post(&path, body.clone()).await;
        assert_eq!((lost.status(), lost.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{path}: {lost}");
        platform.running().faults().clear();
        let before = subscription(&viewer).await;

        let again = viewer.post(&path, body.clone()).await;

        assert_eq!(again.status(), 200, "{path}: {again}");
        let after = subscription(&viewer).await;
        assert_eq!(again.data(), &after, "{path}");
        assert_ne!(after, before, "{path}: the change was not stored yet");
        let once_more = viewer.post(&path, body).await;
        assert_eq!((once_more.status(), once_more.code()), (409, "CONFLICT"), "{path}: {once_more}");
    }
    let customer = stripe_customer(&platform, &viewer).await;
    let charges = call_stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    assert_eq!(charges["data"].as_array().map(Vec::len), Some(2), "the purchase and one upgrade: {charges}");
}

#[tokio::test]
async fn a_subscription_that_ended_at_stripe_is_reported_as_ended_and_its_row_is_updated() {
    for path in ["cancel", "resume"] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        let customer = stripe_customer(&platform, &viewer).await;
        deliver_events(&platform, "drop").await;
        let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
        let one = format!("subscriptions/{}", list["data"][0]["id"].as_str().expect("an id"));
        call_stripe(&platform, "DELETE", &one, &[]).await;
        let answer = viewer.post(&format!("/api/subscription/{path}"), json!({})).await;
        assert_eq!((answer.status(), answer.code()), (409, "CONFLICT"), "{path}: {answer}");
        assert!(answer.to_string().contains("ended"), "{path}: {answer}");
        assert_eq!(subscription(&viewer).await["status"], "canceled", "{path}");
    }
}
