//! The job `count-metrics`.

use crate::billing::{DAY, untried};
use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn a_night_tells_cloudwatch_of_the_day_before_and_counting_again_changes_nothing() {
    let platform = untried().await;
    platform.subscriber("premium").await;

    platform.advance(2 * DAY).await;

    let told: Vec<Value> = platform
        .running()
        .logs()
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["function"] == "count-metrics" && line["_aws"].is_object())
        .collect();
    assert_eq!(told.len(), 2, "one a night");
    let last = &told[1];
    assert_eq!(
        json!([last["MonthlyRecurringRevenue"], last["ActiveSubscriptions"], last["currency"]]),
        json!([1_299.0, 1.0, "usd"])
    );
    let yesterday = platform.running().now() - jiff::SignedDuration::from_hours(24);
    assert_eq!(last["date"], yesterday.strftime("%Y-%m-%d").to_string());
    let metric = &last["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(json!([metric["Namespace"], metric["Dimensions"]]), json!(["marquee", [[]]]));
    let names: Vec<&Value> = metric["Metrics"].as_array().expect("metrics").iter().map(|one| &one["Name"]).collect();
    assert!(names.iter().all(|name| last[name.as_str().expect("a name")].is_number()), "{last}");
    for event in [json!({}), json!({ "from": "2026-01-01" })] {
        run(&platform, event.clone()).await;
        assert_eq!(run(&platform, event).await["changed"], 0);
    }
}

async fn run(platform: &Platform, event: Value) -> Value {
    platform.running().run_job("count-metrics", event).await.expect("the job").expect("it runs")
}
