//! Mail about a trial.

use crate::change_plan::change;
use crate::notices::{HOUR, at_stripe, count, subjects, text};
use serde_json::json;
use support::Platform;
use support::billing::{CARD, DAY, call_stripe, checkout_url, deliver_events, post_event, stripe_customer};

#[tokio::test]
async fn the_end_of_a_trial_is_announced_once_three_days_before() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    deliver_events(&platform, "duplicate").await;
    let viewer = platform.subscriber("premium").await;
    platform.advance(10 * DAY).await;
    assert_eq!(count(&subjects(&platform, &viewer).await, "trial"), 0);
    platform.advance(DAY).await;
    let customer = stripe_customer(&platform, &viewer).await;
    for number in 0..3 {
        post_event(&platform, &format!("evt_{number}"), "customer.updated", &customer).await;
    }
    assert_eq!(count(&subjects(&platform, &viewer).await, "trial"), 1);
    let text = text(&platform, &viewer, "trial");
    assert!(text.contains("$12.99 a month") && text.contains("/account"), "{text}");
    platform.advance(5 * DAY).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!((count(&all, "trial"), count(&all, "receipt")), (1, 1), "{all:?}");
}

#[tokio::test]
async fn nobody_who_cancels_during_the_trial_gets_a_notice_of_a_charge() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.subscriber("basic").await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    platform.advance(15 * DAY).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!((count(&all, "trial"), count(&all, "is cancelled"), count(&all, "has ended")), (0, 1, 1), "{all:?}");
}

#[tokio::test]
async fn a_change_during_a_trial_sends_mail_as_well() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.subscriber("basic").await;
    change(&viewer, json!({ "plan_type": "premium" })).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(count(&all, "plan has changed"), 1, "{all:?}");
    platform.advance(20 * DAY).await;
    assert_eq!(count(&subjects(&platform, &viewer).await, "plan has changed"), 1);
}

#[tokio::test]
async fn the_end_of_a_trial_is_announced_with_what_will_be_charged_after_it() {
    for (bought, wanted, part) in [
        (json!({ "plan_type": "premium" }), json!({ "plan_type": "basic" }), "Marquee Basic costs $7.99 a month"),
        (
            json!({ "plan_type": "premium", "interval": "year" }),
            json!({ "plan_type": "premium", "interval": "month" }),
            "Marquee Premium costs $12.99 a month",
        ),
    ] {
        let platform = Platform::with(&[("TrialDays", "14")]).await;
        let viewer = platform.register("ada@viewers.test").await;
        let checkout = viewer.post("/api/subscription/checkout", bought.clone()).await;
        platform.pay(&checkout_url(&checkout), CARD).await;
        platform.advance(0).await;
        let changed = change(&viewer, wanted.clone()).await;
        assert_eq!(changed.data()["pending_plan_type"], wanted["plan_type"], "{changed}");
        platform.advance(11 * DAY + HOUR).await;
        let said = text(&platform, &viewer, "trial");
        assert!(said.contains(part), "{bought}: {said}");
        assert_eq!(said.contains("Premium"), wanted["plan_type"] == "premium", "{bought}: {said}");
        assert!(!said.contains("a year"), "{bought}: {said}");

        platform.advance(4 * DAY).await;
        let receipt = text(&platform, &viewer, "receipt");
        let price = part.split(' ').find(|word| word.starts_with('$')).expect("a price");
        assert!(receipt.contains(price), "what was announced is charged: {receipt}");
    }
}

#[tokio::test]
async fn a_trial_whose_subscription_ends_later_is_announced_as_charged() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.subscriber("basic").await;
    let end = (platform.running().now().as_second() + 100 * 86_400).to_string();
    call_stripe(&platform, "POST", &at_stripe(&platform, &viewer).await, &[("cancel_at", end.as_str())]).await;
    platform.advance(12 * DAY).await;
    assert_eq!(count(&subjects(&platform, &viewer).await, "trial ends soon"), 1);
}
