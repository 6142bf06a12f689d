//! `GET /api/series`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn only_series_with_a_visible_episode_are_listed_by_title() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for title in ["Zebra", "Éclair", "apple"] {
        let id = platform.new_series(&admin, title).await;
        platform.published_video(&admin, json!({ "series_id": id, "episode": 1 })).await;
    }
    let hidden = platform.new_series(&admin, "Hidden").await;
    platform.ready_video(&admin, json!({ "series_id": hidden, "episode": 1 })).await;
    let later = platform.new_series(&admin, "Later").await;
    let at = platform.running().now() + std::time::Duration::from_secs(3_600);
    let scheduled = json!({ "series_id": later, "episode": 1, "publish_at": at.to_string() });
    platform.published_video(&admin, scheduled).await;

    let titles = async || {
        let listed = platform.anyone().get("/api/series").await;
        assert_eq!(listed.status(), 200, "{listed}");
        assert!(listed.header("cache-control").starts_with("public"), "{listed}");
        let all = listed.data().as_array().expect("a list").clone();
        all.iter().map(|one| one["title"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["apple", "Éclair", "Zebra"]);
    platform.advance(3_601).await;
    assert_eq!(titles().await, ["apple", "Éclair", "Later", "Zebra"]);
}

#[tokio::test]
async fn pages_of_series_have_no_gaps_and_cost_one_round_trip() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for title in ["C", "A", "B"] {
        let id = platform.new_series(&admin, title).await;
        platform.published_video(&admin, json!({ "series_id": id })).await;
    }
    let anyone = platform.anyone();
    let (mut titles, mut path) = (String::new(), "/api/series?limit=1".to_owned());
    loop {
        let page = anyone.get(&path).await;
        titles.push_str(page.data()[0]["title"].as_str().expect("a title"));
        assert!(platform.round_trips(&page, "dynamodb") <= 2, "{:?}", platform.calls(&page));
        let Some(cursor) = page.json()["pagination"]["next_cursor"].as_str().map(str::to_owned) else { break };
        path = format!("/api/series?limit=1&cursor={cursor}");
    }
    assert_eq!(titles, "ABC");
    assert_eq!(platform.round_trips(&anyone.get("/api/series").await, "dynamodb"), 1);
    assert_eq!(anyone.get("/api/series?cursor=x").await.code(), "INVALID_CURSOR");
    assert_eq!(anyone.get("/api/series?limit=0").await.code(), "VALIDATION_ERROR");
}
