//! The job `reconcile-nightly`.

use crate::billing::{DAY, HOUR, customer, deliveries, stripe, subscription, untried};
use crate::reconcile_billing::tamper;
use serde_json::{Value, json};
use support::Platform;

async fn run(platform: &Platform, event: Value) -> Value {
    platform.running().run_job("reconcile-nightly", event).await.expect("the job").expect("it runs")
}

#[tokio::test]
async fn a_night_makes_up_for_what_was_lost_and_rings_the_bell() {
    let platform = untried().await;
    platform.subscriber("basic").await;
    let quiet = run(&platform, json!({ "scope": "missed" })).await;
    assert_eq!(quiet, json!({ "checked": 0, "drift": [] }), "what arrived is not looked at again");
    deliveries(&platform, "drop").await;
    let viewer = platform.subscriber("premium").await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);

    let night = run(&platform, json!({ "scope": "missed" })).await;

    assert_eq!(json!([night["checked"], night["drift"][0]["applied"]]), json!([1, true]), "{night}");
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    let told: Vec<Value> = platform
        .running()
        .logs()
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] == "BillingDrift")
        .map(|line| line["BillingDrift"].clone())
        .collect();
    assert_eq!(told, [json!(0.0), json!(1.0)]);
}

#[tokio::test]
async fn a_night_of_more_events_than_a_page_is_read_to_its_oldest() {
    let platform = untried().await;
    let leaver = platform.subscriber("premium").await;
    let subscriptions = format!("subscriptions?customer={}", customer(&platform, &leaver).await);
    let id = stripe(&platform, "GET", &subscriptions, &[]).await["data"][0]["id"].as_str().expect("an id").to_owned();
    deliveries(&platform, "drop").await;
    stripe(&platform, "POST", &format!("subscriptions/{id}"), &[("cancel_at_period_end", "true")]).await;
    let other = stripe(&platform, "POST", "customers", &[("email", "nobody@elsewhere.test")]).await;
    let other = format!("customers/{}", other["id"].as_str().expect("an id"));
    for number in 0..100 {
        stripe(&platform, "POST", &other, &[("metadata[number]", &number.to_string())]).await;
    }
    let newest = stripe(&platform, "GET", "events?limit=100", &[]).await;
    assert_eq!(newest["has_more"], true);
    let types: Vec<&Value> = newest["data"].as_array().expect("events").iter().map(|event| &event["type"]).collect();
    assert!(types.iter().all(|kind| **kind == "customer.updated"), "what was lost is on the next page: {types:?}");

    let night = run(&platform, json!({ "scope": "missed" })).await;

    assert_eq!(
        night["drift"].as_array().map(Vec::len),
        Some(1),
        "and nothing of the other, who is nobody here: {night}"
    );
    assert_ne!(subscription(&leaver).await["cancel_at"], Value::Null);
}

#[tokio::test]
async fn a_night_misses_no_kind_of_event_that_is_taken_in() {
    let platform = untried().await;
    let debtor = platform.subscriber("basic").await;
    platform.cards(&debtor).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;
    let invoices = format!("invoices?status=open&customer={}", customer(&platform, &debtor).await);
    let id = stripe(&platform, "GET", &invoices, &[]).await["data"][0]["id"].as_str().expect("an id").to_owned();
    deliveries(&platform, "drop").await;
    stripe(&platform, "POST", &format!("invoices/{id}/mark_uncollectible"), &[]).await;
    let dropped = &platform.running().deliveries()[0].event_type;
    assert_eq!(dropped, "invoice.marked_uncollectible", "which is not among the first twenty that Stripe is asked for");

    let night = run(&platform, json!({ "scope": "missed" })).await;

    let what: Vec<&Value> =
        night["drift"][0]["differences"].as_array().expect("drift").iter().map(|one| &one["what"]).collect();
    assert_eq!(json!(what), json!(["subscription.unpaid_since", format!("ledger.{id}")]), "{night}");
    assert_eq!(run(&platform, json!({ "scope": "missed" })).await["drift"], json!([]));
}

#[tokio::test]
async fn without_a_word_everybody_is_compared_page_by_page() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let me = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    for number in 0..52 {
        // Hashing makes registering slow: rows of users are enough to fill a page.
        let id = format!("0197a000-0000-7000-8000-0000000000{number:02}");
        let row = json!({
            "pk": { "S": format!("USER#{id}") },
            "id": { "S": id },
            "email": { "S": format!("filler-{number}@viewers.test") },
            "listing": { "S": "users" },
            "created_at": { "S": "2999-01-01T00:00:00.000Z" },
        });
        let put = json!({ "TableName": platform.setting("register", "USERS_TABLE"), "Item": row });
        platform.aws("DynamoDB_20120810.PutItem", put).await;
    }
    let key = json!({ "pk": { "S": format!("USER#{me}") } });
    tamper(&platform, "SUBSCRIPTIONS_TABLE", key, "status", json!({ "S": "canceled" })).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);

    let seen = run(&platform, json!({})).await;

    assert_eq!(json!([seen["checked"], seen["drift"][0]["differences"][0]["what"]]), json!([1, "subscription.status"]));
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    assert_eq!(run(&platform, json!({})).await["drift"], json!([]));
}
