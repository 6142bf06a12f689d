//! The job `reconcile-nightly`.

use crate::billing::{deliveries, stripe, subscription, untried};
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
    deliveries(&platform, "drop").await;
    let lost = platform.subscriber("premium").await;
    for number in 0..100 {
        let email = format!("nobody-{number}@elsewhere.test");
        stripe(&platform, "POST", "customers", &[("email", email.as_str())]).await;
    }
    let newest = stripe(&platform, "GET", "events?limit=100", &[]).await;
    assert_eq!(newest["has_more"], true);
    let types: Vec<&Value> = newest["data"].as_array().expect("events").iter().map(|event| &event["type"]).collect();
    assert!(types.iter().all(|kind| **kind == "customer.created"), "what was lost is on the next page: {types:?}");

    let night = run(&platform, json!({ "scope": "missed" })).await;

    assert_eq!(json!([night["checked"], night["drift"][0]["applied"]]), json!([1, true]), "{night}");
    assert_eq!(subscription(&lost).await["access"]["allowed"], true);
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
