//! `clear-watched`

use crate::list_history::history;
use crate::play_video::video_of;
use crate::set_watched::set;
use crate::update_progress::{beat, continued, playback, position, report};
use serde_json::json;
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

async fn clear(viewer: &Viewer, video: &str) -> Answer {
    viewer.delete(&format!("/api/videos/{video}/watched")).await
}

#[tokio::test]
async fn a_cleared_video_is_unwatched_and_plays_from_the_beginning() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let film = video_of(&platform, "basic").await;
    let never = clear(&viewer, &film).await;
    assert_eq!((never.status(), never.data()), (200, &json!({ "progress": 0.0, "completed": false })), "{never}");
    for body in [json!({ "progress": 29.5 }), json!({ "progress": 9.0 })] {
        report(&viewer, &film, body).await;
        platform.advance(1).await;

        let cleared = clear(&viewer, &film).await;

        assert_eq!((cleared.status(), cleared.data()), (200, never.data()), "{cleared}");
        assert_eq!(position(&viewer, &film).await, (json!(0.0), json!(false)));
        assert_eq!((continued(&viewer).await, history(&viewer, 10).await), (vec![], vec![]));
        assert_eq!(clear(&viewer, &film).await.data(), never.data(), "a repeat changes nothing");
        platform.advance(1).await;
    }
    assert_eq!(viewer.play(&film).await.data()["resume_position"], 0.0);
    report(&viewer, &film, json!({ "progress": 9.0 })).await;
    assert_eq!(continued(&viewer).await, [(json!(film), json!(9.0))], "watching again counts");
    set(&viewer, &film).await;
    assert_eq!(history(&viewer, 10).await, [(film, 9.0, true)]);
}

#[tokio::test]
async fn a_lease_restores_nothing_and_a_running_playback_continues_from_its_own_position() {
    let platform = Platform::start().await;
    let film = video_of(&platform, "basic").await;
    for end in [29.5, 9.0] {
        let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
        let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
        let id = playback(&viewer, &film).await;
        for progress in [3.0, 4.0, end] {
            beat(&platform, &viewer, &film, &id, progress).await;
        }
        assert_eq!(position(&viewer, &film).await, (json!(end), json!(end > 27.0)));

        let cleared = clear(&other, &film).await;

        assert_eq!(cleared.data(), &json!({ "progress": 0.0, "completed": false }), "{cleared}");
        assert_eq!(position(&viewer, &film).await, (json!(0.0), json!(false)));
        assert_eq!((continued(&viewer).await, history(&viewer, 10).await), (vec![], vec![]));
        let next = beat(&platform, &viewer, &film, &id, 5.0).await;
        assert_eq!((next.status(), &next.data()["completed"]), (200, &json!(false)), "{next}");
        assert_eq!(continued(&viewer).await, [(json!(film), json!(5.0))], "{end}");
        clear(&other, &film).await;
        platform.advance(31).await;
        playback(&other, &video_of(&platform, "free").await).await;
        assert_eq!(position(&viewer, &film).await, (json!(0.0), json!(false)), "the lease was replaced");
        platform.advance(31).await;
    }
}

#[tokio::test]
async fn an_end_reported_before_clearing_never_completes_the_video_however_late_it_arrives() {
    let platform = Platform::start().await;
    let film = video_of(&platform, "basic").await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let id = playback(&viewer, &film).await;
    beat(&platform, &viewer, &film, &id, 20.0).await;
    platform.advance(5).await;
    let at = platform.running().now().to_string();
    let end = json!({ "progress": 29.5, "client_time": at, "playback_session_id": id });
    platform.advance(5).await;
    clear(&viewer, &film).await;
    platform.advance(10).await;

    let late = report(&viewer, &film, end).await;

    assert_eq!(late.status(), 200, "{late}");
    assert_eq!(position(&viewer, &film).await, (json!(0.0), json!(false)), "{late}");
    let now = beat(&platform, &viewer, &film, &id, 29.6).await;
    assert_eq!(now.data()["completed"], true, "an end after it counts: {now}");
}

#[tokio::test]
async fn heartbeats_that_race_with_setting_and_clearing_never_leave_a_mixture() {
    let platform = Platform::start().await;
    let film = video_of(&platform, "basic").await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let id = playback(&viewer, &film).await;
    for round in 0..6 {
        beat(&platform, &viewer, &film, &id, 3.0 + f64::from(round)).await;
        platform.advance(2).await;
        let body = json!({ "progress": 4.0 + f64::from(round), "playback_session_id": id });
        let is_set = round % 2 == 0;
        let marking = async {
            match is_set {
                true => set(&viewer, &film).await,
                false => clear(&viewer, &film).await,
            }
        };
        let (marked, kept) = tokio::join!(marking, report(&viewer, &film, body));
        assert_eq!((marked.status(), kept.status()), (200, 200), "{marked} {kept}");
        assert_eq!(position(&viewer, &film).await.1, is_set, "round {round}");
        let next = beat(&platform, &viewer, &film, &id, 5.0 + f64::from(round)).await;
        assert_eq!(next.data()["completed"], is_set, "round {round}: {next}");
        assert_eq!(continued(&viewer).await.is_empty(), is_set, "round {round}");
    }
}
