//! Positions that a lease carries: a steady heartbeat writes only the lease, and no position is lost when the lease ends.

use crate::play_video::video_of;
use crate::update_progress::{at, beat, continued, playback, position, report};
use serde_json::{Value, json};
use support::{DEMO_PASSWORD, Platform, Viewer};

/// The row of `watch_history` as it is stored.
async fn row(platform: &Platform, viewer: &Viewer, video: &str) -> Value {
    let user = viewer.get("/api/auth/me").await.data()["id"].clone();
    let key = json!({ "user_id": { "S": user }, "video_id": { "S": video } });
    let get = json!({ "TableName": platform.setting("update-progress", "WATCH_HISTORY_TABLE"), "Key": key });
    platform.aws("DynamoDB_20120810.GetItem", get).await["Item"].clone()
}

async fn stored(platform: &Platform, viewer: &Viewer, video: &str) -> f64 {
    let row = row(platform, viewer, video).await;
    row["progress"]["N"].as_str().unwrap_or_else(|| panic!("a row: {row}")).parse().expect("a number")
}

#[tokio::test]
async fn the_position_of_a_steady_heartbeat_is_stored_in_the_lease_and_shown_everywhere() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    for progress in [3.0, 4.0, 5.0] {
        let kept = beat(&platform, &viewer, &video, &id, progress).await;
        assert_eq!((kept.status(), &kept.data()["progress"]), (200, &json!(progress)), "{kept}");
        assert_eq!(position(&viewer, &video).await.0, progress);
        assert_eq!(continued(&viewer).await, [(json!(video), json!(progress))]);
    }
    assert_eq!(stored(&platform, &viewer, &video).await, 3.0, "steady heartbeats do not write the row");
    assert_eq!(viewer.play(&video).await.data()["resume_position"], 5.0);
    assert_eq!(stored(&platform, &viewer, &video).await, 5.0, "the lease is gone, so its position is in the row");
}

#[tokio::test]
async fn a_pause_a_seek_and_the_end_are_written_to_the_row_at_once() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    beat(&platform, &viewer, &video, &id, 3.0).await;
    beat(&platform, &viewer, &video, &id, 4.0).await;
    for progress in [6.0, 20.0] {
        platform.advance(2).await;
        let body = json!({ "progress": progress, "client_time": at(&platform, 0), "playback_session_id": id });
        assert_eq!(report(&viewer, &video, body).await.status(), 200);
        assert_eq!(stored(&platform, &viewer, &video).await, progress);
    }
    let end = beat(&platform, &viewer, &video, &id, 29.0).await;
    assert_eq!(end.data()["completed"], true, "{end}");
    assert_eq!(row(&platform, &viewer, &video).await["completed"]["BOOL"], true);
    assert_eq!(continued(&viewer).await, []);
}

#[tokio::test]
async fn a_position_stored_only_in_the_lease_survives_every_end_of_the_lease() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let other = video_of(&platform, "free").await;
    for way in ["stopped", "signed out", "replaced", "taken", "left alone"] {
        let phone = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
        let television = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
        let id = playback(&phone, &video).await;
        for progress in [3.0, 4.0, 9.5] {
            assert_eq!(beat(&platform, &phone, &video, &id, progress).await.status(), 200);
        }
        assert_eq!(stored(&platform, &phone, &video).await, 3.0, "{way}");
        match way {
            "stopped" => {
                let path = format!("/api/playback/{}", id.as_str().expect("an id"));
                assert_eq!(television.delete(&path).await.status(), 200);
                assert_eq!(television.get("/api/playback").await.data(), &json!([]));
            }
            "signed out" => assert_eq!(phone.post("/api/auth/logout", json!({})).await.status(), 200),
            "replaced" => _ = playback(&phone, &other).await,
            "taken" => {
                platform.advance(31).await;
                playback(&television, &other).await;
            }
            _ => platform.advance(40 * 86_400).await,
        }
        let reader = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
        assert_eq!(position(&reader, &video).await.0, 9.5, "{way}");
        assert_eq!(continued(&reader).await[0], (json!(video), json!(9.5)), "{way}");
        platform.advance(31).await;
        assert_eq!(reader.play(&video).await.data()["resume_position"], 9.5, "{way}");
        // The next round starts over.
        let start = json!({ "progress": 0.0 });
        assert_eq!(report(&reader, &video, start).await.status(), 200);
        platform.advance(31).await;
    }
}

#[tokio::test]
async fn two_devices_that_play_the_same_video_keep_the_newest_position() {
    let platform = Platform::start().await;
    let phone = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let television = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let (at_phone, at_television) = (playback(&phone, &video).await, playback(&television, &video).await);
    for (round, progress) in [3.0, 4.0, 5.0, 6.0].into_iter().enumerate() {
        for (device, id, progress) in [(&phone, &at_phone, progress), (&television, &at_television, progress + 10.0)] {
            platform.advance(5).await;
            let body = json!({ "progress": progress, "client_time": at(&platform, 0), "playback_session_id": id });
            let kept = report(device, &video, body).await;
            assert_eq!((kept.status(), &kept.data()["progress"]), (200, &json!(progress)), "round {round}: {kept}");
            assert_eq!(position(&phone, &video).await.0, progress, "round {round}");
            assert_eq!(continued(&phone).await, [(json!(video), json!(progress))], "round {round}");
        }
    }
    // The phone pauses, so the row differs from what the television's lease has recorded.
    platform.advance(2).await;
    let pause = json!({ "progress": 6.5, "client_time": at(&platform, 0), "playback_session_id": at_phone });
    assert_eq!(report(&phone, &video, pause).await.data()["progress"], 6.5);
    assert_eq!(stored(&platform, &phone, &video).await, 6.5);
    platform.advance(3).await;
    let end = json!({ "progress": 29.0, "client_time": at(&platform, 0), "playback_session_id": at_television });
    assert_eq!(report(&television, &video, end).await.data()["completed"], true);
    let after = beat(&platform, &phone, &video, &at_phone, 7.0).await;
    assert_eq!(after.status(), 200, "{after}");
    assert_eq!(position(&phone, &video).await, (json!(7.0), json!(true)), "what one completed stays completed");
    assert_eq!(continued(&phone).await, []);
}

#[tokio::test]
async fn a_completion_that_could_not_be_written_is_written_when_it_is_reported_again() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    beat(&platform, &viewer, &video, &id, 3.0).await;
    platform.advance(10).await;
    let end =
        json!({ "progress": 29.0, "client_time": at(&platform, 0), "playback_session_id": id, "completed": true });
    let table = platform.setting("update-progress", "WATCH_HISTORY_TABLE");
    platform.fault(json!({ "target": "dynamodb", "table": table, "kind": "error", "count": 1_000 }));
    assert_eq!(report(&viewer, &video, end.clone()).await.status(), 503);
    platform.running().faults().clear();
    assert!(!row(&platform, &viewer, &video).await["completed"]["BOOL"].as_bool().expect("a flag"));

    let again = report(&viewer, &video, end).await;

    assert_eq!((again.status(), &again.data()["completed"]), (200, &json!(true)), "{again}");
    assert_eq!(position(&viewer, &video).await, (json!(29.0), json!(true)));
    assert_eq!(continued(&viewer).await, []);
}

#[tokio::test]
async fn videos_that_play_concurrently_are_listed_in_the_order_in_which_they_were_watched() {
    let platform = Platform::start().await;
    let videos =
        [video_of(&platform, "basic").await, video_of(&platform, "free").await, video_of(&platform, "premium").await];
    let mut players = Vec::new();
    for video in &videos {
        let device = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
        let id = playback(&device, video).await;
        let shown = device.get(&format!("/api/videos/{video}")).await;
        let middle = shown.data()["duration"].as_f64().expect("a duration") / 2.0;
        players.push((device, video, id, middle));
    }
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        for place in order {
            let (device, video, id, middle) = &players[place];
            platform.advance(4).await;
            let body = json!({ "progress": middle, "client_time": at(&platform, 0), "playback_session_id": id });
            assert_eq!(report(device, video, body).await.status(), 200);
        }
        let expected: Vec<Value> = order.iter().rev().map(|place| json!(videos[*place])).collect();
        let mut listed = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = players[0].0.get(&format!("/api/continue-watching?limit=1{cursor}")).await;
            listed.extend(page.data().as_array().expect("a page").iter().map(|item| item["video"]["id"].clone()));
            let Some(next) = page.next_cursor() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(listed, expected, "{order:?}, one on each page");
    }
}

#[tokio::test]
async fn a_late_heartbeat_finds_its_slot_taken_and_its_position_is_kept() {
    let platform = Platform::start().await;
    let phone = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let television = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&phone, &video).await;
    beat(&platform, &phone, &video, &id, 3.0).await;
    platform.advance(31).await;
    let taken = playback(&television, &video).await;

    let late = beat(&platform, &phone, &video, &id, 4.0).await;

    assert_eq!((late.status(), late.code()), (409, "STREAM_STOPPED"), "{late}");
    assert_eq!(position(&phone, &video).await.0, 4.0);
    assert_eq!(beat(&platform, &television, &video, &taken, 5.0).await.status(), 200, "the other stream continues");
}

#[tokio::test]
async fn the_position_of_an_ending_lease_is_merged_into_a_row_that_another_client_has_changed() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let (video, other) = (video_of(&platform, "basic").await, video_of(&platform, "free").await);
    for (last, expected) in [(9.0, 9.0), (5.0, 5.0)] {
        let id = playback(&viewer, &video).await;
        beat(&platform, &viewer, &video, &id, 3.0).await;
        beat(&platform, &viewer, &video, &id, 4.0).await;
        platform.advance(5).await;
        // Another client, without a playback.
        report(&viewer, &video, json!({ "progress": 20.0 })).await;
        platform.advance(5).await;
        let body = json!({ "progress": last, "client_time": at(&platform, 0), "playback_session_id": id });
        assert_eq!(report(&viewer, &video, body).await.data()["progress"], last);
        assert_eq!(stored(&platform, &viewer, &video).await, 20.0, "the heartbeat is steady");

        playback(&viewer, &other).await;

        assert_eq!(stored(&platform, &viewer, &video).await, expected);
        assert_eq!(continued(&viewer).await, [(json!(video), json!(expected))]);
    }
    let id = playback(&viewer, &video).await;
    beat(&platform, &viewer, &video, &id, 3.0).await;
    beat(&platform, &viewer, &video, &id, 4.0).await;
    platform.advance(1).await;
    report(&viewer, &video, json!({ "progress": 20.0 })).await;
    playback(&viewer, &other).await;
    assert_eq!(stored(&platform, &viewer, &video).await, 20.0, "the later report of the other client is kept");
    assert_eq!(viewer.play(&video).await.data()["resume_position"], 20.0);
}
