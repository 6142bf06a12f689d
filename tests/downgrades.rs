//! Downgrades: `change-plan` schedules them for the end of the paid period.

use crate::change_plan::{at_stripe, change, converged, invoices};
use serde_json::{Value, json};
use support::billing::{DAY, call_stripe, deliver_events, platform_without_trial, signed_in_again, subscription};
use support::{Platform, Viewer};

/// A premium member who has asked for the basic plan; the event about it was lost.
async fn downgraded(platform: &Platform) -> Viewer {
    let viewer = platform.subscriber("premium").await;
    deliver_events(platform, "drop").await;
    let answer = change(&viewer, json!({ "plan_type": "basic" })).await;
    assert_eq!(answer.status(), 200, "{answer}");
    deliver_events(platform, "normal").await;
    viewer
}

#[tokio::test]
async fn a_downgrade_is_scheduled_once_for_the_end_of_the_period() {
    let platform = platform_without_trial().await;

    let viewer = platform.subscriber("premium").await;
    let before = subscription(&viewer).await;
    deliver_events(&platform, "drop").await;

    let answer = change(&viewer, json!({ "plan_type": "basic" })).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = answer.data();
    assert_eq!(
        (&seen["plan_type"], &seen["pending_plan_type"], &seen["pending_interval"]),
        (&json!("premium"), &json!("basic"), &json!("month"))
    );
    assert_eq!((&seen["current_period_end"], &seen["cancel_at"]), (&before["current_period_end"], &Value::Null));
    assert_eq!(&subscription(&viewer).await, seen);
    assert_eq!(change(&viewer, json!({ "plan_type": "basic" })).await.data(), seen, "requested twice, scheduled once");
    converged(&platform, &viewer).await;
}

#[tokio::test]
async fn a_downgrade_takes_effect_and_costs_less_from_the_end_of_the_period() {
    let platform = platform_without_trial().await;
    let viewer = downgraded(&platform).await;
    platform.advance(27 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium", "premium is paid until then");

    platform.advance(5 * DAY).await;

    let viewer = signed_in_again(&platform, &viewer).await;
    let seen = subscription(&viewer).await;
    assert_eq!(
        (&seen["plan_type"], &seen["pending_plan_type"], &seen["status"]),
        (&json!("basic"), &Value::Null, &json!("active")),
        "{seen}"
    );
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 799);
    converged(&platform, &viewer).await;
}

#[tokio::test]
async fn a_downgrade_that_took_effect_does_not_block_further_changes() {
    let platform = platform_without_trial().await;
    let viewer = downgraded(&platform).await;
    platform.advance(32 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;

    let up = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!((up.status(), &up.data()["plan_type"]), (200, &json!("premium")), "{up}");
    let cancelled = viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!(cancelled.status(), 200, "{cancelled}");
}

#[tokio::test]
async fn choosing_the_current_plan_undoes_a_downgrade_and_another_plan_replaces_it() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let before = subscription(&viewer).await;
    change(&viewer, json!({ "plan_type": "basic" })).await;
    let other = change(&viewer, json!({ "plan_type": "basic", "interval": "year" })).await;
    assert_eq!(
        (&other.data()["pending_plan_type"], &other.data()["pending_interval"]),
        (&json!("basic"), &json!("year")),
        "{other}"
    );
    let now = change(&viewer, json!({ "plan_type": "premium", "interval": "year" })).await;
    assert_eq!((now.status(), now.code()), (409, "CONFLICT"), "only one change at a time: {now}");

    let back = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!((back.status(), back.data()), (200, &before), "{back}");
    let same = change(&viewer, json!({ "plan_type": "premium" })).await;
    assert_eq!((same.status(), same.code()), (409, "CONFLICT"), "{same}");
    platform.advance(32 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 1_299);
}

#[tokio::test]
async fn a_coupon_outlives_a_downgrade() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    call_stripe(&platform, "POST", "coupons", &[("id", "half"), ("percent_off", "50"), ("duration", "forever")]).await;
    let path = format!("subscriptions/{}", at_stripe(&platform, &viewer).await["id"].as_str().expect("an id"));
    call_stripe(&platform, "POST", &path, &[("discounts[0][coupon]", "half")]).await;
    assert_eq!(change(&viewer, json!({ "plan_type": "basic" })).await.status(), 200);
    platform.advance(32 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    let paid = invoices(&viewer).await[0]["amount_paid"].as_i64();
    assert!((399..=400).contains(&paid.expect("an amount")), "{paid:?}");
}
