//! Payment Links, and purchases that name their buyer only in `client_reference_id`.

use crate::support::{Shop, text};
use serde_json::{Value, json};

const CARD: &str = "4242424242424242";

async fn link(shop: &Shop, more: &[(&str, &str)]) -> Value {
    let price = shop.price("basic_month").await;
    let mut form = vec![("line_items[0][price]", price.as_str()), ("line_items[0][quantity]", "1")];
    form.extend_from_slice(more);
    shop.post("/v1/payment_links", &form).await
}

#[tokio::test]
async fn a_link_creates_a_customer_and_names_the_buyer_only_in_the_session() {
    let shop = Shop::open().await;
    let link = link(&shop, &[("metadata[campaign]", "spring")]).await;
    assert_eq!((&link["object"], &link["active"]), (&json!("payment_link"), &json!(true)));
    let url = format!("{}?client_reference_id=user-1", text(&link["url"]));
    let opened = shop.browse(&url, None).await;
    assert_eq!(opened.status, 303, "{}", opened.text);
    let page = opened.header("location").unwrap().to_owned();
    assert!(shop.browse(&page, None).await.text.contains("name=\"email\""));
    let nobody = shop.browse(&page, Some(&[("card", CARD)])).await;
    assert!(nobody.status == 200 && nobody.text.contains("email is incomplete"), "{}", nobody.text);
    let paid = shop.browse(&page, Some(&[("card", CARD), ("email", "ada@example.com")])).await;
    assert!(paid.status == 200 && paid.text.contains("Thanks"), "{}", paid.text);
    shop.settle().await;

    let session = shop.received.objects("checkout.session.completed").remove(0);
    assert_eq!(session["client_reference_id"], "user-1");
    assert_eq!((&session["payment_link"], &session["metadata"]["campaign"]), (&link["id"], &json!("spring")));
    assert_eq!(session["customer_details"]["email"], "ada@example.com");
    let customer = shop.get(&format!("/v1/customers/{}", text(&session["customer"])), &[]).await;
    assert_eq!((&customer["email"], &customer["metadata"]), (&json!("ada@example.com"), &json!({})));
    let one = shop.subscription(&text(&session["subscription"])).await;
    assert_eq!((&one["status"], &one["metadata"]), (&json!("active"), &json!({})));
    let listed = shop.get("/v1/checkout/sessions", &[("payment_link", link["id"].as_str().unwrap())]).await;
    assert_eq!(listed["data"][0]["id"], session["id"]);
}

#[tokio::test]
async fn each_visit_of_a_link_creates_its_own_customer_and_may_name_no_buyer() {
    let shop = Shop::open().await;
    let link = link(
        &shop,
        &[
            ("after_completion[type]", "redirect"),
            ("after_completion[redirect][url]", "http://127.0.0.1:9/thanks?s={CHECKOUT_SESSION_ID}"),
        ],
    )
    .await;
    let url = text(&link["url"]);
    let form = [("card", CARD), ("email", "ada@example.com")];
    for address in [url.clone(), format!("{url}?client_reference_id=not%20one%21")] {
        let paid = shop.browse(&address, Some(&form)).await;
        assert!(paid.header("location").unwrap().starts_with("http://127.0.0.1:9/thanks?s=cs_test_"), "{paid:?}");
    }
    shop.settle().await;
    let sessions = shop.received.objects("checkout.session.completed");
    assert_eq!(sessions.len(), 2);
    assert!(sessions.iter().all(|session| session["client_reference_id"] == Value::Null));
    assert_ne!(sessions[0]["customer"], sessions[1]["customer"]);
}

#[tokio::test]
async fn an_inactive_link_sells_nothing() {
    let shop = Shop::open().await;
    let link = link(&shop, &[]).await;
    let path = format!("/v1/payment_links/{}", text(&link["id"]));
    let away = [("active", "false"), ("inactive_message", "Sold out")];
    assert_eq!(shop.post(&path, &away).await["active"], false);
    let closed = shop.browse(&text(&link["url"]), Some(&[("card", CARD), ("email", "a@example.com")])).await;
    assert!(closed.status == 200 && closed.text.contains("Sold out"), "{}", closed.text);
    assert_eq!(shop.get("/v1/customers", &[]).await["data"], json!([]));
    shop.post(&path, &[("active", "true")]).await;
    let price = shop.price("basic_month").await;
    shop.post(&format!("/v1/prices/{price}"), &[("active", "false")]).await;
    let gone = shop.browse(&text(&link["url"]), Some(&[("card", CARD), ("email", "a@example.com")])).await;
    assert!(gone.status == 200 && gone.text.contains("inactive"), "{}", gone.text);
    let nothing = shop.call("POST", "/v1/payment_links", &[]).await;
    assert_eq!((nothing.status, &nothing.json()["error"]["code"]), (400, &json!("parameter_missing")));
}

#[tokio::test]
async fn a_session_made_elsewhere_names_its_buyer_only_in_the_session() {
    let shop = Shop::open().await;
    let price = shop.price("basic_month").await;
    let long = "x".repeat(201);
    let form = |reference| {
        [
            ("mode", "subscription"),
            ("line_items[0][price]", price.as_str()),
            ("line_items[0][quantity]", "1"),
            ("success_url", "http://127.0.0.1:9/"),
            ("client_reference_id", reference),
        ]
    };
    let refused = shop.call("POST", "/v1/checkout/sessions", &form(&long)).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("client_reference_id")));
    let session = shop.post("/v1/checkout/sessions", &form("user-1")).await;
    let pay = [("card", CARD), ("email", "ada@example.com")];
    assert_eq!(shop.browse(session["url"].as_str().unwrap(), Some(&pay)).await.status, 303);
    let done = shop.get(&format!("/v1/checkout/sessions/{}", text(&session["id"])), &[]).await;
    assert_eq!((&done["client_reference_id"], &done["status"]), (&json!("user-1"), &json!("complete")));
    let customer = shop.get(&format!("/v1/customers/{}", text(&done["customer"])), &[]).await;
    assert_eq!(customer["metadata"], json!({}));
}
