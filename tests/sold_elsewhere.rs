//! Sales and pauses that are made directly at Stripe: a sale gives access and is not repeated here, a pause is shown.

use crate::get_member::member;
use serde_json::{Value, json};
use support::billing::{
    CARD, billing_tables, call_stripe, checkout, deliver_events, platform_without_trial, post_event, release_events,
    stripe_customer, subscription,
};
use support::{Platform, Viewer};

async fn id_of(viewer: &Viewer) -> String {
    viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned()
}

/// A session like that of a Payment Link: only `client_reference_id` names the buyer.
async fn session(platform: &Platform, reference: Option<&str>) -> Value {
    let prices = call_stripe(platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await;
    let mut form = vec![
        ("mode", "subscription"),
        ("line_items[0][price]", prices["data"][0]["id"].as_str().expect("a price")),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://shop.example/thanks"),
        ("customer_email", "elsewhere@viewers.test"),
    ];
    form.extend(reference.map(|reference| ("client_reference_id", reference)));
    let session = call_stripe(platform, "POST", "checkout/sessions", &form).await;
    assert!(session["url"].is_string(), "{session}");
    session
}

async fn buy(platform: &Platform, reference: Option<&str>) -> Value {
    let session = session(platform, reference).await;
    platform.pay(session["url"].as_str().expect("a page"), CARD).await;
    let path = format!("checkout/sessions/{}", session["id"].as_str().expect("an id"));
    call_stripe(platform, "GET", &path, &[]).await
}

#[tokio::test]
async fn a_purchase_that_names_its_buyer_gives_access_in_any_event_order_and_is_not_sold_twice() {
    for mode in ["normal", "reorder", "duplicate"] {
        let platform = platform_without_trial().await;
        let admin = platform.admin().await;
        let viewer = platform.register("a@viewers.test").await;
        if mode != "normal" {
            deliver_events(&platform, "hold").await;
        }
        buy(&platform, Some(&id_of(&viewer).await)).await;
        if mode != "normal" {
            assert_eq!(subscription(&viewer).await["access"]["allowed"], false, "no event has arrived yet");
            deliver_events(&platform, mode).await;
            release_events(&platform).await;
        }

        let seen = subscription(&viewer).await;
        assert_eq!(json!([seen["plan_type"], seen["access"]["allowed"]]), json!(["premium", true]), "{mode}: {seen}");
        assert_eq!(checkout(&viewer, "basic").await.code(), "ALREADY_SUBSCRIBED", "{mode}");
        let payments = member(&admin, &viewer).await["payments"].clone();
        assert_eq!(payments[0]["amount_paid"], 1_299, "{mode}: {payments}");
        // The account's own customer, which has no subscription, does not remove access.
        let own = stripe_customer(&platform, &viewer).await;
        post_event(&platform, "evt_own", "customer.updated", &own).await;
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{mode}");
    }
}

#[tokio::test]
async fn a_buyer_returning_from_a_link_need_not_wait_for_events_and_sees_only_their_own() {
    let platform = platform_without_trial().await;
    let (viewer, other) = (platform.register("a@viewers.test").await, platform.register("b@viewers.test").await);
    deliver_events(&platform, "hold").await;
    let bought = buy(&platform, Some(&id_of(&viewer).await)).await;
    let path = format!("/api/subscription?session_id={}", bought["id"].as_str().expect("an id"));

    let answer = other.get(&path).await;
    assert_eq!(json!([answer.data()["status"], answer.data()["synced"]]), json!(["none", null]), "{answer}");
    let synced = viewer.get(&path).await;
    assert_eq!(json!([synced.data()["plan_type"], synced.data()["synced"]]), json!(["premium", true]), "{synced}");
}

#[tokio::test]
async fn an_unclaimed_live_subscription_is_listed_for_the_operator_and_changes_nothing() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let before = billing_tables(&platform).await;
    let nobody = "0197a000-0000-7000-8000-000000000000";
    let mut bought = Vec::new();
    for reference in [None, Some(nobody), Some("order-17")] {
        bought.push(buy(&platform, reference).await["subscription"].as_str().expect("one").to_owned());
    }
    assert_eq!(billing_tables(&platform).await, before);

    let mut listed = Vec::new();
    for apply in [false, true] {
        let mut cursor = Value::Null;
        loop {
            let mut asked = json!({ "apply": apply });
            if cursor.is_string() {
                asked["cursor"] = cursor.clone();
            }
            let page = admin.post("/api/admin/billing/reconcile", asked).await;
            assert_eq!(page.status(), 200, "{page}");
            for drift in page.data()["drift"].as_array().expect("a list") {
                assert_eq!(json!([drift["user_id"], drift["applied"]]), json!([null, false]), "{drift}");
                listed.push(drift["differences"][0]["what"].as_str().expect("a name").to_owned());
            }
            cursor = page.data()["next_cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
    }
    listed.sort();
    let mut expected: Vec<String> = bought.iter().chain(&bought).map(|id| format!("unclaimed.{id}")).collect();
    expected.sort();
    assert_eq!(listed, expected);
    assert_eq!(billing_tables(&platform).await, before);
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);
}

#[tokio::test]
async fn a_purchase_whose_events_were_lost_is_found_by_the_nightly_run() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    deliver_events(&platform, "drop").await;
    buy(&platform, Some(&id_of(&viewer).await)).await;
    let run = platform.running().run_job("reconcile-nightly", json!({ "scope": "missed" })).await;
    run.expect("a summary");
    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
}

/// Stripe's list of a customer's subscriptions, with collection paused.
async fn paused(platform: &Platform, customer: &str, resumes_at: Option<i64>) -> Value {
    let path = format!("subscriptions?customer={customer}&status=all&expand[]=data.schedule");
    let mut list = call_stripe(platform, "GET", &path, &[]).await;
    list["data"][0]["pause_collection"] = json!({ "behavior": "void", "resumes_at": resumes_at });
    list
}

fn answer_with(platform: &Platform, list: &Value) {
    platform.fault(json!({
        "target": "stripe", "operation": "GET /v1/subscriptions", "kind": "answer", "count": 1_000,
        "answer": { "status": 200, "body": list },
    }));
}

#[tokio::test]
async fn a_paused_collection_is_shown_as_paused_until_it_resumes() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("premium").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let soon = platform.running().now().as_second() + 86_400;
    for (number, resumes_at) in [None, Some(soon)].into_iter().enumerate() {
        answer_with(&platform, &paused(&platform, &customer, resumes_at).await);
        post_event(&platform, &format!("evt_pause_{number}"), "customer.subscription.updated", &customer).await;

        let seen = subscription(&viewer).await;
        let access = json!({ "allowed": false, "code": "PAYMENT_OVERDUE" });
        assert_eq!(json!([seen["status"], seen["access"]]), json!(["paused", access]), "{seen}");
        assert_eq!(seen["resumes_at"].is_string(), resumes_at.is_some(), "{seen}");
        assert_eq!(member(&admin, &viewer).await["subscription"], seen);
        let listed = admin.get("/api/admin/members?status=paused").await;
        assert_eq!(listed.data().as_array().map(Vec::len), Some(1), "{listed}");
        assert_eq!(checkout(&viewer, "basic").await.code(), "ALREADY_SUBSCRIBED");
        let changed = crate::change_plan::change(&viewer, json!({ "plan_type": "basic" })).await;
        assert_eq!((changed.status(), changed.code()), (409, "CONFLICT"), "{changed}");
        assert!(changed.to_string().contains("paused"), "{changed}");

        platform.running().faults().clear();
        post_event(&platform, &format!("evt_resume_{number}"), "customer.subscription.updated", &customer).await;
        let seen = subscription(&viewer).await;
        assert_eq!(json!([seen["status"], seen["access"]["allowed"]]), json!(["active", true]), "{seen}");
        assert_eq!(seen["resumes_at"], Value::Null);
    }
}

#[tokio::test]
async fn a_pause_ends_here_when_stripe_or_the_merchant_ends_it() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let path = format!("subscriptions/{}", list["data"][0]["id"].as_str().expect("an id"));
    let until = (platform.running().now().as_second() + 3 * 86_400).to_string();
    let form = [("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", until.as_str())];
    call_stripe(&platform, "POST", &path, &form).await;
    platform.advance(0).await;
    let seen = subscription(&viewer).await;
    assert_eq!(json!([seen["status"], seen["access"]["code"]]), json!(["paused", "PAYMENT_OVERDUE"]), "{seen}");
    let resumes: jiff::Timestamp = seen["resumes_at"].as_str().expect("a moment").parse().expect("RFC 3339");
    assert_eq!(resumes.as_second().to_string(), until);

    platform.advance(4 * 86_400).await;
    let seen = subscription(&viewer).await;
    assert_eq!(json!([seen["status"], seen["access"]["allowed"]]), json!(["active", true]), "{seen}");

    call_stripe(&platform, "POST", &path, &[("pause_collection[behavior]", "keep_as_draft")]).await;
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await["status"], "paused");
    call_stripe(&platform, "POST", &path, &[("pause_collection", "")]).await;
    platform.advance(0).await;
    assert_eq!(subscription(&viewer).await["status"], "active");
}

#[tokio::test]
async fn a_payment_links_purchase_belongs_to_its_buyer() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let prices = call_stripe(&platform, "GET", "prices?lookup_keys[0]=premium_month", &[]).await;
    let price = prices["data"][0]["id"].as_str().expect("a price");
    let form = [("line_items[0][price]", price), ("line_items[0][quantity]", "1")];
    let link = call_stripe(&platform, "POST", "payment_links", &form).await;
    let url = format!("{}?client_reference_id={}", link["url"].as_str().expect("a page"), id_of(&viewer).await);
    let opened = platform.client().get(url).send().await.expect("the link redirects");
    let page = opened.headers()["location"].to_str().expect("a page");
    let page =
        format!("{}{}", platform.running().urls().stripe, page.trim_start_matches(&platform.running().urls().stripe));
    let body = format!("card={CARD}&email=elsewhere%40viewers.test");
    let request = platform.client().post(page).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.body(body).send().await.expect("the page answers").status(), 200);
    platform.advance(0).await;

    let seen = subscription(&viewer).await;

    assert_eq!(json!([seen["plan_type"], seen["access"]["allowed"]]), json!(["premium", true]), "{seen}");
    assert_eq!(checkout(&viewer, "basic").await.code(), "ALREADY_SUBSCRIBED");
    platform.advance(3_600).await;
    assert_eq!(platform.mail(viewer.email()).len(), 1, "the receipt goes to the account");
    assert!(platform.mail("elsewhere@viewers.test").is_empty());
}

#[tokio::test]
async fn an_ended_or_unpaid_subscription_is_not_shown_as_paused() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let customer = stripe_customer(&platform, &viewer).await;
    for status in ["unpaid", "canceled", "incomplete"] {
        let mut list = paused(&platform, &customer, None).await;
        list["data"][0]["status"] = json!(status);
        answer_with(&platform, &list);
        post_event(&platform, &format!("evt_{status}"), "customer.subscription.updated", &customer).await;
        assert_eq!(subscription(&viewer).await["status"], status);
        platform.running().faults().clear();
    }
    for status in ["trialing", "past_due"] {
        let mut list = paused(&platform, &customer, None).await;
        list["data"][0]["status"] = json!(status);
        answer_with(&platform, &list);
        post_event(&platform, &format!("evt_{status}"), "customer.subscription.updated", &customer).await;
        assert_eq!(subscription(&viewer).await["status"], "paused", "{status}");
        platform.running().faults().clear();
    }
}
