//! `GET /api/admin/metrics`

use serde_json::{Value, json};
use support::billing::{CARD, DAY, call_stripe, checkout_url, platform_without_trial, signed_in_again};
use support::{Platform, Viewer};

/// The metrics of some days up to today.
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
    platform.pay(&checkout_url(&checkout), CARD).await;
    viewer
}

/// The fields of an object in a list.
fn pick_fields(value: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| value[*name].clone()).collect()
}

const STANDING: [&str; 4] = ["mrr", "active", "trialing", "new"];
const ENDING: [&str; 4] = ["churned_voluntary", "churned_failed_payment", "payments_paid", "payments_failed"];

#[tokio::test]
async fn revenue_is_monthly_after_coupons_and_a_year_counts_as_a_twelfth() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let coupon = call_stripe(&platform, "POST", "coupons", &[("percent_off", "25"), ("duration", "forever")]).await;
    let coupon = coupon["id"].as_str().expect("an id").to_owned();
    let form = [("promotion[type]", "coupon"), ("promotion[coupon]", coupon.as_str()), ("code", "QUARTER")];
    let code = call_stripe(&platform, "POST", "promotion_codes", &form).await;
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
    assert_eq!(pick_fields(&seen["totals"], &STANDING), json!([mrr, 3, 0, 3]), "{seen}");
    assert_eq!(pick_fields(&seen["totals"], &ENDING), json!([0, 0, 3, 0]));
    assert_eq!(json!([seen["currency"], seen["totals"]["payment_success"]]), json!(["usd", 1.0]));
    let plans = json!({ "basic_month": 1, "basic_year": 1, "premium_month": 1 });
    assert_eq!(json!([seen["totals"]["plans"], seen["currencies"][0]["days"][0]["plans"]]), json!([plans, plans]));
}

#[tokio::test]
async fn a_day_has_every_figure() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    buy(&platform, "month@viewers.test", json!({ "plan_type": "basic" })).await;

    let seen = figures(&platform, &admin, 1).await;

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
            "at_risk",
            "recovered",
            "refunded",
            "disputed",
            "trials_started",
            "trials_converted",
            "plans",
            "views",
            "hours_watched",
            "completion_rate"
        ]
    );
}

#[tokio::test]
async fn a_trial_counts_as_revenue_only_once_paid() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let admin = platform.admin().await;
    buy(&platform, "trial@viewers.test", json!({ "plan_type": "premium" })).await;
    let seen = figures(&platform, &admin, 1).await;
    assert_eq!(pick_fields(&seen["totals"], &STANDING), json!([0, 0, 1, 1]), "{seen}");
    assert_eq!(pick_fields(&seen["totals"], &ENDING), json!([0, 0, 0, 0]));
    assert_eq!(pick_fields(&seen["totals"], &["trials_started", "trials_converted", "plans"]), json!([1, 0, {}]));

    platform.advance(15 * DAY).await;
    let admin = signed_in_again(&platform, &admin).await;
    let seen = figures(&platform, &admin, 16).await;
    assert_eq!(pick_fields(&seen["totals"], &STANDING), json!([1_299, 1, 0, 1]), "{seen}");
    assert_eq!(seen["totals"]["payments_paid"], 1);
    assert_eq!(
        pick_fields(&seen["totals"], &["trials_started", "trials_converted", "plans"]),
        json!([1, 1, { "premium_month": 1 }])
    );
    let days = seen["currencies"][0]["days"].as_array().expect("days");
    let on = |name: &str| days.iter().position(|day| day[name] == 1).expect("a day");
    assert!((14..=15).contains(&(on("trials_converted") - on("trials_started"))), "{seen}");
}

/// Three members 55 days later: one has cancelled, one has stopped paying, and one has stayed. Returns the administrator.
async fn members_of_whom_two_left(platform: &Platform) -> Viewer {
    let admin = platform.admin().await;
    let video = platform.published_video(&admin, json!({ "title": "One", "required_plan": "free" })).await;
    let leaver = buy(platform, "leaver@viewers.test", json!({ "plan_type": "basic" })).await;
    let broke = buy(platform, "broke@viewers.test", json!({ "plan_type": "premium" })).await;
    buy(platform, "stayer@viewers.test", json!({ "plan_type": "basic" })).await;
    assert_eq!(leaver.post("/api/subscription/cancel", json!({})).await.status(), 200);
    let grant = leaver.play(&video).await;
    let beat = json!({ "progress": 1, "playback_session_id": grant.data()["playback_session_id"] });
    assert_eq!(leaver.put(&format!("/api/videos/{video}/progress"), beat).await.status(), 200);
    platform.cards(&broke).decline().await;
    platform.advance(55 * DAY).await;
    signed_in_again(platform, &admin).await
}

#[tokio::test]
async fn churn_is_on_the_day_access_ended() {
    let platform = platform_without_trial().await;
    let admin = members_of_whom_two_left(&platform).await;

    let seen = figures(&platform, &admin, 70).await;

    assert_eq!(pick_fields(&seen["totals"], &STANDING), json!([799, 1, 0, 3]), "{}", seen["totals"]);
    assert_eq!(pick_fields(&seen["totals"], &ENDING), json!([1, 1, 4, 1]), "{}", seen["totals"]);
    assert_eq!(json!([seen["totals"]["payment_success"], seen["totals"]["views"]]), json!([0.8, 1]));
    let days = seen["days"].as_array().expect("days");
    let place = |field: &str| days.iter().position(|day| day[field] != json!(0)).expect("a day");
    let bought = place("new");
    assert_eq!(days[bought]["mrr"], 799 + 799 + 1_299);
    let (left, lapsed) = (place("churned_voluntary") - bought, place("churned_failed_payment") - bought);
    assert!((28..=31).contains(&left), "the end of the paid month: {left}");
    assert!((left + 7..=left + 8).contains(&lapsed), "the end of the grace period: {left}, {lapsed}");
    assert_eq!(days[bought + lapsed - 1]["mrr"], 799 + 1_299, "overdue within the grace period");
    assert_eq!(days[bought + lapsed]["mrr"], 799);
    assert_eq!(days.iter().filter(|day| day["churned_failed_payment"] != json!(0)).count(), 1);
}

#[tokio::test]
async fn recounting_past_days_gives_the_same_bytes() {
    let platform = platform_without_trial().await;
    let admin = members_of_whom_two_left(&platform).await;
    let seen = figures(&platform, &admin, 70).await;

    // Stored days are deleted, then counted again by a request, then by the job.
    let kept = forget_days(&platform).await;
    assert!(kept >= 2, "{kept} months");
    assert_eq!(figures(&platform, &admin, 70).await.to_string(), seen.to_string());
    let done = platform.running().run_job("count-metrics", json!({})).await.expect("it runs");
    assert!(done["changed"].as_u64() > Some(300), "{done}");
    assert_eq!(figures(&platform, &admin, 70).await.to_string(), seen.to_string());
    figures(&platform, &admin, 366).await;
}

/// Deletes the stored days. Returns how many months they covered.
async fn forget_days(platform: &Platform) -> usize {
    let table = platform.setting("count-metrics", "BILLING_EVENTS_TABLE");
    let scan = json!({
        "TableName": table,
        "FilterExpression": "pk = :pk",
        "ExpressionAttributeValues": { ":pk": { "S": "METRICS" } },
    });
    let kept = platform.aws("DynamoDB_20120810.Scan", scan).await["Items"].clone();
    let kept = kept.as_array().expect("rows");
    for row in kept {
        let key = json!({ "TableName": table, "Key": { "pk": row["pk"], "sk": row["sk"] } });
        platform.aws("DynamoDB_20120810.DeleteItem", key).await;
    }
    kept.len()
}

/// The days on which a metric of the only currency is not 0, counted from the first of them, with its value.
fn days_with(seen: &Value, name: &str) -> Vec<(usize, i64)> {
    let days = seen["currencies"][0]["days"].as_array().expect("days").iter().enumerate();
    let days: Vec<(usize, i64)> =
        days.map(|(at, day)| (at, day[name].as_i64().expect("a number"))).filter(|(_, figure)| *figure != 0).collect();
    let first = days.first().map_or(0, |(at, _)| *at);
    days.into_iter().map(|(at, figure)| (at - first, figure)).collect()
}

/// A payment that was refunded in part, one that is disputed, and a renewal that was paid late. Returns the
/// administrator and the metrics of 80 days.
async fn payments_that_went_wrong(platform: &Platform) -> (Viewer, Value) {
    let admin = platform.admin().await;
    let late = buy(platform, "late@viewers.test", json!({ "plan_type": "premium" })).await;
    buy(platform, "prompt@viewers.test", json!({ "plan_type": "basic" })).await;
    let disputing = platform.register("disputing@viewers.test").await;
    let checkout = disputing.post("/api/subscription/checkout", json!({ "plan_type": "premium" })).await;
    platform.pay(&checkout_url(&checkout), "4000000000000259").await;
    platform.advance(2 * DAY).await;
    let admin = signed_in_again(platform, &admin).await;
    let payment = crate::get_member::member(&admin, &late).await["payments"][0].clone();
    let path = format!("/api/admin/payments/{}/refund", payment["id"].as_str().expect("an id"));
    let given = admin.post(&path, json!({ "amount": 300, "reason": "a bad week" })).await;
    assert_eq!(given.status(), 200, "{given}");
    // The next month is declined; three days later the card is good, and the next attempt goes through.
    platform.cards(&late).decline().await;
    platform.advance(30 * DAY).await;
    platform.cards(&late).succeed().await;
    platform.advance(25 * DAY).await;
    let admin = signed_in_again(platform, &admin).await;
    let seen = figures(platform, &admin, 80).await;
    (admin, seen)
}

#[tokio::test]
async fn refunds_and_disputes_count_on_their_own_days() {
    let platform = platform_without_trial().await;

    let (_, seen) = payments_that_went_wrong(&platform).await;

    assert_eq!(pick_fields(&seen["totals"], &["refunded", "disputed"]), json!([300, 1_299]), "{}", seen["totals"]);
    assert_eq!(days_with(&seen, "refunded"), [(0, 300)]);
    assert_eq!(days_with(&seen, "disputed"), [(0, 1_299)]);
    assert_eq!(first_day_with(&seen, "refunded") - first_day_with(&seen, "disputed"), 2);
}

#[tokio::test]
async fn a_renewal_is_at_risk_until_the_day_it_is_recovered() {
    let platform = platform_without_trial().await;

    let (_, seen) = payments_that_went_wrong(&platform).await;

    let totals = &seen["totals"];
    assert_eq!(pick_fields(totals, &["recovered", "at_risk"]), json!([1_299, 0]), "{totals}");
    let (from, back) = (first_day_with(&seen, "at_risk"), first_day_with(&seen, "recovered"));
    let risky = days_with(&seen, "at_risk");
    assert!(risky.len() == back - from && risky.iter().all(|(_, amount)| *amount == 1_299), "{risky:?} {from} {back}");
    assert!((28..=32).contains(&(from - first_day_with(&seen, "new"))), "{from}");
    assert_eq!(totals["payments_failed"], 0, "the payment was recovered");
    assert_eq!(seen["currencies"][0]["totals"]["recovered"], 1_299);
}

#[tokio::test]
async fn recounting_refunds_disputes_and_recoveries_changes_nothing() {
    let platform = platform_without_trial().await;
    let (admin, seen) = payments_that_went_wrong(&platform).await;

    forget_days(&platform).await;
    assert_eq!(figures(&platform, &admin, 80).await.to_string(), seen.to_string(), "counted by a request");
    platform.running().run_job("count-metrics", json!({})).await.expect("it runs");
    assert_eq!(figures(&platform, &admin, 80).await.to_string(), seen.to_string(), "counted by the job");
}

/// The first day on which a figure of the first currency is not 0.
fn first_day_with(seen: &Value, name: &str) -> usize {
    let days = seen["currencies"][0]["days"].as_array().expect("days");
    days.iter().position(|day| day[name] != json!(0)).expect("a day")
}

/// Moves a plan's key to a price in another currency.
pub(crate) async fn sell_in(platform: &Platform, key: &str, currency: &str, amount: &str) {
    let found = call_stripe(platform, "GET", &format!("prices?lookup_keys[0]={key}"), &[]).await;
    let form = [
        ("currency", currency),
        ("unit_amount", amount),
        ("recurring[interval]", "month"),
        ("product", found["data"][0]["product"].as_str().expect("a product")),
        ("lookup_key", key),
        ("transfer_lookup_key", "true"),
    ];
    assert_eq!(call_stripe(platform, "POST", "prices", &form).await["currency"], currency);
}

/// Members who pay in dollars, euros and yen; the American cancelled. Returns the administrator.
async fn members_in_three_currencies(platform: &Platform) -> Viewer {
    let admin = platform.admin().await;
    platform.advance(2 * DAY).await;
    let american = platform.subscriber("basic").await;
    sell_in(platform, "basic_month", "eur", "699").await;
    sell_in(platform, "premium_month", "jpy", "1900").await;
    platform.advance(DAY).await;
    buy(platform, "berlin@viewers.test", json!({ "plan_type": "basic" })).await;
    buy(platform, "paris@viewers.test", json!({ "plan_type": "basic" })).await;
    buy(platform, "tokyo@viewers.test", json!({ "plan_type": "premium" })).await;
    let american = signed_in_again(platform, &american).await;
    assert_eq!(american.post("/api/subscription/cancel", json!({})).await.status(), 200);
    platform.advance(3 * DAY).await;
    signed_in_again(platform, &admin).await
}

/// A total of each currency, with the currency's name.
fn total_of_each(seen: &Value, name: &str) -> Value {
    let all = seen["currencies"].as_array().expect("a list").iter();
    all.map(|currency| json!([currency["currency"], currency["totals"][name]])).collect()
}

#[tokio::test]
async fn without_members_no_currency_is_reported() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;

    let seen = figures(&platform, &admin, 1).await;

    assert_eq!(json!([seen["currency"], seen["totals"]["mrr"], seen["currencies"]]), json!([null, 0, []]));
}

#[tokio::test]
async fn amounts_in_several_currencies_are_reported_separately_and_never_added() {
    let platform = platform_without_trial().await;
    let admin = members_in_three_currencies(&platform).await;

    let seen = figures(&platform, &admin, 8).await;

    assert_eq!(json!([seen["currency"], seen["totals"]["mrr"]]), json!([null, null]), "{seen}");
    assert_eq!(pick_fields(&seen["totals"], &["active", "new", "payments_paid"]), json!([4, 4, 4]), "counts add up");
    assert_eq!(total_of_each(&seen, "mrr"), json!([["eur", 1_398], ["jpy", 1_900], ["usd", 799]]));
    assert_eq!(total_of_each(&seen, "new"), json!([["eur", 2], ["jpy", 1], ["usd", 1]]));
    for currency in seen["currencies"].as_array().expect("a list") {
        let days = currency["days"].as_array().expect("days");
        assert_eq!(days.len(), 8);
        assert_eq!((&days[0]["mrr"], &days[7]["mrr"]), (&json!(0), &currency["totals"]["mrr"]), "{currency}");
    }
}

#[tokio::test]
async fn each_stored_day_has_only_its_own_currencies() {
    let platform = platform_without_trial().await;
    let admin = members_in_three_currencies(&platform).await;
    figures(&platform, &admin, 8).await;

    let rows = support::billing::table_rows(&platform, "BILLING_EVENTS_TABLE").await;

    let kept: Vec<&str> = rows.iter().filter_map(|row| row["by_day"]["S"].as_str()).collect();
    let days = kept.iter().flat_map(|text| serde_json::from_str::<serde_json::Map<_, _>>(text).expect("days"));
    let of_day = |(_, day): (String, Value)| -> Vec<String> {
        day["currencies"].as_object().expect("currencies").keys().cloned().collect()
    };
    let kept: Vec<Vec<String>> = days.map(of_day).filter(|names| !names.is_empty()).collect();
    assert_eq!((&kept[0], kept.last().expect("a day").len()), (&vec!["usd".to_owned()], 3), "{kept:?}");
}

#[tokio::test]
async fn a_currency_in_which_nobody_pays_any_more_is_not_listed_for_later_days() {
    let platform = platform_without_trial().await;
    let admin = members_in_three_currencies(&platform).await;
    platform.advance(40 * DAY).await;
    let admin = signed_in_again(&platform, &admin).await;

    let recent = figures(&platform, &admin, 5).await;

    assert_eq!(total_of_each(&recent, "mrr"), json!([["eur", 1_398], ["jpy", 1_900]]));
    let all = figures(&platform, &admin, 40).await;
    assert_eq!(total_of_each(&all, "churned_voluntary"), json!([["eur", 0], ["jpy", 0], ["usd", 1]]));
}

#[tokio::test]
async fn months_stored_before_a_figure_was_added_are_counted_again() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    platform.subscriber("premium").await;
    platform.advance(3 * DAY).await;
    let admin = signed_in_again(&platform, &admin).await;
    let seen = figures(&platform, &admin, 4).await;
    assert_eq!(seen["currency"], "usd");
    // The job looks back a year. A month before that stays as it is.
    let since = (platform.running().now() - jiff::SignedDuration::from_hours(300 * 24)).strftime("%Y-%m").to_string();
    let is_recent = |row: &&Value| row["pk"]["S"] == "METRICS" && row["sk"]["S"].as_str() >= Some(since.as_str());
    let rows = support::billing::table_rows(&platform, "BILLING_EVENTS_TABLE").await;
    for row in rows.iter().filter(is_recent) {
        let text = row["by_day"]["S"].as_str().expect("figures");
        let days: serde_json::Map<String, Value> = serde_json::from_str(text).expect("days");
        let flat = |()| {
            json!({ "mrr": 5, "active": 5, "trialing": 0, "new": 0, "churned_voluntary": 0,
            "churned_failed_payment": 0, "payments_paid": 0, "payments_failed": 0, "views": 0, "watched_ms": 0,
            "completed": 0 })
        };
        let by_currency = |()| {
            let usd = flat(());
            json!({ "currencies": { "usd": usd }, "views": 0, "watched_ms": 0, "completed": 0 })
        };
        let all = |value_of_day: &dyn Fn(()) -> Value| -> String {
            json!(days.keys().map(|day| (day.clone(), value_of_day(()))).collect::<serde_json::Map<_, _>>()).to_string()
        };
        let item = json!({
            "pk": row["pk"],
            "sk": row["sk"],
            "figures": { "S": all(&flat) },
            "by_currency": { "S": all(&by_currency) },
        });
        let put = json!({ "TableName": platform.setting("count-metrics", "BILLING_EVENTS_TABLE"), "Item": item });
        platform.aws("DynamoDB_20120810.PutItem", put).await;
    }
    assert_eq!(figures(&platform, &admin, 4).await, seen, "counted for the request");
    platform.running().run_job("count-metrics", json!({})).await.expect("it runs");
    let rows = support::billing::table_rows(&platform, "BILLING_EVENTS_TABLE").await;
    let kept = rows.iter().filter(is_recent);
    assert!(
        kept.clone().count() > 0 && kept.clone().all(|row| row["by_day"].is_object()),
        "stored in the current format"
    );
    assert_eq!(figures(&platform, &admin, 4).await, seen);
}

#[tokio::test]
async fn today_is_decided_by_the_services_clock_and_not_the_clients() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.advance(400 * DAY).await;
    let admin = signed_in_again(&platform, &admin).await;
    let today = platform.running().now().strftime("%Y-%m-%d").to_string();
    for days in [1, 90, 366] {
        let answer = admin.get(&format!("/api/admin/metrics?days={days}")).await;
        assert_eq!(answer.data()["to"], today, "{answer}");
        assert_eq!(answer.data()["days"].as_array().map(Vec::len), Some(days));
        assert_eq!(answer.data()["days"][days - 1]["date"], today);
    }
    for query in ["days=0", "days=367", "days=-1", "days=ten", "days=9&from=2026-01-01"] {
        assert_eq!(admin.get(&format!("/api/admin/metrics?{query}")).await.code(), "VALIDATION_ERROR", "{query}");
    }
}

#[tokio::test]
async fn invalid_days_are_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for query in ["from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-01-01", "from=yesterday", "to=2026-02-30"] {
        assert_eq!(admin.get(&format!("/api/admin/metrics?{query}")).await.code(), "VALIDATION_ERROR", "{query}");
    }
    let empty = admin.get("/api/admin/metrics").await;
    assert_eq!(empty.data()["days"].as_array().map(Vec::len), Some(30), "{empty}");
    assert_eq!(pick_fields(&empty.data()["totals"], &STANDING), json!([0, 0, 0, 0]));
    assert_eq!(empty.data()["totals"]["payment_success"], Value::Null);
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.get("/api/admin/metrics").await.code(), "FORBIDDEN");
}
