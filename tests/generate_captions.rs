//! `generate-captions`, and captions that Mux generates for a new file.

use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{Platform, Viewer};

async fn generate(admin: &Viewer, id: &str, language: &str) -> support::Answer {
    admin.post(&format!("/api/admin/videos/{id}/generate-captions"), json!({ "language": language })).await
}

/// The video's captions in a language, once Mux has generated them.
async fn generated(platform: &Platform, admin: &Viewer, id: &str, language: &str) -> Value {
    let started = Instant::now();
    loop {
        platform.advance(0).await;
        let video = platform.admin_video(admin, id).await;
        let captions = video["captions"].as_array().expect("a list").iter();
        let track = captions.filter(|track| track["language"] == language).find(|track| track["status"] != "preparing");
        if let Some(track) = track {
            return track.clone();
        }
        assert!(started.elapsed() < Duration::from_secs(120), "{video}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn captions_are_generated_for_a_film_and_viewers_see_that_they_are_automatic() {
    let platform = Platform::start().await;
    let (admin, id) = crate::put_caption::film(&platform).await;

    let asked = generate(&admin, &id, "fr").await;

    assert_eq!(asked.status(), 200, "{asked}");
    let track = generated(&platform, &admin, &id, "fr").await;
    assert_eq!(
        (&track["status"], &track["is_generated"], &track["name"]),
        (&json!("ready"), &json!(true), &json!("Français (auto)"))
    );
    let played = admin.play(&id).await;
    let tracks = played.data()["captions"].as_array().expect("a list");
    let shown = tracks.iter().find(|track| track["language"] == "fr").expect("French captions");
    assert_eq!(shown["is_generated"], true, "{played}");
    let url = shown["url"].as_str().expect("a URL");
    let text = platform.client().get(url).send().await.expect("an answer").text().await.expect("text");
    assert!(text.starts_with("WEBVTT") && text.contains("m'entends"), "{text}");
    let english = tracks.iter().find(|track| track["language"] == "en").expect("English captions");
    assert_eq!(english["is_generated"], false, "uploaded ones are not called automatic");
    let audit = admin.get("/api/admin/audit").await;
    assert_eq!(audit.data()[0]["action"], "video.generate_captions", "{audit}");
}

#[tokio::test]
async fn captions_in_a_language_that_has_some_are_not_generated() {
    let platform = Platform::start().await;
    let (admin, id) = crate::put_caption::film(&platform).await;
    let before = platform.admin_video(&admin, &id).await["captions"].clone();
    let refused = generate(&admin, &id, "en").await;
    assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    assert_eq!(platform.round_trips(&refused, "mux"), 0);
    let unknown = generate(&admin, &id, "xx").await;
    assert_eq!((unknown.status(), unknown.code()), (400, "VALIDATION_ERROR"), "{unknown}");
    assert_eq!(platform.admin_video(&admin, &id).await["captions"], before);
}

#[tokio::test]
async fn generated_captions_need_a_ready_video_with_sound_and_an_admin() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let id = platform.new_video(&admin, json!({})).await;
    let early = generate(&admin, &id, "de").await;
    assert_eq!((early.status(), early.code()), (409, "VIDEO_NOT_READY"), "{early}");
    let refused = generate(&viewer, &id, "de").await;
    assert_eq!((refused.status(), refused.code()), (403, "FORBIDDEN"), "{refused}");
    let created = admin
        .post("/api/admin/videos", json!({ "title": "Silent", "category": "Drama", "required_plan": "free" }))
        .await;
    let silent = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=24:duration=2", "-c:v", "libx264"];
    platform.upload(&created.data()["upload"], support::videos::media("mp4", &silent)).await;
    let id = created.data()["video"]["id"].as_str().expect("an id");
    crate::import_video::settled(&platform, &admin, id).await;
    let silent = generate(&admin, id, "de").await;
    assert_eq!((silent.status(), silent.code()), (409, "CONFLICT"), "{silent}");
    assert_eq!(platform.admin_video(&admin, id).await["captions"], json!([]));
}

#[tokio::test]
async fn a_new_file_has_generated_captions_if_its_operator_chose_a_language() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let new = json!({ "title": "Spoken", "category": "Drama", "required_plan": "free", "generated_captions": "de" });
    let created = admin.post("/api/admin/videos", new.clone()).await;
    assert_eq!(created.status(), 201, "{created}");
    let file = crate::import_video::film();
    platform.upload(&created.data()["upload"], file).await;
    let id = created.data()["video"]["id"].as_str().expect("an id");
    let track = generated(&platform, &admin, id, "de").await;
    assert_eq!((&track["status"], &track["is_generated"]), (&json!("ready"), &json!(true)), "{track}");
    let (_, asset) = platform
        .at_mux(
            Method::GET,
            &format!("assets/{}", platform.admin_video(&admin, id).await["mux_asset_id"].as_str().expect("an id")),
        )
        .await;
    let text =
        asset["tracks"].as_array().expect("tracks").iter().find(|track| track["type"] == "text").expect("a text track");
    assert_eq!(text["text_source"], "generated_vod");
    let mut wrong = new;
    wrong["generated_captions"] = json!("tlh");
    let refused = admin.post("/api/admin/videos", wrong).await;
    assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{refused}");
}
