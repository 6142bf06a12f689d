//! The job `count-metrics`.

use serde_json::{Value, json};
use support::Platform;
use support::billing::{DAY, platform_without_trial};

/// The metrics that the nightly runs reported to CloudWatch.
fn reported(platform: &Platform) -> Vec<Value> {
    let lines = platform.running().logs();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["function"] == "count-metrics" && line["_aws"].is_object()).collect()
}

#[tokio::test]
async fn each_nightly_run_reports_the_previous_day() {
    let platform = platform_without_trial().await;
    platform.subscriber("premium").await;

    platform.advance(2 * DAY).await;

    let reports = reported(&platform);
    assert_eq!(reports.len(), 2, "one per night");
    let last = &reports[1];
    assert_eq!(
        json!([last["MonthlyRecurringRevenue"], last["ActiveSubscriptions"], last["currency"]]),
        json!([1_299.0, 1.0, "usd"])
    );
    let yesterday = platform.running().now() - jiff::SignedDuration::from_hours(24);
    assert_eq!(last["date"], yesterday.strftime("%Y-%m-%d").to_string());
}

#[tokio::test]
async fn only_reported_amounts_have_a_currency() {
    let platform = platform_without_trial().await;
    platform.subscriber("premium").await;

    platform.advance(2 * DAY).await;

    let last = reported(&platform).pop().expect("a report");
    let metric = &last["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(json!([metric["Namespace"], metric["Dimensions"]]), json!(["marquee", [[]]]));
    let names: Vec<&Value> =
        metric["Metrics"].as_array().expect("metrics").iter().map(|metric| &metric["Name"]).collect();
    assert!(!names.contains(&&json!("MonthlyRecurringRevenue")), "{last}");
    assert!(names.iter().all(|name| last[name.as_str().expect("a name")].is_number()), "{last}");
    let amounts = &last["_aws"]["CloudWatchMetrics"][1];
    assert_eq!(
        json!([amounts["Dimensions"], amounts["Metrics"][0]["Name"]]),
        json!([[["currency"]], "MonthlyRecurringRevenue"])
    );
}

#[tokio::test]
async fn counting_a_day_again_changes_nothing() {
    let platform = platform_without_trial().await;
    platform.subscriber("premium").await;
    platform.advance(2 * DAY).await;
    for event in [json!({}), json!({ "from": "2026-01-01" })] {
        run(&platform, event.clone()).await;
        assert_eq!(run(&platform, event).await["changed"], 0);
    }
}

#[tokio::test]
async fn each_currency_is_reported_separately_and_none_before_the_first_payment() {
    let platform = platform_without_trial().await;
    platform.advance(2 * DAY).await;
    let told = |platform: &Platform| -> Vec<Value> {
        let logs = platform.running().logs();
        let lines = logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["function"] == "count-metrics" && line["_aws"].is_object()).collect()
    };
    let nothing = told(&platform);
    assert!(nothing.len() == 2 && nothing.iter().all(|line| line["currency"].is_null()), "{nothing:?}");
    platform.subscriber("basic").await;
    crate::get_metrics::sell_in(&platform, "basic_month", "eur", "699").await;
    platform.advance(DAY).await;
    platform.subscriber("basic").await;
    platform.advance(DAY).await;
    let lines = told(&platform);
    let last: Vec<Value> = lines[lines.len() - 2..]
        .iter()
        .map(|line| json!([line["currency"], line["MonthlyRecurringRevenue"], line["ActiveSubscriptions"]]))
        .collect();
    assert_eq!(json!(last), json!([["eur", 699.0, 2.0], ["usd", 799.0, null]]), "each metric once");
}

async fn run(platform: &Platform, event: Value) -> Value {
    platform.running().run_job("count-metrics", event).await.expect("it runs")
}
