//! Schedules: a downgrade at the end of the period, and how it is undone.

use crate::support::{DAY, HOUR, Shop, text};
use serde_json::{Value, json};

fn plan(subscription: &Value) -> &str {
    subscription["items"]["data"][0]["price"]["lookup_key"].as_str().unwrap()
}

/// Schedules another price for the end of the period; returns the schedule.
async fn downgrade(shop: &Shop, id: &str, lookup_key: &str) -> Value {
    let made = shop.post("/v1/subscription_schedules", &[("from_subscription", id)]).await;
    let (start, end) = (made["phases"][0]["start_date"].to_string(), made["phases"][0]["end_date"].to_string());
    let (now, then) = (text(&made["phases"][0]["items"][0]["price"]), shop.price(lookup_key).await);
    let form = [
        ("phases[0][start_date]", start.as_str()),
        ("phases[0][end_date]", &end),
        ("phases[0][items][0][price]", &now),
        ("phases[1][items][0][price]", &then),
        ("phases[1][iterations]", "1"),
        ("end_behavior", "release"),
    ];
    shop.post(&format!("/v1/subscription_schedules/{}", text(&made["id"])), &form).await
}

#[tokio::test]
async fn a_scheduled_downgrade_starts_with_the_next_period_and_costs_nothing_before() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
    let schedule = downgrade(&shop, &id, "basic_month").await;
    assert_eq!((&schedule["status"], &schedule["phases"].as_array().unwrap().len()), (&json!("active"), &2));
    let waiting = shop.subscription(&id).await;
    assert_eq!((plan(&waiting), &waiting["schedule"]), ("premium_month", &schedule["id"]));
    assert_eq!(shop.invoices(&customer).await.len(), 1);
    let preview = shop.post("/v1/invoices/create_preview", &[("subscription", &id)]).await;
    assert_eq!(preview["amount_due"], 999, "the next invoice is of the next phase");
    let end = waiting["items"]["data"][0]["current_period_end"].as_i64().unwrap();
    shop.advance(shop.until(end) - 60).await;
    assert_eq!(plan(&shop.subscription(&id).await), "premium_month", "until the very end");
    shop.advance(60 + 2 * HOUR).await;
    assert_eq!(plan(&shop.subscription(&id).await), "basic_month");
    let renewal = &shop.invoices(&customer).await[1];
    assert_eq!((&renewal["amount_paid"], &renewal["lines"]["data"].as_array().unwrap().len()), (&json!(999), &1));
    shop.advance(32 * DAY).await;
    let after = shop.subscription(&id).await;
    assert_eq!((plan(&after), &after["schedule"]), ("basic_month", &Value::Null));
    assert_eq!(shop.received.objects("subscription_schedule.released").len(), 1);
    assert_eq!(shop.invoices(&customer).await[2]["amount_paid"], 999);
}

#[tokio::test]
async fn a_month_can_become_a_year_when_it_ends() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    downgrade(&shop, &id, "basic_year").await;
    shop.advance(32 * DAY).await;
    let yearly = shop.subscription(&id).await;
    let item = &yearly["items"]["data"][0];
    let days = (item["current_period_end"].as_i64().unwrap() - item["current_period_start"].as_i64().unwrap()) / 86_400;
    assert_eq!((plan(&yearly), days), ("basic_year", 365));
    assert_eq!(shop.invoices(&customer).await[1]["amount_paid"], 9_990);
}

#[tokio::test]
async fn a_released_schedule_changes_nothing() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
    let schedule = text(&downgrade(&shop, &id, "basic_month").await["id"]);
    let path = format!("/v1/subscription_schedules/{schedule}");
    let released = shop.post(&format!("{path}/release"), &[]).await;
    assert_eq!((&released["status"], &released["released_subscription"]), (&json!("released"), &json!(id)));
    assert_eq!(shop.subscription(&id).await["schedule"], Value::Null);
    assert_eq!(shop.call("POST", &format!("{path}/release"), &[]).await.status, 400);
    shop.advance(32 * DAY).await;
    assert_eq!(plan(&shop.subscription(&id).await), "premium_month");
    assert_eq!(shop.invoices(&customer).await[1]["amount_paid"], 1_999);
}

#[tokio::test]
async fn a_schedule_blocks_a_cancellation_at_period_end_but_not_an_immediate_one() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
    let schedule = text(&downgrade(&shop, &id, "basic_month").await["id"]);
    let path = format!("/v1/subscriptions/{id}");
    let refused = shop.call("POST", &path, &[("cancel_at_period_end", "true")]).await;
    assert!(refused.status == 400 && refused.text.contains(&schedule), "{}", refused.text);
    let again = shop.call("POST", "/v1/subscription_schedules", &[("from_subscription", &id)]).await;
    assert_eq!(again.status, 400, "one schedule a subscription: {}", again.text);
    assert_eq!(shop.call("DELETE", &path, &[]).await.status, 200);
    let ended = shop.get(&format!("/v1/subscription_schedules/{schedule}"), &[]).await;
    assert_eq!(ended["status"], "canceled");
    shop.advance(40 * DAY).await;
    assert_eq!(shop.subscription(&id).await["status"], "canceled", "no phase begins any more");
}

#[tokio::test]
async fn phases_must_have_no_gaps_and_one_currency() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
    let made = shop.post("/v1/subscription_schedules", &[("from_subscription", &id)]).await;
    let path = format!("/v1/subscription_schedules/{}", text(&made["id"]));
    let (start, price) = (made["phases"][0]["start_date"].to_string(), shop.price("premium_month").await);
    for (form, message) in [
        (vec![("phases[0][start_date]", "1000000000"), ("phases[0][items][0][price]", &price)], "start_date"),
        (vec![("phases[0][start_date]", &start)], "phases[0][items]"),
        (vec![("phases[0][end_date]", &start), ("phases[0][items][0][price]", &price)], "after its start"),
        (vec![("phases[0][items][0][price]", "price_none")], "No such price"),
        (
            vec![("phases[0][coupon]", "x"), ("phases[0][items][0][price]", &price)],
            "unknown parameter: phases[0][coupon]",
        ),
    ] {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, &**value)).collect();
        let refused = shop.call("POST", &path, &form).await;
        assert!(refused.status == 400 && refused.text.contains(message), "{form:?}: {}", refused.text);
    }
    let same = shop.get(&path, &[]).await;
    assert_eq!(same["phases"], made["phases"], "a refused change changes nothing");
}

#[tokio::test]
async fn a_phase_keeps_only_the_discounts_that_it_names() {
    for kept in [true, false] {
        let shop = Shop::open().await;
        let (customer, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
        shop.post("/v1/coupons", &[("id", "half"), ("percent_off", "50"), ("duration", "forever")]).await;
        let reduced = shop.post(&format!("/v1/subscriptions/{id}"), &[("discounts[0][coupon]", "half")]).await;
        let discount = text(&reduced["discounts"][0]);
        let made = shop.post("/v1/subscription_schedules", &[("from_subscription", &id)]).await;
        assert_eq!(made["phases"][0]["discounts"][0]["discount"], json!(discount));
        let (start, end) = (made["phases"][0]["start_date"].to_string(), made["phases"][0]["end_date"].to_string());
        let (now, then) = (text(&made["phases"][0]["items"][0]["price"]), shop.price("basic_month").await);
        let mut form = vec![
            ("phases[0][start_date]", start.as_str()),
            ("phases[0][end_date]", &end),
            ("phases[0][items][0][price]", &now),
            ("phases[0][discounts][0][discount]", &discount),
            ("phases[1][items][0][price]", &then),
            ("phases[1][duration][interval]", "month"),
        ];
        if kept {
            form.push(("phases[1][discounts][0][discount]", &discount));
        }
        shop.post(&format!("/v1/subscription_schedules/{}", text(&made["id"])), &form).await;
        assert_eq!(shop.subscription(&id).await["discounts"], json!([discount]));
        shop.advance(32 * DAY).await;
        let paid = shop.invoices(&customer).await[1]["amount_paid"].as_i64().unwrap();
        assert!(if kept { paid < 501 } else { paid == 999 }, "{kept}: {paid}");
    }
}

#[tokio::test]
async fn past_phases_may_be_omitted() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
    let schedule = downgrade(&shop, &id, "basic_month").await;
    shop.advance(32 * DAY).await;
    let path = format!("/v1/subscription_schedules/{}", text(&schedule["id"]));
    let running = shop.get(&path, &[]).await;
    let (start, end) =
        (running["current_phase"]["start_date"].to_string(), running["current_phase"]["end_date"].to_string());
    let (now, then) = (shop.price("basic_month").await, shop.price("premium_month").await);
    let form = [
        ("phases[0][start_date]", start.as_str()),
        ("phases[0][end_date]", &end),
        ("phases[0][items][0][price]", &now),
        ("phases[1][items][0][price]", &then),
        ("phases[1][duration][interval]", "month"),
    ];
    let again = shop.post(&path, &form).await;
    assert_eq!((again["phases"].as_array().unwrap().len(), plan(&shop.subscription(&id).await)), (2, "basic_month"));
    shop.advance(32 * DAY).await;
    assert_eq!(plan(&shop.subscription(&id).await), "premium_month");
}

#[tokio::test]
async fn the_portal_shows_a_scheduled_change_and_cancels_it() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "premium_month", "4242424242424242").await;
    downgrade(&shop, &id, "basic_month").await;
    let portal = shop.post("/v1/billing_portal/sessions", &[("customer", &customer)]).await;
    let url = text(&portal["url"]);
    assert!(shop.browse(&url, None).await.text.contains("Changes to Basic on"));
    let keep = [("action", "keep"), ("subscription", id.as_str())];
    assert_eq!(shop.browse(&url, Some(&keep)).await.status, 303);
    assert_eq!(shop.subscription(&id).await["schedule"], Value::Null);
    downgrade(&shop, &id, "basic_month").await;
    shop.browse(&url, Some(&[("action", "cancel"), ("subscription", id.as_str())])).await;
    let ending = shop.subscription(&id).await;
    assert_eq!((&ending["schedule"], ending["cancel_at"].is_number()), (&Value::Null, true));
}
