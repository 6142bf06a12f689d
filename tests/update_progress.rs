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
pub(crate) fn at(platform: &Platform, seconds: i64) -> Value {
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
