//! `create-checkout`: one open checkout per user, none for subscribers, and none while Stripe is down.

use crate::reconcile_billing::reconcile;
use serde_json::{Value, json};
use support::billing::{
    CARD, DAY, billing_tables, call_stripe, checkout, checkout_url, deliver_events, platform_without_trial, post_event,
    signed_in_again, stripe_customer, subscription, table_rows,
};
use support::{Answer, PASSWORD, Platform, Viewer};

/// The sessions of a customer that can still be paid.
async fn open(platform: &Platform, customer: &str) -> Vec<Value> {
    let path = format!("checkout/sessions?customer={customer}&status=open");
    call_stripe(platform, "GET", &path, &[]).await["data"].as_array().expect("a list").clone()
}

async fn with_key(viewer: &Viewer, key: &str, order: Value) -> Answer {
    let request = viewer.request(reqwest::Method::POST, "/api/subscription/checkout").json(&order);
    viewer.send(request.header("idempotency-key", key)).await
}

#[tokio::test]
async fn a_checkout_sells_the_requested_plan_and_returns_to_the_web_app() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;

    let answer = viewer.post("/api/subscription/checkout", json!({ "plan_type": "premium", "interval": "year" })).await;

    assert_eq!(answer.status(), 201, "{answer}");
    let id = answer.data()["session_id"].as_str().expect("an id");
    let session = call_stripe(&platform, "GET", &format!("checkout/sessions/{id}"), &[]).await;
    let web = &platform.running().urls().web;
    assert_eq!(session["amount_total"], 12_990, "{session}");
    assert_eq!(session["url"], answer.data()["checkout_url"]);
    assert_eq!(session["success_url"], format!("{web}/subscription/return?session_id={{CHECKOUT_SESSION_ID}}"));
    assert_eq!(session["cancel_url"], format!("{web}/plans"));
    assert_eq!(session["allow_promotion_codes"], true);
    assert_eq!(session["customer"], stripe_customer(&platform, &viewer).await);
    let expires: jiff::Timestamp = answer.data()["expires_at"].as_str().expect("a moment").parse().expect("RFC 3339");
    assert_eq!(session["expires_at"], expires.as_second());
}

#[tokio::test]
async fn invalid_input_is_refused_before_stripe_is_called() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    for wrong in [
        json!({}),
        json!({ "plan_type": "free" }),
        json!({ "plan_type": "basic", "interval": "week" }),
        json!({ "plan_type": "basic", "price": "price_1" }),
        json!({ "plan_type": "basic", "promotion_code": "" }),
    ] {
        let answer = viewer.post("/api/subscription/checkout", wrong.clone()).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{wrong}: {answer}");
        assert_eq!(platform.round_trips(&answer, "stripe"), 0);
    }
    let long = with_key(&viewer, &"k".repeat(201), json!({ "plan_type": "basic" })).await;
    assert_eq!(long.code(), "VALIDATION_ERROR", "{long}");
}

#[tokio::test]
async fn a_second_checkout_expires_the_first() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let (first, second) = (checkout(&viewer, "basic").await, checkout(&viewer, "premium").await);
    let customer = stripe_customer(&platform, &viewer).await;
    let left = open(&platform, &customer).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["id"], second.data()["session_id"]);
    assert_eq!(platform.pay(&checkout_url(&first), CARD).await, "", "the first can no longer be paid");
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);
}

#[tokio::test]
async fn concurrent_checkouts_leave_one_open() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let answers = futures::future::join_all((0..4).map(|_| checkout(&viewer, "basic"))).await;
    for answer in &answers {
        assert_eq!(answer.status(), 201, "{answer}");
    }
    let customer = stripe_customer(&platform, &viewer).await;
    assert_eq!(open(&platform, &customer).await.len(), 1);
}

#[tokio::test]
async fn a_subscriber_gets_no_second_subscription_even_before_the_webhook() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let page = checkout_url(&checkout(&viewer, "basic").await);
    deliver_events(&platform, "hold").await;
    platform.pay(&page, CARD).await;
    let answer = checkout(&viewer, "premium").await;
    assert_eq!((answer.status(), answer.code()), (409, "ALREADY_SUBSCRIBED"), "{answer}");
    let customer = stripe_customer(&platform, &viewer).await;
    assert!(open(&platform, &customer).await.is_empty());
}

#[tokio::test]
async fn an_overdue_subscription_blocks_checkout_and_an_ended_one_does_not() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 7_200).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["status"], "past_due");
    assert_eq!(checkout(&viewer, "basic").await.code(), "ALREADY_SUBSCRIBED");
    platform.advance(60 * DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["status"], "canceled");
    assert_eq!(subscription(&viewer).await["access"]["code"], "SUBSCRIPTION_EXPIRED");
    assert_eq!(checkout(&viewer, "basic").await.status(), 201);
}

#[tokio::test]
async fn no_session_is_opened_while_stripe_fails() {
    for kind in ["error", "throttle", "reset_before", "hang"] {
        let platform = platform_without_trial().await;
        let viewer = platform.register("a@viewers.test").await;
        let customer = stripe_customer(&platform, &viewer).await;
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));
        let started = std::time::Instant::now();
        let answer = checkout(&viewer, "basic").await;
        assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{kind}: {answer}");
        assert!(started.elapsed().as_secs() < 8, "{kind}: {:?}", started.elapsed());
        platform.running().faults().clear();
        assert!(open(&platform, &customer).await.is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn a_lost_response_is_retried_and_opens_one_session() {
    for kind in ["reset_after", "truncate", "error", "throttle", "conflict"] {
        let platform = platform_without_trial().await;
        let viewer = platform.register("a@viewers.test").await;
        let operation = "POST /v1/checkout/sessions";
        platform.fault(json!({ "target": "stripe", "operation": operation, "kind": kind, "count": 1 }));
        let answer = checkout(&viewer, "basic").await;
        assert_eq!(answer.status(), 201, "{kind}: {answer}");
        let customer = stripe_customer(&platform, &viewer).await;
        let left = open(&platform, &customer).await;
        assert_eq!(left.len(), 1, "{kind}");
        assert_eq!(left[0]["id"], answer.data()["session_id"], "{kind}");
    }
}

#[tokio::test]
async fn an_idempotency_key_returns_the_same_session_and_refuses_a_different_order() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let order = json!({ "plan_type": "basic" });
    let first = with_key(&viewer, "k1", order.clone()).await;
    let second = with_key(&viewer, "k1", order.clone()).await;
    assert_eq!((first.status(), second.status()), (201, 201), "{first} {second}");
    assert_eq!(first.data(), second.data());
    let other = with_key(&viewer, "k1", json!({ "plan_type": "premium" })).await;
    assert_eq!((other.status(), other.code()), (409, "IDEMPOTENCY_CONFLICT"), "{other}");
    // Another user's key with the same text is a different key.
    let other_viewer = platform.register("b@viewers.test").await;
    let theirs = with_key(&other_viewer, "k1", order.clone()).await;
    assert_eq!(theirs.status(), 201, "{theirs}");
    assert_ne!(theirs.data()["session_id"], first.data()["session_id"]);
    checkout(&viewer, "premium").await;
    let closed = with_key(&viewer, "k1", order).await;
    assert_eq!((closed.status(), closed.code()), (409, "IDEMPOTENCY_CONFLICT"), "its session was expired: {closed}");
}

#[tokio::test]
async fn a_promotion_code_applies_and_an_unknown_one_is_refused() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    call_stripe(&platform, "POST", "coupons", &[("id", "half"), ("percent_off", "50"), ("duration", "once")]).await;
    let form = [("promotion[type]", "coupon"), ("promotion[coupon]", "half"), ("code", "HALF")];
    let made = call_stripe(&platform, "POST", "promotion_codes", &form).await;
    assert_eq!(made["object"], "promotion_code", "{made}");
    let order = |code: &str| json!({ "plan_type": "premium", "promotion_code": code });

    let unknown = viewer.post("/api/subscription/checkout", order("NOPE")).await;
    assert_eq!((unknown.status(), unknown.code()), (400, "VALIDATION_ERROR"), "{unknown}");
    assert_eq!(unknown.details()[0]["field"], "promotion_code");
    let answer = viewer.post("/api/subscription/checkout", order("HALF")).await;
    assert_eq!(answer.status(), 201, "{answer}");
    let id = answer.data()["session_id"].as_str().expect("an id");
    let session = call_stripe(&platform, "GET", &format!("checkout/sessions/{id}"), &[]).await;
    assert!((649..=650).contains(&session["amount_total"].as_i64().expect("an amount")), "{session}");
    platform.pay(&checkout_url(&answer), CARD).await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
}

#[tokio::test]
async fn an_expired_used_up_or_foreign_promotion_code_is_refused_and_opens_no_session() {
    let platform = platform_without_trial().await;
    let (viewer, other) = (platform.register("a@viewers.test").await, platform.register("b@viewers.test").await);
    call_stripe(&platform, "POST", "coupons", &[("id", "half"), ("percent_off", "50"), ("duration", "once")]).await;
    let soon = (platform.running().now().as_second() + 3_600).to_string();
    let others = stripe_customer(&platform, &other).await;
    for (code, name, value) in [
        ("OVER", "expires_at", soon.as_str()),
        ("ONCE", "max_redemptions", "1"),
        ("THEIRS", "customer", others.as_str()),
        ("OFF", "active", "false"),
    ] {
        let form = [("promotion[type]", "coupon"), ("promotion[coupon]", "half"), ("code", code), (name, value)];
        let made = call_stripe(&platform, "POST", "promotion_codes", &form).await;
        assert_eq!(made["object"], "promotion_code", "{made}");
    }
    let order = |code: &str| json!({ "plan_type": "basic", "promotion_code": code });
    let first = other.post("/api/subscription/checkout", order("ONCE")).await;
    platform.pay(&checkout_url(&first), CARD).await;
    assert_eq!(subscription(&other).await["plan_type"], "basic");
    platform.advance(7_200).await;
    let before = billing_tables(&platform).await;
    let own = stripe_customer(&platform, &viewer).await;
    for code in ["OVER", "ONCE", "THEIRS", "OFF"] {
        let answer = viewer.post("/api/subscription/checkout", order(code)).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{code}: {answer}");
        assert_eq!(answer.details()[0]["field"], "promotion_code", "{answer}");
    }
    assert!(open(&platform, &own).await.is_empty());
    assert_eq!(billing_tables(&platform).await, before);
}

#[tokio::test]
async fn a_person_gets_one_trial_even_if_the_customer_that_had_it_is_gone() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&checkout_url(&checkout(&viewer, "basic").await), CARD).await;
    assert_eq!(subscription(&viewer).await["status"], "trialing");
    for _ in 0..2 {
        let old = stripe_customer(&platform, &viewer).await;
        call_stripe(&platform, "DELETE", &format!("customers/{old}"), &[]).await;
        platform.advance(60).await;
        let again = checkout(&viewer, "basic").await;
        assert_eq!(again.status(), 201, "{again}");
        let path = format!("checkout/sessions/{}", again.data()["session_id"].as_str().expect("an id"));
        assert_eq!(call_stripe(&platform, "GET", &path, &[]).await["amount_total"], 799, "paid from the first day");
    }
    platform.pay(&checkout_url(&checkout(&viewer, "basic").await), CARD).await;
    assert_eq!(subscription(&viewer).await["status"], "active");
}

#[tokio::test]
async fn a_person_gets_one_trial() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), CARD).await;
    let tried = subscription(&viewer).await;
    assert_eq!((&tried["status"], &tried["access"]["allowed"]), (&json!("trialing"), &json!(true)), "{tried}");
    assert!(tried["trial_end"].is_string());
    let customer = stripe_customer(&platform, &viewer).await;
    let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let id = list["data"][0]["id"].as_str().expect("an id");
    call_stripe(&platform, "DELETE", &format!("subscriptions/{id}"), &[]).await;
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await["access"]["code"], "SUBSCRIPTION_EXPIRED");

    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), CARD).await;

    assert_eq!(subscription(&viewer).await["status"], "active", "paid from the first day");
    assert!(billing_tables(&platform).await.1.iter().any(|row| row["amount_paid"]["N"] == "1299"));
}

#[tokio::test]
async fn registration_works_without_stripe_and_checkout_creates_the_customer() {
    for kind in ["error", "hang", "reset_after"] {
        let platform = platform_without_trial().await;
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));
        let started = std::time::Instant::now();
        let viewer = platform.register("a@viewers.test").await;
        assert!(started.elapsed().as_secs() < 4, "{kind}: {:?}", started.elapsed());
        platform.running().faults().clear();
        platform.pay(&checkout_url(&checkout(&viewer, "basic").await), CARD).await;
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{kind}");
        // There is one customer, even if Stripe created it and the response was lost.
        stripe_customer(&platform, &viewer).await;
        let me = platform.sign_in(viewer.email(), PASSWORD).await;
        assert_eq!(subscription(&me).await["plan_type"], "basic");
    }
}

/// The idempotency key with which registration creates the customer may have been used with another address. The key for that
/// case contains the address, which can be longer than Stripe allows for a key.
#[tokio::test]
async fn the_longest_address_gets_a_customer_even_if_the_first_key_was_used_for_another() {
    let platform = platform_without_trial().await;
    let labels = ["b".repeat(63), "c".repeat(63), "d".repeat(51)].join(".");
    let email = format!("{}@{labels}.test", "a".repeat(64));
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let viewer = platform.register(&email).await;
    platform.running().faults().clear();
    let user = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let key = platform.running().secret("StripeSecret")["api_key"].as_str().expect("a key").to_owned();
    let made = platform.client().post(format!("{}/v1/customers", platform.running().urls().stripe)).bearer_auth(key);
    let made = made
        .header("idempotency-key", format!("customer-{user}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=other%40viewers.test");
    assert_eq!(made.send().await.expect("Stripe answers").status(), 200);

    platform.pay(&checkout_url(&checkout(&viewer, "basic").await), CARD).await;

    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    stripe_customer(&platform, &viewer).await;
}

#[tokio::test]
async fn a_deletion_webhook_in_between_does_not_prevent_a_new_customer() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let old = stripe_customer(&platform, &viewer).await;
    deliver_events(&platform, "drop").await;
    call_stripe(&platform, "DELETE", &format!("customers/{old}"), &[]).await;
    // The checkout has created the other customer. Its write of the user's row is delayed.
    platform.fault(json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "hang", "count": 1 }));
    let overtaken = checkout(&viewer, "premium");
    let overtaking = async {
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        post_event(&platform, "evt_deleted", "customer.deleted", &old).await
    };

    let (opened, told) = tokio::join!(overtaken, overtaking);

    assert_eq!((opened.status(), told.status()), (201, 200), "{opened} {told}");
    deliver_events(&platform, "normal").await;
    platform.pay(&checkout_url(&opened), CARD).await;
    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    assert_ne!(stripe_customer(&platform, &viewer).await, old);
}

#[tokio::test]
async fn a_new_customer_whose_event_arrives_before_it_is_claimed_still_replaces_the_old_one() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let old = stripe_customer(&platform, &viewer).await;
    call_stripe(&platform, "DELETE", &format!("customers/{old}"), &[]).await;
    platform.advance(0).await;
    platform
        .fault(json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "reset_before", "count": 50 }));
    let failed = checkout(&viewer, "premium").await;
    assert_eq!(failed.status(), 503, "{failed}");
    platform.running().faults().clear();
    let made = stripe_customer(&platform, &viewer).await;
    assert_ne!(made, old);
    assert_eq!(post_event(&platform, "evt_made", "customer.updated", &made).await.status(), 200);

    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), CARD).await;

    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    assert_eq!(stripe_customer(&platform, &viewer).await, made, "no third one was created");
}

#[tokio::test]
async fn a_customer_that_was_deleted_at_stripe_is_replaced() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let old = stripe_customer(&platform, &viewer).await;
    call_stripe(&platform, "DELETE", &format!("customers/{old}"), &[]).await;
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await["access"]["code"], "SUBSCRIPTION_EXPIRED");

    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), CARD).await;

    assert_eq!(subscription(&viewer).await["plan_type"], "premium");
    assert_ne!(stripe_customer(&platform, &viewer).await, old);
}

#[tokio::test]
async fn the_row_of_a_user_without_a_subscription_names_the_replacement_customer() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let old = stripe_customer(&platform, &viewer).await;
    assert_eq!(post_event(&platform, "evt_told", "customer.updated", &old).await.status(), 200);
    call_stripe(&platform, "DELETE", &format!("customers/{old}"), &[]).await;
    platform.advance(0).await;

    checkout_url(&checkout(&viewer, "basic").await);

    let new = stripe_customer(&platform, &viewer).await;
    assert_ne!(new, old);
    let rows = table_rows(&platform, "SUBSCRIPTIONS_TABLE").await;
    let named: Vec<&Value> =
        rows.iter().map(|row| &row["stripe_customer_id"]["S"]).filter(|id| id.is_string()).collect();
    assert_eq!(named, [new.as_str()]);
    assert_eq!(reconcile(&admin, false).await.1, Vec::<Value>::new());
}
