//! The main journey, end to end: a person subscribes, watches and comes back; an operator uploads a film, waits for the
//! encoding, and publishes it.

use m3u8_rs::{MasterPlaylist, MediaPlaylist};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use support::{DEMO_PASSWORD, Platform, Viewer};
use tokio::process::Command;

/// The length in seconds of the clips that the tests make.
const CLIP_SECONDS: usize = 9;
/// The times in seconds at which the encoded video is compared.
const MOMENTS: [f64; 3] = [1.5, 4.5, 7.5];
/// How far a color channel may be off after encoding, of 255.
const CHANNEL_ERROR_MAX: i32 = 24;
/// How long encoding a clip may take on a busy machine.
const ENCODING_MAX: Duration = Duration::from_secs(120);

#[tokio::test]
async fn a_person_registers_subscribes_watches_and_comes_back() {
    let platform = Platform::start().await;
    register_subscribe_and_watch(&platform).await;
}

/// Registers, subscribes, watches a film and signs in elsewhere. Returns the subscriber.
pub(crate) async fn register_subscribe_and_watch(platform: &Platform) -> Viewer {
    let viewer = platform.register("somebody@viewers.test").await;
    let videos = platform.anyone().get("/api/videos?required_plan=basic&limit=1").await;
    let video = videos.data()[0]["id"].as_str().expect("a basic video").to_owned();
    assert_eq!(viewer.play(&video).await.code(), "SUBSCRIPTION_REQUIRED");

    let checkout = viewer.post("/api/subscription/checkout", json!({ "plan_type": "basic" })).await;
    assert_eq!(checkout.status(), 201, "{checkout}");
    let url = checkout.data()["checkout_url"].as_str().expect("a page");
    let page = platform.client().get(url).send().await.expect("the page").text().await.expect("text");
    assert!(page.contains("name=\"card\"") && page.contains("name=\"promotion_code\""), "{page}");
    assert_eq!(platform.pay(url, "4000000000000002").await, "", "a declined card stays on the page");
    assert_eq!(viewer.play(&video).await.code(), "SUBSCRIPTION_REQUIRED", "no access is granted");
    let back = platform.pay(url, "4242424242424242").await;
    assert!(back.contains("/subscription/return?session_id=cs_test_"), "{back}");

    let subscription = viewer.get("/api/subscription").await;
    assert_eq!(subscription.data()["status"], "active", "{subscription}");
    assert_eq!(subscription.data()["access"], json!({ "allowed": true, "code": null }));
    let grant = viewer.play(&video).await;
    assert_eq!(grant.status(), 200, "{grant}");
    let seconds = watch(platform, grant.data()).await;
    assert!(seconds > 20.0, "{seconds}");

    let progress = json!({ "progress": 14.0, "playback_session_id": grant.data()["playback_session_id"] });
    assert_eq!(viewer.put(&format!("/api/videos/{video}/progress"), progress).await.status(), 200);
    assert_eq!(viewer.get("/api/continue-watching").await.data()[0]["video"]["id"], video.as_str());
    assert_eq!(
        viewer
            .delete(&format!("/api/playback/{}", grant.data()["playback_session_id"].as_str().expect("an id")))
            .await
            .status(),
        200
    );
    let elsewhere = platform.sign_in(viewer.email(), support::PASSWORD).await;
    assert_eq!(elsewhere.play(&video).await.data()["resume_position"], 14.0);
    viewer
}

/// Fetches the master playlist, every rendition and every segment of a grant, as a player does. Returns the stream's
/// length in seconds.
async fn watch(platform: &Platform, grant: &Value) -> f64 {
    let fetch = async |url: &str| {
        let answer = platform.client().get(url).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{url}");
        answer.bytes().await.expect("a body")
    };
    let master = fetch(grant["playback_url"].as_str().expect("a URL")).await;
    let (_, master): (_, MasterPlaylist) = m3u8_rs::parse_master_playlist(&master).expect("a master playlist");
    assert!(master.variants.len() >= 3, "{} renditions", master.variants.len());
    let mut lengths = Vec::new();
    for variant in &master.variants {
        assert!(variant.codecs.is_some() && variant.resolution.is_some() && variant.bandwidth > 0, "{variant:?}");
        let playlist = fetch(&variant.uri).await;
        let (_, playlist): (_, MediaPlaylist) = m3u8_rs::parse_media_playlist(&playlist).expect("a media playlist");
        assert!(playlist.end_list);
        for segment in &playlist.segments {
            assert!(fetch(&segment.uri).await.len() > 500, "{}", segment.uri);
        }
        let length: f32 = playlist.segments.iter().map(|segment| segment.duration).sum();
        lengths.push((f64::from(length) * 100.0).round());
    }
    assert!(lengths.iter().all(|length| (length - lengths[0]).abs() < 10.0), "aligned renditions: {lengths:?}");
    lengths[0] / 100.0
}

#[tokio::test]
async fn an_operators_clip_is_encoded_published_and_plays_with_its_content() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("viewer@marquee.test", DEMO_PASSWORD).await;
    let mut seen = Vec::new();
    for seed in [11, 87] {
        seen.push(upload_publish_and_play(&platform, &viewer, seed).await);
    }
    let same = seen[0].iter().zip(&seen[1]).all(|(a, b)| a.2.iter().zip(&b.2).all(|(a, b)| a.abs_diff(*b) < 30));
    assert!(!same, "two clips are two streams");
}

/// Uploads a clip as the operator, publishes it once it is encoded, and plays it. Returns the colors of its stream.
pub(crate) async fn upload_publish_and_play(
    platform: &Platform,
    viewer: &Viewer,
    seed: u32,
) -> Vec<(u64, f64, [u8; 3])> {
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let colours = colours(seed);
    let clip = clip(&colours, seed).await;
    let video = upload(platform, &admin, "A clip of ours", clip).await;
    assert_eq!(viewer.play(&video).await.code(), "NOT_FOUND", "it is not found before it is published");
    let early = admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": true })).await;
    assert_eq!(early.code(), "VIDEO_NOT_READY", "{early}");

    assert_eq!(settled(platform, &admin, &video).await["status"], "ready");
    let published = admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": true })).await;
    assert_eq!(published.status(), 200, "{published}");
    let listed = platform.anyone().get("/api/videos?q=clip").await;
    let listed = listed.data().as_array().is_some_and(|videos| videos.iter().any(|one| one["id"] == video.as_str()));
    assert!(listed, "it is in the next list");

    let grant = viewer.play(&video).await;
    let frames = decoded(platform, grant.data()).await;
    for (height, moment, colour) in &frames {
        let expected = colours[(moment / 3.0) as usize];
        let off = expected.iter().zip(colour).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs()).max();
        assert!(off <= Some(CHANNEL_ERROR_MAX), "{height}p at {moment} s: {colour:?} instead of {expected:?}");
    }
    assert!(frames.len() >= 9, "three moments of three renditions: {}", frames.len());
    frames
}

#[tokio::test]
async fn a_file_that_is_not_a_video_becomes_an_error_with_its_reason() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;

    let video = upload(&platform, &admin, "Not a film", b"this is no video at all".repeat(1_000)).await;

    let settled = settled(&platform, &admin, &video).await;
    assert_eq!(settled["status"], "error", "{settled}");
    assert!(settled["error_reason"].as_str().is_some_and(|reason| reason.len() > 10), "{settled}");
    let publish = admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": true })).await;
    assert_eq!(publish.code(), "VIDEO_NOT_READY");
    assert_eq!(
        platform
            .anyone()
            .get("/api/videos?q=film")
            .await
            .data()
            .as_array()
            .map(|found| found.iter().any(|one| one["id"] == video.as_str())),
        Some(false)
    );
}

/// Three colors derived from a number.
fn colours(seed: u32) -> [[u8; 3]; 3] {
    let channel = |number: u32| (40 + (number.wrapping_mul(2_654_435_761) >> 13) % 170) as u8;
    [0, 1, 2].map(|third| [0, 1, 2].map(|part| channel(seed * 31 + third * 7 + part + 1)))
}

/// A clip with three seconds of each color and a tone, as MP4.
async fn clip(colours: &[[u8; 3]; 3], tone: u32) -> Vec<u8> {
    let file = std::env::temp_dir().join(format!("marquee-clip-{}-{tone}.mp4", std::process::id()));
    let mut command = Command::new("ffmpeg");
    command.args(["-y", "-loglevel", "error"]);
    for [red, green, blue] in colours {
        let source = format!("color=c=0x{red:02x}{green:02x}{blue:02x}:s=640x360:r=24:d={}", CLIP_SECONDS / 3);
        command.args(["-f", "lavfi", "-i", &source]);
    }
    let sine = format!("sine=frequency={}:duration={CLIP_SECONDS}", 200 + tone * 5);
    command.args(["-f", "lavfi", "-i", &sine, "-filter_complex", "[0][1][2]concat=n=3:v=1:a=0[v]"]);
    command.args(["-map", "[v]", "-map", "3:a", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"]).arg(&file);
    let made = command.status().await.expect("the setup installs ffmpeg");
    assert!(made.success());
    let bytes = std::fs::read(&file).expect("the clip");
    let _ = std::fs::remove_file(&file);
    bytes
}

/// Creates a video and uploads its file; returns its id.
async fn upload(platform: &Platform, admin: &Viewer, title: &str, file: Vec<u8>) -> String {
    let body = json!({ "title": title, "category": "Tests", "required_plan": "free" });
    let created = admin.post("/api/admin/videos", body).await;
    assert_eq!(created.status(), 201, "{created}");
    assert_eq!(created.data()["video"]["status"], "processing");
    let url = created.data()["upload"]["url"].as_str().expect("an upload URL");
    let put = platform.client().put(url).body(file).send().await.expect("an answer");
    assert!(put.status().is_success(), "{}", put.status());
    created.data()["video"]["id"].as_str().expect("an id").to_owned()
}

/// Waits until a video is encoded.
async fn settled(platform: &Platform, admin: &Viewer, video: &str) -> Value {
    let started = std::time::Instant::now();
    loop {
        let listed = admin.get("/api/admin/videos?limit=100").await;
        let found = listed.data().as_array().and_then(|videos| videos.iter().find(|one| one["id"] == video).cloned());
        let found = found.unwrap_or_else(|| panic!("it is listed: {listed}"));
        if found["status"] != "processing" {
            return found;
        }
        assert!(started.elapsed() < ENCODING_MAX, "still {found}; {:?}", platform.running().deliveries());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The color in the middle of every rendition at every time: height, time, color.
async fn decoded(platform: &Platform, grant: &Value) -> Vec<(u64, f64, [u8; 3])> {
    let url = grant["playback_url"].as_str().expect("a URL");
    let master = platform.client().get(url).send().await.expect("an answer").bytes().await.expect("a body");
    let (_, master) = m3u8_rs::parse_master_playlist(&master).expect("a master playlist");
    let mut frames = Vec::new();
    for variant in &master.variants {
        let height = variant.resolution.expect("a resolution").height;
        for moment in MOMENTS {
            let output = Command::new("ffmpeg")
                .args(["-loglevel", "error", "-i", &variant.uri, "-ss", &moment.to_string(), "-frames:v", "1"])
                .args(["-vf", "scale=1:1:flags=area", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
                .output()
                .await
                .expect("the setup installs ffmpeg");
            let colour: [u8; 3] = output
                .stdout
                .as_slice()
                .try_into()
                .unwrap_or_else(|_| panic!("{height}p at {moment} s: {}", String::from_utf8_lossy(&output.stderr)));
            frames.push((height, moment, colour));
        }
    }
    frames
}

/// Names a missing tool, which would fail the tests above with a less clear message.
#[test]
fn the_setup_installed_what_these_tests_need() {
    for tool in ["ffmpeg", "ffprobe"] {
        let found = std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| Path::new(&folder).join(tool).exists()));
        assert!(found, "{tool} is missing: run `make setup`");
    }
}
