//! `get-subscription`: the stored subscription, and a sync with Stripe on the return from checkout.

use serde_json::{Value, json};
use support::Platform;
use support::billing::{
    CARD, billing_tables, checkout, checkout_url, deliver_events, platform_without_trial, subscription,
};

#[tokio::test]
async fn a_user_without_a_subscription_gets_no_error() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;
    let answer = viewer.get("/api/subscription").await;
    assert_eq!(answer.status(), 200, "{answer}");
    let expected = json!({
        "plan_type": null, "status": "none", "interval": null, "amount": null, "currency": null,
        "has_discount": false, "current_period_end": null, "cancel_at": null, "trial_end": null, "grace_until": null,
        "access": { "allowed": false, "code": "SUBSCRIPTION_REQUIRED" }, "access_until": null,
        "pending_plan_type": null, "pending_interval": null, "pending_amount": null, "complimentary_until": null,
    });
    assert_eq!(answer.data(), &expected);
    assert_eq!(platform.round_trips(&answer, "stripe"), 0);
}

#[tokio::test]
async fn access_does_not_wait_for_the_webhook() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let opened = checkout(&viewer, "premium").await;
    deliver_events(&platform, "hold").await;
    platform.pay(&checkout_url(&opened), CARD).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false, "the webhook is held");

    let session = opened.data()["session_id"].as_str().expect("an id");
    let answer = viewer.get(&format!("/api/subscription?session_id={session}")).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!((&answer.data()["plan_type"], &answer.data()["synced"]), (&json!("premium"), &json!(true)));
    assert_eq!(answer.data()["access"]["allowed"], true);
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "the subscription stays");
    let before = billing_tables(&platform).await;
    deliver_events(&platform, "normal").await;
    support::billing::release_events(&platform).await;
    assert_eq!(billing_tables(&platform).await, before, "the webhooks change nothing");
}

#[tokio::test]
async fn another_users_checkout_session_is_ignored() {
    let platform = platform_without_trial().await;
    let (viewer, other) = (platform.register("a@viewers.test").await, platform.register("b@viewers.test").await);
    let opened = checkout(&other, "premium").await;
    platform.pay(&checkout_url(&opened), CARD).await;
    let theirs = opened.data()["session_id"].as_str().expect("an id");
    for session in [theirs, "cs_test_unknown", "nonsense", "cs_test_a/../../customers", "cs_%2e%2e%2f"] {
        let answer = viewer.get(&format!("/api/subscription?session_id={session}")).await;
        assert_eq!(answer.status(), 200, "{session}: {answer}");
        assert_eq!((&answer.data()["status"], &answer.data()["synced"]), (&json!("none"), &Value::Null), "{session}");
    }
}

#[tokio::test]
async fn the_stored_subscription_is_returned_while_stripe_fails() {
    for kind in ["error", "hang", "throttle"] {
        let platform = platform_without_trial().await;
        let viewer = platform.register("a@viewers.test").await;
        let opened = checkout(&viewer, "basic").await;
        platform.pay(&checkout_url(&opened), CARD).await;
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));
        let session = opened.data()["session_id"].as_str().expect("an id");
        let answer = viewer.get(&format!("/api/subscription?session_id={session}")).await;
        assert_eq!(answer.status(), 200, "{kind}: {answer}");
        assert_eq!((&answer.data()["plan_type"], &answer.data()["synced"]), (&json!("basic"), &json!(false)), "{kind}");
    }
}

#[tokio::test]
async fn at_most_twenty_syncs_are_done_in_fifteen_minutes() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let opened = checkout(&viewer, "basic").await;
    platform.pay(&checkout_url(&opened), CARD).await;
    let path = format!("/api/subscription?session_id={}", opened.data()["session_id"].as_str().expect("an id"));
    for number in 1..=20 {
        assert_eq!(viewer.get(&path).await.data()["synced"], true, "{number}");
    }
    let over = viewer.get(&path).await;
    assert_eq!((over.status(), &over.data()["synced"]), (200, &json!(false)), "{over}");
    assert_eq!(platform.round_trips(&over, "stripe"), 0);
    platform.advance(17 * 60).await;
    assert_eq!(viewer.get(&path).await.data()["synced"], true);
}
