//! `change-plan`: upgrades take effect once paid, downgrades when the paid period ends.

use serde_json::{Value, json};
use support::billing::{
    CARD, DAY, billing_tables, call_stripe, deliver_events, platform_without_trial, post_event, signed_in_again,
    stripe_customer, subscription,
};
use support::{Answer, Platform, Viewer};

pub(crate) async fn change(viewer: &Viewer, wish: Value) -> Answer {
    viewer.post("/api/subscription/change", wish).await
}

async fn with_key(viewer: &Viewer, key: &str, wish: Value) -> Answer {
    let request = viewer.request(reqwest::Method::POST, "/api/subscription/change").json(&wish);
    viewer.send(request.header("idempotency-key", key)).await
}

/// A viewer's only subscription, from Stripe.
pub(crate) async fn at_stripe(platform: &Platform, viewer: &Viewer) -> Value {
    let customer = stripe_customer(platform, viewer).await;
    let list = call_stripe(platform, "GET", &format!("subscriptions?customer={customer}&status=all"), &[]).await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    list["data"][0].clone()
}

pub(crate) async fn invoices(viewer: &Viewer) -> Vec<Value> {
    viewer.get("/api/subscription/invoices").await.data().as_array().expect("a list").clone()
}

/// Where a refused change can be paid.
fn page(refused: &Answer) -> String {
    let details = refused.details().as_array().expect("details");
    assert_eq!(details.len(), 1, "{refused}");
    assert_eq!(details[0].get("issue"), None, "the details are a page and not a field's issue: {refused}");
    details[0]["confirm_url"].as_str().expect("a page").to_owned()
}

async fn post(platform: &Platform, url: &str, form: &str) {
    let request = platform.client().post(url).header("content-type", "application/x-www-form-urlencoded");
    request.body(form.to_owned()).send().await.expect("the page responds");
    platform.advance(0).await;
}

/// Asserts that the tables match Stripe, whatever events were missed.
pub(crate) async fn converged(platform: &Platform, viewer: &Viewer) {
    let before = billing_tables(platform).await;
    let customer = stripe_customer(platform, viewer).await;
    assert_eq!(post_event(platform, "evt_afterwards", "customer.updated", &customer).await.status(), 200);
    assert_eq!(billing_tables(platform).await, before);
}

#[tokio::test]
async fn an_upgrade_is_paid_and_takes_effect_at_once_without_waiting_for_a_webhook() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let before = subscription(&viewer).await;
    platform.advance(10 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    deliver_events(&platform, "drop").await;

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
    assert!((1..500).contains(&paid), "only the rest of the month: {paid}");
    assert_eq!(invoices.len(), 2);
    converged(&platform, &viewer).await;
}

#[tokio::test]
async fn a_declined_upgrade_keeps_the_old_plan() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let before = subscription(&viewer).await;
    platform.cards(&viewer).decline().await;

    let answer = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!((answer.status(), answer.code()), (402, "CARD_DECLINED"), "{answer}");
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await, before, "active, basic, and not overdue");
    let page = page(&answer);

    // Paying with another card on Stripe's invoice page completes the change.
    platform.cards(&viewer).succeed().await;
    post(&platform, &page, &format!("card={CARD}")).await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    converged(&platform, &viewer).await;
}

#[tokio::test]
async fn an_upgrade_that_needs_authentication_is_confirmed_on_the_page_in_the_response() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let before = subscription(&viewer).await;
    platform.cards(&viewer).require_3ds().await;

    let answer = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;

    assert_eq!((answer.status(), answer.code()), (402, "PAYMENT_ACTION_REQUIRED"), "{answer}");
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await, before);
    let again = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;
    assert_eq!(
        (again.code(), page(&again)),
        ("PAYMENT_ACTION_REQUIRED", page(&answer)),
        "requested twice, charged once"
    );
    post(&platform, &page(&answer), "result=complete").await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    let repeated = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;
    assert_eq!((repeated.status(), &repeated.data()["plan_type"]), (200, &json!("premium")), "{repeated}");
    assert_eq!(invoices(&viewer).await.iter().filter(|one| one["status"] == "paid").count(), 2);
}

#[tokio::test]
async fn an_unpaid_upgrade_expires_after_a_day_and_can_be_undone_before() {
    let platform = platform_without_trial().await;
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
        let viewer = signed_in_again(&platform, &viewer).await;
        assert_eq!(subscription(&viewer).await["plan_type"], "basic", "its page no longer takes a payment");
        let bills = invoices(&viewer).await;
        assert_eq!((&bills[0]["status"], &bills[0]["amount_paid"]), (&json!("void"), &json!(0)), "{bills:?}");
    }
}

#[tokio::test]
async fn a_yearly_plan_starts_now_and_a_monthly_one_at_the_end_of_the_year() {
    let platform = platform_without_trial().await;
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
    let viewer = signed_in_again(&platform, &viewer).await;
    let seen = subscription(&viewer).await;
    assert_eq!(
        (&seen["interval"], &seen["pending_interval"], &seen["access"]["allowed"]),
        (&json!("month"), &Value::Null, &json!(true))
    );
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 799);
}

#[tokio::test]
async fn an_upgrade_during_a_trial_takes_effect_at_once_and_is_paid_when_the_trial_ends() {
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
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(invoices(&viewer).await[0]["amount_paid"], 1_299);
    assert_eq!(subscription(&viewer).await["status"], "active");
}

#[tokio::test]
async fn a_cancelled_subscription_must_be_resumed_before_it_is_changed() {
    let platform = platform_without_trial().await;
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
async fn a_cancellation_drops_pending_changes() {
    let platform = platform_without_trial().await;
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
        "the yearly plan, which ends in a month, is not charged"
    );
}

#[tokio::test]
async fn overdue_invoices_must_be_paid_before_any_change() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 7_200).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    let before = subscription(&viewer).await;
    assert_eq!(before["status"], "past_due");
    platform.cards(&viewer).succeed().await;

    let answer = change(&viewer, json!({ "plan_type": "premium" })).await;

    assert_eq!((answer.status(), answer.code()), (402, "PAYMENT_ACTION_REQUIRED"), "{answer}");
    assert_eq!(subscription(&viewer).await, before, "nothing was charged");
    post(&platform, &page(&answer), &format!("card={CARD}")).await;
    assert_eq!(subscription(&viewer).await["status"], "active", "it can be paid on its page");
    assert_eq!(change(&viewer, json!({ "plan_type": "premium" })).await.status(), 200);
}

#[tokio::test]
async fn an_idempotency_key_allows_only_one_change() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let wish = json!({ "plan_type": "premium" });
    let (first, second) = (with_key(&viewer, "k1", wish.clone()).await, with_key(&viewer, "k1", wish.clone()).await);
    assert_eq!((first.status(), first.data()), (200, second.data()), "{first} {second}");
    let other = with_key(&viewer, "k2", wish.clone()).await;
    assert_eq!((other.status(), other.code()), (409, "CONFLICT"), "the plan is already set: {other}");
    let used = with_key(&viewer, "k1", json!({ "plan_type": "premium", "interval": "year" })).await;
    assert_eq!((used.status(), used.code()), (409, "IDEMPOTENCY_CONFLICT"), "{used}");
    assert_eq!(with_key(&viewer, "", wish).await.code(), "VALIDATION_ERROR");
    assert_eq!(invoices(&viewer).await.len(), 2, "one purchase, one change");
}

#[tokio::test]
async fn an_idempotency_key_of_a_downgrade_is_refused_for_an_upgrade() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let basic = json!({ "plan_type": "basic" });
    let (first, second) = (with_key(&viewer, "k1", basic.clone()).await, with_key(&viewer, "k1", basic).await);
    assert_eq!((first.status(), first.data()), (200, second.data()), "{first} {second}");
    assert_eq!(change(&viewer, json!({ "plan_type": "premium" })).await.status(), 200, "the downgrade is undone");

    let used = with_key(&viewer, "k1", json!({ "plan_type": "premium", "interval": "year" })).await;

    assert_eq!((used.status(), used.code()), (409, "IDEMPOTENCY_CONFLICT"), "{used}");
    assert_eq!(subscription(&viewer).await["interval"], "month");
    assert_eq!(invoices(&viewer).await.len(), 1, "nothing was charged");
}

#[tokio::test]
async fn an_idempotency_key_of_an_upgrade_is_refused_for_a_downgrade() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    assert_eq!(with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await.status(), 200);

    let used = with_key(&viewer, "k1", json!({ "plan_type": "basic" })).await;

    assert_eq!((used.status(), used.code()), (409, "IDEMPOTENCY_CONFLICT"), "{used}");
    assert_eq!(subscription(&viewer).await["pending_plan_type"], json!(null), "nothing was scheduled");
}

#[tokio::test]
async fn undoing_a_downgrade_again_with_the_same_idempotency_key_has_no_further_effect() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    assert_eq!(change(&viewer, json!({ "plan_type": "basic" })).await.status(), 200);
    let premium = json!({ "plan_type": "premium" });
    let (first, second) = (with_key(&viewer, "k1", premium.clone()).await, with_key(&viewer, "k1", premium).await);

    assert_eq!((first.status(), second.status(), first.data()), (200, 200, second.data()), "{first} {second}");
    assert_eq!(invoices(&viewer).await.len(), 1, "nothing was charged");
}

#[tokio::test]
async fn an_idempotency_key_of_a_downgrade_is_refused_for_undoing_it() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    assert_eq!(with_key(&viewer, "k1", json!({ "plan_type": "basic" })).await.status(), 200);

    let used = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;

    assert_eq!((used.status(), used.code()), (409, "IDEMPOTENCY_CONFLICT"), "{used}");
    assert_eq!(subscription(&viewer).await["pending_plan_type"], "basic", "the downgrade is kept");
}

#[tokio::test]
async fn a_late_duplicate_of_an_undone_downgrade_does_not_schedule_it_again() {
    let platform = platform_without_trial().await;
    for key_of_undoing in [None, Some("k2")] {
        let viewer = platform.subscriber("premium").await;
        let (basic, premium) = (json!({ "plan_type": "basic" }), json!({ "plan_type": "premium" }));
        assert_eq!(with_key(&viewer, "k1", basic.clone()).await.status(), 200);
        assert_eq!(with_key(&viewer, "k1", basic.clone()).await.status(), 200, "an early duplicate changes nothing");
        let undone = match key_of_undoing {
            Some(key) => with_key(&viewer, key, premium.clone()).await,
            None => change(&viewer, premium.clone()).await,
        };
        assert_eq!(undone.status(), 200, "{undone}");

        let late = with_key(&viewer, "k1", basic.clone()).await;

        assert_eq!((late.status(), late.code()), (409, "CONFLICT"), "{key_of_undoing:?}: {late}");
        assert_eq!(subscription(&viewer).await["pending_plan_type"], Value::Null, "{key_of_undoing:?}");
        assert_eq!(at_stripe(&platform, &viewer).await["schedule"], Value::Null, "{key_of_undoing:?}");
        let again = with_key(&viewer, "k3", basic).await;
        assert_eq!(again.data()["pending_plan_type"], "basic", "a new request schedules it: {again}");
        if let Some(key) = key_of_undoing {
            let late = with_key(&viewer, key, premium).await;
            assert_eq!((late.status(), late.code()), (409, "CONFLICT"), "{late}");
            assert_eq!(subscription(&viewer).await["pending_plan_type"], "basic", "the new downgrade is kept");
        }
    }
}

#[tokio::test]
async fn a_late_duplicate_of_a_downgrade_that_a_cancellation_dropped_does_not_schedule_it_again() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let basic = json!({ "plan_type": "basic" });
    assert_eq!(with_key(&viewer, "k1", basic.clone()).await.status(), 200);
    for path in ["/api/subscription/cancel", "/api/subscription/resume"] {
        let answer = viewer.post(path, json!({})).await;
        assert_eq!(answer.status(), 200, "{path}: {answer}");
    }

    let late = with_key(&viewer, "k1", basic.clone()).await;

    assert_eq!((late.status(), late.code()), (409, "CONFLICT"), "{late}");
    assert_eq!(at_stripe(&platform, &viewer).await["schedule"], Value::Null);
    let again = with_key(&viewer, "k2", basic).await;
    assert_eq!(again.data()["pending_plan_type"], "basic", "a new request schedules it: {again}");
}

#[tokio::test]
async fn of_two_concurrent_changes_the_later_one_is_decided_after_the_earlier_one() {
    let platform = platform_without_trial().await;
    for round in 0..4 {
        let viewer = platform.subscriber("premium").await;
        let (down, up) = tokio::join!(
            with_key(&viewer, "down", json!({ "plan_type": "basic" })),
            with_key(&viewer, "up", json!({ "plan_type": "premium", "interval": "year" })),
        );

        let row = subscription(&viewer).await;
        let state = (row["interval"].clone(), row["pending_plan_type"].clone());
        let month = match (down.status(), up.status()) {
            // The downgrade came first, so the upgrade must wait until it is undone.
            (200, 409) => json!("month"),
            // The upgrade came first, so the downgrade is scheduled for the end of the year.
            (200, 200) => json!("year"),
            other => panic!("{other:?}: {down} {up}"),
        };
        assert_eq!(state, (month, json!("basic")), "round {round}: {down} {up}");
        assert_eq!(up.status() == 200, up.data()["interval"] == "year", "round {round}: {up}");
    }
}

#[tokio::test]
async fn a_downgrade_that_failed_halfway_is_finished_by_the_same_request() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let basic = json!({ "plan_type": "basic" });
    platform.fault(json!({ "target": "stripe", "operation": "POST /v1/subscription_schedules", "kind": "error",
        "count": 100 }));
    let failed = with_key(&viewer, "k1", basic.clone()).await;
    assert_eq!(failed.status(), 502, "{failed}");
    platform.running().faults().clear();

    let repeated = with_key(&viewer, "k1", basic).await;

    assert_eq!((repeated.status(), &repeated.data()["pending_plan_type"]), (200, &json!("basic")), "{repeated}");
}

#[tokio::test]
async fn concurrent_changes_are_charged_once() {
    let platform = platform_without_trial().await;
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
async fn nothing_changes_without_a_subscription_with_invalid_input_or_while_stripe_fails() {
    let platform = platform_without_trial().await;
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
async fn a_lost_response_from_stripe_never_charges_twice() {
    for kind in ["reset_after", "truncate", "conflict"] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        let operation = "POST /v1/subscriptions/{id}";
        platform.fault(json!({ "target": "stripe", "operation": operation, "kind": kind, "count": 1 }));
        let answer = change(&viewer, json!({ "plan_type": "premium" })).await;
        assert_eq!((answer.status(), &answer.data()["plan_type"]), (200, &json!("premium")), "{kind}: {answer}");
        assert_eq!(invoices(&viewer).await.len(), 2, "{kind}");
    }
}

#[tokio::test]
async fn the_webhook_writes_a_change_that_was_made_at_stripe_but_not_written_here() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    // The response is lost after Stripe has made the change and before it is written here.
    let table = platform.setting("change-plan", "BILLING_EVENTS_TABLE");
    platform
        .fault(json!({ "target": "dynamodb", "table": table, "operation": "Query", "kind": "error", "count": 1_000 }));
    let lost = change(&viewer, json!({ "plan_type": "basic" })).await;
    assert!(lost.status() >= 500, "{lost}");
    platform.running().faults().clear();
    platform.advance(600).await;
    assert_eq!(subscription(&viewer).await["pending_plan_type"], "basic");
}
