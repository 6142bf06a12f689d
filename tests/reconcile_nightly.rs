//! The job `reconcile-nightly`.

use crate::reconcile_billing::tamper;
use serde_json::{Value, json};
use support::Platform;
use support::billing::{DAY, HOUR, call_stripe, deliver_events, platform_without_trial, stripe_customer, subscription};

async fn run(platform: &Platform, event: Value) -> Value {
    platform.running().run_job("reconcile-nightly", event).await.expect("it runs")
}

#[tokio::test]
async fn the_nightly_run_makes_up_for_lost_events_and_sets_off_the_alarm() {
    let platform = platform_without_trial().await;
    platform.subscriber("basic").await;
    let quiet = run(&platform, json!({ "scope": "missed" })).await;
    assert_eq!(quiet, json!({ "checked": 0, "drift": [] }), "processed events are not examined again");
    deliver_events(&platform, "drop").await;
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
async fn the_nightly_run_reads_every_page_of_events() {
    let platform = platform_without_trial().await;
    let leaver = platform.subscriber("premium").await;
    let subscriptions = format!("subscriptions?customer={}", stripe_customer(&platform, &leaver).await);
    let id =
        call_stripe(&platform, "GET", &subscriptions, &[]).await["data"][0]["id"].as_str().expect("an id").to_owned();
    deliver_events(&platform, "drop").await;
    call_stripe(&platform, "POST", &format!("subscriptions/{id}"), &[("cancel_at_period_end", "true")]).await;
    let other = call_stripe(&platform, "POST", "customers", &[("email", "nobody@elsewhere.test")]).await;
    let other = format!("customers/{}", other["id"].as_str().expect("an id"));
    for number in 0..100 {
        call_stripe(&platform, "POST", &other, &[("metadata[number]", &number.to_string())]).await;
    }
    let newest = call_stripe(&platform, "GET", "events?limit=100", &[]).await;
    assert_eq!(newest["has_more"], true);
    let types: Vec<&Value> = newest["data"].as_array().expect("events").iter().map(|event| &event["type"]).collect();
    assert!(types.iter().all(|kind| **kind == "customer.updated"), "the lost event is on the next page: {types:?}");

    let night = run(&platform, json!({ "scope": "missed" })).await;

    assert_eq!(
        night["drift"].as_array().map(Vec::len),
        Some(1),
        "the other, who has no account, is not reported: {night}"
    );
    assert_ne!(subscription(&leaver).await["cancel_at"], Value::Null);
}

#[tokio::test]
async fn the_nightly_run_covers_every_type_of_event_that_the_webhook_handles() {
    let platform = platform_without_trial().await;
    let debtor = platform.subscriber("basic").await;
    platform.cards(&debtor).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;
    let invoices = format!("invoices?status=open&customer={}", stripe_customer(&platform, &debtor).await);
    let id = call_stripe(&platform, "GET", &invoices, &[]).await["data"][0]["id"].as_str().expect("an id").to_owned();
    deliver_events(&platform, "drop").await;
    call_stripe(&platform, "POST", &format!("invoices/{id}/mark_uncollectible"), &[]).await;
    let dropped = &platform.running().deliveries()[0].event_type;
    assert_eq!(dropped, "invoice.marked_uncollectible", "it is not among the first twenty types of the query");

    let night = run(&platform, json!({ "scope": "missed" })).await;

    let what: Vec<&Value> =
        night["drift"][0]["differences"].as_array().expect("drift").iter().map(|one| &one["what"]).collect();
    assert_eq!(json!(what), json!(["subscription.unpaid_since", format!("ledger.{id}")]), "{night}");
    assert_eq!(run(&platform, json!({ "scope": "missed" })).await["drift"], json!([]));
}

#[tokio::test]
async fn without_parameters_everybody_is_compared_page_by_page() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let me = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    for number in 0..52 {
        // Hashing makes registering slow, and rows of users are enough to fill a page.
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

#[tokio::test]
async fn the_nightly_run_gives_stripes_customer_the_name_that_stripe_missed() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = format!("customers/{}", stripe_customer(&platform, &viewer).await);
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let renamed = viewer.patch("/api/auth/me", json!({ "name": "Neu" })).await;
    assert_eq!(renamed.status(), 200, "{renamed}");
    let failed = platform.running().run_job("reconcile-nightly", json!({ "scope": "missed" })).await;
    assert!(failed.is_err(), "Stripe is down: {failed:?}");
    platform.running().faults().clear();
    assert_ne!(call_stripe(&platform, "GET", &customer, &[]).await["name"], "Neu");

    run(&platform, json!({ "scope": "missed" })).await;

    assert_eq!(call_stripe(&platform, "GET", &customer, &[]).await["name"], "Neu");
    let rows = support::billing::table_rows(&platform, "USERS_TABLE").await;
    assert!(!json!(rows).to_string().contains("customer_behind"));
}
