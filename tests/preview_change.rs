//! `preview-change`: shows what the change would cost, and changes nothing.

use crate::change_plan::change;
use serde_json::{Value, json};
use support::billing::{DAY, billing_tables, call_stripe, platform_without_trial, stripe_customer, subscription};
use support::{Answer, Platform, Viewer};

async fn preview(viewer: &Viewer, wish: Value) -> Answer {
    viewer.post("/api/subscription/change/preview", wish).await
}

#[tokio::test]
async fn an_upgrade_costs_what_the_preview_showed_and_previewing_is_free() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let (before, seen) = (billing_tables(&platform).await, subscription(&viewer).await);

    let said = preview(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!(said.status(), 200, "{said}");
    let said = said.data();
    assert_eq!(
        (&said["plan_type"], &said["interval"], &said["when"]),
        (&json!("premium"), &json!("month"), &json!("now"))
    );
    assert_eq!((&said["currency"], &said["renewal_amount"]), (&json!("usd"), &json!(1_299)));
    assert_eq!(said["renews_at"], seen["current_period_end"]);
    let lines = said["lines"].as_array().expect("lines");
    let sum: i64 = lines.iter().filter_map(|line| line["amount"].as_i64()).sum();
    assert_eq!((lines.len(), Some(sum)), (2, said["amount_due"].as_i64()), "{said}");
    assert!(lines.iter().all(|line| line["description"].as_str().is_some_and(|text| !text.is_empty())));
    assert_eq!((billing_tables(&platform).await, subscription(&viewer).await), (before, seen), "nothing has changed");

    assert_eq!(change(&viewer, json!({ "plan_type": "premium" })).await.status(), 200);
    let invoices = viewer.get("/api/subscription/invoices").await;
    let (paid, expected) = (invoices.data()[0]["amount_paid"].as_i64(), said["amount_due"].as_i64());
    // Some seconds pass between the two.
    assert!(paid.zip(expected).is_some_and(|(paid, expected)| paid > 0 && (paid - expected).abs() <= 1), "{invoices}");
}

#[tokio::test]
async fn a_yearly_plan_is_paid_now_minus_the_rest_of_the_month_and_renews_in_a_year() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    platform.advance(3 * DAY).await;
    let said = preview(&viewer, json!({ "plan_type": "basic", "interval": "year" })).await;
    let (said, now) = (said.data(), platform.running().now());
    assert_eq!((&said["when"], &said["renewal_amount"]), (&json!("now"), &json!(7_990)), "{said}");
    let due = said["amount_due"].as_i64().expect("an amount");
    assert!((7_990 - 799..7_990 - 650).contains(&due), "{said}");
    let renews: jiff::Timestamp = said["renews_at"].as_str().expect("a moment").parse().expect("RFC 3339");
    assert!((364..=366).contains(&(renews.duration_since(now).as_hours() / 24)), "{said}");
}

#[tokio::test]
async fn a_downgrade_costs_nothing_now_and_less_from_the_end_of_the_period() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let end = subscription(&viewer).await["current_period_end"].clone();
    let said = preview(&viewer, json!({ "plan_type": "basic" })).await;
    let said = said.data();
    assert_eq!(
        (&said["when"], &said["effective_at"], &said["renews_at"]),
        (&json!("period_end"), &end, &end),
        "{said}"
    );
    assert_eq!((&said["amount_due"], &said["lines"], &said["renewal_amount"]), (&json!(0), &json!([]), &json!(799)));

    change(&viewer, json!({ "plan_type": "basic" })).await;
    let back = preview(&viewer, json!({ "plan_type": "premium" })).await;
    let back = back.data();
    assert_eq!(
        (&back["when"], &back["amount_due"], &back["renewal_amount"]),
        (&json!("now"), &json!(0), &json!(1_299))
    );
}

#[tokio::test]
async fn nothing_is_due_during_a_trial() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.subscriber("basic").await;
    let end = subscription(&viewer).await["trial_end"].clone();
    let said = preview(&viewer, json!({ "plan_type": "premium", "interval": "year" })).await;
    let said = said.data();
    assert_eq!((&said["when"], &said["amount_due"], &said["lines"]), (&json!("now"), &json!(0), &json!([])), "{said}");
    assert_eq!((&said["renews_at"], &said["renewal_amount"]), (&end, &json!(12_990)));
}

/// Creates a coupon, and puts it on the viewer's subscription.
async fn give_coupon(platform: &Platform, viewer: &Viewer, terms: &[(&str, &str)]) {
    let customer = stripe_customer(platform, viewer).await;
    let coupon = call_stripe(platform, "POST", "coupons", terms).await;
    let list = call_stripe(platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let path = format!("subscriptions/{}", list["data"][0]["id"].as_str().expect("an id"));
    call_stripe(platform, "POST", &path, &[("discounts[0][coupon]", coupon["id"].as_str().expect("an id"))]).await;
}

async fn renewal(viewer: &Viewer, wish: Value) -> i64 {
    let said = preview(viewer, wish).await;
    said.data()["renewal_amount"].as_i64().unwrap_or_else(|| panic!("{said}"))
}

#[tokio::test]
async fn a_lasting_coupon_lowers_the_renewal() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    give_coupon(&platform, &viewer, &[("percent_off", "50"), ("duration", "forever")]).await;
    let said = renewal(&viewer, json!({ "plan_type": "premium" })).await;
    assert!((649..=650).contains(&said), "{said}");
}

#[tokio::test]
async fn a_coupon_that_ends_before_the_renewal_does_not_lower_it() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let terms = [("percent_off", "50"), ("duration", "repeating"), ("duration_in_months", "2")];
    give_coupon(&platform, &viewer, &terms).await;
    let month = renewal(&viewer, json!({ "plan_type": "premium" })).await;
    assert!((649..=650).contains(&month), "it still runs in a month: {month}");
    assert_eq!(renewal(&viewer, json!({ "plan_type": "premium", "interval": "year" })).await, 12_990);
}

#[tokio::test]
async fn a_coupon_for_one_bill_lowers_only_the_next_one() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    give_coupon(&platform, &viewer, &[("amount_off", "300"), ("currency", "usd"), ("duration", "once")]).await;
    assert_eq!(renewal(&viewer, json!({ "plan_type": "basic" })).await, 499, "nothing is billed before the renewal");
    let yearly = renewal(&viewer, json!({ "plan_type": "premium", "interval": "year" })).await;
    assert_eq!(yearly, 12_990, "the bill of the change comes first");
}

#[tokio::test]
async fn a_coupon_stays_in_the_preview_of_a_change_that_is_scheduled() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    give_coupon(&platform, &viewer, &[("amount_off", "300"), ("currency", "usd"), ("duration", "forever")]).await;
    let wish = json!({ "plan_type": "basic" });
    assert_eq!(renewal(&viewer, wish.clone()).await, 499);
    assert_eq!(change(&viewer, wish.clone()).await.status(), 200);

    assert_eq!(renewal(&viewer, wish).await, 499, "it is already scheduled");
    assert_eq!(renewal(&viewer, json!({ "plan_type": "premium" })).await, 999, "it is taken back");
    let other = renewal(&viewer, json!({ "plan_type": "basic", "interval": "year" })).await;
    assert_eq!(other, 7_690, "another change replaces it");

    platform.advance(32 * DAY).await;
    let customer = stripe_customer(&platform, &viewer).await;
    let invoices = call_stripe(&platform, "GET", &format!("invoices?customer={customer}"), &[]).await;
    assert_eq!(invoices["data"][0]["amount_paid"], 499, "{invoices}");
}

#[tokio::test]
async fn a_change_that_is_not_possible_cannot_be_previewed() {
    let platform = platform_without_trial().await;
    let nobody = platform.register("a@viewers.test").await;
    let none = preview(&nobody, json!({ "plan_type": "basic" })).await;
    assert_eq!((none.status(), none.code()), (403, "SUBSCRIPTION_REQUIRED"), "{none}");
    let viewer = platform.subscriber("basic").await;
    let same = preview(&viewer, json!({ "plan_type": "basic" })).await;
    assert_eq!((same.status(), same.code()), (409, "CONFLICT"), "{same}");
    for wrong in [json!({}), json!({ "plan_type": "free" }), json!({ "plan_type": "basic", "interval": "week" })] {
        let answer = preview(&viewer, wrong.clone()).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{wrong}: {answer}");
        assert_eq!(platform.round_trips(&answer, "stripe"), 0);
    }
}
