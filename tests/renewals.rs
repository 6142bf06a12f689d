//! Renewals as the clock is moved: a year of them, what one costs, and access while overdue.

use serde_json::{Value, json};
use standin::calls::round_trips;
use support::billing::{
    DAY, HOUR, billing_tables, platform_without_trial, signed_in_again, subscription, webhook_lines,
};

#[tokio::test]
async fn a_year_of_renewals_leaves_no_gap_and_one_paid_invoice_a_month() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    for month in 0..12 {
        for step in [28 * DAY, 2 * DAY, HOUR / 2, DAY / 2] {
            platform.advance(step).await;
            let seen = subscription(&signed_in_again(&platform, &viewer).await).await;
            assert_eq!(seen["access"]["allowed"], true, "month {month}: {seen}");
        }
    }
    let (_, ledger) = billing_tables(&platform).await;
    let paid = ledger.iter().filter(|row| row["kind"]["S"] == "invoice" && row["status"]["S"] == "paid").count();
    assert_eq!(paid, 13, "the first, and one per month");
}

/// The cost of a year on the timeline: this many webhooks per renewal, this many calls per webhook. `make bench` shows
/// the seconds.
#[tokio::test]
async fn a_renewal_sends_four_webhooks_with_three_stripe_calls_each() {
    let platform = platform_without_trial().await;
    platform.subscriber("basic").await;
    let before = platform.running().deliveries().len();

    platform.advance(31 * DAY + 2 * HOUR).await;

    let mut told: Vec<String> = platform.running().deliveries().into_iter().map(|one| one.event_type).collect();
    told.truncate(told.len() - before);
    told.sort();
    assert_eq!(told, ["customer.subscription.updated", "invoice.finalized", "invoice.paid", "invoice.upcoming"]);
    let lines = webhook_lines(&platform);
    for line in &lines[lines.len() - 4..] {
        let request_id = line["request_id"].as_str().expect("an id");
        let calls = platform.running().calls().for_request(request_id);
        let count_calls = |service: &str| calls.iter().filter(|call| call.service == service).count();
        // The prices may have to be read again. Two of the DynamoDB reads overlap: the guard with the notices, and the
        // settled entries.
        assert!(count_calls("stripe") <= 4 && count_calls("dynamodb") <= 3, "{calls:?}");
        assert!(round_trips(&calls, "dynamodb") <= 2, "{calls:?}");
    }
}

#[tokio::test]
async fn an_overdue_subscription_keeps_access_for_exactly_seven_days() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;

    let overdue = subscription(&signed_in_again(&platform, &viewer).await).await;
    assert_eq!((&overdue["status"], &overdue["access"]["allowed"]), (&json!("past_due"), &json!(true)), "{overdue}");
    let until: jiff::Timestamp = overdue["grace_until"].as_str().expect("a grace").parse().expect("a moment");
    let left = until.duration_since(platform.running().now()).as_secs();
    assert!((5 * 86_400..7 * 86_400).contains(&left), "{left} s of grace are left");
    let viewer = signed_in_again(&platform, &viewer).await;
    platform.advance(u64::try_from(left).expect("ahead") - 30).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    platform.advance(60).await;
    assert_eq!(subscription(&viewer).await["access"], json!({ "allowed": false, "code": "PAYMENT_OVERDUE" }));
    let invoices = billing_tables(&platform).await.1.into_iter().filter(|row| row["kind"]["S"] == "invoice");
    assert_eq!(invoices.filter(|row| row["status"]["S"] == "paid").count(), 1, "the renewal is not paid");
}

#[tokio::test]
async fn paying_an_overdue_renewal_restores_access() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;
    platform.cards(&viewer).succeed().await;
    platform.advance(6 * DAY).await;

    let seen = subscription(&signed_in_again(&platform, &viewer).await).await;
    assert_eq!((&seen["status"], &seen["grace_until"]), (&json!("active"), &Value::Null), "{seen}");
    assert_eq!(seen["access"]["allowed"], true);
}
