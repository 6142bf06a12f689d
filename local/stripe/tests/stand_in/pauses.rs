//! `pause_collection`: invoices are created, but nobody is charged.

use crate::support::{DAY, Shop, text};
use serde_json::{Value, json};

const CARD: &str = "4242424242424242";

async fn pause(shop: &Shop, id: &str, more: &[(&str, &str)]) -> crate::support::Answer {
    shop.call("POST", &format!("/v1/subscriptions/{id}"), more).await
}

#[tokio::test]
async fn a_paused_subscription_stays_active_and_renews_without_a_charge() {
    for (behavior, status) in [("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible"), ("void", "void")] {
        let shop = Shop::open().await;
        let (customer, id) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
        shop.received.clear();
        let paused = pause(&shop, &id, &[("pause_collection[behavior]", behavior)]).await.json();
        assert_eq!(paused["status"], "active");
        assert_eq!(paused["pause_collection"], json!({"behavior": behavior, "resumes_at": null}));
        shop.settle().await;
        let events = shop.received.all();
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["type"], "customer.subscription.updated");
        assert_eq!(events[0]["data"]["previous_attributes"], json!({"pause_collection": null}));
        shop.advance(33 * DAY).await;
        let invoices = shop.invoices(&customer).await;
        assert_eq!((invoices.len(), &invoices[1]["status"]), (2, &json!(status)));
        assert_eq!((&invoices[1]["amount_paid"], &invoices[1]["attempt_count"]), (&json!(0), &json!(0)));
        assert_eq!(shop.subscription(&id).await["status"], "active");
        assert!(shop.received.objects("invoice.upcoming").is_empty(), "nothing is announced");
        assert_eq!(shop.get("/v1/charges", &[("customer", &customer)]).await["data"].as_array().unwrap().len(), 1);

        let resumed = pause(&shop, &id, &[("pause_collection", "")]).await.json();
        assert_eq!(resumed["pause_collection"], Value::Null);
        shop.advance(31 * DAY).await;
        let invoices = shop.invoices(&customer).await;
        assert_eq!((&invoices[1]["status"], &invoices[2]["status"]), (&json!(status), &json!("paid")));
    }
}

#[tokio::test]
async fn a_pause_ends_at_its_resume_time() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
    let at = (shop.timeline.clock().now().as_second() + 10 * 86_400).to_string();
    pause(&shop, &id, &[("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", &at)]).await;
    shop.advance(9 * DAY).await;
    assert_eq!(shop.subscription(&id).await["pause_collection"]["resumes_at"].to_string(), at);
    shop.received.clear();
    shop.advance(DAY).await;
    assert_eq!(shop.subscription(&id).await["pause_collection"], Value::Null);
    assert_eq!(shop.received.types(), ["customer.subscription.updated"]);
    shop.advance(23 * DAY).await;
    assert_eq!(shop.invoices(&customer).await[1]["status"], "paid");
}

#[tokio::test]
async fn a_change_during_a_pause_is_not_charged() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
    pause(&shop, &id, &[("pause_collection[behavior]", "mark_uncollectible")]).await;
    let item = text(&shop.subscription(&id).await["items"]["data"][0]["id"]);
    let price = shop.price("premium_month").await;
    let form = [("items[0][id]", item.as_str()), ("items[0][price]", &price), ("proration_behavior", "always_invoice")];
    pause(&shop, &id, &form).await;
    assert_eq!(shop.invoices(&customer).await[1]["status"], "uncollectible");
}

#[tokio::test]
async fn a_pause_without_a_behavior_or_with_a_past_end_is_refused() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
    for (form, param) in [
        (&[("pause_collection[resumes_at]", "9999999999")][..], "pause_collection[behavior]"),
        (&[("pause_collection[behavior]", "stop")], "pause_collection[behavior]"),
        (
            &[("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", "1")],
            "pause_collection[resumes_at]",
        ),
    ] {
        let answer = pause(&shop, &id, form).await;
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(param)), "{}", answer.text);
    }
    assert_eq!(shop.subscription(&id).await["pause_collection"], Value::Null);
    shop.call("DELETE", &format!("/v1/subscriptions/{id}"), &[]).await;
    assert_eq!(pause(&shop, &id, &[("pause_collection[behavior]", "void")]).await.status, 400);
}
