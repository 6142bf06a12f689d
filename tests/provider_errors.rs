//! Every error from Stripe leads to a response with a remedy, and never to a 500.

use crate::change_plan::change;
use crate::get_member::member;
use serde_json::{Value, json};
use support::billing::{
    DAY, billing_tables, call_stripe, checkout, platform_without_trial, signed_in_again, stripe_customer, subscription,
};
use support::{Answer, Platform, Viewer};

/// Makes Stripe answer the next calls of an operation with a given error.
pub(crate) fn refuse(platform: &Platform, operation: &str, count: u32, status: u16, error: &Value) {
    platform.fault(json!({
        "target": "stripe", "operation": operation, "kind": "answer", "count": count,
        "answer": { "status": status, "body": { "error": error } },
    }));
}

/// One error of each kind in Stripe's reference: status, type, code, parameter.
fn errors() -> Vec<(u16, Value)> {
    let invalid = |status: u16, code: Value, param: Value| {
        (
            status,
            json!({ "type": "invalid_request_error", "code": code, "param": param, "message": "cus_1 ada@x.test" }),
        )
    };
    let declined = |code: &str| (402, json!({ "type": "card_error", "code": "card_declined", "decline_code": code }));
    let mut all = vec![
        invalid(400, Value::Null, Value::Null),
        invalid(404, json!("resource_missing"), json!("id")),
        invalid(400, json!("resource_missing"), json!("price")),
        invalid(401, json!("api_key_expired"), Value::Null),
        invalid(403, Value::Null, Value::Null),
        invalid(409, json!("lock_timeout"), Value::Null),
        invalid(409, json!("idempotency_key_in_use"), Value::Null),
        invalid(429, json!("lock_timeout"), Value::Null),
        invalid(429, json!("rate_limit"), Value::Null),
        (400, json!({ "type": "idempotency_error", "message": "Keys for idempotent requests" })),
        (500, json!({ "type": "api_error" })),
        (418, json!("not an error at all")),
        declined("insufficient_funds"),
        declined("authentication_required"),
        declined("a_reason_of_next_year"),
    ];
    for code in [
        "amount_too_small",
        "charge_already_refunded",
        "charge_disputed",
        "coupon_expired",
        "customer_max_subscriptions",
        "email_invalid",
        "invoice_no_payment_method_types",
        "invoice_payment_intent_requires_action",
        "balance_insufficient",
        "parameter_unknown",
        "testmode_charges_only",
        "account_invalid",
        "a_code_of_next_year",
    ] {
        all.push(invalid(400, json!(code), Value::Null));
    }
    all
}

/// Whether a response tells a person what to do.
fn assert_helpful(answer: &Answer, what: &str) {
    let known = [
        (402, "CARD_DECLINED"),
        (402, "PAYMENT_ACTION_REQUIRED"),
        (403, "SUBSCRIPTION_REQUIRED"),
        (409, "CONFLICT"),
        (409, "IDEMPOTENCY_CONFLICT"),
        (502, "PAYMENT_PROVIDER_UNAVAILABLE"),
    ];
    assert!(known.contains(&(answer.status(), answer.code())), "{what}: {answer}");
    let message = answer.json()["error"]["message"].as_str().expect("a message").to_owned();
    assert!(message.len() > 15 && !message.contains("ada@") && !message.contains("cus_"), "{what}: {message}");
}

#[tokio::test]
async fn every_stripe_error_is_answered_with_a_remedy_and_changes_nothing() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let nobody = platform.register("nobody@viewers.test").await;
    let payment = member(&admin, &viewer).await["payments"][0]["id"].as_str().expect("a payment").to_owned();
    let before = billing_tables(&platform).await;
    let up = json!({ "plan_type": "premium" });
    let refund = format!("/api/admin/payments/{payment}/refund");
    let calls: Vec<(&str, &Viewer, String, Value)> = vec![
        ("POST /v1/subscriptions/{id}", &viewer, "/api/subscription/change".into(), up.clone()),
        ("GET /v1/subscriptions", &viewer, "/api/subscription/change".into(), up.clone()),
        ("POST /v1/invoices/create_preview", &viewer, "/api/subscription/change/preview".into(), up.clone()),
        ("POST /v1/subscriptions/{id}", &viewer, "/api/subscription/cancel".into(), json!({})),
        ("POST /v1/billing_portal/sessions", &viewer, "/api/subscription/portal".into(), json!({})),
        ("POST /v1/checkout/sessions", &nobody, "/api/subscription/checkout".into(), up.clone()),
        ("GET /v1/checkout/sessions", &nobody, "/api/subscription/checkout".into(), up),
        ("POST /v1/refunds", &admin, refund, json!({ "reason": "an evening without a stream" })),
    ];
    for (operation, who, path, body) in &calls {
        for (status, error) in errors() {
            refuse(&platform, operation, 10, status, &error);
            let answer = who.post(path, body.clone()).await;
            platform.running().faults().clear();
            assert_helpful(&answer, &format!("{operation} {path} {status} {error}"));
        }
    }
    assert_eq!(billing_tables(&platform).await, before, "nothing has changed");
    assert_eq!(subscription(&viewer).await["cancel_at"], Value::Null);
    for (status, error) in errors() {
        refuse(&platform, "GET /v1/invoices", 10, status, &error);
        let answer = viewer.get("/api/subscription/invoices").await;
        platform.running().faults().clear();
        assert_helpful(&answer, &format!("invoices {status} {error}"));
    }
}

#[tokio::test]
async fn a_downgrade_or_resumption_that_stripe_refuses_says_so() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let down = json!({ "plan_type": "basic" });
    let error = json!({ "type": "invalid_request_error", "message": "No" });
    for operation in ["POST /v1/subscription_schedules", "POST /v1/subscription_schedules/{id}"] {
        refuse(&platform, operation, 10, 400, &error);
        let refused = change(&viewer, down.clone()).await;
        platform.running().faults().clear();
        assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{operation}: {refused}");
    }
    assert_eq!(viewer.post("/api/subscription/cancel", json!({})).await.status(), 200);
    refuse(&platform, "POST /v1/subscriptions/{id}", 10, 404, &json!({ "type": "invalid_request_error" }));
    let over = viewer.post("/api/subscription/resume", json!({})).await;
    platform.running().faults().clear();
    assert_eq!((over.status(), over.code()), (409, "CONFLICT"), "{over}");
    assert!(subscription(&viewer).await["cancel_at"].is_string(), "it is still cancelled");
    assert_eq!(viewer.post("/api/subscription/resume", json!({})).await.status(), 200);
}

#[tokio::test]
async fn a_disabled_portal_is_logged_for_the_operator() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let error = json!({ "type": "invalid_request_error",
        "message": "No configuration provided and your live mode default configuration has not been created." });
    refuse(&platform, "POST /v1/billing_portal/sessions", 1, 400, &error);
    let answer = viewer.post("/api/subscription/portal", json!({})).await;
    assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{answer}");
    assert!(answer.to_string().contains("support"), "{answer}");
    let line = platform.running().logs().iter().any(|line| line.contains("Stripe refused the call"));
    assert!(line, "the log has Stripe's reason");
}

/// Sells the plans in another currency from now on, as OPERATIONS.md describes.
pub(crate) async fn move_prices(platform: &Platform, currency: &str) {
    for (key, interval) in
        [("basic_month", "month"), ("basic_year", "year"), ("premium_month", "month"), ("premium_year", "year")]
    {
        let old = call_stripe(platform, "GET", &format!("prices?lookup_keys[0]={key}"), &[]).await["data"][0].clone();
        let id = old["id"].as_str().expect("a price");
        call_stripe(platform, "POST", &format!("prices/{id}"), &[("metadata[lookup_key]", key)]).await;
        new_price(platform, key, currency, interval, &old).await;
    }
    // Prices are cached for five minutes.
    platform.advance(301).await;
}

async fn new_price(platform: &Platform, key: &str, currency: &str, interval: &str, like: &Value) {
    let amount = like["unit_amount"].as_i64().expect("an amount").to_string();
    let form = [
        ("currency", currency),
        ("unit_amount", amount.as_str()),
        ("recurring[interval]", interval),
        ("product", like["product"].as_str().expect("a product")),
        ("lookup_key", key),
        ("transfer_lookup_key", "true"),
    ];
    let made = call_stripe(platform, "POST", "prices", &form).await;
    assert_eq!(made["lookup_key"], key, "{made}");
}

#[tokio::test]
async fn a_member_in_a_discontinued_currency_gets_an_explanation_or_the_prices_kept_for_it() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let like = call_stripe(&platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await["data"][0].clone();
    move_prices(&platform, "eur").await;
    let (viewer, before) = (signed_in_again(&platform, &viewer).await, subscription(&viewer).await);
    let up = json!({ "plan_type": "premium" });

    for path in ["/api/subscription/change/preview", "/api/subscription/change"] {
        let refused = viewer.post(path, up.clone()).await;
        assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{path}: {refused}");
        let text = refused.to_string();
        assert!(text.contains("USD") && text.contains("Premium"), "{path}: {refused}");
    }
    assert_eq!(subscription(&viewer).await, before);
    let same = change(&viewer, json!({ "plan_type": "basic" })).await;
    assert_eq!(same.code(), "CONFLICT", "the current plan: {same}");

    new_price(&platform, "premium_month_usd", "usd", "month", &like).await;
    let preview = viewer.post("/api/subscription/change/preview", up.clone()).await;
    assert_eq!(
        json!([preview.data()["currency"], preview.data()["renewal_amount"]]),
        json!(["usd", 1_299]),
        "{preview}"
    );
    let changed = change(&viewer, up).await;
    assert_eq!((changed.status(), &changed.data()["plan_type"]), (200, &json!("premium")), "{changed}");
    assert_eq!(viewer.get("/api/subscription").await.data()["access"]["allowed"], true);
    let plans = platform.anyone().get("/api/plans").await;
    let sold: Vec<&Value> = plans
        .data()
        .as_array()
        .expect("plans")
        .iter()
        .flat_map(|one| one["prices"].as_array().expect("prices"))
        .collect();
    assert!(sold.len() == 4 && sold.iter().all(|price| price["currency"] == "eur"), "{plans}");
}

#[tokio::test]
async fn a_former_member_in_a_discontinued_currency_gets_an_explanation_or_the_prices_kept_for_it() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let like = call_stripe(&platform, "GET", "prices?lookup_keys[0]=basic_month", &[]).await["data"][0].clone();
    viewer.post("/api/subscription/cancel", json!({})).await;
    platform.advance(32 * DAY).await;
    move_prices(&platform, "eur").await;
    let viewer = signed_in_again(&platform, &viewer).await;
    // While the customer still has an object in that currency, Stripe refuses any other, without an error code.
    let error =
        json!({ "type": "invalid_request_error", "message": "You cannot combine currencies on a single customer." });
    let refuse = || refuse(&platform, "POST /v1/checkout/sessions", 1, 400, &error);

    refuse();
    let refused = checkout(&viewer, "basic").await;
    platform.running().faults().clear();
    assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    assert!(refused.to_string().contains("USD"), "{refused}");

    new_price(&platform, "basic_month_usd", "usd", "month", &like).await;
    refuse();
    let opened = checkout(&viewer, "basic").await;
    assert_eq!(opened.status(), 201, "{opened}");
    let session = opened.data()["session_id"].as_str().expect("an id");
    let session = call_stripe(&platform, "GET", &format!("checkout/sessions/{session}"), &[]).await;
    assert_eq!(json!([session["currency"], session["amount_total"]]), json!(["usd", 799]), "{session}");
    let newcomer = platform.register("newcomer@viewers.test").await;
    assert_eq!(checkout(&newcomer, "basic").await.status(), 201, "new members pay the current price");
}

#[tokio::test]
async fn only_plans_with_a_price_are_for_sale() {
    let platform = platform_without_trial().await;
    let price = call_stripe(&platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await["data"][0].clone();
    let path = format!("prices/{}", price["id"].as_str().expect("an id"));
    call_stripe(&platform, "POST", &path, &[("active", "false")]).await;
    platform.advance(301).await;
    let viewer = platform.subscriber("basic").await;
    let nobody = platform.register("nobody@viewers.test").await;

    let refused = checkout(&nobody, "premium").await;

    assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    let up = change(&viewer, json!({ "plan_type": "premium" })).await;
    assert_eq!((up.status(), up.code()), (409, "CONFLICT"), "{up}");
    assert_eq!(checkout(&nobody, "basic").await.status(), 201);
}

/// A viewer, and promotion codes of half the price: for them, for somebody else, and for large orders only.
async fn restricted_codes(platform: &Platform) -> Viewer {
    let (viewer, other) = (platform.register("a@viewers.test").await, platform.register("b@viewers.test").await);
    call_stripe(platform, "POST", "coupons", &[("id", "half"), ("percent_off", "50"), ("duration", "once")]).await;
    let (own, others) = (stripe_customer(platform, &viewer).await, stripe_customer(platform, &other).await);
    let code = async |text: &str, terms: &[(&str, &str)]| {
        let mut form = vec![("promotion[type]", "coupon"), ("promotion[coupon]", "half"), ("code", text)];
        form.extend(terms);
        let made = call_stripe(platform, "POST", "promotion_codes", &form).await;
        assert!(made["id"].is_string(), "{made}");
    };
    code("THEIRS", &[("customer", others.as_str())]).await;
    code("OWN", &[("customer", own.as_str())]).await;
    // Codes with the same text for different customers, whichever is newer.
    for (text, customer) in [("SAME", &own), ("SAME", &others), ("TWIN", &others), ("TWIN", &own)] {
        code(text, &[("customer", customer.as_str())]).await;
    }
    let least = [("restrictions[minimum_amount]", "5000"), ("restrictions[minimum_amount_currency]", "usd")];
    code("LARGE", &least).await;
    viewer
}

async fn order_with(viewer: &Viewer, code: &str) -> Answer {
    let order = json!({ "plan_type": "basic", "promotion_code": code });
    viewer.post("/api/subscription/checkout", order).await
}

#[tokio::test]
async fn a_promotion_code_that_does_not_apply_is_refused_with_the_reason() {
    let platform = platform_without_trial().await;
    let viewer = restricted_codes(&platform).await;
    for (text, issue) in [("THEIRS", "redeemed"), ("LARGE", "$50"), ("NONE", "redeemed")] {
        let refused = order_with(&viewer, text).await;
        assert_eq!((refused.code(), &refused.details()[0]["field"]), ("VALIDATION_ERROR", &json!("promotion_code")));
        assert!(refused.details()[0]["issue"].as_str().is_some_and(|told| told.contains(issue)), "{text}: {refused}");
    }
}

#[tokio::test]
async fn a_customers_own_promotion_code_applies_even_if_others_have_one_of_the_same_text() {
    let platform = platform_without_trial().await;
    let viewer = restricted_codes(&platform).await;
    for text in ["OWN", "SAME", "same", "TWIN"] {
        let opened = order_with(&viewer, text).await;
        assert_eq!(opened.status(), 201, "{text}: {opened}");
    }
}

#[tokio::test]
async fn a_checkout_that_stripe_refuses_without_a_reason_is_a_validation_error() {
    let platform = platform_without_trial().await;
    let viewer = restricted_codes(&platform).await;
    // Sometimes Stripe's error has neither code nor parameter.
    refuse(&platform, "POST /v1/checkout/sessions", 1, 400, &json!({ "type": "invalid_request_error" }));

    let refused = order_with(&viewer, "OWN").await;

    assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{refused}");
}
