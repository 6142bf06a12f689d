//! The hosted checkout: successes, declines, and the absence of leftovers after failures.

use crate::support::{DAY, HOUR, Shop, text};
use serde_json::{Value, json};

async fn pay(shop: &Shop, session: &Value, form: &[(&str, &str)]) -> crate::support::Answer {
    shop.browse(session["url"].as_str().unwrap(), Some(form)).await
}

async fn reload(shop: &Shop, session: &Value) -> Value {
    shop.get(&format!("/v1/checkout/sessions/{}", text(&session["id"])), &[]).await
}

#[tokio::test]
async fn a_first_purchases_events_arrive_in_production_order_before_the_customer_returns() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[("subscription_data[metadata][user_id]", "u1")]).await;
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("open"), &json!("unpaid")));
    shop.settle().await;
    shop.received.clear();
    let paid = pay(&shop, &session, &[("card", "4242 4242 4242 4242")]).await;
    assert_eq!(paid.status, 303);
    assert_eq!(
        paid.header("location"),
        Some(format!("http://127.0.0.1:9/return?session_id={}", text(&session["id"])).as_str())
    );
    // The redirect waits for the first attempt of the last event, and deliveries are in order.
    assert_eq!(
        shop.received.types(),
        [
            "charge.succeeded",
            "payment_method.attached",
            "invoice.created",
            "customer.subscription.created",
            "invoice.updated",
            "invoice.finalized",
            "customer.subscription.updated",
            "invoice.paid",
            "invoice.updated",
            "invoice.payment_succeeded",
            "payment_intent.created",
            "payment_intent.succeeded",
            "checkout.session.completed",
        ]
    );
    let created = &shop.received.objects("customer.subscription.created")[0];
    let updated = &shop.received.objects("customer.subscription.updated")[0];
    assert_eq!((&created["status"], &updated["status"]), (&json!("incomplete"), &json!("active")));
    assert_eq!(updated["metadata"], json!({"user_id": "u1"}));
    assert!(updated.get("current_period_end").is_none(), "periods are on items alone");
    let completed = &shop.received.objects("checkout.session.completed")[0];
    assert_eq!((&completed["payment_status"], &completed["url"]), (&json!("paid"), &Value::Null));
    let again = pay(&shop, &session, &[("card", "4242424242424242")]).await;
    assert!(again.status == 200 && again.text.contains("cannot be paid again"), "{}", again.text);
    assert_eq!(shop.invoices(&customer).await.len(), 1, "nobody pays twice");
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open_and_no_subscription() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[]).await;
    for (card, message) in [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "Your card has insufficient funds."),
        ("4242424242424241", "Your card number is incorrect."),
        ("", "Your card number is incorrect."),
        ("5105105105105100", "used a non test card"),
    ] {
        let refused = pay(&shop, &session, &[("card", card)]).await;
        assert!(refused.status == 200 && refused.text.contains(message), "{card}: {}", refused.text);
        assert!(refused.text.contains("role=\"alert\"") && refused.text.contains("name=\"card\""), "one can try again");
    }
    assert_eq!(reload(&shop, &session).await["status"], "open");
    let all = shop.get("/v1/subscriptions", &[("customer", &customer), ("status", "all")]).await;
    assert_eq!(all["data"], json!([]));
    let cards = shop.get(&format!("/v1/customers/{customer}/payment_methods"), &[]).await;
    assert_eq!(cards["data"], json!([]), "a declined card is not kept");
    assert_eq!(pay(&shop, &session, &[("card", "4242424242424242")]).await.status, 303);
}

#[tokio::test]
async fn three_d_secure_has_its_own_page() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[]).await;
    let url = text(&session["url"]);
    let asked = pay(&shop, &session, &[("card", "4000002500003155")]).await;
    let page = asked.header("location").unwrap().to_owned();
    assert_eq!((asked.status, page.ends_with("/authenticate")), (303, true));
    assert!(shop.browse(&page, None).await.text.contains("Complete"));
    let failed = shop.browse(&page, Some(&[("result", "fail")])).await;
    assert!(failed.status == 200 && failed.text.contains("unable to authenticate"), "{}", failed.text);
    assert_eq!(reload(&shop, &session).await["status"], "open");
    assert_eq!(shop.browse(&page, None).await.header("location"), Some(url.strip_prefix(&shop.base).unwrap()));

    pay(&shop, &session, &[("card", "4000002500003155")]).await;
    assert_eq!(shop.browse(&page, Some(&[("result", "complete")])).await.status, 303);
    let session = reload(&shop, &session).await;
    assert_eq!(session["payment_status"], "paid");
    // After one authentication the card pays renewals without another.
    shop.advance(32 * DAY).await;
    assert_eq!(shop.subscription(&text(&session["subscription"])).await["status"], "active");
    assert_eq!(shop.invoices(&customer).await[1]["status"], "paid");
}

#[tokio::test]
async fn a_session_expires_after_a_day() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[]).await;
    shop.advance(24 * HOUR + 1).await;
    assert_eq!(reload(&shop, &session).await["status"], "expired");
    assert_eq!(shop.received.objects("checkout.session.expired").len(), 1);
    let refused = pay(&shop, &session, &[("card", "4242424242424242")]).await;
    assert!(refused.text.contains("has expired"), "{}", refused.text);
    assert_eq!(shop.invoices(&customer).await.len(), 0);
}

#[tokio::test]
async fn the_back_button_leads_to_the_cancel_url_with_its_query() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[]).await;
    let page = shop.browse(session["url"].as_str().unwrap(), None).await.text;
    assert!(page.contains("action=\"http://127.0.0.1:9/plans\""), "{page}");
    assert!(page.contains("name=\"from\" value=\"checkout\""), "{page}");
    assert!(page.contains("value=\"4242424242424242\"") && page.contains("$9.99 / month"), "{page}");
}

#[tokio::test]
async fn a_trial_charges_nothing_until_it_ends() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[("subscription_data[trial_period_days]", "14")]).await;
    assert_eq!(session["amount_total"], 0);
    assert_eq!(pay(&shop, &session, &[("card", "4242424242424242")]).await.status, 303);
    let session = reload(&shop, &session).await;
    assert_eq!(session["payment_status"], "no_payment_required");
    let id = text(&session["subscription"]);
    let trial = shop.subscription(&id).await;
    assert_eq!((&trial["status"], &trial["latest_invoice"]["amount_due"]), (&json!("trialing"), &json!(0)));
    shop.advance(11 * DAY + HOUR).await;
    assert_eq!(shop.received.objects("customer.subscription.trial_will_end").len(), 1);
    shop.advance(3 * DAY - HOUR + 60).await;
    let begun = shop.subscription(&id).await;
    assert_eq!((&begun["status"], &begun["latest_invoice"]["status"]), (&json!("active"), &json!("draft")));
    shop.advance(HOUR).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[1]["status"], &invoices[1]["amount_paid"]), (&json!("paid"), &json!(999)));
    assert_eq!(shop.received.objects("customer.subscription.trial_will_end").len(), 1, "one notice a trial");
}

#[tokio::test]
async fn a_trial_without_a_card_pauses_or_ends_as_the_session_says() {
    let shop = Shop::open().await;
    for (behavior, status) in [("pause", "paused"), ("cancel", "canceled")] {
        let customer = shop.customer(&format!("{behavior}@example.com")).await;
        let more = [
            ("subscription_data[trial_period_days]", "7"),
            ("payment_method_collection", "if_required"),
            ("subscription_data[trial_settings][end_behavior][missing_payment_method]", behavior),
        ];
        let session = shop.session(&customer, "basic_month", &more).await;
        assert_eq!(pay(&shop, &session, &[]).await.status, 303);
        shop.advance(7 * DAY + HOUR).await;
        let id = text(&reload(&shop, &session).await["subscription"]);
        assert_eq!(shop.subscription(&id).await["status"], status);
        assert_eq!(shop.invoices(&customer).await.len(), 1, "nothing is charged");
    }
    assert_eq!(shop.received.objects("customer.subscription.paused").len(), 1);
}

#[tokio::test]
async fn promotion_codes_are_entered_checked_and_counted() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let coupon = text(&shop.post("/v1/coupons", &[("percent_off", "25"), ("duration", "once")]).await["id"]);
    let code = [
        ("promotion[type]", "coupon"),
        ("promotion[coupon]", coupon.as_str()),
        ("code", "WELCOME"),
        ("max_redemptions", "1"),
    ];
    let code = text(&shop.post("/v1/promotion_codes", &code).await["id"]);
    let session = shop.session(&customer, "basic_month", &[("allow_promotion_codes", "true")]).await;
    let refused = pay(&shop, &session, &[("card", "4242424242424242"), ("promotion_code", "NOPE")]).await;
    assert!(refused.text.contains("This code is invalid."), "{}", refused.text);
    let paid = pay(&shop, &session, &[("card", "4242424242424242"), ("promotion_code", "welcome")]).await;
    assert_eq!(paid.status, 303);
    let session = reload(&shop, &session).await;
    assert_eq!((&session["amount_total"], &session["total_details"]["amount_discount"]), (&json!(749), &json!(250)));
    assert_eq!(shop.invoices(&customer).await[0]["amount_paid"], 749);
    let used = shop.get(&format!("/v1/promotion_codes/{code}"), &[]).await;
    assert_eq!((&used["times_redeemed"], &used["active"]), (&json!(1), &json!(false)));
    // The discount applied to one invoice only: the renewal costs the full price, and the used-up code is refused.
    shop.advance(32 * DAY).await;
    assert_eq!(shop.invoices(&customer).await[1]["amount_paid"], 999);
    let other = shop.customer("bob@example.com").await;
    let session = shop.session(&other, "basic_month", &[("allow_promotion_codes", "true")]).await;
    let refused = pay(&shop, &session, &[("card", "4242424242424242"), ("promotion_code", "WELCOME")]).await;
    assert!(refused.text.contains("This code is invalid."), "{}", refused.text);
}

#[tokio::test]
async fn a_full_discount_needs_no_payment_and_lasts_for_its_months() {
    let shop = Shop::open().await;
    let coupon = [("percent_off", "100"), ("duration", "repeating"), ("duration_in_months", "2")];
    let coupon = text(&shop.post("/v1/coupons", &coupon).await["id"]);
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[("discounts[0][coupon]", &coupon)]).await;
    assert_eq!(pay(&shop, &session, &[("card", "4242424242424242")]).await.status, 303);
    assert_eq!(reload(&shop, &session).await["payment_status"], "no_payment_required");
    shop.advance(93 * DAY).await;
    let paid: Vec<i64> =
        shop.invoices(&customer).await.iter().map(|one| one["amount_paid"].as_i64().unwrap()).collect();
    assert_eq!(paid, [0, 0, 999, 999]);
}

#[tokio::test]
async fn conflicting_and_unsupported_parameters_are_refused() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let price = shop.price("basic_month").await;
    let coupon = text(&shop.post("/v1/coupons", &[("percent_off", "10"), ("duration", "once")]).await["id"]);
    let base = [
        ("mode", "subscription"),
        ("customer", customer.as_str()),
        ("line_items[0][price]", &price),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
    ];
    for (more, message) in [
        (vec![("allow_promotion_codes", "true"), ("discounts[0][coupon]", &coupon)], "only specify one of"),
        (vec![("customer_email", "x@example.com")], "only specify one of"),
        (vec![("shipping_options[0][shipping_rate]", "shr_1")], "unknown parameter: shipping_options"),
        (vec![("line_items[0][price]", "price_none")], "No such price"),
        (vec![("expires_at", "5")], "at least 30 minutes"),
        (vec![("mode", "payment")], "mode=subscription"),
        (vec![("success_url", "javascript:alert(1)")], "Not a valid URL"),
    ] {
        let form: Vec<_> = base.iter().copied().chain(more.iter().map(|(name, value)| (*name, &**value))).collect();
        let refused = shop.call("POST", "/v1/checkout/sessions", &form).await;
        assert!(refused.status == 400 && refused.text.contains(message), "{more:?}: {}", refused.text);
    }
    let sessions = shop.get("/v1/checkout/sessions", &[]).await;
    assert_eq!(sessions["data"], json!([]), "a refused request makes nothing");
}
