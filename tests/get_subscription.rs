//! `get-subscription`: what is kept, and what Stripe says when one comes back from checkout.

use crate::billing::{CARD, checkout, deliveries, page, subscription, tables, untried};
use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn nobody_without_a_subscription_is_told_off() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;
    let answer = viewer.get("/api/subscription").await;
    assert_eq!(answer.status(), 200, "{answer}");
    let expected = json!({
        "plan_type": null, "status": "none", "interval": null, "current_period_end": null, "cancel_at": null,
        "trial_end": null, "grace_until": null, "access": { "allowed": false, "code": "SUBSCRIPTION_REQUIRED" },
        "access_until": null, "pending_plan_type": null, "pending_interval": null, "complimentary_until": null,
    });
    assert_eq!(answer.data(), &expected);
    assert_eq!(platform.round_trips(&answer, "stripe"), 0);
}

#[tokio::test]
async fn access_does_not_wait_for_the_webhook() {
    let platform = untried().await;
    let viewer = platform.register("a@viewers.test").await;
    let opened = checkout(&viewer, "premium").await;
    deliveries(&platform, "hold").await;
    platform.pay(&page(&opened), CARD).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false, "the webhook is held");

    let session = opened.data()["session_id"].as_str().expect("an id");
    let answer = viewer.get(&format!("/api/subscription?session_id={session}")).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!((&answer.data()["plan_type"], &answer.data()["synced"]), (&json!("premium"), &json!(true)));
    assert_eq!(answer.data()["access"]["allowed"], true);
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "and it stays");
    let before = tables(&platform).await;
    deliveries(&platform, "normal").await;
    crate::billing::release(&platform).await;
    assert_eq!(tables(&platform).await, before, "the webhooks find it done");
}

#[tokio::test]
async fn a_session_of_somebody_elses_is_as_none() {
    let platform = untried().await;
    let (viewer, other) = (platform.register("a@viewers.test").await, platform.register("b@viewers.test").await);
    let opened = checkout(&other, "premium").await;
    platform.pay(&page(&opened), CARD).await;
    let theirs = opened.data()["session_id"].as_str().expect("an id");
    for session in [theirs, "cs_test_unknown", "nonsense", "cs_test_a/../../customers", "cs_%2e%2e%2f"] {
        let answer = viewer.get(&format!("/api/subscription?session_id={session}")).await;
        assert_eq!(answer.status(), 200, "{session}: {answer}");
        assert_eq!((&answer.data()["status"], &answer.data()["synced"]), (&json!("none"), &Value::Null), "{session}");
    }
}

#[tokio::test]
async fn while_stripe_fails_what_is_kept_has_to_do() {
    for kind in ["error", "hang", "throttle"] {
        let platform = untried().await;
        let viewer = platform.register("a@viewers.test").await;
        let opened = checkout(&viewer, "basic").await;
        platform.pay(&page(&opened), CARD).await;
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));
        let session = opened.data()["session_id"].as_str().expect("an id");
        let answer = viewer.get(&format!("/api/subscription?session_id={session}")).await;
        assert_eq!(answer.status(), 200, "{kind}: {answer}");
        assert_eq!((&answer.data()["plan_type"], &answer.data()["synced"]), (&json!("basic"), &json!(false)), "{kind}");
    }
}

#[tokio::test]
async fn twenty_syncs_are_the_most_in_fifteen_minutes() {
    let platform = untried().await;
    let viewer = platform.register("a@viewers.test").await;
    let opened = checkout(&viewer, "basic").await;
    platform.pay(&page(&opened), CARD).await;
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
