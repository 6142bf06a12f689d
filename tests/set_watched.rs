//! `set-watched`

use crate::list_history::history;
use crate::play_video::video_of;
use crate::update_progress::{beat, continued, playback, position, report};
use serde_json::json;
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

pub(crate) async fn set(viewer: &Viewer, video: &str) -> Answer {
    viewer.put(&format!("/api/videos/{video}/watched"), json!({})).await
}

#[tokio::test]
async fn a_video_is_marked_with_and_without_a_position_and_leaves_continue_watching() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let (begun, new) = (video_of(&platform, "basic").await, video_of(&platform, "free").await);
    report(&viewer, &begun, json!({ "progress": 9.0 })).await;
    assert_eq!(continued(&viewer).await.len(), 1);

    let first = set(&viewer, &begun).await;
    platform.advance(1).await;
    let second = set(&viewer, &new).await;

    assert_eq!((first.status(), first.data()), (200, &json!({ "progress": 9.0, "completed": true })), "{first}");
    assert_eq!((second.status(), second.data()), (200, &json!({ "progress": 0.0, "completed": true })), "{second}");
    assert_eq!(platform.round_trips(&first, "dynamodb"), 2, "{:?}", platform.calls(&first));
    assert_eq!(continued(&viewer).await, []);
    assert_eq!(position(&viewer, &new).await.1, true);
    assert_eq!(history(&viewer, 10).await, [(new.clone(), 0.0, true), (begun.clone(), 9.0, true)]);
    platform.advance(1).await;
    assert_eq!(set(&viewer, &begun).await.data(), first.data(), "a repeat changes nothing");
    assert_eq!(history(&viewer, 10).await[0].0, new, "and moves nothing");
    assert_eq!(viewer.play(&begun).await.data()["resume_position"], 0.0);
}

#[tokio::test]
async fn unpublished_unknown_and_malformed_ids_are_not_found() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": false })).await;
    for id in [video.as_str(), "0197a000-0000-7000-8000-000000000001", "1", "%00"] {
        let refused = set(&viewer, id).await;
        assert_eq!((refused.status(), refused.code()), (404, "NOT_FOUND"), "{id}: {refused}");
        let refused = viewer.delete(&format!("/api/videos/{id}/watched")).await;
        assert_eq!((refused.status(), refused.code()), (404, "NOT_FOUND"), "{id}: {refused}");
    }
    let table = platform.setting("set-watched", "WATCH_HISTORY_TABLE");
    let rows = platform.aws("DynamoDB_20120810.Scan", json!({ "TableName": table })).await;
    assert_eq!(rows["Count"], 0, "{rows}");
}

#[tokio::test]
async fn a_running_playback_does_not_undo_the_mark_and_its_next_heartbeat_reports_it() {
    let platform = Platform::start().await;
    let film = video_of(&platform, "basic").await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let id = playback(&viewer, &film).await;
    for progress in [3.0, 4.0, 5.0] {
        beat(&platform, &viewer, &film, &id, progress).await;
    }

    let marked = set(&other, &film).await;

    assert_eq!(marked.data(), &json!({ "progress": 5.0, "completed": true }), "with the lease's position: {marked}");
    assert_eq!(continued(&viewer).await, []);
    for (wait, progress) in [(10, 6.0), (10, 7.0), (2, 8.0)] {
        platform.advance(wait).await;
        let body = json!({ "progress": progress, "playback_session_id": id });
        let kept = report(&viewer, &film, body).await;
        assert_eq!((kept.status(), &kept.data()["completed"]), (200, &json!(true)), "{kept}");
        assert_eq!(position(&viewer, &film).await, (json!(progress), json!(true)));
        assert_eq!(continued(&viewer).await, []);
    }
    platform.advance(31).await;
    playback(&other, &video_of(&platform, "free").await).await;
    assert_eq!(position(&viewer, &film).await, (json!(8.0), json!(true)), "the lease was replaced");
}
