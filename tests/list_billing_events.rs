//! `GET /api/admin/billing/events`

use serde_json::{Value, json};
use support::Answer;
use support::billing::{platform_without_trial, post_event, signed_in_again, stripe_customer};

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status(), 200, "{answer}");
    let events = answer.data().as_array().expect("a list").iter();
    events.map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn events_are_listed_newest_first_across_days_and_by_day() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let bought = ids(&admin.get("/api/admin/billing/events?limit=100").await);
    let days = [0, 1, 20];
    let mut today = String::new();
    for (number, day) in days.into_iter().enumerate() {
        platform.advance(day * 86_400 + 1).await;
        today = platform.running().now().strftime("%Y-%m-%d").to_string();
        post_event(&platform, &format!("evt_{number}"), "invoice.paid", &customer).await;
    }
    let admin = signed_in_again(&platform, &admin).await;

    let all = ids(&admin.get("/api/admin/billing/events?limit=100").await);
    assert_eq!(all, [vec!["evt_2".to_owned(), "evt_1".to_owned(), "evt_0".to_owned()], bought].concat());
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/admin/billing/events?limit=2{cursor}")).await;
        seen.extend(ids(&page));
        assert!(platform.calls(&page).len() <= 45, "a bounded number of calls: {}", platform.calls(&page).len());
        let Some(next) = page.next_cursor() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    let of_day = admin.get(&format!("/api/admin/billing/events?day={today}")).await;
    assert_eq!(ids(&of_day), ["evt_2"]);
    let one = &of_day.data()[0];
    let owner = admin.get(&format!("/api/admin/members?email={}", viewer.email())).await.data()[0]["id"].clone();
    assert_eq!(
        json!([one["event_type"], one["stripe_customer_id"], one["user_id"], one["state"], one["error"]]),
        json!(["invoice.paid", customer, owner, "applied", Value::Null])
    );
    assert_eq!(ids(&admin.get("/api/admin/billing/events?state=set_aside").await), Vec::<String>::new());
    assert_eq!(ids(&admin.get("/api/admin/billing/events?state=applied&limit=100").await), all);
    assert_eq!(admin.get("/api/admin/billing/events?state=lost").await.code(), "VALIDATION_ERROR");
    assert_eq!(signed_in_again(&platform, &viewer).await.get("/api/admin/billing/events").await.code(), "FORBIDDEN");
}
