//! `GET /api/admin/billing/events`

use serde_json::{Value, json};
use support::billing::{platform_without_trial, post_event, signed_in_again, stripe_customer};
use support::{Answer, Platform, Viewer};

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status(), 200, "{answer}");
    let events = answer.data().as_array().expect("a list").iter();
    events.map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
}

/// Events `evt_0`, `evt_1` and `evt_2` of a member's customer, on three days.
struct ThreeDays {
    platform: Platform,
    admin: Viewer,
    viewer: Viewer,
    /// The ids of all events, newest first.
    all: Vec<String>,
}

async fn three_days() -> ThreeDays {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let bought = ids(&admin.get("/api/admin/billing/events?limit=100").await);
    for (number, day) in [0, 1, 20].into_iter().enumerate() {
        platform.advance(day * 86_400 + 1).await;
        post_event(&platform, &format!("evt_{number}"), "invoice.paid", &customer).await;
    }
    let admin = signed_in_again(&platform, &admin).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    let all = [vec!["evt_2".to_owned(), "evt_1".to_owned(), "evt_0".to_owned()], bought].concat();
    ThreeDays { platform, admin, viewer, all }
}

#[tokio::test]
async fn events_are_listed_newest_first_across_days() {
    let ThreeDays { admin, all, .. } = three_days().await;

    assert_eq!(ids(&admin.get("/api/admin/billing/events?limit=100").await), all);
}

#[tokio::test]
async fn each_event_is_on_one_page_which_takes_a_bounded_number_of_calls() {
    let ThreeDays { platform, admin, all, .. } = three_days().await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/admin/billing/events?limit=2{cursor}")).await;
        seen.extend(ids(&page));
        assert!(platform.calls(&page).len() <= 45, "{}", platform.calls(&page).len());
        let Some(next) = page.next_cursor() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn the_events_of_a_day_are_listed_with_their_customer_and_member() {
    let ThreeDays { platform, admin, viewer, .. } = three_days().await;
    let today = platform.running().now().strftime("%Y-%m-%d").to_string();

    let of_day = admin.get(&format!("/api/admin/billing/events?day={today}")).await;

    assert_eq!(ids(&of_day), ["evt_2"]);
    let event = &of_day.data()[0];
    let owner = admin.get(&format!("/api/admin/members?email={}", viewer.email())).await.data()[0]["id"].clone();
    let customer = stripe_customer(&platform, &viewer).await;
    assert_eq!(
        json!([event["event_type"], event["stripe_customer_id"], event["user_id"], event["state"], event["error"]]),
        json!(["invoice.paid", customer, owner, "applied", Value::Null])
    );
}

#[tokio::test]
async fn events_can_be_listed_by_state() {
    let ThreeDays { admin, all, .. } = three_days().await;

    assert_eq!(ids(&admin.get("/api/admin/billing/events?state=set_aside").await), Vec::<String>::new());
    assert_eq!(ids(&admin.get("/api/admin/billing/events?state=applied&limit=100").await), all);
    assert_eq!(admin.get("/api/admin/billing/events?state=lost").await.code(), "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_viewer_sees_no_events() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;

    assert_eq!(viewer.get("/api/admin/billing/events").await.code(), "FORBIDDEN");
}
