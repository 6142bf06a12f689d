//! Billing over HTTP: purchases and changes, and that the tables end the same however events are delivered.

use serde_json::{Value, json};
use support::billing::{
    CARD, DAY, HOUR, billing_tables, call_stripe, checkout, checkout_url, deliver_events, platform_without_trial,
    post_event, release_events, signed_in_again, stripe_customer, subscription, table_rows, webhook_lines,
};
use support::{Platform, Viewer};

#[tokio::test]
async fn a_purchase_grants_access_through_the_webhook_in_two_round_trips() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(subscription(&viewer).await["access"], json!({ "allowed": false, "code": "SUBSCRIPTION_REQUIRED" }));

    let back = platform.pay(&checkout_url(&checkout(&viewer, "premium").await), CARD).await;

    let web = &platform.running().urls().web;
    assert!(back.starts_with(&format!("{web}/subscription/return?session_id=cs_test_")), "{back}");
    let seen = subscription(&viewer).await;
    assert_eq!(
        (&seen["plan_type"], &seen["status"], &seen["interval"]),
        (&json!("premium"), &json!("active"), &json!("month"))
    );
    assert_eq!(seen["access"], json!({ "allowed": true, "code": null }));
    let lines = webhook_lines(&platform);
    assert!(lines.len() > 3, "{lines:?}");
    for line in &lines {
        assert_eq!(line["status"], 200, "{line}");
        // Overlapping deliveries may lose a race and retry.
        assert!(line["dynamodb_round_trips"].as_u64() <= Some(2), "{line}");
    }
    let (_, ledger) = billing_tables(&platform).await;
    let paid: Vec<&Value> = ledger.iter().filter(|row| row["kind"]["S"] == "invoice").collect();
    assert_eq!(paid.len(), 1, "{ledger:?}");
    assert_eq!((&paid[0]["status"]["S"], &paid[0]["amount_paid"]["N"]), (&json!("paid"), &json!("1299")));
    assert_eq!((&paid[0]["plan_type"]["S"], &paid[0]["recurring_amount"]["N"]), (&json!("premium"), &json!("1299")));
}

#[tokio::test]
async fn a_declined_card_grants_nothing_and_another_card_can_be_tried() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let page = checkout_url(&checkout(&viewer, "basic").await);

    platform.pay(&page, "4000000000000002").await;

    assert_eq!(subscription(&viewer).await["access"]["code"], "SUBSCRIPTION_REQUIRED");
    let (_, ledger) = billing_tables(&platform).await;
    assert!(ledger.iter().all(|row| row["amount_paid"]["N"] != "799"), "{ledger:?}");
    platform.pay(&page, CARD).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
}

/// Buys, cancels, resumes, renews with a declined card, pays, and is refunded: every type of event.
async fn history(platform: &Platform) -> Viewer {
    let viewer = platform.register("a@viewers.test").await;
    let page = checkout_url(&checkout(&viewer, "basic").await);
    platform.pay(&page, "4000000000000002").await;
    platform.pay(&page, CARD).await;
    let customer = stripe_customer(platform, &viewer).await;
    let list = call_stripe(platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let one = list["data"][0]["id"].as_str().expect("a subscription").to_owned();
    call_stripe(platform, "POST", &format!("subscriptions/{one}"), &[("cancel_at_period_end", "true")]).await;
    call_stripe(platform, "POST", &format!("subscriptions/{one}"), &[("cancel_at_period_end", "false")]).await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;
    platform.cards(&viewer).succeed().await;
    platform.advance(6 * DAY).await;
    let charges = call_stripe(platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let paid = charges["data"].as_array().expect("charges").iter().find(|charge| charge["paid"] == true);
    let paid = paid.expect("a payment")["id"].as_str().expect("an id").to_owned();
    call_stripe(platform, "POST", "refunds", &[("charge", paid.as_str()), ("amount", "100")]).await;
    platform.advance(0).await;
    signed_in_again(platform, &viewer).await
}

#[tokio::test]
async fn the_tables_match_stripe_however_events_are_delivered() {
    for mode in ["normal", "duplicate", "reorder", "hold"] {
        let platform = platform_without_trial().await;
        deliver_events(&platform, mode).await;
        let viewer = history(&platform).await;
        deliver_events(&platform, "reorder").await;
        release_events(&platform).await;
        // Later than the window in which `reorder` collects events.
        platform.advance(1).await;
        let converged = billing_tables(&platform).await;
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{mode}");
        let kinds = |kind: &str| converged.1.iter().filter(|row| row["kind"]["S"] == kind).count();
        assert_eq!((kinds("invoice"), kinds("refund"), kinds("subscription")), (2, 1, 1), "{mode}: {:?}", converged.1);
        assert_eq!(kinds("charge"), 2, "{mode}: both declines are recorded");
        // Computed again from Stripe, triggered by an event that is in no history.
        let customer = stripe_customer(&platform, &viewer).await;
        let fresh = post_event(&platform, "evt_afterwards", "customer.updated", &customer).await;
        assert_eq!(fresh.status(), 200, "{fresh}");
        assert_eq!(billing_tables(&platform).await, converged, "{mode}");
    }
}

#[tokio::test]
async fn concurrent_events_end_in_the_same_state() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let before = billing_tables(&platform).await;
    let answers =
        (0..8).map(|number| {
            let (platform, customer) = (&platform, customer.as_str());
            async move {
                post_event(platform, &format!("evt_{}", number / 2), "customer.subscription.updated", customer).await
            }
        });
    let answers = futures::future::join_all(answers).await;
    for answer in &answers {
        assert!([200, 503].contains(&answer.status()), "{answer}");
    }
    assert!(answers.iter().any(|answer| answer.status() == 200));
    assert_eq!(billing_tables(&platform).await, before);
}

#[tokio::test]
async fn an_older_response_from_stripe_never_overwrites_a_newer_one() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let one = format!("subscriptions/{}", list["data"][0]["id"].as_str().expect("a subscription"));
    deliver_events(&platform, "drop").await;
    // The first event has fetched from Stripe and is about to write, which is delayed.
    platform.fault(json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "hang", "count": 1 }));
    let overtaken = post_event(&platform, "evt_before", "customer.subscription.updated", &customer);
    let overtaking = async {
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        call_stripe(&platform, "POST", &one, &[("cancel_at_period_end", "true")]).await;
        post_event(&platform, "evt_after", "customer.subscription.updated", &customer).await
    };

    let (before, after) = tokio::join!(overtaken, overtaking);

    assert_eq!((before.status(), after.status()), (200, 200), "{before} {after}");
    assert!(platform.round_trips(&before, "dynamodb") > 2, "it lost the race and retried");
    assert!(subscription(&viewer).await["cancel_at"].is_string());
}

#[tokio::test]
async fn an_unpaid_upgrade_grants_nothing() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let one = &list["data"][0];
    let prices = call_stripe(&platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await;
    platform.cards(&viewer).decline().await;
    let form = [
        ("items[0][id]", one["items"]["data"][0]["id"].as_str().expect("an item")),
        ("items[0][price]", prices["data"][0]["id"].as_str().expect("a price")),
        ("payment_behavior", "pending_if_incomplete"),
        ("proration_behavior", "always_invoice"),
    ];
    let path = format!("subscriptions/{}", one["id"].as_str().expect("an id"));
    let pending = call_stripe(&platform, "POST", &path, &form).await;
    assert!(pending["pending_update"].is_object(), "{pending}");
    platform.advance(0).await;

    let seen = subscription(&viewer).await;

    assert_eq!(
        (&seen["plan_type"], &seen["status"], &seen["grace_until"]),
        (&json!("basic"), &json!("active"), &Value::Null)
    );
}

#[tokio::test]
async fn subscribers_at_a_replaced_price_keep_their_plan_with_or_without_its_metadata() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let prices = call_stripe(&platform, "GET", "prices?lookup_keys[0]=basic_month", &[]).await;
    let (old, product) = (&prices["data"][0]["id"], &prices["data"][0]["product"]);
    let product = product.as_str().expect("an id");
    let new = [
        ("currency", "usd"),
        ("unit_amount", "999"),
        ("recurring[interval]", "month"),
        ("product", product),
        ("lookup_key", "basic_month"),
        ("transfer_lookup_key", "true"),
    ];
    assert_eq!(call_stripe(&platform, "POST", "prices", &new).await["unit_amount"], 999);
    post_event(&platform, "evt_moved", "customer.subscription.updated", &customer).await;
    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["access"]["allowed"]), (&json!("basic"), &json!(true)), "{seen}");

    let path = format!("prices/{}", old.as_str().expect("an id"));
    call_stripe(&platform, "POST", &path, &[("metadata[lookup_key]", "basic_month")]).await;
    post_event(&platform, "evt_replaced", "customer.subscription.updated", &customer).await;

    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["access"]["allowed"]), (&json!("basic"), &json!(true)), "{seen}");
}

#[tokio::test]
async fn a_payment_gets_one_receipt_however_its_events_are_delivered() {
    let platform = platform_without_trial().await;
    deliver_events(&platform, "duplicate").await;
    let viewer = platform.subscriber("premium").await;
    let customer = stripe_customer(&platform, &viewer).await;
    for number in 0..3 {
        post_event(&platform, &format!("evt_more_{number}"), "invoice.paid", &customer).await;
    }
    platform.advance(HOUR).await;

    let mails = platform.mail(viewer.email());

    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["subject"], "Your receipt from Marquee");
    assert!(mails[0]["text"].as_str().is_some_and(|text| text.contains("$12.99")), "{}", mails[0]["text"]);
}

/// A member with a basic subscription, and the premium subscription that somebody made for them a minute later.
async fn subscribed_twice(platform: &Platform) -> (Viewer, Value) {
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(platform, &viewer).await;
    platform.advance(60).await;
    let second = second_subscription(platform, &customer).await;
    (viewer, second)
}

#[tokio::test]
async fn the_newer_of_two_subscriptions_is_cancelled_and_refunded() {
    let platform = platform_without_trial().await;

    let (viewer, second) = subscribed_twice(&platform).await;

    let id = second["id"].as_str().expect("an id");
    let ended = call_stripe(&platform, "GET", &format!("subscriptions/{id}"), &[]).await;
    assert_eq!(ended["status"], "canceled");
    let customer = stripe_customer(&platform, &viewer).await;
    let charges = call_stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let charges = charges["data"].as_array().expect("charges");
    let charge_of = |amount: i64| charges.iter().find(|charge| charge["amount"] == amount).cloned();
    assert_eq!(charge_of(1_299).expect("the second")["amount_refunded"], 1_299, "the whole payment is refunded");
    assert_eq!(charge_of(799).expect("the first")["amount_refunded"], 0, "the first subscription stays");
    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["access"]["allowed"]), (&json!("basic"), &json!(true)));
}

#[tokio::test]
async fn the_member_is_told_once_that_a_second_subscription_was_cancelled() {
    let platform = platform_without_trial().await;
    let (viewer, _) = subscribed_twice(&platform).await;

    platform.advance(HOUR).await;

    let mails = platform.mail(viewer.email());
    let told = mails.iter().filter(|mail| mail["subject"] == "We cancelled your second Marquee subscription").count();
    assert_eq!(told, 1, "{mails:?}");
}

#[tokio::test]
async fn cancelling_a_second_subscription_is_audited_once() {
    let platform = platform_without_trial().await;
    let (_, second) = subscribed_twice(&platform).await;

    platform.advance(HOUR).await;

    let audit = table_rows(&platform, "AUDIT_TABLE").await;
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!(
        (&audit[0]["action"]["S"], &audit[0]["subject"]["S"]),
        (&json!("subscription.cancel_duplicate"), &second["id"])
    );
}

/// A customer that somebody makes at Stripe, who names a user and has a premium subscription. Returns its id.
async fn customer_made_at_stripe(platform: &Platform, user: &str) -> String {
    let form = [("email", "elsewhere@viewers.test"), ("metadata[user_id]", user)];
    let customer = call_stripe(platform, "POST", "customers", &form).await["id"].as_str().expect("an id").to_owned();
    let card = [("type", "card"), ("card[token]", "tok_visa")];
    let method = call_stripe(platform, "POST", "payment_methods", &card).await;
    let method = method["id"].as_str().unwrap_or("pm_card_visa").to_owned();
    let attach = format!("payment_methods/{method}/attach");
    call_stripe(platform, "POST", &attach, &[("customer", customer.as_str())]).await;
    second_subscription(platform, &customer).await;
    customer
}

/// A premium subscription that somebody makes at Stripe for a customer, paid with the customer's card.
async fn second_subscription(platform: &Platform, customer: &str) -> Value {
    let prices = call_stripe(platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await;
    let price = prices["data"][0]["id"].as_str().expect("a price").to_owned();
    let methods = call_stripe(platform, "GET", &format!("customers/{customer}/payment_methods"), &[]).await;
    let method = methods["data"][0]["id"].as_str().expect("a card").to_owned();
    let form =
        [("customer", customer), ("items[0][price]", price.as_str()), ("default_payment_method", method.as_str())];
    let subscription = call_stripe(platform, "POST", "subscriptions", &form).await;
    assert_eq!(subscription["status"], "active", "{subscription}");
    platform.advance(0).await;
    subscription
}

#[tokio::test]
async fn a_customer_that_names_no_account_leaves_no_trace() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let before = billing_tables(&platform).await;

    let customer = customer_made_at_stripe(&platform, "0197a000-0000-7000-8000-000000000000").await;

    assert_eq!(billing_tables(&platform).await, before);
    let answer = post_event(&platform, "evt_x", "customer.subscription.updated", &customer).await;
    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);
}

#[tokio::test]
async fn a_customer_that_names_the_user_is_adopted() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let me = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();

    customer_made_at_stripe(&platform, &me).await;

    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["access"]["allowed"]), (&json!("premium"), &json!(true)), "{seen}");
    let converged = billing_tables(&platform).await;
    // The user's own customer has nothing, and must not take it away again.
    let own = stripe_customer(&platform, &viewer).await;
    assert_eq!(post_event(&platform, "evt_own", "customer.updated", &own).await.status(), 200);
    assert_eq!(billing_tables(&platform).await, converged);
    assert_eq!(checkout(&viewer, "basic").await.code(), "ALREADY_SUBSCRIBED");
}

#[tokio::test]
async fn nothing_is_written_for_a_deleted_user() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let me = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let customer = stripe_customer(&platform, &viewer).await;
    for (setting, pk) in [("USERS_TABLE", format!("USER#{me}")), ("SUBSCRIPTIONS_TABLE", format!("USER#{me}"))] {
        let gone = json!({ "TableName": platform.setting("stripe-webhook", setting), "Key": { "pk": { "S": pk } } });
        platform.aws("DynamoDB_20120810.DeleteItem", gone).await;
    }
    let before = billing_tables(&platform).await;

    let answer = post_event(&platform, "evt_late", "customer.subscription.updated", &customer).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(billing_tables(&platform).await, before);
}
