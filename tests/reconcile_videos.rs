//! `reconcile-videos`: asks Mux about every unsettled video, so that a lost event leaves no video unfinished.

use reqwest::Method;
use serde_json::{Value, json};
use support::videos::{asset, media};
use support::{Platform, Viewer};

const MINUTES_15: u64 = 15 * 60;
const DAY: u64 = 24 * 3_600;

/// A new video and its upload.
async fn created(admin: &Viewer) -> (String, Value) {
    let body = json!({ "title": "A film", "category": "Drama", "required_plan": "free" });
    let created = admin.post("/api/admin/videos", body).await;
    assert_eq!(created.status(), 201, "{created}");
    (created.data()["video"]["id"].as_str().expect("an id").to_owned(), created.data()["upload"].clone())
}

async fn reason(platform: &Platform, admin: &Viewer, id: &str) -> String {
    let video = platform.admin_video(admin, id).await;
    assert_eq!(video["status"], "error", "{video}");
    video["error_reason"].as_str().expect("a reason").to_owned()
}

fn film() -> Vec<u8> {
    media("mp4", &["-f", "lavfi", "-i", "testsrc2=s=64x36:r=24:d=2", "-pix_fmt", "yuv420p"])
}

#[tokio::test]
async fn every_file_is_settled_within_15_minutes_when_all_webhooks_are_lost() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.mux_webhooks("drop").await;
    let (good, upload) = created(&admin).await;
    let (junk, junk_upload) = created(&admin).await;
    let (sound, sound_upload) = created(&admin).await;
    platform.upload(&upload, film()).await;
    platform.upload(&junk_upload, b"this is no video at all".repeat(100)).await;
    let tone = media("m4a", &["-f", "lavfi", "-i", "sine=duration=2"]);
    let at_mux = platform.upload(&sound_upload, tone).await;
    assert_eq!(at_mux["status"], "ready", "Mux accepts audio as well: {at_mux}");
    assert_eq!(platform.admin_video(&admin, &good).await["status"], "processing", "no event has arrived");

    platform.advance(MINUTES_15).await;

    let video = platform.admin_video(&admin, &good).await;
    assert_eq!(video["status"], "ready", "{video}");
    assert!(video["mux_playback_id"].is_string() && video["poster"]["url"].is_string(), "{video}");
    let published = admin.patch(&format!("/api/admin/videos/{good}"), json!({ "published": true })).await;
    assert_eq!(published.status(), 200, "{published}");
    assert!(reason(&platform, &admin, &junk).await.contains("not a video file"));
    assert!(reason(&platform, &admin, &sound).await.contains("no picture"));
    let refused = admin.patch(&format!("/api/admin/videos/{sound}"), json!({ "published": true })).await;
    assert_eq!(refused.code(), "VIDEO_NOT_READY", "{refused}");
    assert_eq!(run(&platform).await["checked"], 0, "a settled video is not checked again");
}

async fn run(platform: &Platform) -> Value {
    let run = platform.console().post("/jobs/reconcile-videos", json!({})).await;
    assert_eq!(run.status(), 200, "{run}");
    run.json()["result"].clone()
}

#[tokio::test]
async fn a_missing_upload_is_an_error_only_after_its_link_has_expired() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let (id, upload) = created(&admin).await;
    let waiting = platform.admin_video(&admin, &id).await;
    assert_eq!(waiting["upload_expires_at"], upload["expires_at"], "{waiting}");

    platform.advance(DAY - 600).await;
    assert_eq!(platform.admin_video(&admin, &id).await["status"], "processing");
    platform.advance(600 + MINUTES_15).await;

    assert!(reason(&platform, &admin, &id).await.contains("before the upload link expired"));
}

#[tokio::test]
async fn a_failure_at_mux_ends_here_with_its_reason() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.mux_webhooks("drop").await;
    let (cancelled, upload) = created(&admin).await;
    let path = format!("uploads/{}/cancel", upload["id"].as_str().expect("an id"));
    assert_eq!(platform.at_mux(Method::PUT, &path).await.0, 200);
    // An asset that was being encoded and was deleted at Mux.
    let deleted = platform.new_video(&admin, json!({})).await;
    let mut preparing = asset(&deleted);
    preparing["status"] = json!("preparing");
    assert_eq!(platform.mux_event("video.asset.created", preparing).await.status(), 200);

    platform.advance(MINUTES_15).await;

    assert!(reason(&platform, &admin, &cancelled).await.contains("cancelled"));
    assert!(reason(&platform, &admin, &deleted).await.contains("deleted at Mux"));
}

#[tokio::test]
async fn a_video_whose_query_fails_does_not_hold_up_others() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.mux_webhooks("drop").await;
    let mut videos = Vec::new();
    for _ in 0..3 {
        let (id, upload) = created(&admin).await;
        let path = format!("uploads/{}/cancel", upload["id"].as_str().expect("an id"));
        assert_eq!(platform.at_mux(Method::PUT, &path).await.0, 200);
        videos.push(id);
    }
    // The first query fails, and so does its retry.
    platform.fault(json!({ "target": "mux", "kind": "error", "count": 2 }));
    platform.advance(300).await;
    let mut states = Vec::new();
    for id in &videos {
        states.push(platform.admin_video(&admin, id).await["status"].clone());
    }
    assert_eq!(states.iter().filter(|state| *state == "error").count(), 2, "{states:?}");
    assert_eq!(states.iter().filter(|state| *state == "processing").count(), 1, "{states:?}");

    platform.advance(600).await;
    for id in &videos {
        assert!(reason(&platform, &admin, id).await.contains("cancelled"), "the next run makes up for it");
    }
}

#[tokio::test]
async fn videos_that_fail_again_and_again_go_to_the_end_of_the_line() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.mux_webhooks("drop").await;
    let mut videos = Vec::new();
    for _ in 0..7 {
        let (id, upload) = created(&admin).await;
        let path = format!("uploads/{}/cancel", upload["id"].as_str().expect("an id"));
        assert_eq!(platform.at_mux(Method::PUT, &path).await.0, 200);
        videos.push(id);
    }
    // Five failures in a row end a run. Each takes two attempts. The next run can ask Mux about only two videos.
    for (skip, count) in [(0, 10), (2, 1_000)] {
        platform.fault(json!({ "target": "mux", "kind": "error", "skip": skip, "count": count }));
        platform.advance(300).await;
    }
    let mut states = Vec::new();
    for id in &videos {
        states.push(platform.admin_video(&admin, id).await["status"].clone());
    }
    assert_eq!(states[..5], ["processing"; 5].map(Value::from), "they were tried in the first run: {states:?}");
    assert_eq!(states[5..], ["error"; 2].map(Value::from), "{states:?}");
}

#[tokio::test]
async fn all_videos_are_checked_when_they_fill_more_than_a_page() {
    let platform = Platform::with(&[("LimitUserRequests", "100000")]).await;
    let admin = platform.admin().await;
    platform.mux_webhooks("drop").await;
    let mut videos = Vec::new();
    for _ in 0..30 {
        let (id, upload) = created(&admin).await;
        let path = format!("uploads/{}/cancel", upload["id"].as_str().expect("an id"));
        platform.at_mux(Method::PUT, &path).await;
        videos.push(id);
    }
    platform.advance(300).await;
    for id in &videos {
        reason(&platform, &admin, id).await;
    }
}

#[tokio::test]
async fn all_audio_tracks_of_the_file_are_shown_even_those_that_mux_dropped() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let (id, upload) = created(&admin).await;
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=64x36:r=24:d=2",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=2",
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=300:duration=2",
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-map",
        "2:a",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-ac:a:0",
        "6",
        "-ac:a:1",
        "2",
    ];
    platform.upload(&upload, media("mp4", &arguments)).await;

    platform.advance(MINUTES_15).await;

    let video = platform.admin_video(&admin, &id).await;
    assert_eq!(video["status"], "ready", "{video}");
    let tracks = video["audio"].as_array().expect("tracks");
    assert_eq!(tracks.len(), 2, "{video}");
    let track_field = |index: usize, field: &str| tracks[index][field].clone();
    assert_eq!(
        (track_field(0, "kept"), track_field(0, "channels"), track_field(0, "kept_channels")),
        (json!(true), json!(6), json!(2))
    );
    assert_eq!(
        (track_field(1, "kept"), track_field(1, "channels"), track_field(1, "kept_channels")),
        (json!(false), json!(2), Value::Null)
    );
}
