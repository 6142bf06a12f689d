//! `GET /api/series/{id}`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn a_series_is_represented_by_its_first_episode_and_its_lowest_plan() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    let episode = |season: u32, episode: u32, plan: &str| json!({ "series_id": id, "season": season, "episode": episode, "required_plan": plan });
    // The finale is published first, so the order of publication does not decide. Only the finale has the lowest plan.
    let finale = platform.published_video(&admin, episode(2, 1, "free")).await;
    let second = platform.published_video(&admin, episode(1, 10, "premium")).await;
    let first = platform.published_video(&admin, episode(1, 2, "basic")).await;

    let shown = platform.anyone().get(&format!("/api/series/{id}")).await;

    assert_eq!(shown.status(), 200, "{shown}");
    let series = shown.data();
    assert_eq!((&series["title"], &series["first_video_id"]), (&json!("Harbour Nine"), &json!(first)));
    assert_eq!(series["required_plan"], "free");
    assert_eq!(series["seasons"], json!([{ "season": 1, "episodes": 2 }, { "season": 2, "episodes": 1 }]));
    assert!(series["poster"]["url"].as_str().is_some_and(|url| url.contains("token=")), "{shown}");
    assert!(!shown.to_string().contains("mux_"), "no details of the encoding: {shown}");

    // The first episode and the free one are withdrawn: the next one represents the series, which is no longer free.
    for withdrawn in [&first, &finale] {
        let path = format!("/api/admin/videos/{withdrawn}");
        assert_eq!(admin.patch(&path, json!({ "published": false })).await.status(), 200);
    }
    let shown = platform.anyone().get(&format!("/api/series/{id}")).await;
    assert_eq!(
        (&shown.data()["first_video_id"], &shown.data()["required_plan"], &shown.data()["seasons"]),
        (&json!(second), &json!("premium"), &json!([{ "season": 1, "episodes": 1 }]))
    );
}

#[tokio::test]
async fn an_unpublished_series_is_not_found() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    let video = platform.ready_video(&admin, json!({ "series_id": id })).await;
    for unknown in [id.as_str(), "01987c10-4a00-7000-8000-000000000001", "1", &video] {
        for path in [format!("/api/series/{unknown}"), format!("/api/series/{unknown}/episodes")] {
            assert_eq!(platform.anyone().get(&path).await.code(), "NOT_FOUND", "{path}");
            assert_eq!(admin.get(&path).await.code(), "NOT_FOUND", "{path}: the same for everybody");
        }
    }
}
