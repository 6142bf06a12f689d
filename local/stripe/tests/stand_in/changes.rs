//! Plan changes: prorated, pending until paid, or scheduled for the next period.

use crate::support::{DAY, HOUR, Shop, text};
use serde_json::{Value, json};
use stripe_standin::Outcome;

/// Changes the price of a subscription's item, with extra parameters.
async fn change(shop: &Shop, id: &str, lookup_key: &str, more: &[(&str, &str)]) -> crate::support::Answer {
    let one = shop.subscription(id).await;
    let (item, price) = (text(&one["items"]["data"][0]["id"]), shop.price(lookup_key).await);
    let mut form = vec![("items[0][id]", item.as_str()), ("items[0][price]", &price)];
    form.extend_from_slice(more);
    shop.call("POST", &format!("/v1/subscriptions/{id}"), &form).await
}

fn plan(subscription: &Value) -> &str {
    subscription["items"]["data"][0]["price"]["lookup_key"].as_str().unwrap()
}

const NOW_OR_PENDING: &[(&str, &str)] =
    &[("payment_behavior", "pending_if_incomplete"), ("proration_behavior", "always_invoice")];

#[tokio::test]
async fn an_upgrade_costs_the_rest_of_the_period_and_keeps_the_period() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let before = shop.subscription(&id).await;
    let end = before["items"]["data"][0]["current_period_end"].clone();
    let length = end.as_i64().unwrap() - before["start_date"].as_i64().unwrap();
    shop.advance(u64::try_from(length).unwrap() / 2).await;
    shop.received.clear();
    let upgraded = change(&shop, &id, "premium_month", NOW_OR_PENDING).await.json();
    assert_eq!((plan(&upgraded), &upgraded["pending_update"]), ("premium_month", &Value::Null));
    assert_eq!(upgraded["items"]["data"][0]["current_period_end"], end);
    let invoices = shop.invoices(&customer).await;
    let paid = invoices[1]["amount_paid"].as_i64().unwrap();
    assert!((498..=502).contains(&paid), "half of the difference, not {paid}");
    assert_eq!(invoices[1]["billing_reason"], "subscription_update");
    assert!(
        invoices[1]["lines"]["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|line| { line["parent"]["subscription_item_details"]["proration"] == json!(true) })
    );
    shop.settle().await;
    assert_eq!(shop.received.objects("customer.subscription.updated").len(), 1);
    assert_eq!(shop.received.objects("customer.subscription.pending_update_applied").len(), 0, "it was never pending");
    shop.advance(u64::try_from(length).unwrap() / 2 + 2 * HOUR).await;
    assert_eq!(shop.invoices(&customer).await[2]["amount_paid"], 1_999);
}

#[tokio::test]
async fn a_declined_upgrade_keeps_the_old_plan_until_it_is_paid() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.stand_in.set_outcome("ada@example.com", Outcome::Decline);
    let pending = change(&shop, &id, "premium_month", NOW_OR_PENDING).await;
    assert_eq!(pending.status, 200, "a pending update is no error: {}", pending.text);
    let pending = pending.json();
    assert_eq!((plan(&pending), &pending["status"]), ("basic_month", &json!("active")));
    let wanted = &pending["pending_update"]["subscription_items"][0]["price"]["lookup_key"];
    assert_eq!(wanted, "premium_month");
    let invoice = text(&pending["latest_invoice"]);
    shop.stand_in.set_outcome("ada@example.com", Outcome::Succeed);
    shop.post(&format!("/v1/invoices/{invoice}/pay"), &[]).await;
    let applied = shop.subscription(&id).await;
    assert_eq!((plan(&applied), &applied["pending_update"]), ("premium_month", &Value::Null));
    shop.settle().await;
    assert_eq!(shop.received.objects("customer.subscription.pending_update_applied").len(), 1);
    assert_eq!(shop.invoices(&customer).await.len(), 2);
}

#[tokio::test]
async fn a_pending_upgrade_expires_after_23_hours_and_its_invoice_is_void() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.stand_in.set_outcome("ada@example.com", Outcome::Require3ds);
    let pending = change(&shop, &id, "premium_month", NOW_OR_PENDING).await.json();
    assert_eq!(plan(&pending), "basic_month");
    shop.advance(24 * HOUR).await;
    let expired = shop.subscription(&id).await;
    assert_eq!((plan(&expired), &expired["pending_update"]), ("basic_month", &Value::Null));
    assert_eq!((&expired["status"], &expired["latest_invoice"]["status"]), (&json!("active"), &json!("void")));
    assert_eq!(shop.received.objects("customer.subscription.pending_update_expired").len(), 1);
    let invoice = text(&expired["latest_invoice"]["id"]);
    let refused = shop.call("POST", &format!("/v1/invoices/{invoice}/pay"), &[]).await;
    assert_eq!(refused.status, 400, "a void invoice cannot bring the upgrade back: {}", refused.text);
}

#[tokio::test]
async fn a_pending_upgrade_is_confirmed_on_the_invoice_page_and_another_change_replaces_it() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.stand_in.set_outcome("ada@example.com", Outcome::Require3ds);
    change(&shop, &id, "premium_month", NOW_OR_PENDING).await;
    let first = shop.subscription(&id).await["latest_invoice"].clone();
    let pending = change(&shop, &id, "premium_year", NOW_OR_PENDING).await.json();
    assert_eq!(plan(&pending), "basic_month");
    let first = shop.get(&format!("/v1/invoices/{}", text(&first["id"])), &[]).await;
    assert_eq!(first["status"], "void", "nobody pays for a change that was given up");
    let open = shop.subscription(&id).await["latest_invoice"].clone();
    let page = text(&open["hosted_invoice_url"]);
    assert!(shop.browse(&page, None).await.text.contains("3-D Secure"));
    let failed = shop.browse(&page, Some(&[("result", "fail")])).await;
    assert!(failed.text.contains("unable to authenticate"), "{}", failed.text);
    assert_eq!(plan(&shop.subscription(&id).await), "basic_month");
    // The card must be entered again and authenticated.
    assert_eq!(shop.browse(&page, Some(&[("card", "4242424242424242")])).await.status, 303);
    assert_eq!(shop.browse(&page, Some(&[("result", "complete")])).await.status, 303);
    let applied = shop.subscription(&id).await;
    assert_eq!((plan(&applied), &applied["pending_update"]), ("premium_year", &Value::Null));
}

#[tokio::test]
async fn error_if_incomplete_changes_nothing_when_the_card_is_declined() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.settle().await;
    shop.received.clear();
    shop.stand_in.set_outcome("ada@example.com", Outcome::Decline);
    let strict = [("payment_behavior", "error_if_incomplete"), ("proration_behavior", "always_invoice")];
    let refused = change(&shop, &id, "premium_month", &strict).await;
    assert_eq!((refused.status, &refused.json()["error"]["type"]), (402, &json!("card_error")));
    let same = shop.subscription(&id).await;
    assert_eq!((plan(&same), &same["status"]), ("basic_month", &json!("active")));
    assert_eq!(shop.invoices(&customer).await.len(), 1);
    shop.settle().await;
    assert_eq!(shop.received.types(), [""; 0], "nobody hears of what was taken back");
}

#[tokio::test]
async fn a_yearly_plan_starts_now_and_unused_time_of_the_month_is_credited() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let yearly = change(&shop, &id, "basic_year", &[]).await.json();
    let item = &yearly["items"]["data"][0];
    let days = (item["current_period_end"].as_i64().unwrap() - item["current_period_start"].as_i64().unwrap()) / 86_400;
    assert_eq!((plan(&yearly), days), ("basic_year", 365));
    let paid = shop.invoices(&customer).await[1]["amount_paid"].as_i64().unwrap();
    assert!((8_991..=8_993).contains(&paid), "the year less the unused month, not {paid}");
}

#[tokio::test]
async fn a_monthly_plan_after_a_yearly_one_leaves_credit_for_later_invoices() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_year", "4242424242424242").await;
    change(&shop, &id, "basic_month", &[]).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[1]["status"], &invoices[1]["amount_due"]), (&json!("paid"), &json!(0)));
    let balance = shop.get(&format!("/v1/customers/{customer}"), &[]).await["balance"].as_i64().unwrap();
    assert!((-8_992..=-8_990).contains(&balance), "{balance}");
    shop.advance(32 * DAY).await;
    let renewal = &shop.invoices(&customer).await[2];
    assert_eq!(
        (&renewal["total"], &renewal["amount_due"], &renewal["status"]),
        (&json!(999), &json!(0), &json!("paid"))
    );
    assert_eq!(renewal["ending_balance"], json!(balance + 999));
    assert_eq!(shop.received.objects("charge.succeeded").len(), 1, "only the first year was charged");
}

#[tokio::test]
async fn a_downgrade_without_proration_is_billed_from_the_next_period() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
    let changed = change(&shop, &id, "basic_month", &[("proration_behavior", "none")]).await.json();
    assert_eq!(plan(&changed), "basic_month");
    assert_eq!(shop.invoices(&customer).await.len(), 1, "nothing is asked or given back");
    shop.advance(32 * DAY).await;
    assert_eq!(shop.invoices(&customer).await[1]["amount_paid"], 999);
}

#[tokio::test]
async fn prorations_are_billed_with_the_next_invoice_by_default() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    change(&shop, &id, "premium_month", &[]).await;
    assert_eq!(shop.invoices(&customer).await.len(), 1);
    let back = change(&shop, &id, "basic_month", &[]).await;
    assert_eq!(back.status, 200, "{}", back.text);
    shop.advance(32 * DAY).await;
    let renewal = &shop.invoices(&customer).await[1];
    assert_eq!(renewal["lines"]["data"].as_array().unwrap().len(), 5, "two changes of two lines, and the next period");
    assert_eq!(renewal["amount_paid"], 999, "there and back at once costs nothing");
}

#[tokio::test]
async fn a_preview_shows_the_price_and_changes_nothing() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.settle().await;
    let (before, events) = (shop.subscription(&id).await, shop.received.types().len());
    let item = text(&before["items"]["data"][0]["id"]);
    let premium = shop.price("premium_month").await;
    let form = [
        ("customer", customer.as_str()),
        ("subscription", &id),
        ("subscription_details[items][0][id]", &item),
        ("subscription_details[items][0][price]", &premium),
        ("subscription_details[proration_behavior]", "always_invoice"),
    ];
    let preview = shop.post("/v1/invoices/create_preview", &form).await;
    assert_eq!((&preview["amount_due"], &preview["status"]), (&json!(1_000), &json!("draft")));
    let next = shop.post("/v1/invoices/create_preview", &form[..2]).await;
    assert_eq!((&next["amount_due"], &next["billing_reason"]), (&json!(999), &json!("upcoming")));
    shop.settle().await;
    assert_eq!(shop.subscription(&id).await, before);
    assert_eq!(shop.invoices(&customer).await.len(), 1);
    assert_eq!(shop.received.types().len(), events);
}

#[tokio::test]
async fn a_discount_lowers_the_credit_as_it_lowered_the_payment() {
    let shop = Shop::open().await;
    let coupon = text(&shop.post("/v1/coupons", &[("percent_off", "50"), ("duration", "forever")]).await["id"]);
    let customer = shop.customer("ada@example.com").await;
    let session = shop.session(&customer, "basic_month", &[("discounts[0][coupon]", &coupon)]).await;
    shop.browse(session["url"].as_str().unwrap(), Some(&[("card", "4242424242424242")])).await;
    let session = shop.get(&format!("/v1/checkout/sessions/{}", text(&session["id"])), &[]).await;
    let id = text(&session["subscription"]);
    change(&shop, &id, "premium_month", NOW_OR_PENDING).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[0]["amount_paid"], &invoices[1]["amount_paid"]), (&json!(499), &json!(500)));
    let expanded = shop.get(&format!("/v1/subscriptions/{id}"), &[("expand[]", "discounts.source.coupon")]).await;
    assert_eq!(expanded["discounts"][0]["source"]["coupon"]["percent_off"], 50.0);
}

#[tokio::test]
async fn the_portal_switches_plans_and_cards() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let portal = shop.post("/v1/billing_portal/sessions", &[("customer", &customer)]).await;
    let url = text(&portal["url"]);
    let page = shop.browse(&url, None).await.text;
    assert!(page.contains("Basic · $9.99 / month") && page.contains("Premium · $19.99 / month"), "{page}");
    let premium = shop.price("premium_month").await;
    let switch = [("action", "switch"), ("subscription", id.as_str()), ("price", premium.as_str())];
    assert_eq!(shop.browse(&url, Some(&switch)).await.status, 303);
    assert_eq!(plan(&shop.subscription(&id).await), "premium_month");
    let refused = shop.browse(&url, Some(&[("action", "card"), ("card", "4000000000000002")])).await;
    assert!(refused.text.contains("Your card was declined."), "{}", refused.text);
    assert_eq!(shop.browse(&url, Some(&[("action", "card"), ("card", "5555555555554444")])).await.status, 303);
    let method = text(&shop.subscription(&id).await["default_payment_method"]);
    let method = shop.get(&format!("/v1/payment_methods/{method}"), &[]).await;
    assert_eq!((&method["card"]["brand"], &method["card"]["last4"]), (&json!("mastercard"), &json!("4444")));
    let (_, other) = shop.subscribe("eve@example.com", "basic_month", "4242424242424242").await;
    shop.browse(&url, Some(&[("action", "cancel"), ("subscription", other.as_str())])).await;
    assert_eq!(shop.subscription(&other).await["cancel_at"], Value::Null, "the portal is one customer's own");
    shop.advance(2 * HOUR).await;
    assert_eq!(shop.browse(&url, None).await.status, 404, "a portal session is short-lived");
}

#[tokio::test]
async fn the_portal_cancels_resumes_and_lists_invoices() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let portal = shop.post("/v1/billing_portal/sessions", &[("customer", &customer)]).await;
    let url = text(&portal["url"]);
    let act = |action: &'static str| {
        let (shop, url, id) = (&shop, url.as_str(), id.as_str());
        async move { shop.browse(url, Some(&[("action", action), ("subscription", id)])).await.status }
    };
    assert_eq!(act("cancel").await, 303);
    let cancelling = shop.subscription(&id).await;
    assert_eq!(cancelling["cancel_at"], cancelling["items"]["data"][0]["current_period_end"]);
    assert_eq!(cancelling["cancel_at_period_end"], false, "as the flexible billing mode has it");
    assert!(shop.browse(&url, None).await.text.contains("Ends on"));
    assert_eq!(act("undo").await, 303);
    assert_eq!(shop.subscription(&id).await["cancel_at"], Value::Null);
    let invoice = shop.invoices(&customer).await[0].clone();
    assert!(shop.browse(&url, None).await.text.contains(&format!("/i/{}", text(&invoice["id"]))));
    let pdf = shop.browse(&text(&invoice["invoice_pdf"]), None).await.text;
    assert!(pdf.starts_with("%PDF-") && pdf.contains(&text(&invoice["number"])), "{pdf}");
}

#[tokio::test]
async fn a_pending_change_is_dropped_when_its_invoice_is_voided() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4000000000000341").await;
    let pending = change(&shop, &id, "premium_month", NOW_OR_PENDING).await.json();
    assert!(pending["pending_update"].is_object(), "{pending}");
    let invoice = text(&pending["latest_invoice"]);
    assert_eq!(shop.post(&format!("/v1/invoices/{invoice}/void"), &[]).await["status"], "void");
    let left = shop.subscription(&id).await;
    assert_eq!((plan(&left), &left["pending_update"]), ("basic_month", &Value::Null));
    shop.advance(24 * HOUR).await;
    assert!(shop.received.objects("customer.subscription.pending_update_expired").is_empty());
}

#[tokio::test]
async fn a_pending_change_expires_with_the_period() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4000000000000341").await;
    let end = shop.subscription(&id).await["items"]["data"][0]["current_period_end"].as_i64().unwrap();
    shop.advance(shop.until(end) - HOUR).await;
    let pending = change(&shop, &id, "premium_month", NOW_OR_PENDING).await.json();
    assert_eq!(pending["pending_update"]["expires_at"], end);
    shop.advance(HOUR).await;
    assert_eq!(shop.subscription(&id).await["pending_update"], Value::Null);
}

#[tokio::test]
async fn a_preview_of_a_whole_period_has_no_prorations() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.advance(10 * DAY).await;
    let item = text(&shop.subscription(&id).await["items"]["data"][0]["id"]);
    let price = shop.price("premium_month").await;
    let form = [
        ("subscription", id.as_str()),
        ("preview_mode", "recurring"),
        ("subscription_details[items][0][id]", &item),
        ("subscription_details[items][0][price]", &price),
    ];
    let preview = shop.post("/v1/invoices/create_preview", &form).await;
    assert_eq!((&preview["amount_due"], preview["lines"]["data"].as_array().unwrap().len()), (&json!(1999), 1));
    assert_eq!(plan(&shop.subscription(&id).await), "basic_month");
}
