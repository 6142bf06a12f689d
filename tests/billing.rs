//! Money through the door: purchases and changes, and that the tables end the same whatever becomes of the events.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use support::{Answer, PASSWORD, Platform, Viewer};

pub(crate) const CARD: &str = "4242424242424242";
pub(crate) const DAY: u64 = 86_400;
pub(crate) const HOUR: u64 = 3_600;

/// A bare platform whose subscriptions are paid for from the first day.
pub(crate) async fn untried() -> Platform {
    Platform::with(&[("TrialDays", "0")]).await
}

pub(crate) async fn checkout(viewer: &Viewer, plan: &str) -> Answer {
    viewer.post("/api/subscription/checkout", json!({ "plan_type": plan })).await
}

/// Where a checkout is paid.
pub(crate) fn page(checkout: &Answer) -> String {
    assert_eq!(checkout.status(), 201, "{checkout}");
    checkout.data()["checkout_url"].as_str().expect("a page").to_owned()
}

pub(crate) async fn subscription(viewer: &Viewer) -> Value {
    let answer = viewer.get("/api/subscription").await;
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().clone()
}

/// The same account with a fresh token: the clock has moved.
pub(crate) async fn again(platform: &Platform, viewer: &Viewer) -> Viewer {
    platform.sign_in(viewer.email(), PASSWORD).await
}

/// What becomes of Stripe's deliveries from now on.
pub(crate) async fn deliveries(platform: &Platform, mode: &str) {
    let answer = platform.console().post("/webhooks/mode", json!({ "provider": "stripe", "mode": mode })).await;
    assert_eq!(answer.status(), 200, "{answer}");
}

pub(crate) async fn release(platform: &Platform) {
    platform.console().post("/webhooks/release", json!({})).await;
    platform.advance(0).await;
}

/// A call to Stripe past the service, as its dashboard makes it.
pub(crate) async fn stripe(platform: &Platform, method: &str, path: &str, form: &[(&str, &str)]) -> Value {
    let url = format!("{}/v1/{path}", platform.running().urls().stripe);
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let key = platform.running().secret("StripeSecret")["api_key"].as_str().expect("a key").to_owned();
    let mut body = String::new();
    for (name, value) in form {
        body.push_str(&format!("{}{name}={}", if body.is_empty() { "" } else { "&" }, value.replace('@', "%40")));
    }
    let request = platform.client().request(method, url).bearer_auth(key).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let text = request.send().await.expect("Stripe answers").text().await.expect("an answer");
    serde_json::from_str(&text).expect("JSON")
}

/// The one customer of an address.
pub(crate) async fn customer(platform: &Platform, viewer: &Viewer) -> String {
    let email = viewer.email().replace('@', "%40");
    let list = stripe(platform, "GET", &format!("customers?email={email}"), &[]).await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    list["data"][0]["id"].as_str().expect("an id").to_owned()
}

/// Posts an event of a customer, signed now by the secret in force.
pub(crate) async fn event(platform: &Platform, id: &str, kind: &str, customer: &str) -> Answer {
    let object = json!({ "id": "sub_0", "object": "subscription", "customer": customer });
    let body = json!({ "id": id, "object": "event", "type": kind, "livemode": false, "data": { "object": object } });
    let body = body.to_string();
    let header = signature(platform, platform.running().now().as_second(), body.as_bytes());
    post(platform, body.into_bytes(), Some(header), "application/json").await
}

pub(crate) async fn post(platform: &Platform, body: Vec<u8>, signature: Option<String>, content_type: &str) -> Answer {
    let stripe = platform.anyone();
    let mut request = stripe.request(reqwest::Method::POST, "/api/subscription/webhook").body(body);
    request = request.header("content-type", content_type);
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    stripe.send(request).await
}

pub(crate) fn signature(platform: &Platform, time: i64, body: &[u8]) -> String {
    let secret = platform.running().secret("StripeSecret")["webhook_secrets"][0].as_str().expect("one").to_owned();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={digest}")
}

/// All rows of a table of billing's, by key.
pub(crate) async fn rows(platform: &Platform, setting: &str) -> Vec<Value> {
    let scan = json!({ "TableName": platform.setting("stripe-webhook", setting) });
    let found = platform.aws("DynamoDB_20120810.Scan", scan).await;
    let mut rows = found["Items"].as_array().expect("items").clone();
    rows.sort_by_key(|row| format!("{}{}{}", row["pk"], row["sk"], row["day"]));
    rows
}

/// Subscriptions without version and time of writing, and the ledger: what no history may change.
pub(crate) async fn tables(platform: &Platform) -> (Vec<Value>, Vec<Value>) {
    let mut subscriptions = rows(platform, "SUBSCRIPTIONS_TABLE").await;
    for row in &mut subscriptions {
        let row = row.as_object_mut().expect("a row");
        row.remove("version");
        row.remove("updated_at");
    }
    let mut ledger = rows(platform, "BILLING_EVENTS_TABLE").await;
    ledger.retain(|row| row["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("CUST#")));
    (subscriptions, ledger)
}

/// The lines that the webhook logged.
pub(crate) fn webhook_lines(platform: &Platform) -> Vec<Value> {
    let lines = platform.running().logs();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["function"] == "stripe-webhook").collect()
}

#[tokio::test]
async fn a_purchase_grants_access_through_the_webhook_in_two_round_trips() {
    let platform = untried().await;
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(subscription(&viewer).await["access"], json!({ "allowed": false, "code": "SUBSCRIPTION_REQUIRED" }));

    let back = platform.pay(&page(&checkout(&viewer, "premium").await), CARD).await;

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
        // Overlapping deliveries may lose a race, which asks again.
        assert!(line["dynamodb_round_trips"].as_u64() <= Some(2), "{line}");
    }
    let (_, ledger) = tables(&platform).await;
    let paid: Vec<&Value> = ledger.iter().filter(|row| row["kind"]["S"] == "invoice").collect();
    assert_eq!(paid.len(), 1, "{ledger:?}");
    assert_eq!((&paid[0]["status"]["S"], &paid[0]["amount_paid"]["N"]), (&json!("paid"), &json!("1299")));
    assert_eq!((&paid[0]["plan_type"]["S"], &paid[0]["recurring_amount"]["N"]), (&json!("premium"), &json!("1299")));
}

#[tokio::test]
async fn a_declined_card_grants_nothing_and_another_one_may_follow() {
    let platform = untried().await;
    let viewer = platform.register("a@viewers.test").await;
    let page = page(&checkout(&viewer, "basic").await);

    platform.pay(&page, "4000000000000002").await;

    assert_eq!(subscription(&viewer).await["access"]["code"], "SUBSCRIPTION_REQUIRED");
    let (_, ledger) = tables(&platform).await;
    assert!(ledger.iter().all(|row| row["amount_paid"]["N"] != "799"), "{ledger:?}");
    platform.pay(&page, CARD).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
}

/// Buys, cancels, takes it back, renews with a declined card, pays, is refunded: every kind of event.
async fn history(platform: &Platform) -> Viewer {
    let viewer = platform.register("a@viewers.test").await;
    let page = page(&checkout(&viewer, "basic").await);
    platform.pay(&page, "4000000000000002").await;
    platform.pay(&page, CARD).await;
    let customer = customer(platform, &viewer).await;
    let list = stripe(platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let one = list["data"][0]["id"].as_str().expect("a subscription").to_owned();
    stripe(platform, "POST", &format!("subscriptions/{one}"), &[("cancel_at_period_end", "true")]).await;
    stripe(platform, "POST", &format!("subscriptions/{one}"), &[("cancel_at_period_end", "false")]).await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;
    platform.cards(&viewer).succeed().await;
    platform.advance(6 * DAY).await;
    let charges = stripe(platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let paid = charges["data"].as_array().expect("charges").iter().find(|charge| charge["paid"] == true);
    let paid = paid.expect("a payment")["id"].as_str().expect("an id").to_owned();
    stripe(platform, "POST", "refunds", &[("charge", paid.as_str()), ("amount", "100")]).await;
    platform.advance(0).await;
    again(platform, &viewer).await
}

#[tokio::test]
async fn the_tables_end_as_stripe_has_it_whatever_becomes_of_the_events() {
    for mode in ["normal", "duplicate", "reorder", "hold"] {
        let platform = untried().await;
        deliveries(&platform, mode).await;
        let viewer = history(&platform).await;
        deliveries(&platform, "reorder").await;
        release(&platform).await;
        // Past the moment for which `reorder` gathers events.
        platform.advance(1).await;
        let converged = tables(&platform).await;
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{mode}");
        let kinds = |kind: &str| converged.1.iter().filter(|row| row["kind"]["S"] == kind).count();
        assert_eq!((kinds("invoice"), kinds("refund"), kinds("subscription")), (2, 1, 1), "{mode}: {:?}", converged.1);
        assert_eq!(kinds("charge"), 2, "{mode}: both declines are told");
        // Computed anew from Stripe, by an event that no history had.
        let customer = customer(&platform, &viewer).await;
        let fresh = event(&platform, "evt_afterwards", "customer.updated", &customer).await;
        assert_eq!(fresh.status(), 200, "{fresh}");
        assert_eq!(tables(&platform).await, converged, "{mode}");
    }
}

#[tokio::test]
async fn events_at_once_end_in_one_state() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let before = tables(&platform).await;
    let answers = (0..8).map(|number| {
        let (platform, customer) = (&platform, customer.as_str());
        async move { event(platform, &format!("evt_{}", number / 2), "customer.subscription.updated", customer).await }
    });
    let answers = futures::future::join_all(answers).await;
    for answer in &answers {
        assert!([200, 503].contains(&answer.status()), "{answer}");
    }
    assert!(answers.iter().any(|answer| answer.status() == 200));
    assert_eq!(tables(&platform).await, before);
}

#[tokio::test]
async fn what_stripe_said_before_never_overwrites_what_it_said_after() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let list = stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let one = format!("subscriptions/{}", list["data"][0]["id"].as_str().expect("a subscription"));
    deliveries(&platform, "drop").await;
    // The first event has asked Stripe and is about to write, which takes its time.
    platform.fault(json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "hang", "count": 1 }));
    let overtaken = event(&platform, "evt_before", "customer.subscription.updated", &customer);
    let overtaking = async {
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        stripe(&platform, "POST", &one, &[("cancel_at_period_end", "true")]).await;
        event(&platform, "evt_after", "customer.subscription.updated", &customer).await
    };

    let (before, after) = tokio::join!(overtaken, overtaking);

    assert_eq!((before.status(), after.status()), (200, 200), "{before} {after}");
    assert!(platform.round_trips(&before, "dynamodb") > 2, "it lost the race and asked again");
    assert!(subscription(&viewer).await["cancel_at"].is_string());
}

#[tokio::test]
async fn an_upgrade_that_is_not_paid_grants_nothing() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let list = stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let one = &list["data"][0];
    let prices = stripe(&platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await;
    platform.cards(&viewer).decline().await;
    let form = [
        ("items[0][id]", one["items"]["data"][0]["id"].as_str().expect("an item")),
        ("items[0][price]", prices["data"][0]["id"].as_str().expect("a price")),
        ("payment_behavior", "pending_if_incomplete"),
        ("proration_behavior", "always_invoice"),
    ];
    let path = format!("subscriptions/{}", one["id"].as_str().expect("an id"));
    let pending = stripe(&platform, "POST", &path, &form).await;
    assert!(pending["pending_update"].is_object(), "{pending}");
    platform.advance(0).await;

    let seen = subscription(&viewer).await;

    assert_eq!(
        (&seen["plan_type"], &seen["status"], &seen["grace_until"]),
        (&json!("basic"), &json!("active"), &Value::Null)
    );
}

#[tokio::test]
async fn who_subscribed_at_a_price_that_was_replaced_goes_on_and_at_a_foreign_one_gets_nothing() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let prices = stripe(&platform, "GET", "prices?lookup_keys[0]=basic_month", &[]).await;
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
    assert_eq!(stripe(&platform, "POST", "prices", &new).await["unit_amount"], 999);
    event(&platform, "evt_foreign", "customer.subscription.updated", &customer).await;
    let seen = subscription(&viewer).await;
    assert_eq!(
        (&seen["plan_type"], &seen["access"]["code"]),
        (&Value::Null, &json!("SUBSCRIPTION_REQUIRED")),
        "{seen}"
    );

    let path = format!("prices/{}", old.as_str().expect("an id"));
    stripe(&platform, "POST", &path, &[("metadata[lookup_key]", "basic_month")]).await;
    event(&platform, "evt_replaced", "customer.subscription.updated", &customer).await;

    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["access"]["allowed"]), (&json!("basic"), &json!(true)), "{seen}");
}

#[tokio::test]
async fn a_payment_is_receipted_once_whatever_becomes_of_its_events() {
    let platform = untried().await;
    deliveries(&platform, "duplicate").await;
    let viewer = platform.subscriber("premium").await;
    let customer = customer(&platform, &viewer).await;
    for number in 0..3 {
        event(&platform, &format!("evt_more_{number}"), "invoice.paid", &customer).await;
    }
    platform.advance(HOUR).await;

    let mails = platform.mail(viewer.email());

    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["subject"], "Your receipt from Marquee");
    assert!(mails[0]["text"].as_str().is_some_and(|text| text.contains("12.99 USD")), "{}", mails[0]["text"]);
}

#[tokio::test]
async fn of_two_subscriptions_the_newer_is_cancelled_and_given_back() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let prices = stripe(&platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await;
    let price = prices["data"][0]["id"].as_str().expect("a price").to_owned();
    platform.advance(60).await;

    let methods = stripe(&platform, "GET", &format!("customers/{customer}/payment_methods"), &[]).await;
    let method = methods["data"][0]["id"].as_str().expect("the card of the first").to_owned();
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", price.as_str()),
        ("default_payment_method", method.as_str()),
    ];
    let second = stripe(&platform, "POST", "subscriptions", &form).await;
    assert_eq!(second["status"], "active", "{second}");
    platform.advance(0).await;

    let id = second["id"].as_str().expect("an id");
    let ended = stripe(&platform, "GET", &format!("subscriptions/{id}"), &[]).await;
    assert_eq!(ended["status"], "canceled");
    let charges = stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let of =
        |amount: i64| charges["data"].as_array().expect("charges").iter().find(|one| one["amount"] == amount).cloned();
    assert_eq!(of(1_299).expect("the second")["amount_refunded"], 1_299, "and no less");
    assert_eq!(of(799).expect("the first")["amount_refunded"], 0, "the first stays");
    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["access"]["allowed"]), (&json!("basic"), &json!(true)));
    platform.advance(HOUR).await;
    let mails = platform.mail(viewer.email());
    let told = mails.iter().filter(|mail| mail["subject"] == "One subscription to Marquee is enough").count();
    assert_eq!(told, 1, "{mails:?}");
    let audit = rows(&platform, "AUDIT_TABLE").await;
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!(
        (&audit[0]["action"]["S"], &audit[0]["subject"]["S"]),
        (&json!("subscription.cancel_duplicate"), &json!(id))
    );
}

#[tokio::test]
async fn a_customer_of_a_users_is_adopted_and_a_strangers_is_not() {
    let platform = untried().await;
    let viewer = platform.register("a@viewers.test").await;
    let me = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let made = |user: String| {
        let platform = &platform;
        async move {
            let form = [("email", "elsewhere@viewers.test"), ("metadata[user_id]", user.as_str())];
            let customer = stripe(platform, "POST", "customers", &form).await["id"].as_str().expect("one").to_owned();
            let card = [("type", "card"), ("card[token]", "tok_visa")];
            let method = stripe(platform, "POST", "payment_methods", &card).await;
            let method = method["id"].as_str().unwrap_or("pm_card_visa").to_owned();
            stripe(platform, "POST", &format!("payment_methods/{method}/attach"), &[("customer", customer.as_str())])
                .await;
            let prices = stripe(platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await;
            let price = prices["data"][0]["id"].as_str().expect("a price").to_owned();
            let methods = stripe(platform, "GET", &format!("customers/{customer}/payment_methods"), &[]).await;
            let method = methods["data"][0]["id"].as_str().expect("attached").to_owned();
            let form = [
                ("customer", customer.as_str()),
                ("items[0][price]", price.as_str()),
                ("default_payment_method", method.as_str()),
            ];
            let subscription = stripe(platform, "POST", "subscriptions", &form).await;
            assert_eq!(subscription["status"], "active", "{subscription}");
            platform.advance(0).await;
            customer
        }
    };
    let before = tables(&platform).await;

    let stranger = made("0197a000-0000-7000-8000-000000000000".to_owned()).await;
    assert_eq!(tables(&platform).await, before, "a customer of nobody here leaves no trace");
    let answer = event(&platform, "evt_x", "customer.subscription.updated", &stranger).await;
    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);

    made(me).await;
    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["access"]["allowed"]), (&json!("premium"), &json!(true)), "{seen}");
    let converged = tables(&platform).await;
    // The user's own customer, which has nothing, must not take it away again.
    let own = customer(&platform, &viewer).await;
    assert_eq!(event(&platform, "evt_own", "customer.updated", &own).await.status(), 200);
    assert_eq!(tables(&platform).await, converged);
    assert_eq!(checkout(&viewer, "basic").await.code(), "ALREADY_SUBSCRIBED");
}

#[tokio::test]
async fn nothing_is_written_for_a_user_who_is_gone() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let me = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let customer = customer(&platform, &viewer).await;
    for (setting, pk) in [("USERS_TABLE", format!("USER#{me}")), ("SUBSCRIPTIONS_TABLE", format!("USER#{me}"))] {
        let gone = json!({ "TableName": platform.setting("stripe-webhook", setting), "Key": { "pk": { "S": pk } } });
        platform.aws("DynamoDB_20120810.DeleteItem", gone).await;
    }
    let before = tables(&platform).await;

    let answer = event(&platform, "evt_late", "customer.subscription.updated", &customer).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(tables(&platform).await, before);
}
