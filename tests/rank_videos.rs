//! The job `rank-videos`.

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn the_most_played_come_first() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let mut ids = Vec::new();
    for title in ["First", "Second", "Third"] {
        ids.push(platform.published_video(&admin, json!({ "title": title })).await);
    }
    let viewer = platform.register("a@viewers.test").await;
    for id in [&ids[0], &ids[0], &ids[1]] {
        let played = viewer.play(id).await;
        assert_eq!(played.status(), 200, "{played}");
    }

    let ranked = platform.running().run_job("rank-videos", json!({})).await;
    assert_eq!(ranked.expect("it runs"), json!({ "counted": 3, "changed": 2 }));

    let popular = platform.anyone().get("/api/videos?sort=popular").await;
    let titles: Vec<_> = popular.data().as_array().expect("a list").iter().map(|one| one["title"].clone()).collect();
    assert_eq!(titles, ["First", "Second", "Third"]);
    assert!(!popular.text().contains("views"), "view counts are not public");
    admin.patch(&format!("/api/admin/videos/{}", ids[0]), json!({ "title": "Renamed" })).await;
    let popular = platform.anyone().get("/api/videos?sort=popular").await;
    assert_eq!(popular.data()[0]["title"], "Renamed", "an edit keeps the rank");
    let again = platform.running().run_job("rank-videos", json!({})).await;
    assert_eq!(again.expect("it runs")["changed"], 0);
}
