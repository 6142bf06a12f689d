//! `change-plan`: more is paid for before it is had, less comes when what was paid is used up.

use crate::billing::{CARD, DAY, again, customer, deliveries, event, stripe, subscription, tables, untried};
use serde_json::{Value, json};
use support::{Answer, Platform, Viewer};

pub(crate) async fn change(viewer: &Viewer, wish: Value) -> Answer {
    viewer.post("/api/subscription/change", wish).await
}

async fn with_key(viewer: &Viewer, key: &str, wish: Value) -> Answer {
    let request = viewer.request(reqwest::Method::POST, "/api/subscription/change").json(&wish);
    viewer.send(request.header("idempotency-key", key)).await
}

/// The one subscription of a viewer, as Stripe has it.
async fn at_stripe(platform: &Platform, viewer: &Viewer) -> Value {
    let customer = customer(platform, viewer).await;
    let list = stripe(platform, "GET", &format!("subscriptions?customer={customer}&status=all"), &[]).await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    list["data"][0].clone()
}

async fn invoices(viewer: &Viewer) -> Vec<Value> {
    viewer.get("/api/subscription/invoices").await.data().as_array().expect("a list").clone()
}

/// Where a refused change is paid.
fn page(refused: &Answer) -> String {
    let details = refused.details();
    assert_eq!(details[0]["field"], "confirm_url", "{refused}");
    details[0]["issue"].as_str().expect("a page").to_owned()
}

async fn post(platform: &Platform, url: &str, form: &str) {
    let request = platform.client().post(url).header("content-type", "application/x-www-form-urlencoded");
    request.body(form.to_owned()).send().await.expect("the page answers");
    platform.advance(0).await;
}

/// The tables are what Stripe says, whatever was missed.
async fn converged(platform: &Platform, viewer: &Viewer) {
    let before = tables(platform).await;
    let customer = customer(platform, viewer).await;
    assert_eq!(event(platform, "evt_afterwards", "customer.updated", &customer).await.status(), 200);
    assert_eq!(tables(platform).await, before);
}

#[tokio::test]
async fn an_upgrade_is_paid_for_and_had_at_once_with_no_webhook_to_wait_for() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let before = subscription(&viewer).await;
    platform.advance(10 * DAY).await;
    let viewer = again(&platform, &viewer).await;
    deliveries(&platform, "drop").await;

    let answer = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = answer.data();
    assert_eq!(
        (&seen["plan_type"], &seen["interval"], &seen["status"]),
        (&json!("premium"), &json!("month"), &json!("active"))
    );
    assert_eq!(seen["current_period_end"], before["current_period_end"], "the period stays");
    assert_eq!((&seen["pending_plan_type"], &seen["pending_interval"]), (&Value::Null, &Value::Null));
    assert_eq!(&subscription(&viewer).await, seen);
    let invoices = invoices(&viewer).await;
    let paid = invoices[0]["amount_paid"].as_i64().expect("an amount");
    assert!((1..500).contains(&paid), "the rest of the month alone: {paid}");
    assert_eq!(invoices.len(), 2);
    converged(&platform, &viewer).await;
}

#[tokio::test]
async fn upgrade_whose_card_declines_keeps_the_old_plan() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let before = subscription(&viewer).await;
    platform.cards(&viewer).decline().await;

    let answer = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!((answer.status(), answer.code()), (402, "CARD_DECLINED"), "{answer}");
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await, before, "active, basic, and in no arrears");
    let page = page(&answer);

    // Another card on Stripe's page of the invoice makes the change after all.
    platform.cards(&viewer).succeed().await;
    post(&platform, &page, &format!("card={CARD}")).await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    converged(&platform, &viewer).await;
}

#[tokio::test]
async fn an_upgrade_that_waits_for_its_holder_is_confirmed_on_the_page_that_is_told() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let before = subscription(&viewer).await;
    platform.cards(&viewer).require_3ds().await;

    let answer = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;

    assert_eq!((answer.status(), answer.code()), (402, "PAYMENT_ACTION_REQUIRED"), "{answer}");
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await, before);
    let again = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;
    assert_eq!((again.code(), page(&again)), ("PAYMENT_ACTION_REQUIRED", page(&answer)), "asked twice, charged once");
    post(&platform, &page(&answer), "result=complete").await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    let repeated = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;
    assert_eq!((repeated.status(), &repeated.data()["plan_type"]), (200, &json!("premium")), "{repeated}");
    assert_eq!(invoices(&viewer).await.iter().filter(|one| one["status"] == "paid").count(), 2);
}

#[tokio::test]
async fn an_upgrade_that_nobody_pays_is_forgotten_after_a_day_and_can_be_taken_back_before() {
    let platform = untried().await;
    for taken_back in [false, true] {
        let viewer = platform.subscriber("basic").await;
        let before = subscription(&viewer).await;
        platform.cards(&viewer).decline().await;
        let refused = change(&viewer, json!({ "plan_type": "premium" })).await;
        assert_eq!(refused.code(), "CARD_DECLINED", "{refused}");
        if taken_back {
            let back = change(&viewer, json!({ "plan_type": "basic" })).await;
            assert_eq!((back.status(), back.data()), (200, &before), "{back}");
        } else {
            platform.advance(DAY).await;
        }
        platform.cards(&viewer).succeed().await;
        post(&platform, &page(&refused), &format!("card={CARD}")).await;
        let viewer = again(&platform, &viewer).await;
        assert_eq!(subscription(&viewer).await["plan_type"], "basic", "its page takes no money any more");
        let bills = invoices(&viewer).await;
        assert_eq!((&bills[0]["status"], &bills[0]["amount_paid"]), (&json!("void"), &json!(0)), "{bills:?}");
    }
}

#[tokio::test]
async fn a_month_becomes_a_year_now_and_a_year_a_month_when_it_is_over() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let yearly = change(&viewer, json!({ "plan_type": "basic", "interval": "year" })).await;
    assert_eq!((yearly.status(), &yearly.data()["interval"]), (200, &json!("year")), "{yearly}");
    let end: jiff::Timestamp = yearly.data()["current_period_end"].as_str().expect("one").parse().expect("RFC 3339");
    assert!(end.duration_since(platform.running().now()).as_hours() > 364 * 24);

    let monthly = change(&viewer, json!({ "plan_type": "basic", "interval": "month" })).await;
    assert_eq!(monthly.status(), 200, "{monthly}");
    let seen = monthly.data();
    assert_eq!(
        (&seen["interval"], &seen["pending_plan_type"], &seen["pending_interval"]),
        (&json!("year"), &json!("basic"), &json!("month"))
    );
    platform.advance(370 * DAY).await;
    let viewer = again(&platform, &viewer).await;
    let seen = subscription(&viewer).await;
    assert_eq!(
        (&seen["interval"], &seen["pending_interval"], &seen["access"]["allowed"]),
        (&json!("month"), &Value::Null, &json!(true))
    );
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 799);
}

#[tokio::test]
async fn a_downgrade_comes_when_the_period_ends_and_costs_less_from_then_on() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;
    let before = subscription(&viewer).await;
    deliveries(&platform, "drop").await;

    let answer = change(&viewer, json!({ "plan_type": "basic" })).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = answer.data();
    assert_eq!(
        (&seen["plan_type"], &seen["pending_plan_type"], &seen["pending_interval"]),
        (&json!("premium"), &json!("basic"), &json!("month"))
    );
    assert_eq!((&seen["current_period_end"], &seen["cancel_at"]), (&before["current_period_end"], &Value::Null));
    assert_eq!(&subscription(&viewer).await, seen);
    assert_eq!(change(&viewer, json!({ "plan_type": "basic" })).await.data(), seen, "asked twice, set once");
    converged(&platform, &viewer).await;
    deliveries(&platform, "normal").await;
    platform.advance(27 * DAY).await;
    assert_eq!(subscription(&again(&platform, &viewer).await).await["plan_type"], "premium", "it is paid until then");
    platform.advance(5 * DAY).await;
    let viewer = again(&platform, &viewer).await;
    let seen = subscription(&viewer).await;
    assert_eq!(
        (&seen["plan_type"], &seen["pending_plan_type"], &seen["status"]),
        (&json!("basic"), &Value::Null, &json!("active")),
        "{seen}"
    );
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 799);
    converged(&platform, &viewer).await;

    // What is left of the schedule is in nobody's way.
    let up = change(&viewer, json!({ "plan_type": "premium" })).await;
    assert_eq!((up.status(), &up.data()["plan_type"]), (200, &json!("premium")), "{up}");
    let cancelled = viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!(cancelled.status(), 200, "{cancelled}");
}

#[tokio::test]
async fn a_downgrade_is_taken_back_by_the_present_plan_or_replaced_by_another() {
    let platform = untried().await;
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
    assert_eq!((now.status(), now.code()), (409, "CONFLICT"), "one change at a time: {now}");

    let back = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!((back.status(), back.data()), (200, &before), "{back}");
    let same = change(&viewer, json!({ "plan_type": "premium" })).await;
    assert_eq!((same.status(), same.code()), (409, "CONFLICT"), "{same}");
    platform.advance(32 * DAY).await;
    let viewer = again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 1_299);
}

#[tokio::test]
async fn a_coupon_outlives_a_downgrade() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;
    stripe(&platform, "POST", "coupons", &[("id", "half"), ("percent_off", "50"), ("duration", "forever")]).await;
    let path = format!("subscriptions/{}", at_stripe(&platform, &viewer).await["id"].as_str().expect("an id"));
    stripe(&platform, "POST", &path, &[("discounts[0][coupon]", "half")]).await;
    assert_eq!(change(&viewer, json!({ "plan_type": "basic" })).await.status(), 200);
    platform.advance(32 * DAY).await;
    let viewer = again(&platform, &viewer).await;
    let paid = invoices(&viewer).await[0]["amount_paid"].as_i64();
    assert!((399..=400).contains(&paid.expect("an amount")), "{paid:?}");
}

#[tokio::test]
async fn in_a_trial_a_higher_plan_comes_at_once_and_is_paid_when_the_trial_ends() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.subscriber("basic").await;
    let before = subscription(&viewer).await;
    let up = change(&viewer, json!({ "plan_type": "premium" })).await;
    assert_eq!(up.status(), 200, "{up}");
    let seen = up.data();
    assert_eq!(
        (&seen["plan_type"], &seen["status"], &seen["trial_end"]),
        (&json!("premium"), &json!("trialing"), &before["trial_end"])
    );
    let down = change(&viewer, json!({ "plan_type": "basic" })).await;
    assert_eq!(
        (&down.data()["pending_plan_type"], &down.data()["trial_end"]),
        (&json!("basic"), &before["trial_end"]),
        "{down}"
    );
    assert_eq!(change(&viewer, json!({ "plan_type": "premium" })).await.data(), seen);
    assert!(invoices(&viewer).await.iter().all(|one| one["amount_due"] == 0));
    platform.advance(15 * DAY).await;
    let viewer = again(&platform, &viewer).await;
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 1_299);
    assert_eq!(subscription(&viewer).await["status"], "active");
}

#[tokio::test]
async fn what_ends_is_taken_back_before_it_is_changed() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    let before = subscription(&viewer).await;
    for wish in [json!({ "plan_type": "premium" }), json!({ "plan_type": "basic", "interval": "year" })] {
        let answer = change(&viewer, wish).await;
        assert_eq!((answer.status(), answer.code()), (409, "CONFLICT"), "{answer}");
    }
    assert_eq!(subscription(&viewer).await, before);
    assert_eq!(invoices(&viewer).await.len(), 1, "nothing was charged");
    viewer.post("/api/subscription/resume", json!({})).await;
    assert_eq!(change(&viewer, json!({ "plan_type": "premium" })).await.status(), 200);
}

#[tokio::test]
async fn a_cancellation_takes_the_place_of_whatever_waits() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;
    change(&viewer, json!({ "plan_type": "basic" })).await;
    let cancelled = viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!(cancelled.status(), 200, "{cancelled}");
    assert!(
        cancelled.data()["cancel_at"].is_string() && cancelled.data()["pending_plan_type"].is_null(),
        "{cancelled}"
    );

    let other = platform.subscriber("basic").await;
    platform.cards(&other).decline().await;
    let refused = change(&other, json!({ "plan_type": "basic", "interval": "year" })).await;
    assert_eq!(refused.code(), "CARD_DECLINED", "{refused}");
    assert_eq!(other.post("/api/subscription/cancel", json!({})).await.status(), 200);
    platform.cards(&other).succeed().await;
    post(&platform, &page(&refused), &format!("card={CARD}")).await;
    let seen = subscription(&other).await;
    assert_eq!(
        (&seen["interval"], &seen["cancel_at"]),
        (&json!("month"), &seen["current_period_end"]),
        "no year is paid that ends in a month"
    );
}

#[tokio::test]
async fn what_is_owed_is_paid_before_anything_is_changed() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 7_200).await;
    let viewer = again(&platform, &viewer).await;
    let before = subscription(&viewer).await;
    assert_eq!(before["status"], "past_due");
    platform.cards(&viewer).succeed().await;

    let answer = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!((answer.status(), answer.code()), (402, "PAYMENT_ACTION_REQUIRED"), "{answer}");
    assert_eq!(subscription(&viewer).await, before, "and nothing was charged");
    post(&platform, &page(&answer), &format!("card={CARD}")).await;
    assert_eq!(subscription(&viewer).await["status"], "active", "its page mends it");
    assert_eq!(change(&viewer, json!({ "plan_type": "premium" })).await.status(), 200);
}

#[tokio::test]
async fn a_key_makes_one_change_and_no_other() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let wish = json!({ "plan_type": "premium" });
    let (first, second) = (with_key(&viewer, "k1", wish.clone()).await, with_key(&viewer, "k1", wish.clone()).await);
    assert_eq!((first.status(), first.data()), (200, second.data()), "{first} {second}");
    let other = with_key(&viewer, "k2", wish.clone()).await;
    assert_eq!((other.status(), other.code()), (409, "CONFLICT"), "it is so already: {other}");
    let used = with_key(&viewer, "k1", json!({ "plan_type": "premium", "interval": "year" })).await;
    assert_eq!((used.status(), used.code()), (409, "IDEMPOTENCY_CONFLICT"), "{used}");
    assert_eq!(with_key(&viewer, "", wish).await.code(), "VALIDATION_ERROR");
    assert_eq!(invoices(&viewer).await.len(), 2, "one purchase, one change");
}

#[tokio::test]
async fn changes_at_once_are_charged_once() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let answers = futures::future::join_all((0..4).map(|_| change(&viewer, json!({ "plan_type": "premium" })))).await;
    for answer in &answers {
        assert!([200, 409, 502, 503].contains(&answer.status()), "{answer}");
    }
    assert!(answers.iter().any(|answer| answer.status() == 200));
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    let paid: Vec<i64> = invoices(&viewer).await.iter().filter_map(|one| one["amount_paid"].as_i64()).collect();
    assert_eq!(paid.iter().filter(|amount| **amount > 0).count(), 2, "{paid:?}");
}

#[tokio::test]
async fn nothing_changes_for_who_has_nothing_or_asks_for_nonsense_or_while_stripe_fails() {
    let platform = untried().await;
    let nobody = platform.register("a@viewers.test").await;
    let none = change(&nobody, json!({ "plan_type": "premium" })).await;
    assert_eq!((none.status(), none.code()), (403, "SUBSCRIPTION_REQUIRED"), "{none}");
    let viewer = platform.subscriber("basic").await;
    let before = (subscription(&viewer).await, at_stripe(&platform, &viewer).await);
    for wrong in [
        json!({}),
        json!({ "plan_type": "free" }),
        json!({ "plan_type": null }),
        json!({ "plan_type": "premium", "interval": "week" }),
        json!({ "plan_type": "premium", "price": "price_1" }),
    ] {
        let answer = change(&viewer, wrong.clone()).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{wrong}: {answer}");
        assert_eq!(platform.round_trips(&answer, "stripe"), 0);
    }
    for kind in ["error", "throttle", "reset_before"] {
        for wish in [json!({ "plan_type": "premium" }), json!({ "plan_type": "basic", "interval": "year" })] {
            platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));
            let answer = change(&viewer, wish).await;
            assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{kind}: {answer}");
            platform.running().faults().clear();
        }
    }
    assert_eq!((subscription(&viewer).await, at_stripe(&platform, &viewer).await), before);
}

#[tokio::test]
async fn an_answer_of_stripes_that_is_lost_charges_nobody_twice() {
    for kind in ["reset_after", "truncate", "conflict"] {
        let platform = untried().await;
        let viewer = platform.subscriber("basic").await;
        let operation = "POST /v1/subscriptions/{id}";
        platform.fault(json!({ "target": "stripe", "operation": operation, "kind": kind, "count": 1 }));
        let answer = change(&viewer, json!({ "plan_type": "premium" })).await;
        assert_eq!((answer.status(), &answer.data()["plan_type"]), (200, &json!("premium")), "{kind}: {answer}");
        assert_eq!(invoices(&viewer).await.len(), 2, "{kind}");
    }
}

#[tokio::test]
async fn a_change_that_was_made_at_stripe_and_not_written_here_is_told_by_the_webhook() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;
    // The answer is lost after Stripe has set the change, and before it is written here.
    let table = platform.setting("change-plan", "BILLING_EVENTS_TABLE");
    platform
        .fault(json!({ "target": "dynamodb", "table": table, "operation": "Query", "kind": "error", "count": 1_000 }));
    let lost = change(&viewer, json!({ "plan_type": "basic" })).await;
    assert!(lost.status() >= 500, "{lost}");
    platform.running().faults().clear();
    platform.advance(600).await;
    assert_eq!(subscription(&viewer).await["pending_plan_type"], "basic");
}
