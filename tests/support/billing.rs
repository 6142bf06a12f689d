//! Helpers for the tests of billing: buying, changing plans, delivering Stripe's events, and reading the tables.

use crate::{Answer, PASSWORD, Platform, Viewer};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The test card that always pays.
pub const CARD: &str = "4242424242424242";
/// A day in seconds.
pub const DAY: u64 = 86_400;
/// An hour in seconds.
pub const HOUR: u64 = 3_600;

/// A bare platform without trials: subscriptions are paid for from the first day.
pub async fn platform_without_trial() -> Platform {
    Platform::with(&[("TrialDays", "0")]).await
}

/// Starts the checkout of a monthly plan.
pub async fn checkout(viewer: &Viewer, plan: &str) -> Answer {
    viewer.post("/api/subscription/checkout", json!({ "plan_type": plan })).await
}

/// The URL of a checkout's page.
pub fn checkout_url(checkout: &Answer) -> String {
    assert_eq!(checkout.status(), 201, "{checkout}");
    checkout.data()["checkout_url"].as_str().expect("a page").to_owned()
}

/// The viewer's subscription as the service returns it.
pub async fn subscription(viewer: &Viewer) -> Value {
    let answer = viewer.get("/api/subscription").await;
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().clone()
}

/// The same account with a fresh token, because the clock has moved.
pub async fn signed_in_again(platform: &Platform, viewer: &Viewer) -> Viewer {
    platform.sign_in(viewer.email(), PASSWORD).await
}

/// Sets how Stripe's events are delivered from now on.
pub async fn deliver_events(platform: &Platform, mode: &str) {
    let answer = platform.console().post("/webhooks/mode", json!({ "provider": "stripe", "mode": mode })).await;
    assert_eq!(answer.status(), 200, "{answer}");
}

/// Delivers the events that were held back.
pub async fn release_events(platform: &Platform) {
    platform.console().post("/webhooks/release", json!({})).await;
    platform.advance(0).await;
}

/// A call to Stripe that bypasses the service, like one from the dashboard.
pub async fn call_stripe(platform: &Platform, method: &str, path: &str, form: &[(&str, &str)]) -> Value {
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

/// The only customer with an email address.
pub async fn stripe_customer(platform: &Platform, viewer: &Viewer) -> String {
    let email = viewer.email().replace('@', "%40");
    let list = call_stripe(platform, "GET", &format!("customers?email={email}"), &[]).await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    list["data"][0]["id"].as_str().expect("an id").to_owned()
}

/// Posts an event of a customer, signed now with the current secret.
pub async fn post_event(platform: &Platform, id: &str, kind: &str, customer: &str) -> Answer {
    let object = json!({ "id": "sub_0", "object": "subscription", "customer": customer });
    let body = json!({ "id": id, "object": "event", "type": kind, "livemode": false, "data": { "object": object } });
    let body = body.to_string();
    let header = sign_event(platform, platform.running().now().as_second(), body.as_bytes());
    post_event_body(platform, body.into_bytes(), Some(header), "application/json").await
}

/// Posts a body to the webhook of Stripe as it is.
pub async fn post_event_body(
    platform: &Platform,
    body: Vec<u8>,
    signature: Option<String>,
    content_type: &str,
) -> Answer {
    let stripe = platform.anyone();
    let mut request = stripe.request(reqwest::Method::POST, "/api/subscription/webhook").body(body);
    request = request.header("content-type", content_type);
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    stripe.send(request).await
}

/// The `Stripe-Signature` header of a body at a time in Unix seconds, made with the current secret.
pub fn sign_event(platform: &Platform, time: i64, body: &[u8]) -> String {
    let secret = platform.running().secret("StripeSecret")["webhook_secrets"][0].as_str().expect("one").to_owned();
    sign_event_with(&secret, time, body)
}

/// A webhook's signature header with a given secret.
pub fn sign_event_with(secret: &str, time: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={digest}")
}

/// All rows of a billing table, by key.
pub async fn table_rows(platform: &Platform, setting: &str) -> Vec<Value> {
    let scan = json!({ "TableName": platform.setting("stripe-webhook", setting) });
    let found = platform.aws("DynamoDB_20120810.Scan", scan).await;
    let mut rows = found["Items"].as_array().expect("items").clone();
    rows.sort_by_key(|row| format!("{}{}{}", row["pk"], row["sk"], row["day"]));
    rows
}

/// The subscriptions without version and write time, and the ledger: what must not depend on the history.
pub async fn billing_tables(platform: &Platform) -> (Vec<Value>, Vec<Value>) {
    let mut subscriptions = table_rows(platform, "SUBSCRIPTIONS_TABLE").await;
    for row in &mut subscriptions {
        let row = row.as_object_mut().expect("a row");
        row.remove("version");
        row.remove("updated_at");
    }
    let mut ledger = table_rows(platform, "BILLING_EVENTS_TABLE").await;
    ledger.retain(|row| row["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("CUST#")));
    (subscriptions, ledger)
}

/// The lines that the webhook logged.
pub fn webhook_lines(platform: &Platform) -> Vec<Value> {
    let lines = platform.running().logs();
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["function"] == "stripe-webhook").collect()
}
