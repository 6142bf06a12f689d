//! Prices that are moved, archived or renamed at Stripe: past payments stay as they were written, and subscribers keep
//! their plans.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::billing::{
    CARD, DAY, HOUR, call_stripe, checkout_url, platform_without_trial, signed_in_again, subscription, table_rows,
};
use support::{Platform, Viewer};

/// Members who paid in all the different ways, a few days ago.
struct Shop {
    platform: Platform,
    admin: Viewer,
    /// Bought basic monthly, then changed to premium.
    upgraded: Viewer,
    /// Pays premium yearly, with a coupon.
    yearly: Viewer,
    /// Pays basic monthly.
    basic: Viewer,
    /// The coupon of `yearly`.
    coupon: String,
}

async fn buy(platform: &Platform, email: &str, body: Value) -> Viewer {
    let viewer = platform.register(email).await;
    let checkout = viewer.post("/api/subscription/checkout", body).await;
    platform.pay(&checkout_url(&checkout), CARD).await;
    viewer
}

/// The price that currently has a lookup key.
async fn price(platform: &Platform, key: &str) -> Value {
    let found = call_stripe(platform, "GET", &format!("prices?lookup_keys[0]={key}"), &[]).await;
    assert_eq!(found["data"].as_array().map(Vec::len), Some(1), "{key}: {found}");
    found["data"][0].clone()
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

/// Creates another price that takes over a lookup key.
async fn replace(platform: &Platform, key: &str, amount: &str, product: &str) -> Value {
    let every = if key.ends_with("year") { "year" } else { "month" };
    let form = [
        ("currency", "usd"),
        ("unit_amount", amount),
        ("recurring[interval]", every),
        ("product", product),
        ("lookup_key", key),
        ("transfer_lookup_key", "true"),
    ];
    let made = call_stripe(platform, "POST", "prices", &form).await;
    assert_eq!(made["lookup_key"], key, "{made}");
    made
}

async fn update(platform: &Platform, path: &str, form: &[(&str, &str)]) {
    let updated = call_stripe(platform, "POST", path, form).await;
    assert!(updated["error"].is_null(), "{path}: {updated}");
}

impl Shop {
    async fn open() -> Self {
        let platform = platform_without_trial().await;
        let admin = platform.admin().await;
        let coupon = call_stripe(&platform, "POST", "coupons", &[("percent_off", "25"), ("duration", "forever")]).await;
        let form = [("promotion[type]", "coupon"), ("promotion[coupon]", &id(&coupon)), ("code", "QUARTER")];
        assert!(call_stripe(&platform, "POST", "promotion_codes", &form).await["id"].is_string());
        let upgraded = buy(&platform, "upgraded@viewers.test", json!({ "plan_type": "basic" })).await;
        let basic = buy(&platform, "basic@viewers.test", json!({ "plan_type": "basic" })).await;
        let yearly = json!({ "plan_type": "premium", "interval": "year", "promotion_code": "QUARTER" });
        let yearly = buy(&platform, "yearly@viewers.test", yearly).await;
        platform.advance(2 * DAY).await;
        let changed = upgraded.post("/api/subscription/change", json!({ "plan_type": "premium" })).await;
        assert_eq!(changed.status(), 200, "{changed}");
        platform.advance(3 * DAY).await;
        Self { coupon: id(&coupon), platform, admin, upgraded, yearly, basic }
    }

    /// The settled entries, by their keys.
    async fn settled(&self) -> Vec<Value> {
        let ledger = table_rows(&self.platform, "BILLING_EVENTS_TABLE").await;
        ledger.into_iter().filter(|row| row["settled"]["BOOL"] == true).collect()
    }

    /// The stored metrics of past days.
    async fn stored_metrics(&self) -> BTreeMap<String, String> {
        let rows = table_rows(&self.platform, "BILLING_EVENTS_TABLE").await;
        let months = rows.iter().filter(|row| row["pk"]["S"] == "METRICS");
        let texts = months.map(|row| row["by_day"]["S"].as_str().expect("figures"));
        let days = texts.flat_map(|text| serde_json::from_str::<BTreeMap<String, Value>>(text).expect("days"));
        days.map(|(day, counted)| (day, counted.to_string())).collect()
    }

    /// Asserts that the stored days are unchanged.
    async fn assert_still_stored(&self, kept: &BTreeMap<String, String>, what: &str) {
        let now = self.stored_metrics().await;
        assert!(kept.values().any(|day| day.contains("usd")), "{what}: there are stored metrics");
        for (day, counted) in kept {
            assert_eq!(now.get(day), Some(counted), "{what}: {day} has the same bytes");
        }
    }

    async fn job(&self, name: &str, event: Value) -> Value {
        self.platform.running().run_job(name, event).await.expect("it runs")
    }

    /// Compares with Stripe and repairs, and counts every day again.
    async fn repair_and_recount(&self) -> Value {
        // Longer than prices are cached.
        self.platform.advance(HOUR).await;
        let night = self.job("reconcile-nightly", json!({})).await;
        let from = self.platform.running().now() - jiff::SignedDuration::from_hours(24 * 200);
        self.job("count-metrics", json!({ "from": from.strftime("%Y-%m-%d").to_string() })).await;
        night
    }
}

/// Makes a change at Stripe. Afterwards every past payment must be unchanged, and nobody may have lost their plan.
async fn nothing_settled_changes(what: &str, shop: &Shop) {
    let Shop { platform, upgraded, yearly, basic, .. } = shop;
    let after = shop.settled().await;
    let days = shop.stored_metrics().await;
    let night = shop.repair_and_recount().await;
    assert_eq!(night["drift"], json!([]), "{what}: there is nothing to repair");
    assert_eq!(shop.settled().await, after, "{what}");
    shop.assert_still_stored(&days, what).await;
    for (viewer, plan, every) in
        [(upgraded, "premium", "month"), (yearly, "premium", "year"), (basic, "basic", "month")]
    {
        let seen = subscription(&signed_in_again(platform, viewer).await).await;
        assert_eq!(
            json!([seen["plan_type"], seen["interval"], seen["access"]["allowed"]]),
            json!([plan, every, true]),
            "{what}: {seen}"
        );
    }
}

#[tokio::test]
async fn a_price_change_as_documented_leaves_past_payments_unchanged() {
    let shop = Shop::open().await;
    let platform = &shop.platform;
    let paid = shop.settled().await;
    assert!(
        paid.iter().any(|row| row["recurring_amount"]["N"] == "1299" && row["listing"]["S"].is_string()),
        "{paid:?}"
    );
    let old = price(platform, "basic_month").await;
    update(platform, &format!("prices/{}", id(&old)), &[("metadata[lookup_key]", "basic_month")]).await;
    replace(platform, "basic_month", "999", old["product"].as_str().expect("a product")).await;
    nothing_settled_changes("by the book", &shop).await;

    // The night of the first of the month, with its renewals.
    platform.advance(35 * DAY).await;
    let row = |row: &Value| (row["pk"].clone(), row["sk"].clone());
    let now = shop.settled().await;
    for before in &paid {
        assert_eq!(now.iter().find(|one| row(one) == row(before)), Some(before));
    }
    let invoices = now.iter().filter(|one| one["kind"]["S"] == "invoice");
    for renewal in invoices {
        assert!(renewal["plan_type"]["S"].is_string() && renewal["listing"]["S"].is_string(), "{renewal}");
    }
    let figures = crate::get_metrics::figures(platform, &signed_in_again(platform, &shop.admin).await, 1).await;
    assert_eq!(figures["totals"]["mrr"], 1_299 + 812 + 799, "12,990 per year minus a quarter, and basic unchanged");
    nothing_settled_changes("a month later", &shop).await;
}

#[tokio::test]
async fn past_payments_survive_any_change_of_prices_products_and_coupons() {
    let shop = Shop::open().await;
    let platform = &shop.platform;
    let basic = price(platform, "basic_month").await;
    let product = basic["product"].as_str().expect("a product").to_owned();

    update(platform, &format!("products/{product}"), &[("name", "Something else")]).await;
    nothing_settled_changes("a product is renamed", &shop).await;

    replace(platform, "basic_month", "999", &product).await;
    nothing_settled_changes("a key is moved, and nothing noted on the old price", &shop).await;

    let back = [("lookup_key", "basic_month"), ("transfer_lookup_key", "true")];
    update(platform, &format!("prices/{}", id(&basic)), &back).await;
    nothing_settled_changes("the key is moved back", &shop).await;

    update(platform, &format!("prices/{}", id(&basic)), &[("active", "false")]).await;
    nothing_settled_changes("a price is archived with its key", &shop).await;

    update(platform, &format!("prices/{}", id(&basic)), &[("lookup_key", "basic_month_2026")]).await;
    nothing_settled_changes("its key is renamed", &shop).await;

    update(platform, &format!("products/{product}"), &[("active", "false")]).await;
    nothing_settled_changes("its product is archived", &shop).await;

    call_stripe(platform, "DELETE", &format!("coupons/{}", shop.coupon), &[]).await;
    nothing_settled_changes("a coupon is deleted", &shop).await;
}

#[tokio::test]
async fn moving_keys_to_other_products_without_metadata_keeps_everybodys_plan() {
    let shop = Shop::open().await;
    let platform = &shop.platform;
    let product = call_stripe(platform, "POST", "products", &[("name", "All plans")]).await;
    for key in ["basic_month", "basic_year", "premium_month", "premium_year"] {
        replace(platform, key, "1999", &id(&product)).await;
    }
    nothing_settled_changes("all keys moved to one product", &shop).await;
    // Checkout, plan changes and cancellations still recognize them.
    let basic = signed_in_again(platform, &shop.basic).await;
    assert_eq!(support::billing::checkout(&basic, "basic").await.code(), "ALREADY_SUBSCRIBED");
    assert_eq!(basic.post("/api/subscription/cancel", json!({})).await.status(), 200);
    assert_eq!(basic.post("/api/subscription/resume", json!({})).await.status(), 200);
    let preview = basic.post("/api/subscription/change/preview", json!({ "plan_type": "premium" })).await;
    assert_eq!(preview.data()["when"], "now", "{preview}");
    platform.advance(35 * DAY).await;
    nothing_settled_changes("and renewed", &shop).await;
    let latest = shop.settled().await;
    let renewals: Vec<&Value> =
        latest.iter().filter(|row| row["billing_reason"]["S"] == "subscription_cycle").collect();
    assert_eq!(renewals.len(), 2, "{renewals:?}");
    assert!(renewals.iter().all(|row| row["plan_type"]["S"].is_string()), "{renewals:?}");
}

#[tokio::test]
async fn swapping_lookup_keys_leaves_past_payments_unchanged() {
    let shop = Shop::open().await;
    let platform = &shop.platform;
    let (basic, premium) = (price(platform, "basic_month").await, price(platform, "premium_month").await);
    let (before, days) = (shop.settled().await, shop.stored_metrics().await);
    update(platform, &format!("prices/{}", id(&basic)), &[("lookup_key", "")]).await;
    update(platform, &format!("prices/{}", id(&premium)), &[("lookup_key", "basic_month")]).await;
    update(platform, &format!("prices/{}", id(&basic)), &[("lookup_key", "premium_month")]).await;
    shop.repair_and_recount().await;
    assert_eq!(shop.settled().await, before);
    shop.assert_still_stored(&days, "keys change places").await;
    assert_eq!(shop.job("reconcile-nightly", json!({})).await["drift"], json!([]), "it is not reported as drift");
}

#[tokio::test]
async fn a_price_that_names_no_plan_never_grants_anything() {
    let shop = Shop::open().await;
    let platform = &shop.platform;
    let other_viewer = platform.register("stranger@viewers.test").await;
    let customer = support::billing::stripe_customer(platform, &other_viewer).await;
    let card = call_stripe(platform, "POST", "payment_methods", &[("type", "card"), ("card[token]", "tok_visa")]).await;
    update(platform, &format!("payment_methods/{}/attach", id(&card)), &[("customer", &customer)]).await;
    let other = id(&call_stripe(platform, "POST", "products", &[("name", "Marquee Premium")]).await);
    let ours = price(platform, "premium_month").await["product"].as_str().expect("a product").to_owned();
    for product in [other, ours] {
        let form =
            [("currency", "usd"), ("unit_amount", "1299"), ("recurring[interval]", "month"), ("product", &product)];
        let foreign = id(&call_stripe(platform, "POST", "prices", &form).await);
        let form =
            [("customer", customer.as_str()), ("items[0][price]", &foreign), ("default_payment_method", &id(&card))];
        assert_eq!(call_stripe(platform, "POST", "subscriptions", &form).await["status"], "active");
        // Twice, because what was seen once is remembered.
        for number in 0..2 {
            platform.advance(HOUR).await;
            let event = format!("evt_{number}_{product}");
            support::billing::post_event(platform, &event, "customer.subscription.updated", &customer).await;
            let seen = subscription(&other_viewer).await;
            let told = json!([seen["plan_type"], seen["access"]["code"]]);
            assert_eq!(told, json!([null, "SUBSCRIPTION_REQUIRED"]), "{seen}");
        }
    }
}

/// The current plan and its price, and the pending plan and its price.
fn price_summary(seen: &Value) -> Value {
    let names = ["plan_type", "amount", "currency", "pending_plan_type", "pending_interval", "pending_amount"];
    names.iter().map(|name| seen[*name].clone()).collect()
}

#[tokio::test]
async fn a_member_sees_what_they_pay_and_not_the_current_price() {
    let shop = Shop::open().await;
    let platform = &shop.platform;
    let old = price(platform, "basic_month").await;
    update(platform, &format!("prices/{}", id(&old)), &[("metadata[lookup_key]", "basic_month")]).await;
    replace(platform, "basic_month", "999", old["product"].as_str().expect("a product")).await;
    platform.advance(HOUR).await;
    let basic = signed_in_again(platform, &shop.basic).await;
    let offered = platform.anyone().get("/api/plans").await;
    let amounts = |plans: &Value| plans[0]["prices"][0]["amount"].clone();
    assert_eq!(amounts(offered.data()), 999, "{offered}");

    assert_eq!(price_summary(&subscription(&basic).await), json!(["basic", 799, "usd", null, null, null]));
    let yearly = subscription(&signed_in_again(platform, &shop.yearly).await).await;
    assert_eq!(json!([yearly["amount"], yearly["has_discount"]]), json!([12_990, true]), "{yearly}");
    assert_eq!(subscription(&basic).await["has_discount"], false);

    platform.advance(35 * DAY).await;
    let basic = signed_in_again(platform, &basic).await;
    let renewed = basic.get("/api/subscription/invoices").await;
    assert_eq!((renewed.data().as_array().map(Vec::len), &renewed.data()[0]["amount_paid"]), (Some(2), &json!(799)));
    assert_eq!(
        price_summary(&subscription(&basic).await),
        json!(["basic", 799, "usd", null, null, null]),
        "the price of the renewal"
    );
}

#[tokio::test]
async fn a_scheduled_plan_keeps_its_price_when_prices_move() {
    for (what, is_noted) in [("as documented", true), ("carelessly", false)] {
        let shop = Shop::open().await;
        let platform = &shop.platform;
        let upgraded = signed_in_again(platform, &shop.upgraded).await;
        let wish = json!({ "plan_type": "basic" });
        assert_eq!(upgraded.post("/api/subscription/change", wish.clone()).await.status(), 200);
        let set = json!(["premium", 1_299, "usd", "basic", "month", 799]);
        assert_eq!(price_summary(&subscription(&upgraded).await), set, "{what}");
        let old = price(platform, "basic_month").await;
        let path = format!("prices/{}", id(&old));
        if is_noted {
            update(platform, &path, &[("metadata[lookup_key]", "basic_month")]).await;
        }
        let product = call_stripe(platform, "POST", "products", &[("name", "Elsewhere")]).await;
        replace(platform, "basic_month", "999", &id(&product)).await;
        if !is_noted {
            // No price of the old product still tells which plan it sold.
            replace(platform, "basic_year", "9990", &id(&product)).await;
        }
        platform.advance(HOUR).await;
        let customer = support::billing::stripe_customer(platform, &upgraded).await;
        support::billing::post_event(platform, "evt_after", "customer.subscription.updated", &customer).await;

        assert_eq!(price_summary(&subscription(&upgraded).await), set, "{what}");
        let night = shop.job("reconcile-nightly", json!({})).await;
        assert_eq!(night["drift"], json!([]), "{what}");
        let preview = upgraded.post("/api/subscription/change/preview", wish.clone()).await;
        let preview = json!([preview.data()["when"], preview.data()["renewal_amount"]]);
        assert_eq!(preview, json!(["period_end", 799]), "{what}: the agreed price applies");
        let asked = upgraded.post("/api/subscription/change", wish).await;
        assert_eq!(
            (asked.status(), price_summary(asked.data())),
            (200, set.clone()),
            "{what}: repeating the request changes nothing"
        );
        platform.advance(35 * DAY).await;
        let upgraded = signed_in_again(platform, &upgraded).await;
        assert_eq!(
            price_summary(&subscription(&upgraded).await),
            json!(["basic", 799, "usd", null, null, null]),
            "{what}"
        );
        let paid = upgraded.get("/api/subscription/invoices").await;
        assert_eq!(paid.data()[0]["amount_paid"], 799, "{what}: {paid}");
    }
}
