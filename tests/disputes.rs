//! Disputes: they are shown with the payment and audited, and a lost one ends the renewal.

use crate::get_member::member;
use serde_json::{Value, json};
use support::billing::{
    DAY, billing_tables, call_stripe, checkout, checkout_url, deliver_events, platform_without_trial, post_event,
    signed_in_again, stripe_customer, subscription,
};
use support::{Platform, Viewer};

/// A card whose charges are disputed as fraudulent.
const DISPUTED: &str = "4000000000000259";

/// A subscriber whose payment is disputed, and the dispute.
async fn disputed(platform: &Platform) -> (Viewer, Value) {
    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), DISPUTED).await;
    let list = call_stripe(platform, "GET", "disputes", &[]).await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    (viewer, list["data"][0].clone())
}

async fn lose(platform: &Platform, dispute: &Value) {
    let path = format!("disputes/{}/close", dispute["id"].as_str().expect("an id"));
    assert_eq!(call_stripe(platform, "POST", &path, &[]).await["status"], "lost");
    platform.advance(0).await;
}

/// The audit entries about disputes, oldest first: action, subject, status.
async fn audit(admin: &Viewer) -> Vec<Value> {
    let audit = admin.get("/api/admin/audit?limit=100").await;
    let mut told: Vec<Value> = audit
        .data()
        .as_array()
        .unwrap_or_else(|| panic!("{audit}"))
        .iter()
        .filter(|audit_entry| {
            audit_entry["action"].as_str().is_some_and(|action| action.starts_with("payment.dispute"))
        })
        .map(|audit_entry| {
            json!([
                audit_entry["action"],
                audit_entry["subject"],
                audit_entry["after"]["status"],
                audit_entry["after"]["renewal_ended"]
            ])
        })
        .collect();
    told.reverse();
    told
}

/// Log lines with the metric of disputes.
fn rung(platform: &Platform) -> usize {
    let lines = platform.running().logs();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["Disputes"] == 1.0).count()
}

async fn invoices(platform: &Platform, customer: &str) -> Vec<Value> {
    let list = call_stripe(platform, "GET", &format!("invoices?customer={customer}"), &[]).await;
    list["data"].as_array().expect("invoices").clone()
}

#[tokio::test]
async fn an_open_dispute_is_shown_with_its_payment_and_changes_no_subscription() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;

    let (viewer, dispute) = disputed(&platform).await;

    let payment = member(&admin, &viewer).await["payments"][0].clone();
    let seen = &payment["dispute"];
    assert_eq!(
        json!([seen["id"], seen["status"], seen["amount"], seen["reason"]]),
        json!([dispute["id"], "needs_response", 1_299, "fraudulent"]),
        "{payment}"
    );
    assert_eq!(subscription(&viewer).await["cancel_at"], Value::Null, "it is still undecided");
}

#[tokio::test]
async fn opening_and_losing_a_dispute_are_audited_once_each_and_raise_an_alarm() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, dispute) = disputed(&platform).await;
    let customer = stripe_customer(&platform, &viewer).await;
    let payment = member(&admin, &viewer).await["payments"][0]["id"].clone();
    assert_eq!(audit(&admin).await, [json!(["payment.dispute_opened", payment, null, null])]);
    assert_eq!(rung(&platform), 1);

    lose(&platform, &dispute).await;

    let ended =
        call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await["data"][0].clone();
    let closed = json!(["payment.dispute_closed", payment, "lost", ended["id"]]);
    assert_eq!(audit(&admin).await.last(), Some(&closed));
    assert_eq!(rung(&platform), 2);
    let before = billing_tables(&platform).await;
    for number in 0..3 {
        post_event(&platform, &format!("evt_{number}"), "charge.dispute.closed", &customer).await;
    }
    assert_eq!((billing_tables(&platform).await, audit(&admin).await.len()), (before, 2), "it is recorded once");
}

#[tokio::test]
async fn a_lost_dispute_ends_the_renewal() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, dispute) = disputed(&platform).await;
    let customer = stripe_customer(&platform, &viewer).await;

    lose(&platform, &dispute).await;

    let payment = member(&admin, &viewer).await["payments"][0].clone();
    assert_eq!(json!([payment["status"], payment["dispute"]["status"]]), json!(["paid", "lost"]), "{payment}");
    let seen = subscription(&viewer).await;
    assert_eq!(seen["cancel_at"], seen["current_period_end"], "{seen}");
    platform.advance(40 * DAY).await;
    let (admin, viewer) = (signed_in_again(&platform, &admin).await, signed_in_again(&platform, &viewer).await);
    assert_eq!(subscription(&viewer).await["status"], "canceled");
    assert_eq!(invoices(&platform, &customer).await.len(), 1, "the next month was not charged");
    assert_eq!(member(&admin, &viewer).await["payments"][0]["dispute"]["status"], "lost");
}

#[tokio::test]
async fn a_won_dispute_ends_nothing() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, dispute) = disputed(&platform).await;
    let path = format!("disputes/{}", dispute["id"].as_str().expect("an id"));
    call_stripe(&platform, "POST", &path, &[("evidence[uncategorized_text]", "they watched it")]).await;
    platform.cards(&viewer).succeed().await;
    platform.advance(10 * DAY).await;
    let (admin, viewer) = (signed_in_again(&platform, &admin).await, signed_in_again(&platform, &viewer).await);

    assert_eq!(member(&admin, &viewer).await["payments"][0]["dispute"]["status"], "won");
    assert_eq!(subscription(&viewer).await["cancel_at"], Value::Null);
    let told = audit(&admin).await;
    assert_eq!(
        json!([told.last().expect("an audit entry")[2], told.last().expect("an audit entry")[3]]),
        json!(["won", null])
    );
    platform.advance(22 * DAY).await;
    let customer = stripe_customer(&platform, &viewer).await;
    assert_eq!(invoices(&platform, &customer).await.len(), 2, "it was renewed");
}

#[tokio::test]
async fn an_inquiry_ends_nothing() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let inquired = platform.register("b@viewers.test").await;
    platform.pay(&checkout_url(&checkout(&inquired, "premium").await), "4000000000001976").await;
    let payment = member(&admin, &inquired).await["payments"][0].clone();
    assert_eq!(payment["dispute"]["status"], "warning_needs_response", "{payment}");
    assert_eq!(subscription(&inquired).await["cancel_at"], Value::Null);

    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), DISPUTED).await;
    let customer = stripe_customer(&platform, &viewer).await;
    let charges = call_stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let charge = charges["data"][0]["id"].as_str().expect("a charge").to_owned();
    let dispute = call_stripe(&platform, "GET", &format!("disputes?charge={charge}"), &[]).await["data"][0].clone();
    for status in ["warning_needs_response", "warning_under_review", "warning_closed"] {
        let mut told = dispute.clone();
        told["status"] = json!(status);
        let list = json!({ "object": "list", "data": [told], "has_more": false, "url": "/v1/disputes" });
        platform.fault(json!({
            "target": "stripe", "operation": "GET /v1/disputes", "kind": "answer", "count": 10,
            "answer": { "status": 200, "body": list },
        }));
        let answer = post_event(&platform, &format!("evt_{status}"), "charge.dispute.updated", &customer).await;
        platform.running().faults().clear();
        assert_eq!(answer.status(), 200, "{answer}");
        assert_eq!(member(&admin, &viewer).await["payments"][0]["dispute"]["status"], status);
        let seen = subscription(&viewer).await;
        assert_eq!((&seen["status"], &seen["cancel_at"]), (&json!("active"), &Value::Null), "{status}");
    }
}

#[tokio::test]
async fn a_viewer_who_resumes_after_a_lost_dispute_keeps_the_subscription() {
    let platform = platform_without_trial().await;
    let (viewer, dispute) = disputed(&platform).await;
    let customer = stripe_customer(&platform, &viewer).await;
    lose(&platform, &dispute).await;
    let resumed = viewer.post("/api/subscription/resume", json!({})).await;
    assert_eq!((resumed.status(), &resumed.data()["cancel_at"]), (200, &Value::Null), "{resumed}");
    post_event(&platform, "evt_again", "charge.dispute.closed", &customer).await;
    assert_eq!(subscription(&viewer).await["cancel_at"], Value::Null, "the renewal is on again");
}

#[tokio::test]
async fn a_lost_dispute_whose_event_was_lost_is_found_by_the_nightly_run() {
    let platform = platform_without_trial().await;
    let (viewer, dispute) = disputed(&platform).await;
    deliver_events(&platform, "drop").await;
    lose(&platform, &dispute).await;
    assert_eq!(subscription(&viewer).await["cancel_at"], Value::Null, "no event has arrived yet");
    let run = platform.running().run_job("reconcile-nightly", json!({ "scope": "missed" })).await;
    let summary = run.expect("a summary");
    assert!(summary["drift"].to_string().contains("dispute_lost."), "{summary}");
    assert!(subscription(&viewer).await["cancel_at"].is_string());
    let again = platform.running().run_job("reconcile-nightly", json!({})).await.expect("a summary");
    assert_eq!(again["drift"], json!([]), "{again}");
}

#[tokio::test]
async fn a_lost_dispute_ends_an_overdue_subscription_at_once_and_leaves_others_alone() {
    let platform = platform_without_trial().await;
    let (viewer, dispute) = disputed(&platform).await;
    let path = format!("disputes/{}", dispute["id"].as_str().expect("an id"));
    // Under review for longer than a month.
    let mut held = dispute.clone();
    held["status"] = json!("under_review");
    platform.fault(json!({
        "target": "stripe", "operation": "GET /v1/disputes", "kind": "answer", "count": 10_000,
        "answer": { "status": 200, "body": { "object": "list", "data": [held], "has_more": false, "url": "" } },
    }));
    platform.cards(&viewer).decline().await;
    platform.advance(33 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["status"], "past_due");
    platform.running().faults().clear();
    let lost = call_stripe(&platform, "GET", &path, &[]).await;
    assert_eq!(lost["status"], "lost", "the merchant did not respond");
    let customer = stripe_customer(&platform, &viewer).await;
    post_event(&platform, "evt_lost", "charge.dispute.closed", &customer).await;
    assert_eq!(subscription(&viewer).await["status"], "canceled", "the next month's payment was already overdue");

    platform.cards(&viewer).succeed().await;
    platform.pay(&checkout_url(&checkout(&viewer, "basic").await), support::billing::CARD).await;
    let seen = subscription(&viewer).await;
    assert_eq!(
        json!([seen["status"], seen["cancel_at"]]),
        json!(["active", null]),
        "the other subscription is unaffected"
    );
}
