//! Cards, refunds, disputes and deleted customers.

use crate::support::{DAY, HOUR, Shop, text};
use serde_json::{Value, json};

async fn payment_of(shop: &Shop, customer: &str) -> String {
    let query = [("customer", customer), ("expand[]", "data.payments")];
    let invoices = shop.get("/v1/invoices", &query).await;
    text(&invoices["data"][0]["payments"]["data"][0]["payment"]["payment_intent"])
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_and_never_twice() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let intent = payment_of(&shop, &customer).await;
    let refund = shop.post("/v1/refunds", &[("payment_intent", &intent), ("amount", "400")]).await;
    assert_eq!((&refund["status"], &refund["amount"]), (&json!("succeeded"), &json!(400)));
    let too_much = shop.call("POST", "/v1/refunds", &[("payment_intent", &intent), ("amount", "600")]).await;
    assert_eq!(too_much.status, 400, "{}", too_much.text);
    let rest = [("payment_intent", intent.as_str()), ("reason", "requested_by_customer")];
    assert_eq!(shop.post("/v1/refunds", &rest).await["amount"], 599);
    let nothing_left = shop.call("POST", "/v1/refunds", &rest).await;
    assert_eq!(nothing_left.json()["error"]["code"], "charge_already_refunded");
    let charge = shop.get(&format!("/v1/charges/{}", text(&refund["charge"])), &[("expand[]", "refunds")]).await;
    assert_eq!((&charge["refunded"], &charge["refunds"]["data"].as_array().unwrap().len()), (&json!(true), &2));
    shop.settle().await;
    assert_eq!(shop.received.objects("charge.refunded").len(), 2);
    assert_eq!(shop.subscription(&id).await["status"], "active", "a refund ends no subscription");
}

#[tokio::test]
async fn a_dispute_is_lost_without_evidence_and_won_with_it() {
    let shop = Shop::open().await;
    for (evidence, status) in [(false, "lost"), (true, "won")] {
        let email = format!("{evidence}@example.com");
        shop.subscribe(&email, "basic_month", "4000000000000259").await;
        let dispute = shop.received.objects("charge.dispute.created").pop().expect("the card's charges are disputed");
        assert_eq!((&dispute["reason"], &dispute["amount"]), (&json!("fraudulent"), &json!(999)));
        let refused = shop.call("POST", "/v1/refunds", &[("charge", dispute["charge"].as_str().unwrap())]).await;
        assert_eq!(refused.json()["error"]["code"], "charge_disputed");
        if evidence {
            let path = format!("/v1/disputes/{}", text(&dispute["id"]));
            shop.post(&path, &[("evidence[uncategorized_text]", "They watched it all.")]).await;
        }
        shop.advance(7 * DAY + HOUR).await;
        let closed = shop.received.objects("charge.dispute.closed").pop().unwrap();
        assert_eq!((&closed["id"], &closed["status"]), (&dispute["id"], &json!(status)));
    }
}

#[tokio::test]
async fn a_deleted_customer_is_a_stub_without_a_live_subscription() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let path = format!("/v1/customers/{customer}");
    let gone = shop.call("DELETE", &path, &[]).await;
    assert_eq!(gone.json(), json!({"id": customer, "object": "customer", "deleted": true}));
    assert_eq!(shop.get(&path, &[]).await["deleted"], true);
    assert_eq!(shop.call("POST", &path, &[("name", "Ada")]).await.status, 404);
    assert_eq!(shop.get("/v1/customers", &[]).await["data"], json!([]));
    assert_eq!(shop.subscription(&id).await["status"], "canceled");
    let price = shop.price("basic_month").await;
    let session = [
        ("mode", "subscription"),
        ("customer", customer.as_str()),
        ("line_items[0][price]", &price),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
    ];
    let refused = shop.call("POST", "/v1/checkout/sessions", &session).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!("resource_missing")));
    shop.settle().await;
    assert_eq!(
        shop.received.objects("customer.deleted")[0]["email"],
        "ada@example.com",
        "the event has the customer's last state"
    );
    shop.advance(40 * DAY).await;
    assert_eq!(shop.received.objects("invoice.upcoming").len(), 0, "nobody bills the deleted");
}

#[tokio::test]
async fn a_subscription_created_through_the_api_charges_the_saved_card() {
    let shop = Shop::open().await;
    let price = shop.price("basic_month").await;
    for (token, status) in [("pm_card_visa", "active"), ("pm_card_chargeCustomerFail", "incomplete")] {
        let customer = shop.customer(&format!("{status}@example.com")).await;
        let card = shop.post(&format!("/v1/payment_methods/{token}/attach"), &[("customer", &customer)]).await;
        let default = [("invoice_settings[default_payment_method]", card["id"].as_str().unwrap())];
        shop.post(&format!("/v1/customers/{customer}"), &default).await;
        let form = [("customer", customer.as_str()), ("items[0][price]", price.as_str())];
        assert_eq!(shop.post("/v1/subscriptions", &form).await["status"], status);
    }
    let nobody = shop.customer("nobody@example.com").await;
    let strict = [
        ("customer", nobody.as_str()),
        ("items[0][price]", price.as_str()),
        ("payment_behavior", "error_if_incomplete"),
    ];
    let refused = shop.call("POST", "/v1/subscriptions", &strict).await;
    assert_eq!(refused.status, 402);
    let all = shop.get("/v1/subscriptions", &[("customer", &nobody), ("status", "all")]).await;
    assert_eq!(all["data"], json!([]));
}

#[tokio::test]
async fn a_past_due_customer_pays_on_the_invoice_page_and_the_new_card_is_saved() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4000000000000341").await;
    shop.advance(32 * DAY).await;
    let late = shop.subscription(&id).await;
    assert_eq!(late["status"], "past_due");
    let page = text(&late["latest_invoice"]["hosted_invoice_url"]);
    let refused = shop.browse(&page, Some(&[("card", "4000000000009995")])).await;
    assert!(refused.text.contains("insufficient funds"), "{}", refused.text);
    assert_eq!(shop.browse(&page, Some(&[("card", "4242424242424242")])).await.status, 303);
    assert_eq!(shop.subscription(&id).await["status"], "active");
    shop.advance(31 * DAY).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[2]["status"], &invoices[2]["attempt_count"]), (&json!("paid"), &json!(1)));
    assert_eq!(invoices[1]["next_payment_attempt"], Value::Null);
}
