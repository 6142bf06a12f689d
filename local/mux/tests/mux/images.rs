//! Stills, storyboards and posters.

use crate::support::{Bench, probed};
use serde_json::{Value, json};

async fn size_of(bench: &Bench, path: &str) -> (u64, u64) {
    let response = bench.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    let file = bench.path("image");
    std::fs::write(&file, response.bytes().await.unwrap()).unwrap();
    let stream = probed(file.to_str().unwrap()).await["streams"][0].clone();
    (stream["width"].as_u64().unwrap(), stream["height"].as_u64().unwrap())
}

#[tokio::test]
async fn thumbnails_have_the_size_and_time_in_their_token() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let url = |claims: Value| format!("/{id}/thumbnail.jpg?token={}", bench.token(&id, "t", &claims));
    assert_eq!(size_of(&bench, &url(json!({}))).await, (320, 180));
    assert_eq!(size_of(&bench, &url(json!({ "width": 160 }))).await, (160, 90));
    assert_eq!(size_of(&bench, &url(json!({ "height": "90", "time": "4.9" }))).await, (160, 90));
    let both = |fit: &str| url(json!({ "width": 100, "height": 100, "fit_mode": fit, "time": 1 }));
    assert_eq!(size_of(&bench, &both("preserve")).await, (100, 56));
    for fit in ["crop", "smartcrop", "pad", "stretch"] {
        assert_eq!(size_of(&bench, &both(fit)).await, (100, 100), "{fit}");
    }
    let early = bench.get(&url(json!({ "time": 0 }))).await.bytes().await.unwrap();
    let late = bench.get(&url(json!({ "time": 4 }))).await.bytes().await.unwrap();
    let beyond = bench.get(&url(json!({ "time": 400 }))).await;
    assert_ne!(early, late);
    assert_eq!(beyond.status(), 200, "a moment after the end shows the last picture");
    let wide = format!("{}&width=64", url(json!({})));
    assert_eq!(size_of(&bench, &wide).await, (320, 180), "a parameter outside the token does not count");
    let video = bench.token(&id, "v", &Value::Null);
    assert_eq!(bench.get(&format!("/{id}/thumbnail.jpg?token={video}")).await.status(), 403);
}

#[tokio::test]
async fn a_storyboards_token_also_opens_its_picture() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let token = bench.token(&id, "s", &Value::Null);
    let vtt = bench.text(&format!("/{id}/storyboard.vtt?token={token}")).await;
    assert!(vtt.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:00.100\n"), "{vtt}");
    let cues: Vec<&str> = vtt.lines().filter(|line| line.starts_with("http")).collect();
    assert_eq!(cues.len(), 50);
    let (picture, place) = cues[49].split_once("#xywh=").unwrap();
    assert_eq!(place, "1024,1296,256,144");
    assert_eq!(size_of(&bench, picture).await, (1280, 1440));
    let json: Value = bench.get(&format!("/{id}/storyboard.json?token={token}")).await.json().await.unwrap();
    assert_eq!(json["tiles"].as_array().unwrap().len(), 50);
    assert_eq!(bench.get(&format!("/{id}/storyboard.jpg")).await.status(), 403);
}

#[tokio::test]
async fn an_animated_image_needs_its_own_token() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let claims = json!({ "start": 1.5, "end": 3, "width": 160, "fps": 5 });
    assert_eq!(
        size_of(&bench, &format!("/{id}/animated.gif?token={}", bench.token(&id, "g", &claims))).await,
        (160, 90)
    );
    assert_eq!(bench.get(&format!("/{id}/animated.gif?token={}", bench.token(&id, "t", &claims))).await.status(), 403);
}

#[tokio::test]
async fn adopted_media_play_at_once_with_their_poster_and_survive_a_reset_unchanged() {
    let bench = Bench::start().await;
    let folder = bench.path("demo");
    std::fs::create_dir(&folder).unwrap();
    let encoded = mux_standin::encode(crate::support::clip(), &folder).await.unwrap();
    assert!((encoded.duration_seconds - 5.0).abs() < 0.1);
    let poster =
        ["-y", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "color=red:s=1280x720", "-frames:v", "1"];
    let status = std::process::Command::new("ffmpeg").args(poster).arg(folder.join("poster.jpg")).status();
    assert!(status.unwrap().success());
    std::fs::write(folder.join("captions-en.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\n[music]\n").unwrap();
    bench.mux.adopt_asset(&folder, "demo-asset", "demo-play", "video-7").await.unwrap();

    let asset = bench.data(bench.api("GET", "/video/v1/assets/demo-asset")).await;
    assert_eq!((&asset["status"], &asset["passthrough"]), (&json!("ready"), &json!("video-7")));
    assert!(bench.master("demo-play", &Value::Null).await.contains("TYPE=SUBTITLES"));
    let url = |claims: Value| format!("/demo-play/thumbnail.jpg?token={}", bench.token("demo-play", "t", &claims));
    assert_eq!(size_of(&bench, &url(json!({}))).await, (1280, 720));
    assert_eq!(size_of(&bench, &url(json!({ "width": 320 }))).await, (320, 180));
    assert_eq!(size_of(&bench, &url(json!({ "time": 1 }))).await, (320, 180), "of the video, not the poster");
    let files = |folder: &std::path::Path| std::fs::read_dir(folder).unwrap().count();
    let before = files(&folder);
    assert_eq!(bench.api("DELETE", "/video/v1/assets/demo-asset").send().await.unwrap().status(), 204);
    bench.mux.reset();
    assert_eq!(files(&folder), before);
    bench.mux.adopt_asset(&folder, "demo-asset", "demo-play", "video-7").await.unwrap();
    assert!(bench.master("demo-play", &Value::Null).await.starts_with("#EXTM3U"));
    let wrong = bench.mux.adopt_asset(&folder, "../asset", "demo-play", "").await;
    assert!(wrong.is_err());
}
