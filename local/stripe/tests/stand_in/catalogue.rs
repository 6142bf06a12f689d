//! Changes that a merchant makes to prices, products, coupons and codes while people pay.

use crate::support::{DAY, HOUR, Shop, text};
use serde_json::{Value, json};

const CARD: &str = "4242424242424242";

/// A recurring price of Basic, with extra parameters.
async fn new_price(shop: &Shop, amount: &str, currency: &str, more: &[(&str, &str)]) -> Value {
    let old = shop.get("/v1/prices", &[("limit", "1")]).await;
    let product = text(&old["data"][0]["product"]);
    let mut form =
        vec![("currency", currency), ("unit_amount", amount), ("product", &product), ("recurring[interval]", "month")];
    form.extend_from_slice(more);
    shop.post("/v1/prices", &form).await
}

/// The error of a call that must be refused with 400.
async fn refused(shop: &Shop, path: &str, form: &[(&str, &str)]) -> Value {
    let answer = shop.call("POST", path, form).await;
    assert_eq!(answer.status, 400, "POST {path}: {}", answer.text);
    let error = answer.json()["error"].clone();
    assert_eq!(error["type"], "invalid_request_error");
    error
}

#[tokio::test]
async fn a_moved_lookup_key_leaves_existing_subscribers_on_the_old_price() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
    let old = shop.price("basic_month").await;
    let taken =
        [("currency", "usd"), ("unit_amount", "1299"), ("product_data[name]", "B"), ("lookup_key", "basic_month")];
    assert_eq!(refused(&shop, "/v1/prices", &taken).await["param"], "lookup_key");
    shop.post(&format!("/v1/prices/{old}"), &[("metadata[lookup_key]", "basic_month")]).await;
    let moved = [("lookup_key", "basic_month"), ("transfer_lookup_key", "true")];
    let new = new_price(&shop, "1299", "usd", &moved).await;
    assert_eq!(shop.price("basic_month").await, text(&new["id"]));
    let kept = shop.get(&format!("/v1/prices/{old}"), &[]).await;
    assert_eq!((&kept["lookup_key"], &kept["metadata"]["lookup_key"]), (&Value::Null, &json!("basic_month")));
    shop.advance(32 * DAY).await;
    assert_eq!(shop.subscription(&id).await["items"]["data"][0]["price"]["id"], json!(old));
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[1]["amount_paid"], &invoices[1]["status"]), (&json!(999), &json!("paid")));
    let line = &invoices[0]["lines"]["data"][0];
    assert_eq!(line["pricing"]["price_details"]["price"], json!(old), "a line names the price that was paid");
}

#[tokio::test]
async fn an_archived_price_cannot_be_bought_and_still_renews() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
    let visitor = shop.customer("bob@example.com").await;
    let open = shop.session(&visitor, "basic_month", &[]).await;
    let price = shop.price("basic_month").await;
    shop.post(&format!("/v1/prices/{price}"), &[("active", "false")]).await;
    let items = [("customer", visitor.as_str()), ("items[0][price]", price.as_str())];
    assert!(refused(&shop, "/v1/subscriptions", &items).await["message"].as_str().unwrap().contains("inactive"));
    let session = [
        ("mode", "subscription"),
        ("customer", visitor.as_str()),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
    ];
    let why = refused(&shop, "/v1/checkout/sessions", &session).await;
    assert!(why["message"].as_str().unwrap().contains("inactive") && why["param"] == "line_items[0][price]", "{why}");
    let link = [("line_items[0][price]", price.as_str()), ("line_items[0][quantity]", "1")];
    refused(&shop, "/v1/payment_links", &link).await;
    let late = shop.browse(open["url"].as_str().unwrap(), Some(&[("card", CARD)])).await;
    assert!(late.status == 200 && late.text.contains("inactive"), "a page that was open: {}", late.text);
    shop.advance(32 * DAY).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!((invoices.len(), &invoices[1]["status"]), (2, &json!("paid")));
    let item = text(&shop.subscription(&id).await["items"]["data"][0]["id"]);
    let same = [("items[0][id]", item.as_str()), ("items[0][quantity]", "2")];
    shop.post(&format!("/v1/subscriptions/{id}"), &same).await;
}

#[tokio::test]
async fn an_archived_product_cannot_be_bought_and_renaming_one_changes_no_invoice() {
    let shop = Shop::open().await;
    let (customer, _) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
    let price = shop.price("basic_month").await;
    let product = text(&shop.get(&format!("/v1/prices/{price}"), &[]).await["product"]);
    let path = format!("/v1/products/{product}");
    shop.post(&path, &[("name", "Essential"), ("active", "false")]).await;
    let items = [("customer", customer.as_str()), ("items[0][price]", price.as_str())];
    let why = refused(&shop, "/v1/subscriptions", &items).await;
    assert!(why["message"].as_str().unwrap().contains("product is not active"), "{why}");
    shop.advance(32 * DAY).await;
    let invoices = shop.invoices(&customer).await;
    let named = |at: usize| invoices[at]["lines"]["data"][0]["description"].as_str().unwrap().to_owned();
    assert!(named(0).contains("Basic") && named(1).contains("Essential"), "{} {}", named(0), named(1));
    shop.post(&path, &[("default_price", &price)]).await;
    refused(&shop, &format!("/v1/prices/{price}"), &[("active", "false")]).await;
}

#[tokio::test]
async fn a_customers_currency_can_change_only_when_nothing_is_billed_in_the_old_one() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", CARD).await;
    let euro = text(&new_price(&shop, "899", "eur", &[]).await["id"]);
    let items = [("customer", customer.as_str()), ("items[0][price]", euro.as_str())];
    let session = [
        ("mode", "subscription"),
        ("customer", customer.as_str()),
        ("line_items[0][price]", euro.as_str()),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:9/"),
    ];
    for (path, form) in [("/v1/subscriptions", &items[..]), ("/v1/checkout/sessions", &session)] {
        let why = refused(&shop, path, form).await;
        assert!(why["message"].as_str().unwrap().starts_with("You cannot combine currencies on a single customer."));
        assert!(why["message"].as_str().unwrap().ends_with("with currency usd."), "{why}");
    }
    let item = text(&shop.subscription(&id).await["items"]["data"][0]["id"]);
    let change = [("items[0][id]", item.as_str()), ("items[0][price]", euro.as_str())];
    let why = refused(&shop, &format!("/v1/subscriptions/{id}"), &change).await;
    let expected = "The price specified only supports `eur`. This doesn't match the expected currency: `usd`.";
    assert_eq!((&why["message"], &why["param"]), (&json!(expected), &json!("items[0][price]")));
    let preview = [
        ("subscription", id.as_str()),
        ("subscription_details[items][0][id]", item.as_str()),
        ("subscription_details[items][0][price]", euro.as_str()),
    ];
    assert_eq!(refused(&shop, "/v1/invoices/create_preview", &preview).await["message"], expected);
    assert_eq!(shop.invoices(&customer).await.len(), 1, "nothing was done");

    shop.call("DELETE", &format!("/v1/subscriptions/{id}"), &[]).await;
    shop.post(&format!("/v1/customers/{customer}"), &[("balance", "-300")]).await;
    let opened = shop.post("/v1/checkout/sessions", &session).await;
    shop.browse(opened["url"].as_str().unwrap(), Some(&[("card", CARD)])).await;
    let invoices = shop.invoices(&customer).await;
    let paid = (&invoices[1]["currency"], &invoices[1]["amount_paid"]);
    assert_eq!(paid, (&json!("eur"), &json!(899)), "credit in dollars pays nothing in euros");
    let customer = shop.get(&format!("/v1/customers/{customer}"), &[]).await;
    assert_eq!((&customer["currency"], &customer["balance"]), (&json!("eur"), &json!(0)));
}

#[tokio::test]
async fn amounts_must_be_representable_in_their_currency() {
    let shop = Shop::open().await;
    for (amount, currency) in [("7991", "kwd"), ("5124", "bhd"), ("550", "isk"), ("501", "ugx")] {
        let form = [("currency", currency), ("unit_amount", amount), ("product_data[name]", "P")];
        let why = refused(&shop, "/v1/prices", &form).await;
        assert_eq!(why["param"], "unit_amount", "{amount} {currency}: {why}");
    }
    let unknown = [("currency", "xyz"), ("unit_amount", "100"), ("product_data[name]", "P")];
    assert_eq!(refused(&shop, "/v1/prices", &unknown).await["param"], "currency");
    for (amount, currency, shown) in
        [("7990", "kwd", "7.990 KWD"), ("299000", "huf", "2,990 HUF"), ("500", "jpy", "¥500"), ("500", "isk", "5 ISK")]
    {
        let key = format!("basic_{currency}");
        new_price(&shop, amount, currency, &[("lookup_key", &key)]).await;
        let (customer, id) = shop.subscribe(&format!("{currency}@example.com"), &key, CARD).await;
        let invoice = shop.invoices(&customer).await.remove(0);
        let page = shop.browse(invoice["hosted_invoice_url"].as_str().unwrap(), None).await;
        assert!(page.text.contains(shown), "{currency}: {}", page.text);
        if currency != "kwd" {
            continue;
        }
        let coinless = [("payment_intent", text(&payment(&shop, &customer).await)), ("amount", "1001".to_owned())];
        let coinless: Vec<(&str, &str)> = coinless.iter().map(|(name, value)| (*name, value.as_str())).collect();
        refused(&shop, "/v1/refunds", &coinless).await;
        let dearer = text(&new_price(&shop, "19990", currency, &[]).await["id"]);
        let item = text(&shop.subscription(&id).await["items"]["data"][0]["id"]);
        shop.advance(11 * DAY + HOUR).await;
        let change = [
            ("items[0][id]", item.as_str()),
            ("items[0][price]", dearer.as_str()),
            ("proration_behavior", "always_invoice"),
        ];
        shop.post(&format!("/v1/subscriptions/{id}"), &change).await;
        let lines = shop.invoices(&customer).await[1]["lines"]["data"].clone();
        let lines = lines.as_array().unwrap();
        assert!(lines.iter().all(|line| line["amount"].as_i64().unwrap() % 10 == 0), "parts too: {lines:?}");
    }
}

async fn payment(shop: &Shop, customer: &str) -> Value {
    let charges = shop.get("/v1/charges", &[("customer", customer)]).await;
    charges["data"][0]["payment_intent"].clone()
}

#[tokio::test]
async fn only_a_coupons_name_changes_and_its_discounts_outlive_it() {
    let shop = Shop::open().await;
    let terms = [("percent_off", "50"), ("duration", "forever"), ("name", "Half")];
    let coupon = text(&shop.post("/v1/coupons", &terms).await["id"]);
    let path = format!("/v1/coupons/{coupon}");
    assert_eq!(refused(&shop, &path, &[("percent_off", "90")]).await["code"], "parameter_unknown");
    let renamed = shop.post(&path, &[("name", "Half price"), ("metadata[campaign]", "spring")]).await;
    assert_eq!((&renamed["name"], &renamed["metadata"]["campaign"]), (&json!("Half price"), &json!("spring")));
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[("discounts[0][coupon]", &coupon)]).await;
    shop.browse(session["url"].as_str().unwrap(), Some(&[("card", CARD)])).await;
    let gone = shop.call("DELETE", &path, &[]).await;
    assert_eq!(gone.json(), json!({"id": coupon, "object": "coupon", "deleted": true}));
    assert_eq!(shop.call("GET", &path, &[]).await.status, 404);
    let price = shop.price("basic_month").await;
    let again =
        [("customer", customer.as_str()), ("items[0][price]", price.as_str()), ("discounts[0][coupon]", &coupon)];
    assert_eq!(refused(&shop, "/v1/subscriptions", &again).await["code"], "resource_missing");
    shop.advance(32 * DAY).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[0]["amount_paid"], &invoices[1]["amount_paid"]), (&json!(499), &json!(499)));
    let query = [("customer", customer.as_str()), ("expand[]", "data.discounts.source.coupon")];
    let one = shop.get("/v1/subscriptions", &query).await;
    let shown = &one["data"][0]["discounts"][0]["source"]["coupon"];
    assert_eq!((&shown["valid"], &shown["percent_off"]), (&json!(false), &json!(50.0)), "{shown}");
}

#[tokio::test]
async fn codes_with_the_same_text_are_for_different_customers() {
    let shop = Shop::open().await;
    let (ada, bob) = (shop.customer("ada@example.com").await, shop.customer("bob@example.com").await);
    for (customer, percent) in [(Some(&ada), "50"), (Some(&bob), "20"), (None, "10")] {
        let coupon = text(&shop.post("/v1/coupons", &[("percent_off", percent)]).await["id"]);
        let mut form = vec![("promotion[type]", "coupon"), ("promotion[coupon]", coupon.as_str()), ("code", "WELCOME")];
        form.extend(customer.map(|customer| ("customer", customer.as_str())));
        let made = shop.post("/v1/promotion_codes", &form).await;
        let why = refused(&shop, "/v1/promotion_codes", &form).await;
        assert!(why["message"].as_str().unwrap().contains("already exists"), "{why}");
        let path = format!("/v1/promotion_codes/{}", text(&made["id"]));
        shop.post(&path, &[("active", "false")]).await;
        let second = shop.post("/v1/promotion_codes", &form).await;
        assert_eq!(refused(&shop, &path, &[("active", "true")]).await["param"], "code");
        assert_eq!(second["active"], true);
    }
    let cem = shop.customer("cem@example.com").await;
    for (customer, paid) in [(&ada, 499), (&bob, 799), (&cem, 899)] {
        let session = shop.session(customer, "basic_month", &[("allow_promotion_codes", "true")]).await;
        let form = [("card", CARD), ("promotion_code", "welcome")];
        shop.browse(session["url"].as_str().unwrap(), Some(&form)).await;
        assert_eq!(shop.invoices(customer).await[0]["amount_paid"], paid);
    }
}
