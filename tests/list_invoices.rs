//! `list-invoices`: all of the user's invoices, newest first, and nobody else's.

use serde_json::{Value, json};
use support::Platform;
use support::billing::{DAY, call_stripe, platform_without_trial, signed_in_again, stripe_customer};

/// A member of five months, whose first payment was refunded in part, and all their invoices by pages of two.
async fn five_invoices(platform: &Platform) -> Vec<Value> {
    let viewer = platform.subscriber("basic").await;
    platform.subscriber("premium").await;
    for _ in 0..4 {
        platform.advance(31 * DAY).await;
    }
    let viewer = signed_in_again(platform, &viewer).await;
    let customer = stripe_customer(platform, &viewer).await;
    let charges = call_stripe(platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let oldest = charges["data"].as_array().and_then(|list| list.last()).expect("a charge")["id"].as_str().expect("id");
    call_stripe(platform, "POST", "refunds", &[("charge", oldest), ("amount", "300")]).await;
    let mut seen: Vec<Value> = Vec::new();
    let mut path = "/api/subscription/invoices?limit=2".to_owned();
    loop {
        let page = viewer.get(&path).await;
        assert_eq!(page.status(), 200, "{page}");
        let items = page.data().as_array().expect("a list").clone();
        assert!(items.len() <= 2);
        seen.extend(items);
        let Some(cursor) = page.next_cursor() else { return seen };
        path = format!("/api/subscription/invoices?limit=2&cursor={cursor}");
    }
}

#[tokio::test]
async fn invoices_are_listed_newest_first_each_once() {
    let platform = platform_without_trial().await;

    let seen = five_invoices(&platform).await;

    assert_eq!(seen.len(), 5, "{seen:?}");
    assert!(seen.is_sorted_by(|a, b| a["created_at"].as_str() > b["created_at"].as_str()), "{seen:?}");
    let numbers: std::collections::BTreeSet<_> =
        seen.iter().map(|invoice| invoice["number"].as_str().expect("a number")).collect();
    assert_eq!(numbers.len(), 5);
}

#[tokio::test]
async fn an_invoice_shows_what_was_paid_and_refunded() {
    let platform = platform_without_trial().await;

    let seen = five_invoices(&platform).await;

    for invoice in &seen {
        assert_eq!(
            (&invoice["status"], &invoice["amount_due"], &invoice["currency"]),
            (&json!("paid"), &json!(799), &json!("usd"))
        );
        assert_eq!(invoice["amount_paid"], 799);
        assert!(invoice["paid_at"].is_string(), "{invoice}");
        assert!(invoice["period_end"].as_str() > invoice["created_at"].as_str(), "{invoice}");
    }
    let refunded: Vec<i64> = seen.iter().filter_map(|invoice| invoice["amount_refunded"].as_i64()).collect();
    assert_eq!(refunded, [0, 0, 0, 0, 300]);
}

#[tokio::test]
async fn an_invoice_has_a_page_and_a_document() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let read = async |url: &Value| {
        let url = url.as_str().expect("a URL");
        platform.client().get(url).send().await.expect("an answer").text().await.expect("text")
    };

    let invoice = viewer.get("/api/subscription/invoices").await.data()[0].clone();

    let page = read(&invoice["hosted_invoice_url"]).await;
    assert!(page.contains(invoice["number"].as_str().expect("a number")), "{page}");
    let document = read(&invoice["invoice_pdf"]).await;
    assert!(document.starts_with("%PDF-"), "{document}");
}

#[tokio::test]
async fn a_user_without_invoices_gets_an_empty_list_and_a_foreign_cursor_is_refused() {
    let platform = platform_without_trial().await;
    let nobody = platform.register("a@viewers.test").await;
    let none = nobody.get("/api/subscription/invoices").await;
    assert_eq!((none.status(), none.data(), none.next_cursor()), (200, &json!([]), None), "{none}");

    let viewer = platform.subscriber("basic").await;
    platform.advance(31 * DAY + 7_200).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    let first = viewer.get("/api/subscription/invoices?limit=1").await;
    let cursor = first.next_cursor().expect("a second page").to_owned();
    let nobody = signed_in_again(&platform, &nobody).await;
    let stolen = nobody.get(&format!("/api/subscription/invoices?cursor={cursor}")).await;
    assert_eq!((stolen.status(), stolen.code()), (400, "INVALID_CURSOR"), "{stolen}");
    for limit in ["0", "101", "x"] {
        let wrong = viewer.get(&format!("/api/subscription/invoices?limit={limit}")).await;
        assert_eq!((wrong.status(), wrong.code()), (400, "VALIDATION_ERROR"), "{wrong}");
    }
}

#[tokio::test]
async fn invoices_of_a_replaced_customer_stay_listed() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let old = stripe_customer(&platform, &viewer).await;
    call_stripe(&platform, "DELETE", &format!("customers/{old}"), &[]).await;
    platform.advance(60).await;
    let page = support::billing::checkout_url(&support::billing::checkout(&viewer, "premium").await);
    platform.pay(&page, support::billing::CARD).await;

    let both = viewer.get("/api/subscription/invoices").await;

    let amounts: Vec<&Value> = both.data().as_array().expect("a list").iter().map(|one| &one["amount_paid"]).collect();
    assert_eq!(amounts, [&json!(1_299), &json!(799)], "{both}");
}

#[tokio::test]
async fn an_outage_of_stripe_is_reported() {
    let platform: Platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let answer = viewer.get("/api/subscription/invoices").await;
    assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{answer}");
}
