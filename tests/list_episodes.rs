//! `GET /api/series/{id}/episodes`

use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn episodes_are_listed_in_order_by_season_and_page() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    for (title, season, episode) in [
        ("S2E1", json!(2), json!(1)),
        ("S1E10", json!(1), json!(10)),
        ("S1E2", Value::Null, json!(2)),
        ("extra", json!(1), Value::Null),
    ] {
        let video = json!({ "title": title, "series_id": id, "season": season, "episode": episode });
        platform.published_video(&admin, video).await;
    }
    platform.ready_video(&admin, json!({ "title": "hidden", "series_id": id, "season": 1, "episode": 1 })).await;
    platform.published_video(&admin, json!({ "title": "A film" })).await;
    let titles = async |query: &str| {
        let (mut titles, mut path) = (Vec::new(), format!("/api/series/{id}/episodes?{query}"));
        loop {
            let page = platform.anyone().get(&path).await;
            assert_eq!(page.status(), 200, "{page}");
            titles.extend(page.data().as_array().expect("a page").iter().map(|one| one["title"].clone()));
            let Some(cursor) = page.json()["pagination"]["next_cursor"].as_str() else { return titles };
            path = format!("/api/series/{id}/episodes?{query}&cursor={cursor}");
        }
    };

    let all = ["S1E2", "S1E10", "extra", "S2E1"].map(Value::from);
    assert_eq!(titles("limit=100").await, all);
    assert_eq!(titles("limit=1").await, all);
    assert_eq!(titles("season=1&limit=2").await, all[..3]);
    assert_eq!(titles("season=3").await, Vec::<Value>::new());
    for (query, field) in [("season=0", "season"), ("season=x", "season"), ("limit=101", "limit")] {
        let answer = platform.anyone().get(&format!("/api/series/{id}/episodes?{query}")).await;
        assert_eq!((answer.code(), &answer.details()[0]["field"]), ("VALIDATION_ERROR", &json!(field)), "{answer}");
    }
}

#[tokio::test]
async fn a_cursor_is_valid_only_for_its_series_and_season() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let (one, two) = (platform.new_series(&admin, "One").await, platform.new_series(&admin, "Two").await);
    for episode in 1..=2 {
        for id in [&one, &two] {
            platform.published_video(&admin, json!({ "series_id": id, "episode": episode })).await;
        }
    }
    let page = platform.anyone().get(&format!("/api/series/{one}/episodes?limit=1")).await;
    let cursor = page.json()["pagination"]["next_cursor"].as_str().expect("a second page").to_owned();
    for path in [format!("/api/series/{two}/episodes?limit=1"), format!("/api/series/{one}/episodes?limit=1&season=1")]
    {
        let answer = platform.anyone().get(&format!("{path}&cursor={cursor}")).await;
        assert_eq!((answer.status(), answer.code()), (400, "INVALID_CURSOR"), "{path}");
    }
}
