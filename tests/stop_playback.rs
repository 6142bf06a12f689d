//! `stop-playback`: frees a stream at once.

use crate::play_video::video_of;
use serde_json::json;
use support::{DEMO_PASSWORD, Platform};

#[tokio::test]
async fn a_stopped_stream_frees_its_slot_and_its_player_learns_at_the_next_heartbeat() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let phone = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let television = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let grant = phone.play(&video).await;
    let id = grant.data()["playback_session_id"].as_str().expect("an id").to_owned();

    let stopped = television.delete(&format!("/api/playback/{id}")).await;

    assert_eq!(stopped.status(), 200, "{stopped}");
    assert_eq!(television.play(&video).await.status(), 200);
    let beat = json!({ "progress": 12.0, "playback_session_id": id });
    let beat = phone.put(&format!("/api/videos/{video}/progress"), beat).await;
    assert_eq!((beat.status(), beat.code()), (409, "STREAM_STOPPED"), "{beat}");
    let seen = phone.get(&format!("/api/videos/{video}")).await;
    assert_eq!(seen.data()["progress"], 12.0, "the position was still saved: {seen}");
    assert_eq!(
        phone.get("/api/playback").await.data().as_array().map(Vec::len),
        Some(1),
        "the stopped stream is not revived"
    );
}

#[tokio::test]
async fn nobody_can_stop_another_users_stream() {
    let platform = Platform::start().await;
    let basic = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let premium = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let grant = basic.play(&video_of(&platform, "basic").await).await;
    let id = grant.data()["playback_session_id"].as_str().expect("an id").to_owned();

    for path in [format!("/api/playback/{id}"), "/api/playback/nonsense".to_owned()] {
        assert_eq!(premium.delete(&path).await.code(), "NOT_FOUND", "{path}");
    }
    assert_eq!(basic.get("/api/playback").await.data().as_array().map(Vec::len), Some(1));
    assert_eq!(basic.delete(&format!("/api/playback/{id}")).await.status(), 200);
    assert_eq!(basic.delete(&format!("/api/playback/{id}")).await.code(), "NOT_FOUND", "twice");
}
