//! `end-subscription`: an operator ends a subscription at once or with its period, and the audit log says so.

use crate::get_member::id;
use serde_json::{Value, json};
use support::billing::{
    DAY, HOUR, call_stripe, platform_without_trial, signed_in_again, stripe_customer, subscription,
};
use support::{Platform, Viewer};

async fn at_stripe(platform: &Platform, viewer: &Viewer) -> Value {
    let customer = stripe_customer(platform, viewer).await;
    call_stripe(platform, "GET", &format!("subscriptions?customer={customer}&status=all"), &[]).await["data"][0].clone()
}

async fn entries(admin: &Viewer) -> Vec<Value> {
    let audit = admin.get("/api/admin/audit?limit=100").await;
    let all = audit.data().as_array().expect("entries").clone();
    all.into_iter().filter(|entry| entry["action"] == "member.end_subscription").collect()
}

#[tokio::test]
async fn a_subscription_ends_at_once_here_and_at_stripe() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let path = format!("/api/admin/members/{}/end-subscription", id(&admin, &viewer).await);

    let answer = admin.post(&path, json!({ "reason": "an agreement" })).await;

    assert_eq!((answer.status(), &answer.data()["status"]), (200, &json!("canceled")), "{answer}");
    assert_eq!(at_stripe(&platform, &viewer).await["status"], "canceled");
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);
    let audit = entries(&admin).await;
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!(
        json!([audit[0]["reason"], audit[0]["before"]["status"], audit[0]["after"]["status"]]),
        json!(["an agreement", "active", "canceled"])
    );
    assert_eq!(admin.post(&path, json!({ "reason": "again" })).await.code(), "CONFLICT");
    assert_eq!(entries(&admin).await.len(), 1);
}

#[tokio::test]
async fn a_subscription_that_ends_with_its_period_is_watched_until_then() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("premium").await;
    let path = format!("/api/admin/members/{}/end-subscription", id(&admin, &viewer).await);
    let answer = admin.post(&path, json!({ "when": "period_end", "reason": "they wrote" })).await;
    assert_eq!((answer.status(), &answer.data()["status"]), (200, &json!("active")), "{answer}");
    assert!(answer.data()["cancel_at"].is_string(), "{answer}");
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    let again = admin.post(&path, json!({ "when": "period_end", "reason": "they wrote" })).await;
    assert_eq!(again.code(), "CONFLICT", "{again}");
    platform.advance(32 * 86_400).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["status"], "canceled");
}

#[tokio::test]
async fn it_needs_a_recent_sign_in_of_an_operator_and_a_subscription() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, other) = (platform.subscriber("basic").await, platform.register("bob@viewers.test").await);
    let path = format!("/api/admin/members/{}/end-subscription", id(&admin, &viewer).await);
    let none = format!("/api/admin/members/{}/end-subscription", id(&admin, &other).await);
    let body = json!({ "reason": "x" });
    assert_eq!(viewer.post(&path, body.clone()).await.code(), "FORBIDDEN");
    assert_eq!(admin.post(&none, body.clone()).await.code(), "CONFLICT");
    assert_eq!(admin.post(&path, json!({ "when": "never", "reason": "x" })).await.code(), "VALIDATION_ERROR");
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let down = admin.post(&path, body.clone()).await;
    platform.running().faults().clear();
    assert_eq!((down.status(), down.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{down}");
    assert_eq!(entries(&admin).await.len(), 0, "nothing was tried");
    platform.advance(16 * 60).await;
    assert_eq!(admin.post(&path, body).await.code(), "REAUTHENTICATION_REQUIRED");
    assert_eq!(at_stripe(&platform, &viewer).await["status"], "active");
}

#[tokio::test]
async fn an_end_that_stripe_refuses_is_in_the_audit_log_as_failed() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let path = format!("/api/admin/members/{}/end-subscription", id(&admin, &viewer).await);
    let fault =
        json!({ "target": "stripe", "operation": "DELETE /v1/subscriptions/{id}", "kind": "error", "count": 1_000 });
    platform.fault(fault);
    let answer = admin.post(&path, json!({ "reason": "x" })).await;
    platform.running().faults().clear();
    assert_eq!(answer.status(), 502, "{answer}");
    assert_eq!(entries(&admin).await[0]["after"], json!({ "requested": "now", "failed": true }));
    assert_eq!(at_stripe(&platform, &viewer).await["status"], "active");
}

#[tokio::test]
async fn nobody_can_pay_for_a_subscription_that_was_ended_at_once() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;
    let (viewer, admin) = (signed_in_again(&platform, &viewer).await, signed_in_again(&platform, &admin).await);
    assert_eq!(subscription(&viewer).await["status"], "past_due");
    let mails = platform.mail(viewer.email()).len();
    let path = format!("/api/admin/members/{}/end-subscription", id(&admin, &viewer).await);

    let ended = admin.post(&path, json!({ "reason": "they do not pay" })).await;

    assert_eq!((ended.status(), &ended.data()["status"]), (200, &json!("canceled")), "{ended}");
    let customer = stripe_customer(&platform, &viewer).await;
    let open = call_stripe(&platform, "GET", &format!("invoices?customer={customer}&status=open"), &[]).await;
    assert_eq!(open["data"], json!([]), "nothing can be paid");
    let invoices = viewer.get("/api/subscription/invoices").await;
    assert_eq!(invoices.data()[0]["status"], "void", "{invoices}");
    assert_eq!(invoices.data()[1]["status"], "paid", "what was paid stays: {invoices}");
    platform.advance(DAY).await;
    let inbox = platform.mail(viewer.email());
    let subjects: Vec<&Value> = inbox[..inbox.len() - mails].iter().map(|mail| &mail["subject"]).collect();
    assert!(!json!(subjects).to_string().contains("receipt"), "{subjects:?}");
}
