//! `update-progress`: positions, and the heartbeat of a stream.

use crate::play_video::video_of;
use serde_json::{Value, json};
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

async fn report(viewer: &Viewer, video: &str, body: Value) -> Answer {
    viewer.put(&format!("/api/videos/{video}/progress"), body).await
}

#[tokio::test]
async fn a_position_is_kept_and_resumed_in_two_round_trips() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let grant = viewer.play(&video).await;

    let beat = json!({ "progress": 14.5, "playback_session_id": grant.data()["playback_session_id"] });
    let kept = report(&viewer, &video, beat).await;

    assert_eq!(kept.status(), 200, "{kept}");
    assert_eq!((&kept.data()["progress"], &kept.data()["completed"]), (&json!(14.5), &json!(false)));
    assert!(kept.data()["last_watched_at"].is_string());
    assert_eq!(platform.round_trips(&kept, "dynamodb"), 2, "{:?}", platform.calls(&kept));
    let again = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    platform.advance(31).await;
    assert_eq!(again.play(&video).await.data()["resume_position"], 14.5);
}

#[tokio::test]
async fn the_latest_client_time_wins_whatever_the_order_and_a_repeat_changes_nothing() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let now = platform.running().now();
    let at = |seconds: i64| {
        (now + std::time::Duration::from_secs(1000) - std::time::Duration::from_secs((1000 - seconds) as u64))
            .to_string()
    };

    assert_eq!(
        report(&viewer, &video, json!({ "progress": 20.0, "client_time": at(10) })).await.data()["progress"],
        20.0
    );
    let late = report(&viewer, &video, json!({ "progress": 5.0, "client_time": at(5) })).await;
    assert_eq!((late.status(), &late.data()["progress"]), (200, &json!(20.0)), "the older one loses: {late}");
    let repeat = report(&viewer, &video, json!({ "progress": 20.0, "client_time": at(10) })).await;
    assert_eq!(repeat.data()["progress"], 20.0);
    assert_eq!(viewer.get(&format!("/api/videos/{video}")).await.data()["progress"], 20.0);
}

#[tokio::test]
async fn a_clock_far_ahead_does_not_freeze_the_position() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    report(&viewer, &video, json!({ "progress": 10.0, "client_time": "2099-01-01T00:00:00Z" })).await;

    platform.advance(121).await;

    assert_eq!(report(&viewer, &video, json!({ "progress": 15.0 })).await.data()["progress"], 15.0);
}

#[tokio::test]
async fn positions_are_clamped_and_the_end_completes() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let duration = viewer.get(&format!("/api/videos/{video}")).await.data()["duration"].as_f64().expect("a duration");

    let over = report(&viewer, &video, json!({ "progress": duration + 500.0 })).await;

    assert_eq!((&over.data()["progress"], &over.data()["completed"]), (&json!(duration), &json!(true)), "{over}");
    assert_eq!(viewer.play(&video).await.data()["resume_position"], 0.0, "a completed video starts over");
    assert_eq!(viewer.get("/api/continue-watching").await.data(), &json!([]));
}

#[tokio::test]
async fn a_late_heartbeat_gets_its_free_place_back() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = viewer.play(&video).await.data()["playback_session_id"].clone();
    platform.advance(300).await;
    assert_eq!(viewer.get("/api/playback").await.data(), &json!([]));

    let beat = report(&viewer, &video, json!({ "progress": 10.0, "playback_session_id": id })).await;

    assert_eq!(beat.status(), 200, "{beat}");
    assert_eq!(viewer.get("/api/playback").await.data()[0]["playback_session_id"], id);
}

#[tokio::test]
async fn refused_input_names_every_field_and_changes_nothing() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    report(&viewer, &video, json!({ "progress": 10.0 })).await;

    let wrong = json!({ "progress": -1, "duration": "long", "client_time": "yesterday", "speed": 2 });
    let refused = report(&viewer, &video, wrong).await;

    assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"));
    for field in ["progress", "duration", "client_time", "speed"] {
        let named =
            refused.details().as_array().is_some_and(|issues| issues.iter().any(|issue| issue["field"] == field));
        assert!(named, "{field}: {refused}");
    }
    assert_eq!(report(&viewer, &video, json!({})).await.code(), "VALIDATION_ERROR");
    assert_eq!(report(&viewer, "nonsense", json!({ "progress": 1.0 })).await.code(), "NOT_FOUND");
    assert_eq!(viewer.get(&format!("/api/videos/{video}")).await.data()["progress"], 10.0);
    let other = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    assert_eq!(other.get(&format!("/api/videos/{video}")).await.data()["progress"], 0.0, "another's row is another's");
}
