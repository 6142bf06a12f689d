//! `put-caption`

use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{Answer, Platform, Viewer};

pub(crate) const VTT: &str = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nDas Licht ist aus.\n";

/// Uploads captions of a video.
pub(crate) async fn put(admin: &Viewer, id: &str, language: &str, kind: &str, file: impl Into<Vec<u8>>) -> Answer {
    let path = format!("/api/admin/videos/{id}/captions/{language}");
    admin.send(admin.request(Method::PUT, &path).header("content-type", kind).body(file.into())).await
}

/// A video with encoded media, and an admin.
pub(crate) async fn film(platform: &Platform) -> (Viewer, String) {
    let admin = platform.sign_in("admin@marquee.test", support::DEMO_PASSWORD).await;
    let listed = admin.get("/api/videos?q=Deep%20Quiet").await;
    let id = listed.data()[0]["id"].as_str().expect("an id").to_owned();
    (admin, id)
}

/// The captions that operators see, once Mux has read all of them.
pub(crate) async fn settled(platform: &Platform, admin: &Viewer, id: &str) -> Vec<Value> {
    let started = Instant::now();
    loop {
        platform.advance(0).await;
        let captions = platform.admin_video(admin, id).await["captions"].as_array().expect("a list").clone();
        if captions.iter().all(|track| track["status"] != "preparing") {
            return captions;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{captions:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The German text tracks of the video's file at Mux.
async fn german_tracks_at_mux(platform: &Platform, admin: &Viewer, id: &str) -> Vec<Value> {
    let asset = platform.admin_video(admin, id).await["mux_asset_id"].as_str().expect("an id").to_owned();
    let (_, asset) = platform.at_mux(Method::GET, &format!("assets/{asset}")).await;
    let tracks = asset["tracks"].as_array().expect("tracks").iter();
    tracks.filter(|track| track["language_code"] == "de").cloned().collect()
}

/// The German captions of a video that operators see.
async fn german(platform: &Platform, admin: &Viewer, id: &str) -> Vec<Value> {
    let captions = settled(platform, admin, id).await;
    captions.into_iter().filter(|track| track["language"] == "de").collect()
}

/// Uploads German captions in WebVTT, then others in SubRip. Returns the answer to the second upload.
async fn put_twice(platform: &Platform, admin: &Viewer, id: &str) -> Answer {
    let put_vtt = put(admin, id, "de", "text/vtt", VTT).await;
    assert_eq!(put_vtt.status(), 200, "{put_vtt}");
    settled(platform, admin, id).await;
    let srt = "1\r\n00:00:02,000 --> 00:00:03,000\r\nNeu & anders\r\n";
    let put_srt = put(admin, id, "de", "application/x-subrip", srt).await;
    assert_eq!(put_srt.status(), 200, "{put_srt}");
    put_srt
}

#[tokio::test]
async fn uploaded_captions_reach_viewers_through_mux() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;
    put_twice(&platform, &admin, &id).await;
    settled(&platform, &admin, &id).await;

    let played = admin.play(&id).await;

    let tracks = played.data()["captions"].as_array().expect("a list");
    let url = tracks.iter().find(|track| track["language"] == "de").and_then(|track| track["url"].as_str());
    let text = platform.client().get(url.expect("a URL")).send().await.expect("an answer").text().await.expect("text");
    assert!(text.starts_with("WEBVTT") && text.contains("Neu &amp; anders"), "{text}");
    assert!(!text.contains("Das Licht"), "{text}");
}

#[tokio::test]
async fn earlier_captions_are_shown_until_mux_has_read_the_new_ones() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;

    let answer = put_twice(&platform, &admin, &id).await;

    let both = answer.data()["captions"].as_array().expect("a list").clone();
    assert!(both.iter().any(|track| track["language"] == "de" && track["status"] == "ready"), "{answer}");
    let german = german(&platform, &admin, &id).await;
    assert_eq!(german.len(), 1, "the earlier ones are gone: {german:?}");
    assert_eq!((&german[0]["name"], &german[0]["status"]), (&json!("Deutsch"), &json!("ready")));
}

#[tokio::test]
async fn replaced_captions_are_deleted_at_mux_and_the_new_ones_get_their_name() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;
    put_twice(&platform, &admin, &id).await;
    let shown = german(&platform, &admin, &id).await[0]["track_id"].clone();

    platform.advance(600).await;

    let at_mux = german_tracks_at_mux(&platform, &admin, &id).await;
    let names: Vec<&Value> = at_mux.iter().map(|track| &track["name"]).collect();
    assert_eq!(names, [&json!("Deutsch")], "{at_mux:?}");
    assert_eq!(at_mux[0]["id"], shown);
    assert_eq!(german(&platform, &admin, &id).await.len(), 1);
}

#[tokio::test]
async fn an_upload_of_captions_is_audited() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;

    put(&admin, &id, "de", "text/vtt", VTT).await;

    let audit = admin.get("/api/admin/audit").await;
    assert_eq!(audit.data()[0]["action"], "video.put_caption", "{audit}");
}

#[tokio::test]
async fn earlier_captions_survive_an_upload_that_fails() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;
    assert_eq!(put(&admin, &id, "de", "text/vtt", VTT).await.status(), 200);
    let before = settled(&platform, &admin, &id).await;
    let at_mux = german_tracks_at_mux(&platform, &admin, &id).await;

    platform.fault(json!({ "target": "mux", "kind": "error", "count": 1 }));
    let failed = put(&admin, &id, "de", "text/vtt", VTT).await;

    assert_eq!((failed.status(), failed.code()), (502, "VIDEO_PROVIDER_UNAVAILABLE"), "{failed}");
    platform.advance(600).await;
    assert_eq!(german_tracks_at_mux(&platform, &admin, &id).await, at_mux);
    assert_eq!(settled(&platform, &admin, &id).await, before);
}

#[tokio::test]
async fn the_name_of_captions_in_another_language_is_refused() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;
    let refused = put(&admin, &id, "de?name=English", "text/vtt", VTT).await;
    assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{refused}");
}

#[tokio::test]
async fn files_that_are_no_captions_are_refused_and_change_nothing() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;
    let before = platform.admin_video(&admin, &id).await["captions"].clone();
    let late = "WEBVTT\n\n01:00:00.000 --> 01:00:01.000\nToo late\n";
    let backwards = "WEBVTT\n\n00:00:04.000 --> 00:00:01.000\nBackwards\n";
    for (kind, file, status, code) in [
        ("text/vtt", "not captions", 400, "VALIDATION_ERROR"),
        ("text/vtt", "", 400, "VALIDATION_ERROR"),
        ("text/vtt", late, 400, "VALIDATION_ERROR"),
        ("text/vtt", backwards, 400, "VALIDATION_ERROR"),
        ("application/json", "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let refused = put(&admin, &id, "de", kind, file).await;
        assert_eq!((refused.status(), refused.code()), (status, code), "{file}: {refused}");
    }
    let large = put(&admin, &id, "de", "text/vtt", vec![b'a'; 256 * 1024 + 1]).await;
    assert_eq!((large.status(), large.code()), (413, "PAYLOAD_TOO_LARGE"), "{large}");
    assert!(large.to_string().contains("262144 bytes"), "the limit is stated: {large}");
    for language in ["d", "german-language", "de_DE"] {
        assert_eq!(put(&admin, &id, language, "text/vtt", VTT).await.status(), 404, "{language}");
    }
    assert_eq!(platform.admin_video(&admin, &id).await["captions"], before);
}

#[tokio::test]
async fn of_uploads_at_the_same_time_the_last_one_is_kept() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;

    let uploads =
        (0..5).map(|at| put(&admin, &id, "de", "text/vtt", format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{at}\n")));
    for answer in futures::future::join_all(uploads).await {
        assert_eq!(answer.status(), 200, "{answer}");
    }

    // A report that arrived before its upload was written is asked for by the job.
    platform.advance(16 * 60).await;
    let captions = settled(&platform, &admin, &id).await;
    let german: Vec<&Value> = captions.iter().filter(|track| track["language"] == "de").collect();
    assert_eq!(german.len(), 1, "{captions:?}");
    assert_eq!(german_tracks_at_mux(&platform, &admin, &id).await.len(), 1, "the others are deleted");
}

#[tokio::test]
async fn captions_that_are_too_large_as_webvtt_are_refused() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;

    // `&` becomes `&amp;`.
    let srt = format!("1\n00:00:01,000 --> 00:00:02,000\n{}\n", "&".repeat(200_000));
    let refused = put(&admin, &id, "de", "application/x-subrip", srt).await;

    assert_eq!((refused.status(), refused.code()), (413, "PAYLOAD_TOO_LARGE"), "{refused}");
    assert!(german_tracks_at_mux(&platform, &admin, &id).await.is_empty());
}

#[tokio::test]
async fn a_language_in_another_case_is_the_same_language() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;

    let put = put(&admin, &id, "DE", "text/vtt", VTT).await;

    let captions = put.data()["captions"].as_array().expect("a list");
    assert_eq!(captions.iter().filter(|track| track["language"] == "de").count(), 1, "{put}");
    settled(&platform, &admin, &id).await;
    let deleted = admin.delete(&format!("/api/admin/videos/{id}/captions/De")).await;
    assert_eq!(deleted.status(), 200, "{deleted}");
}

#[tokio::test]
async fn captions_in_utf_16_are_decoded() {
    let platform = Platform::start().await;
    let (admin, id) = film(&platform).await;
    let text = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nGrüße\n";
    let file: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();

    let put = put(&admin, &id, "de", "application/x-subrip", file).await;

    assert_eq!(put.status(), 200, "{put}");
    let captions = settled(&platform, &admin, &id).await;
    assert!(captions.iter().any(|track| track["language"] == "de" && track["status"] == "ready"), "{captions:?}");
}

#[tokio::test]
async fn captions_need_a_ready_video_and_an_admin() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let id = platform.new_video(&admin, json!({})).await;

    let early = put(&admin, &id, "de", "text/vtt", VTT).await;
    assert_eq!((early.status(), early.code()), (409, "VIDEO_NOT_READY"), "{early}");
    let refused = put(&viewer, &id, "de", "text/vtt", VTT).await;
    assert_eq!((refused.status(), refused.code()), (403, "FORBIDDEN"), "{refused}");
    let unknown = put(&admin, "01987c10-4a00-7000-8000-000000000003", "de", "text/vtt", VTT).await;
    assert_eq!(unknown.status(), 404, "{unknown}");
}
