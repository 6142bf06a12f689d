//! Events that fail permanently, and `POST /api/admin/billing/events/{id}/replay`.

use serde_json::{Value, json};
use support::billing::{
    billing_tables, call_stripe, deliver_events, platform_without_trial, post_event, post_event_body, sign_event,
    stripe_customer, subscription, table_rows,
};
use support::{Answer, Platform, Viewer};

async fn set_aside(admin: &Viewer) -> Vec<Value> {
    let answer = admin.get("/api/admin/billing/events?state=set_aside").await;
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().as_array().expect("a list").clone()
}

async fn replay(admin: &Viewer, id: &str) -> Answer {
    admin.post(&format!("/api/admin/billing/events/{id}/replay"), json!({})).await
}

/// Log lines that CloudWatch reads as metrics.
fn figures(platform: &Platform, name: &str) -> Vec<Value> {
    let lines = platform.running().logs();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] == name).collect()
}

/// Overwrites a field of a customer's row, like a bug or a manual edit.
async fn overwrite(platform: &Platform, customer: &str, version: Value) {
    let update = json!({
        "TableName": platform.setting("stripe-webhook", "SUBSCRIPTIONS_TABLE"),
        "Key": { "pk": { "S": format!("CUST#{customer}") } },
        "UpdateExpression": "SET version = :version",
        "ExpressionAttributeValues": { ":version": version },
    });
    platform.aws("DynamoDB_20120810.UpdateItem", update).await;
}

/// Cancels a member's subscription at Stripe, whose events are lost from now on.
async fn cancel_unnoticed(platform: &Platform, viewer: &Viewer) {
    let customer = stripe_customer(platform, viewer).await;
    let list = call_stripe(platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let path = format!("subscriptions/{}", list["data"][0]["id"].as_str().expect("an id"));
    deliver_events(platform, "drop").await;
    call_stripe(platform, "POST", &path, &[("cancel_at_period_end", "true")]).await;
}

/// A member who cancelled at Stripe and whose row is unreadable, so that the event about it, `evt_poison`, fails.
struct Poisoned {
    platform: Platform,
    admin: Viewer,
    viewer: Viewer,
    customer: String,
    /// The answer to the event.
    taken: Answer,
}

async fn poisoned() -> Poisoned {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    cancel_unnoticed(&platform, &viewer).await;
    overwrite(&platform, &customer, json!({ "S": "seven" })).await;
    let taken = post_event(&platform, "evt_poison", "customer.subscription.updated", &customer).await;
    Poisoned { platform, admin, viewer, customer, taken }
}

#[tokio::test]
async fn an_event_that_fails_permanently_is_set_aside_and_not_retried() {
    let Poisoned { admin, customer, taken, .. } = poisoned().await;

    assert_eq!(taken.status(), 200, "Stripe must not retry it: {taken}");
    let aside = set_aside(&admin).await;
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(
        json!([aside[0]["id"], aside[0]["event_type"], aside[0]["stripe_customer_id"], aside[0]["state"]]),
        json!(["evt_poison", "customer.subscription.updated", customer, "set_aside"])
    );
    assert!(aside[0]["error"].is_string(), "{aside:?}");
}

#[tokio::test]
async fn an_event_that_is_set_aside_raises_an_alarm() {
    let Poisoned { platform, .. } = poisoned().await;

    let counted = figures(&platform, "BillingEventsSetAside");

    assert_eq!(counted.len(), 1, "{counted:?}");
    assert_eq!(json!([counted[0]["BillingEventsSetAside"], counted[0]["event_id"]]), json!([1.0, "evt_poison"]));
    assert_eq!(counted[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"], "marquee");
}

#[tokio::test]
async fn an_event_stays_set_aside_until_its_cause_is_fixed() {
    let Poisoned { admin, .. } = poisoned().await;

    let early = replay(&admin, "evt_poison").await;

    assert_eq!(early.code(), "CONFLICT", "{early}");
    assert_eq!(set_aside(&admin).await.len(), 1);
}

#[tokio::test]
async fn an_event_that_was_set_aside_is_applied_once_its_cause_is_fixed() {
    let Poisoned { platform, admin, viewer, customer, .. } = poisoned().await;
    overwrite(&platform, &customer, json!({ "N": "100" })).await;

    let replayed = replay(&admin, "evt_poison").await;

    assert_eq!(replayed.data(), &json!({ "id": "evt_poison", "outcome": "applied" }), "{replayed}");
    assert!(subscription(&viewer).await["cancel_at"].is_string());
    assert_eq!(set_aside(&admin).await, Vec::<Value>::new());
    let listed = admin.get("/api/admin/billing/events?limit=1").await.data()[0].clone();
    assert_eq!(json!([listed["id"], listed["state"], listed["error"]]), json!(["evt_poison", "applied", null]));
    let audit = admin.get("/api/admin/audit?limit=1").await.data()[0].clone();
    assert_eq!(
        json!([audit["action"], audit["subject"], audit["before"]["state"], audit["after"]["outcome"]]),
        json!(["billing.replay_event", "evt_poison", "set_aside", "applied"])
    );
    let before = billing_tables(&platform).await;
    assert_eq!(replay(&admin, "evt_poison").await.data()["outcome"], "applied", "repeating it is harmless");
    assert_eq!(billing_tables(&platform).await, before);
}

#[tokio::test]
async fn transient_failures_are_left_for_stripe_to_retry() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    for fault in [
        json!({ "target": "stripe", "kind": "error", "count": 20 }),
        json!({ "target": "stripe", "kind": "truncate", "count": 20 }),
        json!({ "target": "dynamodb", "kind": "throttle", "count": 50 }),
        json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "conflict", "count": 50 }),
    ] {
        platform.fault(fault.clone());
        let answer = post_event(&platform, "evt_passing", "customer.subscription.updated", &customer).await;
        assert!(answer.status() >= 500, "{fault}: {answer}");
        platform.running().faults().clear();
    }
    assert_eq!(set_aside(&admin).await, Vec::<Value>::new());
    assert_eq!(figures(&platform, "BillingEventsSetAside").len(), 0);
    assert_eq!(post_event(&platform, "evt_passing", "customer.subscription.updated", &customer).await.status(), 200);
}

#[tokio::test]
async fn an_event_with_an_unreadable_object_is_set_aside() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let body = json!({
        "id": "evt_odd", "object": "event", "type": "invoice.paid", "livemode": false,
        "data": { "object": { "object": "invoice", "customer": 7 } },
    });
    let body = body.to_string().into_bytes();
    let header = sign_event(&platform, platform.running().now().as_second(), &body);

    let answer = post_event_body(&platform, body, Some(header), "application/json").await;

    assert_eq!(answer.status(), 200, "{answer}");
    let aside = set_aside(&admin).await;
    assert_eq!(json!([aside[0]["id"], aside[0]["stripe_customer_id"]]), json!(["evt_odd", null]), "{aside:?}");
    assert_eq!(replay(&admin, "evt_odd").await.code(), "NOT_FOUND", "Stripe has no such event");
}

/// The id of the latest event at Stripe.
async fn latest_event(platform: &Platform) -> String {
    let events = call_stripe(platform, "GET", "events?limit=1", &[]).await;
    events["data"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_event_that_never_arrived_is_fetched_from_stripe() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    cancel_unnoticed(&platform, &viewer).await;
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await["cancel_at"], Value::Null);
    let lost = latest_event(&platform).await;

    let replayed = replay(&admin, &lost).await;

    assert_eq!(replayed.data()["outcome"], "applied", "{replayed}");
    assert!(subscription(&viewer).await["cancel_at"].is_string());
}

#[tokio::test]
async fn replaying_an_event_that_is_not_ours_writes_nothing() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let foreign = call_stripe(&platform, "POST", "customers", &[("email", "else@viewers.test")]).await;
    let path = format!("customers/{}", foreign["id"].as_str().expect("an id"));
    call_stripe(&platform, "POST", &path, &[("name", "Else")]).await;
    let theirs = latest_event(&platform).await;
    let marks = table_rows(&platform, "BILLING_EVENTS_TABLE").await.len();

    assert_eq!(replay(&admin, &theirs).await.data()["outcome"], "not_ours");

    for unknown in ["evt_nothing", "nothing", ".."] {
        assert_eq!(replay(&admin, unknown).await.code(), "NOT_FOUND", "{unknown}");
    }
    assert_eq!(table_rows(&platform, "BILLING_EVENTS_TABLE").await.len(), marks);
}

#[tokio::test]
async fn a_viewer_cannot_replay_events() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;

    assert_eq!(replay(&viewer, "evt_1").await.code(), "FORBIDDEN");
}
