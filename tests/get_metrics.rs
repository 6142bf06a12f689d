//! `GET /api/admin/metrics`

use crate::billing::{CARD, DAY, again, page, stripe, untried};
use serde_json::{Value, json};
use support::{Platform, Viewer};

/// The figures of some days up to today.
pub(crate) async fn figures(platform: &Platform, admin: &Viewer, days: i64) -> Value {
    let now = platform.running().now();
    let day = |back: i64| (now - jiff::SignedDuration::from_hours(24 * back)).strftime("%Y-%m-%d").to_string();
    let answer = admin.get(&format!("/api/admin/metrics?from={}&to={}", day(days - 1), day(0))).await;
    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(answer.data()["days"].as_array().expect("days").len() as i64, days);
    assert!(platform.round_trips(&answer, "dynamodb") <= 3, "{}", platform.round_trips(&answer, "dynamodb"));
    answer.data().clone()
}

async fn buy(platform: &Platform, email: &str, body: Value) -> Viewer {
    let viewer = platform.register(email).await;
    let checkout = viewer.post("/api/subscription/checkout", body).await;
    platform.pay(&page(&checkout), CARD).await;
    viewer
}

/// The fields of an object, in a list.
fn of(value: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| value[*name].clone()).collect()
}

const STANDING: [&str; 4] = ["mrr", "active", "trialing", "new"];
const ENDING: [&str; 4] = ["churned_voluntary", "churned_failed_payment", "payments_paid", "payments_failed"];

#[tokio::test]
async fn revenue_is_by_the_month_after_coupons_and_a_year_counts_a_twelfth() {
    let platform = untried().await;
    let admin = platform.admin().await;
    let coupon = stripe(&platform, "POST", "coupons", &[("percent_off", "25"), ("duration", "forever")]).await;
    let coupon = coupon["id"].as_str().expect("an id").to_owned();
    let form = [("promotion[type]", "coupon"), ("promotion[coupon]", coupon.as_str()), ("code", "QUARTER")];
    let code = stripe(&platform, "POST", "promotion_codes", &form).await;
    assert!(code["id"].is_string(), "{code}");
    buy(&platform, "month@viewers.test", json!({ "plan_type": "basic" })).await;
    buy(&platform, "year@viewers.test", json!({ "plan_type": "basic", "interval": "year" })).await;
    buy(&platform, "coupon@viewers.test", json!({ "plan_type": "premium", "promotion_code": "QUARTER" })).await;
    let guest = platform.register("guest@viewers.test").await;
    let id = crate::get_member::id(&admin, &guest).await;
    let gift = json!({ "plan_type": "premium", "reason": "a guest" });
    assert_eq!(admin.post(&format!("/api/admin/members/{id}/comp"), gift).await.status(), 200);

    let seen = figures(&platform, &admin, 1).await;

    let mrr = 799 + 666 + 974;
    assert_eq!(of(&seen["totals"], &STANDING), json!([mrr, 3, 0, 3]), "{seen}");
    assert_eq!(of(&seen["totals"], &ENDING), json!([0, 0, 3, 0]));
    assert_eq!(json!([seen["currency"], seen["totals"]["payment_success"]]), json!(["usd", 1.0]));
    let day = seen["days"][0].as_object().expect("a day");
    assert_eq!(
        day.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "date",
            "mrr",
            "active",
            "trialing",
            "new",
            "churned_voluntary",
            "churned_failed_payment",
            "payments_paid",
            "payments_failed",
            "payment_success",
            "views",
            "hours_watched",
            "completion_rate"
        ]
    );
}

#[tokio::test]
async fn a_trial_is_no_revenue_until_it_is_paid_for() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let admin = platform.admin().await;
    buy(&platform, "trial@viewers.test", json!({ "plan_type": "premium" })).await;
    let seen = figures(&platform, &admin, 1).await;
    assert_eq!(of(&seen["totals"], &STANDING), json!([0, 0, 1, 1]), "{seen}");
    assert_eq!(of(&seen["totals"], &ENDING), json!([0, 0, 0, 0]));

    platform.advance(15 * DAY).await;
    let admin = again(&platform, &admin).await;
    let seen = figures(&platform, &admin, 16).await;
    assert_eq!(of(&seen["totals"], &STANDING), json!([1_299, 1, 0, 1]), "{seen}");
    assert_eq!(seen["totals"]["payments_paid"], 1);
}

#[tokio::test]
async fn churn_is_on_the_day_that_access_ended_and_every_figure_is_computed_again_to_the_same_bytes() {
    let platform = untried().await;
    let admin = platform.admin().await;
    let video = platform.published_video(&admin, json!({ "title": "One", "required_plan": "free" })).await;
    let leaver = buy(&platform, "leaver@viewers.test", json!({ "plan_type": "basic" })).await;
    let broke = buy(&platform, "broke@viewers.test", json!({ "plan_type": "premium" })).await;
    buy(&platform, "stayer@viewers.test", json!({ "plan_type": "basic" })).await;
    assert_eq!(leaver.post("/api/subscription/cancel", json!({})).await.status(), 200);
    let grant = leaver.play(&video).await;
    let beat = json!({ "progress": 1, "playback_session_id": grant.data()["playback_session_id"] });
    assert_eq!(leaver.put(&format!("/api/videos/{video}/progress"), beat).await.status(), 200);
    platform.cards(&broke).decline().await;
    platform.advance(55 * DAY).await;
    let admin = again(&platform, &admin).await;

    let seen = figures(&platform, &admin, 70).await;

    assert_eq!(of(&seen["totals"], &STANDING), json!([799, 1, 0, 3]), "{}", seen["totals"]);
    assert_eq!(of(&seen["totals"], &ENDING), json!([1, 1, 4, 1]), "{}", seen["totals"]);
    assert_eq!(json!([seen["totals"]["payment_success"], seen["totals"]["views"]]), json!([0.8, 1]));
    let days = seen["days"].as_array().expect("days");
    let place = |field: &str| days.iter().position(|day| day[field] != json!(0)).expect("a day");
    let bought = place("new");
    assert_eq!(days[bought]["mrr"], 799 + 799 + 1_299);
    let (left, lapsed) = (place("churned_voluntary") - bought, place("churned_failed_payment") - bought);
    assert!((28..=31).contains(&left), "the end of the paid month: {left}");
    assert!((left + 7..=left + 8).contains(&lapsed), "and of the grace: {left}, {lapsed}");
    assert_eq!(days[bought + lapsed - 1]["mrr"], 799 + 1_299, "overdue within grace");
    assert_eq!(days[bought + lapsed]["mrr"], 799);
    assert_eq!(days.iter().filter(|day| day["churned_failed_payment"] != json!(0)).count(), 1);

    // Kept days are forgotten, then counted anew by whoever asks, then by the job.
    let table = platform.setting("count-metrics", "BILLING_EVENTS_TABLE");
    let scan = json!({
        "TableName": table,
        "FilterExpression": "pk = :pk",
        "ExpressionAttributeValues": { ":pk": { "S": "METRICS" } },
    });
    let kept = platform.aws("DynamoDB_20120810.Scan", scan.clone()).await["Items"].clone();
    assert!(kept.as_array().is_some_and(|rows| rows.len() >= 2), "{kept}");
    for row in kept.as_array().expect("rows") {
        let key = json!({ "TableName": table, "Key": { "pk": row["pk"], "sk": row["sk"] } });
        platform.aws("DynamoDB_20120810.DeleteItem", key).await;
    }
    assert_eq!(figures(&platform, &admin, 70).await.to_string(), seen.to_string());
    let done = platform.running().run_job("count-metrics", json!({})).await.expect("the job").expect("it runs");
    assert!(done["changed"].as_u64() > Some(300), "{done}");
    assert_eq!(figures(&platform, &admin, 70).await.to_string(), seen.to_string());
    figures(&platform, &admin, 366).await;
}

#[tokio::test]
async fn days_that_make_no_sense_are_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for query in ["from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-01-01", "from=yesterday", "to=2026-02-30"] {
        assert_eq!(admin.get(&format!("/api/admin/metrics?{query}")).await.code(), "VALIDATION_ERROR", "{query}");
    }
    let empty = admin.get("/api/admin/metrics").await;
    assert_eq!(empty.data()["days"].as_array().map(Vec::len), Some(30), "{empty}");
    assert_eq!(of(&empty.data()["totals"], &STANDING), json!([0, 0, 0, 0]));
    assert_eq!(empty.data()["totals"]["payment_success"], Value::Null);
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.get("/api/admin/metrics").await.code(), "FORBIDDEN");
}
