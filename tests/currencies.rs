//! Money in currencies whose minor units are neither ISO's nor cents, as Stripe counts them, from the price to the
//! refund.

use serde_json::{Value, json};
use support::billing::{CARD, HOUR, call_stripe, checkout_url, platform_without_trial, signed_in_again};
use support::{Platform, Viewer};

/// Sells basic monthly in a currency to a member.
async fn member(platform: &Platform, currency: &str, amount: &str) -> Viewer {
    crate::get_metrics::sell_in(platform, "basic_month", currency, amount).await;
    // Longer than prices are cached.
    platform.advance(HOUR).await;
    let viewer = platform.register(&format!("{currency}@viewers.test")).await;
    let checkout = viewer.post("/api/subscription/checkout", json!({ "plan_type": "basic" })).await;
    let hosted = checkout_url(&checkout);
    let shown = platform.client().get(&hosted).send().await.expect("a page").text().await.expect("text");
    let amount = money(amount, currency);
    assert!(shown.contains(&amount), "the hosted page shows {amount}: {shown}");
    platform.pay(&hosted, CARD).await;
    platform.advance(HOUR).await;
    viewer
}

/// The amount as people read it, without the currency.
fn money(amount: &str, currency: &str) -> String {
    match (amount, currency) {
        ("299000", "huf" | "isk") => "2,990",
        ("7990", "kwd") => "7.990",
        ("1299", "jpy") => "1,299",
        ("699", "eur") => "6.99",
        other => panic!("{other:?}"),
    }
    .to_owned()
}

/// A member's only invoice.
async fn invoice(viewer: &Viewer) -> Value {
    let answer = viewer.get("/api/subscription/invoices").await;
    assert_eq!(answer.data().as_array().map(Vec::len), Some(1), "{answer}");
    answer.data()[0].clone()
}

#[tokio::test]
async fn payments_are_formatted_in_the_units_of_their_currency() {
    let platform = platform_without_trial().await;
    for (currency, amount, never) in [
        ("huf", "299000", "299,000"),
        ("kwd", "7990", "79.90"),
        ("isk", "299000", "299,000"),
        ("jpy", "1299", "12.99"),
        ("eur", "699", "699"),
    ] {
        let viewer = member(&platform, currency, amount).await;
        let mail = platform.mail(viewer.email());
        let receipt = mail.iter().find(|mail| mail["subject"].as_str().is_some_and(|text| text.contains("eceipt")));
        let text = receipt.expect("a receipt")["text"].as_str().expect("a text").to_owned();
        let shown = money(amount, currency);
        assert!(text.contains(&shown), "{currency}: {shown} in {text}");
        assert!(!text.contains(never), "{currency}: no {never} in {text}");
        assert_eq!(json!([invoice(&viewer).await["amount_paid"].to_string()]), json!([amount]), "{currency}");
    }
}

#[tokio::test]
async fn a_refunds_amount_must_be_representable_in_its_currency() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    for (currency, amount, refused, taken, left) in [
        ("kwd", "7990", 995, 1_990, 6_000),
        ("isk", "299000", 150, 100_000, 199_000),
        ("huf", "299000", 0, 100_050, 198_950),
    ] {
        let viewer = member(&platform, currency, amount).await;
        let path = format!("/api/admin/payments/{}/refund", invoice(&viewer).await["id"].as_str().expect("an id"));
        // Refunds need a recent sign-in.
        let admin = signed_in_again(&platform, &admin).await;
        let wrong = admin.post(&path, json!({ "amount": refused, "reason": "a part" })).await;
        assert_eq!(wrong.code(), "VALIDATION_ERROR", "{currency}: {wrong}");
        assert_eq!(wrong.details()[0]["field"], "amount", "{wrong}");
        let given = admin.post(&path, json!({ "amount": taken, "reason": "a part" })).await;
        assert_eq!(given.data()["payment"]["amount_refunded"], taken, "{currency}: {given}");
        let rest = admin.post(&path, json!({ "reason": "the rest" })).await;
        assert_eq!(rest.data()["refund"]["amount"], left, "{currency}: {rest}");
        let charges = call_stripe(&platform, "GET", "charges?limit=1", &[]).await;
        assert_eq!(charges["data"][0]["refunded"], true, "{charges}");
    }
}
