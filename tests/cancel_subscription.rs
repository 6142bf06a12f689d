//! `cancel-subscription`: it ends with what is paid, and not before.

use crate::billing::{DAY, again, customer, stripe, subscription, untried};
use serde_json::json;

#[tokio::test]
async fn access_stays_until_the_period_ends_and_not_longer() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;

    let answer = viewer.post("/api/subscription/cancel", json!({})).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(answer.data()["cancel_at"], answer.data()["current_period_end"], "{answer}");
    assert_eq!(answer.data()["access"]["allowed"], true);
    assert_eq!(&subscription(&viewer).await, answer.data(), "at once, with no webhook to wait for");
    let end: jiff::Timestamp = answer.data()["cancel_at"].as_str().expect("a moment").parse().expect("RFC 3339");
    let left = u64::try_from(end.duration_since(platform.running().now()).as_secs()).expect("ahead");
    platform.advance(left - 60).await;
    let viewer = again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    platform.advance(120).await;
    let ended = subscription(&viewer).await;
    assert_eq!((&ended["status"], &ended["access"]["code"]), (&json!("canceled"), &json!("SUBSCRIPTION_EXPIRED")));
    let customer = customer(&platform, &viewer).await;
    let invoices = stripe(&platform, "GET", &format!("invoices?customer={customer}"), &[]).await;
    assert_eq!(invoices["data"].as_array().map(Vec::len), Some(1), "nothing was billed after it");
    platform.advance(40 * DAY).await;
}

#[tokio::test]
async fn what_is_not_there_or_ends_anyway_cannot_be_cancelled() {
    let platform = untried().await;
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
        let platform = untried().await;
        let viewer = platform.subscriber("basic").await;
        let before = subscription(&viewer).await;
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));
        let answer = viewer.post("/api/subscription/cancel", json!({})).await;
        assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{kind}: {answer}");
        platform.running().faults().clear();
        assert_eq!(subscription(&viewer).await, before, "{kind}");
        let customer = customer(&platform, &viewer).await;
        let list = stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
        assert_eq!(list["data"][0]["cancel_at_period_end"], false, "{kind}");
    }
}
