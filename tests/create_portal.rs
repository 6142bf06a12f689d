//! `create-portal`: opens Stripe's portal, only for the caller's own customer.

use serde_json::json;
use support::Platform;
use support::billing::{call_stripe, platform_without_trial, stripe_customer, subscription};

async fn act(platform: &Platform, portal: &str, form: &str) -> u16 {
    let request = platform.client().post(portal).header("content-type", "application/x-www-form-urlencoded");
    let status = request.body(form.to_owned()).send().await.expect("the portal answers").status().as_u16();
    platform.advance(0).await;
    status
}

#[tokio::test]
async fn the_portal_returns_to_the_account_and_its_changes_show_here() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;

    let answer = viewer.send(viewer.request(reqwest::Method::POST, "/api/subscription/portal")).await;

    assert_eq!(answer.status(), 201, "{answer}");
    let portal = answer.data()["portal_url"].as_str().expect("a page").to_owned();
    assert!(portal.starts_with(&platform.running().urls().stripe), "{portal}");
    let page = platform.client().get(&portal).send().await.expect("the portal").text().await.expect("a page");
    assert!(page.contains(&format!("{}/account\"", platform.running().urls().web)), "{page}");
    let customer = stripe_customer(&platform, &viewer).await;
    let list = call_stripe(&platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    let one = list["data"][0]["id"].as_str().expect("a subscription").to_owned();

    assert_eq!(act(&platform, &portal, &format!("action=cancel&subscription={one}")).await, 303);
    let cancelled = subscription(&viewer).await;
    assert_eq!(cancelled["cancel_at"], cancelled["current_period_end"], "{cancelled}");
    assert_eq!(act(&platform, &portal, &format!("action=undo&subscription={one}")).await, 303);
    assert!(subscription(&viewer).await["cancel_at"].is_null());

    // A cancellation from the portal is undone here.
    act(&platform, &portal, &format!("action=cancel&subscription={one}")).await;
    let resumed = viewer.post("/api/subscription/resume", json!({})).await;
    assert_eq!((resumed.status(), &resumed.data()["cancel_at"]), (200, &json!(null)), "{resumed}");
}

#[tokio::test]
async fn a_user_without_a_customer_gets_an_error() {
    let platform = platform_without_trial().await;
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let viewer = platform.register("a@viewers.test").await;
    let none = viewer.post("/api/subscription/portal", json!({})).await;
    assert_eq!((none.status(), none.code()), (403, "SUBSCRIPTION_REQUIRED"), "{none}");
    platform.running().faults().clear();
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    call_stripe(&platform, "DELETE", &format!("customers/{customer}"), &[]).await;
    let gone = viewer.post("/api/subscription/portal", json!({})).await;
    assert_eq!((gone.status(), gone.code()), (403, "SUBSCRIPTION_REQUIRED"), "{gone}");
}
