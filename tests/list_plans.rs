//! `list-plans`: the plans for sale, public and cached.

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn plans_have_stripes_prices_and_are_cacheable_by_everybody() {
    let platform = Platform::with(&[("TrialDays", "5")]).await;
    let answer = platform.anyone().get("/api/plans").await;
    assert_eq!(answer.status(), 200, "{answer}");
    let plans = answer.data().as_array().expect("a list");
    let prices = |plan: usize| plans[plan]["prices"].clone();
    assert_eq!(
        prices(0),
        json!([
            { "interval": "month", "amount": 799, "currency": "usd", "lookup_key": "basic_month" },
            { "interval": "year", "amount": 7_990, "currency": "usd", "lookup_key": "basic_year" },
        ])
    );
    assert_eq!(prices(1)[1]["lookup_key"], "premium_year");
    let limits: Vec<_> = plans.iter().map(|plan| (plan["plan_type"].clone(), plan["stream_limit"].clone())).collect();
    assert_eq!(limits, [(json!("basic"), json!(1)), (json!("premium"), json!(4))]);
    assert!(plans.iter().all(|plan| plan["trial_days"] == 5 && !plan["features"].as_array().expect("some").is_empty()));
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    assert!(answer.header("etag").starts_with("W/"), "{}", answer.header("etag"));
    assert_eq!(platform.round_trips(&answer, "stripe"), 1);
    assert_eq!(platform.round_trips(&platform.anyone().get("/api/plans").await, "stripe"), 0, "cached in memory");
}

#[tokio::test]
async fn the_last_good_response_is_served_while_stripe_is_down() {
    let platform = Platform::bare().await;
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let none = platform.anyone().get("/api/plans").await;
    assert_eq!((none.status(), none.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{none}");
    platform.running().faults().clear();
    let good = platform.anyone().get("/api/plans").await;
    platform.advance(6 * 60).await;
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let kept = platform.anyone().get("/api/plans").await;
    assert_eq!(kept.status(), 200, "{kept}");
    assert_eq!(kept.data(), good.data());
    assert!(platform.round_trips(&kept, "stripe") > 0, "it asked");
}
