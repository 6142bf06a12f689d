//! `update-progress`: positions, and a stream's heartbeat.

use crate::play_video::video_of;
use serde_json::{Value, json};
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

pub(crate) async fn report(viewer: &Viewer, video: &str, body: Value) -> Answer {
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

/// A time on a device's clock that is some seconds off ours.
fn at(platform: &Platform, seconds: i64) -> Value {
    json!((platform.running().now() + jiff::SignedDuration::from_secs(seconds)).to_string())
}

/// Starts playing; returns the report body of that playback from a device whose clock is `wrong` seconds off.
pub(crate) async fn playback(viewer: &Viewer, video: &str) -> Value {
    let grant = viewer.play(video).await;
    assert_eq!(grant.status(), 200, "{grant}");
    grant.data()["playback_session_id"].clone()
}

pub(crate) async fn position(viewer: &Viewer, video: &str) -> (Value, Value) {
    let shown = viewer.get(&format!("/api/videos/{video}")).await;
    (shown.data()["progress"].clone(), shown.data()["completed"].clone())
}

#[tokio::test]
async fn within_one_playback_the_latest_client_time_wins_and_a_repeat_changes_nothing() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    for id in [Value::Null, playback(&viewer, &video).await] {
        for wrong in [0, -7_200, 7_200] {
            platform.advance(60).await;
            let (late, latest) = (at(&platform, wrong - 5), at(&platform, wrong));
            let report_body = |progress: f64, time: &Value| match id.is_null() {
                true => json!({ "progress": progress, "client_time": time }),
                false => json!({ "progress": progress, "client_time": time, "playback_session_id": id }),
            };
            let last = report(&viewer, &video, report_body(20.0, &latest)).await;
            assert_eq!((last.status(), &last.data()["progress"]), (200, &json!(20.0)), "{wrong}: {last}");
            let late = report(&viewer, &video, report_body(5.0, &late)).await;
            assert_eq!((late.status(), &late.data()["progress"]), (200, &json!(20.0)), "{wrong}: {late}");
            let repeat = report(&viewer, &video, report_body(20.0, &latest)).await;
            assert_eq!(repeat.data(), last.data(), "{wrong}");
            assert_eq!(position(&viewer, &video).await.0, 20.0);
        }
    }
}

#[tokio::test]
async fn a_clock_that_is_hours_wrong_loses_no_heartbeat() {
    let platform = Platform::start().await;
    let right = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let wrong = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let (at_right, at_wrong) = (playback(&right, &video).await, playback(&wrong, &video).await);
    for (round, hours) in [(0, -2), (1, 2), (2, -200_000), (3, 48)] {
        // The two devices alternate. The last report by our clock determines the position.
        for (device, id, off, progress) in
            [(&right, &at_right, 0, 3.0), (&wrong, &at_wrong, hours * 3_600, 6.0), (&right, &at_right, 0, 9.0)]
        {
            platform.advance(10).await;
            let progress = progress + f64::from(round) / 10.0;
            let beat = json!({ "progress": progress, "client_time": at(&platform, off), "playback_session_id": id });
            let kept = report(device, &video, beat).await;
            assert_eq!((kept.status(), &kept.data()["progress"]), (200, &json!(progress)), "{hours} h: {kept}");
            assert_eq!(position(&right, &video).await.0, progress, "{hours} h");
        }
    }
}

#[tokio::test]
async fn a_clock_corrected_during_a_film_loses_nothing() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    for (off, progress) in [(7_200, 2.0), (7_200, 3.0), (0, 4.0), (0, 5.0), (-7_200, 6.0), (0, 7.0)] {
        platform.advance(10).await;
        let beat = json!({ "progress": progress, "client_time": at(&platform, off), "playback_session_id": id });
        assert_eq!(report(&viewer, &video, beat).await.data()["progress"], progress, "{off}");
    }
    // Extreme dates block nothing either.
    for (time, progress) in [("9999-12-30T22:00:00Z", 8.0), ("0001-01-01T00:00:00Z", 9.0)] {
        platform.advance(10).await;
        let beat = json!({ "progress": progress, "client_time": time, "playback_session_id": id });
        assert_eq!(report(&viewer, &video, beat).await.data()["progress"], progress, "{time}");
    }
    platform.advance(10).await;
    assert_eq!(report(&viewer, &video, json!({ "progress": 15.0 })).await.data()["progress"], 15.0);
}

#[tokio::test]
async fn a_device_at_any_time_that_rfc_3339_can_write_loses_no_position() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    let odd = ["9999-12-31T00:00:00Z", "9999-12-31T23:59:60Z", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z"];
    for (index, time) in odd.into_iter().enumerate() {
        for body in [json!({ "client_time": time }), json!({ "client_time": time, "playback_session_id": id })] {
            platform.advance(10).await;
            let mut body = body;
            body["progress"] = json!(10 + index);
            let kept = report(&viewer, &video, body.clone()).await;
            assert_eq!(kept.status(), 200, "{body}: {kept}");
        }
    }
    platform.advance(10).await;
    let told = json!({ "progress": 25, "client_time": at(&platform, 0), "playback_session_id": id });
    assert_eq!(report(&viewer, &video, told).await.data()["progress"], 25.0);
    assert_eq!(position(&viewer, &video).await.0, 25.0);
}

#[tokio::test]
async fn a_queue_filled_offline_ends_at_its_last_position() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    let first = json!({ "progress": 2.0, "client_time": at(&platform, -7_200), "playback_session_id": id });
    report(&viewer, &video, first).await;
    platform.advance(900).await;
    // Sent in any order, ten minutes late, by a device whose clock is two hours slow.
    for (seconds_ago, progress, kept) in [(700, 5.0, 5.0), (600, 8.0, 8.0), (800, 3.0, 8.0), (650, 6.0, 8.0)] {
        let time = at(&platform, -7_200 - seconds_ago);
        let beat = json!({ "progress": progress, "client_time": time, "playback_session_id": id });
        assert_eq!(report(&viewer, &video, beat).await.data()["progress"], kept, "{seconds_ago} s ago");
    }
    let row = viewer.get("/api/continue-watching").await;
    let watched: jiff::Timestamp = row.data()[0]["last_watched_at"].as_str().expect("a time").parse().expect("a time");
    let ago = platform.running().now().duration_since(watched).as_secs();
    assert!((590..660).contains(&ago), "it was watched ten minutes ago: {ago} s");
}

#[tokio::test]
async fn a_delayed_report_of_an_older_playback_does_not_undo_a_newer_one() {
    let platform = Platform::start().await;
    let television = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let phone = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let old = playback(&television, &video).await;
    let beat = |progress: f64, off: i64, id: &Value| json!({ "progress": progress, "client_time": at(&platform, off), "playback_session_id": id });
    report(&television, &video, beat(4.0, 0, &old)).await;
    platform.advance(60).await;
    let new = playback(&phone, &video).await;
    report(&phone, &video, beat(12.0, -7_200, &new)).await;
    platform.advance(1).await;

    let late = report(&television, &video, beat(6.0, -30, &old)).await;

    assert_eq!((late.status(), &late.data()["progress"]), (200, &json!(12.0)), "reported before the newer one: {late}");
    platform.advance(20).await;
    let back = report(&television, &video, beat(8.0, 0, &old)).await;
    assert_eq!(back.data()["progress"], 8.0, "going back to the television continues there: {back}");
}

#[tokio::test]
async fn a_watched_video_stays_watched_when_it_is_opened_again() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    // The player reports the completion long before the end.
    let end =
        json!({ "progress": 12.0, "client_time": at(&platform, 0), "playback_session_id": id, "completed": true });
    assert_eq!(report(&viewer, &video, end).await.data()["completed"], true);
    assert_eq!(viewer.get("/api/continue-watching").await.data(), &json!([]));

    let again = viewer.play(&video).await;
    assert_eq!(again.data()["resume_position"], 0.0, "a completed video starts over");
    let id = &again.data()["playback_session_id"];
    for (progress, completed) in [(0.0, None), (3.0, Some(false)), (9.0, None)] {
        platform.advance(10).await;
        let mut beat = json!({ "progress": progress, "client_time": at(&platform, 0), "playback_session_id": id });
        if let Some(completed) = completed {
            beat["completed"] = json!(completed);
        }
        let kept = report(&viewer, &video, beat).await;
        assert_eq!((&kept.data()["progress"], &kept.data()["completed"]), (&json!(progress), &json!(true)), "{kept}");
    }

    assert_eq!(position(&viewer, &video).await, (json!(9.0), json!(true)), "the position is stored with it");
    assert_eq!(viewer.get("/api/continue-watching").await.data(), &json!([]));
    assert_eq!(viewer.play(&video).await.data()["resume_position"], 0.0);
}

#[tokio::test]
async fn a_video_completes_at_its_credits_marker_and_an_invalid_marker_is_ignored() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ann@example.com").await;
    for (credits_at, before, from) in
        [(None, 53.9, 54.0), (Some(20.0), 19.9, 20.0), (Some(58.0), 53.9, 54.0), (Some(1.0), 0.9, 1.0)]
    {
        let video = platform.published_video(&admin, json!({ "credits_at": credits_at })).await;
        let open = report(&viewer, &video, json!({ "progress": before })).await;
        assert_eq!(open.data()["completed"], false, "{credits_at:?}: {open}");
        let done = report(&viewer, &video, json!({ "progress": from })).await;
        assert_eq!(done.data()["completed"], true, "{credits_at:?}: {done}");
    }
}

#[tokio::test]
async fn a_film_of_unknown_length_uses_the_players_duration_unless_it_is_0() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ann@example.com").await;
    let video = platform.new_video(&admin, json!({})).await;
    let mut asset = support::videos::asset(&video);
    asset["duration"] = Value::Null;
    assert_eq!(platform.mux_event("video.asset.ready", asset).await.status(), 200);
    let published = admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": true })).await;
    assert_eq!(published.status(), 200, "{published}");

    let unsaid = report(&viewer, &video, json!({ "progress": 500.0, "duration": 0 })).await;
    assert_eq!((&unsaid.data()["progress"], &unsaid.data()["completed"]), (&json!(500.0), &json!(false)), "{unsaid}");
    let said = report(&viewer, &video, json!({ "progress": 700.0, "duration": 600 })).await;
    assert_eq!((&said.data()["progress"], &said.data()["completed"]), (&json!(600.0), &json!(true)), "{said}");
}

#[tokio::test]
async fn simultaneous_heartbeats_of_one_playback_are_all_answered_and_the_latest_is_stored() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    let first = json!({ "progress": 1, "client_time": at(&platform, 0), "playback_session_id": id });
    assert_eq!(report(&viewer, &video, first).await.status(), 200);
    platform.advance(20).await;
    let start = platform.running().now() - jiff::SignedDuration::from_secs(5);
    let body = |index: i32| {
        let time = start + jiff::SignedDuration::from_millis(50 * i64::from(index));
        json!({ "progress": 5 + index, "client_time": time, "playback_session_id": id })
    };
    let answers = futures::future::join_all((0..20).map(|index| report(&viewer, &video, body(index)))).await;
    let statuses: Vec<u16> = answers.iter().map(Answer::status).collect();
    assert_eq!(statuses, [200; 20], "{:?}", answers.iter().find(|answer| answer.status() != 200).map(Answer::text));
    assert_eq!(position(&viewer, &video).await.0, 24.0);
    let leases = viewer.get("/api/playback").await;
    assert_eq!(leases.data()[0]["playback_session_id"], id, "{leases}");
}

#[tokio::test]
async fn simultaneous_reports_are_all_answered_and_one_of_them_is_stored() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let all = (0..20).map(|index| report(&viewer, &video, json!({ "progress": 5.0 + f64::from(index) })));
    for answer in futures::future::join_all(all).await {
        assert_eq!(answer.status(), 200, "{answer}");
    }
    let stands = position(&viewer, &video).await.0.as_f64().expect("a number");
    assert!((5.0..25.0).contains(&stands), "{stands}");
}

#[tokio::test]
async fn a_report_that_read_the_row_before_its_completion_does_not_undo_it() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    report(&viewer, &video, json!({ "progress": 3.0 })).await;
    let table = platform.setting("update-progress", "WATCH_HISTORY_TABLE");
    let wait = json!({ "target": "dynamodb", "table": table, "operation": "PutItem", "kind": "wait", "count": 1 });
    platform.fault(wait);
    let end = async {
        // By now the other report has read the row and waits to write it.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let end = report(&viewer, &video, json!({ "progress": 29.0, "completed": true })).await;
        platform.running().faults().clear();
        end
    };

    let (held, end) = tokio::join!(report(&viewer, &video, json!({ "progress": 5.0 })), end);

    assert_eq!((end.status(), &end.data()["completed"]), (200, &json!(true)), "{end}");
    assert_eq!((held.status(), &held.data()["completed"]), (200, &json!(true)), "{held}");
    assert_eq!(position(&viewer, &video).await.1, true);
    assert_eq!(viewer.get("/api/continue-watching").await.data(), &json!([]));
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
async fn a_late_heartbeat_gets_its_free_slot_back() {
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
async fn invalid_input_is_reported_for_every_field_and_changes_nothing() {
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
    assert_eq!(
        other.get(&format!("/api/videos/{video}")).await.data()["progress"],
        0.0,
        "another user's row is not affected"
    );
}

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

/// The videos to continue, with their positions.
pub(crate) async fn continued(viewer: &Viewer) -> Vec<(Value, Value)> {
    let page = viewer.get("/api/continue-watching").await;
    let items = page.data().as_array().unwrap_or_else(|| panic!("a page: {page}")).clone();
    items.iter().map(|item| (item["video"]["id"].clone(), item["progress"].clone())).collect()
}

/// Sends the heartbeat that is due.
pub(crate) async fn beat(platform: &Platform, viewer: &Viewer, video: &str, id: &Value, progress: f64) -> Answer {
    platform.advance(10).await;
    let body = json!({ "progress": progress, "client_time": at(platform, 0), "playback_session_id": id });
    report(viewer, video, body).await
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
async fn a_downgrade_ends_the_newest_streams_at_their_next_heartbeats() {
    let platform = Platform::start().await;
    let first = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let second = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let at_first = playback(&first, &video).await;
    platform.advance(1).await;
    let at_second = playback(&second, &video).await;
    assert_eq!(beat(&platform, &second, &video, &at_second, 3.0).await.status(), 200);
    let user = first.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let update = json!({ "TableName": platform.setting("update-progress", "SUBSCRIPTIONS_TABLE"),
        "Key": { "pk": { "S": format!("USER#{user}") } }, "UpdateExpression": "SET plan_type = :basic",
        "ExpressionAttributeValues": { ":basic": { "S": "basic" } } });
    platform.aws("DynamoDB_20120810.UpdateItem", update).await;

    let refused = beat(&platform, &second, &video, &at_second, 4.0).await;
    let kept = beat(&platform, &first, &video, &at_first, 8.0).await;

    assert_eq!((refused.status(), refused.code()), (409, "STREAM_STOPPED"), "{refused}");
    assert_eq!(refused.details()[0]["playback_session_id"], at_first, "{refused}");
    assert_eq!(kept.status(), 200, "the older stream continues: {kept}");
    assert_eq!(first.get("/api/playback").await.data().as_array().map(Vec::len), Some(1));
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
async fn a_video_that_is_unpublished_is_not_found_at_the_next_heartbeat() {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let id = playback(&viewer, &video).await;
    beat(&platform, &viewer, &video, &id, 3.0).await;
    let hidden = admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": false })).await;
    assert_eq!(hidden.status(), 200, "{hidden}");

    assert_eq!(beat(&platform, &viewer, &video, &id, 4.0).await.code(), "NOT_FOUND");
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
