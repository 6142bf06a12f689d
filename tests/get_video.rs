//! `GET /api/videos/{id}`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn a_video_includes_the_viewers_access_and_position() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let video = json!({ "title": "Premium one", "required_plan": "premium" });
    let id = platform.published_video(&admin, video).await;
    let free = platform.published_video(&admin, json!({})).await;
    let viewer = platform.register("a@viewers.test").await;

    let shown = viewer.get(&format!("/api/videos/{id}")).await;
    assert_eq!(shown.status(), 200, "{shown}");
    assert_eq!(shown.data()["access"], json!({ "allowed": false, "code": "SUBSCRIPTION_REQUIRED" }));
    assert_eq!((&shown.data()["progress"], &shown.data()["completed"]), (&json!(0.0), &json!(false)));
    assert_eq!(shown.data()["title"], "Premium one");
    assert!(shown.data().get("mux_playback_id").is_none() && shown.data().get("status").is_none(), "{shown}");
    assert_eq!(platform.round_trips(&shown, "dynamodb"), 1, "{:?}", platform.calls(&shown));

    let path = format!("/api/videos/{free}");
    assert_eq!(viewer.get(&path).await.data()["access"], json!({ "allowed": true, "code": null }));
    let saved = viewer.put(&format!("{path}/progress"), json!({ "progress": 20.0 })).await;
    assert_eq!(saved.status(), 200, "{saved}");
    assert_eq!(viewer.get(&path).await.data()["progress"], 20.0);
    viewer.put(&format!("{path}/progress"), json!({ "progress": 59.0 })).await;
    assert_eq!(viewer.get(&path).await.data()["completed"], true);

    let for_admin = admin.get(&format!("/api/videos/{id}")).await;
    assert_eq!(for_admin.data()["access"]["allowed"], true, "an admin can play every ready video");
    assert_eq!(for_admin.data()["status"], "ready");
}

#[tokio::test]
async fn unpublished_videos_are_not_found() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let ready = platform.ready_video(&admin, json!({})).await;
    let processing = platform.new_video(&admin, json!({})).await;
    let upper = ready.to_uppercase();
    for id in [ready.as_str(), &processing, &upper, "01987c10-4a00-7000-8000-000000000010", "1", "..", "%20"] {
        let answer = viewer.get(&format!("/api/videos/{id}")).await;
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{id}: {answer}");
    }
    assert_eq!(platform.anyone().get(&format!("/api/videos/{ready}")).await.code(), "UNAUTHENTICATED");
    assert_eq!(admin.get(&format!("/api/videos/{ready}")).await.data()["access"]["allowed"], true);
    let waiting = admin.get(&format!("/api/videos/{processing}")).await;
    assert_eq!(waiting.data()["access"], json!({ "allowed": false, "code": "VIDEO_NOT_READY" }));
}
