//! Videos without minutes of encoding: created through the API, and made ready by an event with Mux's signature.

use crate::{Answer, Platform, Viewer};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

impl Platform {
    /// A new video with a title, `processing` because nothing was uploaded; returns its id.
    pub async fn new_video(&self, admin: &Viewer, video: Value) -> String {
        let mut body = json!({ "title": "A film", "category": "Drama", "required_plan": "free" });
        merge(&mut body, video);
        let created = admin.post("/api/admin/videos", body).await;
        assert_eq!(created.status(), 201, "{created}");
        created.data()["video"]["id"].as_str().expect("an id").to_owned()
    }

    /// A new series with a title; returns its id.
    pub async fn new_series(&self, admin: &Viewer, title: &str) -> String {
        let created = admin.post("/api/admin/series", json!({ "title": title, "category": "Drama" })).await;
        assert_eq!(created.status(), 201, "{created}");
        created.data()["id"].as_str().expect("an id").to_owned()
    }

    /// A new video that Mux has made ready.
    pub async fn ready_video(&self, admin: &Viewer, video: Value) -> String {
        let id = self.new_video(admin, video).await;
        let told = self.mux_event("video.asset.ready", asset(&id)).await;
        assert_eq!(told.status(), 200, "{told}");
        id
    }

    /// A new published video.
    pub async fn published_video(&self, admin: &Viewer, video: Value) -> String {
        let id = self.ready_video(admin, video).await;
        let published = admin.patch(&format!("/api/admin/videos/{id}"), json!({ "published": true })).await;
        assert_eq!(published.status(), 200, "{published}");
        id
    }

    /// A video as operators see it.
    pub async fn admin_video(&self, admin: &Viewer, id: &str) -> Value {
        let answer = admin.patch(&format!("/api/admin/videos/{id}"), json!({})).await;
        assert_eq!(answer.status(), 200, "{answer}");
        answer.data().clone()
    }

    /// Calls Mux's API as the service does: returns the status and `data`.
    pub async fn at_mux(&self, method: reqwest::Method, path: &str) -> (u16, Value) {
        let config = self.console().get("/config").await.json()["mux"].clone();
        let request = self.client().request(method, format!("{}/video/v1/{path}", self.running().urls().mux));
        let request = request.basic_auth(config["token_id"].as_str().expect("an id"), config["token_secret"].as_str());
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.map_or(Value::Null, |mut body| body["data"].take()))
    }

    /// Sets how Mux's webhooks are delivered: `normal`, `drop`, `hold`.
    pub async fn mux_webhooks(&self, mode: &str) {
        let answer = self.console().post("/webhooks/mode", json!({ "provider": "mux", "mode": mode })).await;
        assert_eq!(answer.status(), 200, "{answer}");
    }

    /// Uploads a file, and waits until Mux has processed it; returns the asset.
    pub async fn upload(&self, upload: &Value, file: Vec<u8>) -> Value {
        let url = upload["url"].as_str().expect("a URL");
        let put = self.client().put(url).body(file).send().await.expect("an answer");
        assert!(put.status().is_success(), "{}", put.status());
        let id = upload["id"].as_str().expect("an id");
        let started = Instant::now();
        loop {
            let (_, upload) = self.at_mux(reqwest::Method::GET, &format!("uploads/{id}")).await;
            let asset_id = upload["asset_id"].as_str().expect("an asset");
            let (_, asset) = self.at_mux(reqwest::Method::GET, &format!("assets/{asset_id}")).await;
            if asset["status"] != "preparing" {
                return asset;
            }
            assert!(started.elapsed() < Duration::from_secs(120), "still {asset}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Sends an event with its own id, as Mux does.
    pub async fn mux_event(&self, kind: &str, data: Value) -> Answer {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let id = format!("event-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let body = json!({ "type": kind, "id": id, "data": data }).to_string();
        let signature = self.mux_signature(body.as_bytes(), self.running().now()).await;
        self.mux_delivery(body.into_bytes(), &signature).await
    }

    /// Mux's signature of a body at some time.
    pub async fn mux_signature(&self, body: &[u8], at: Timestamp) -> String {
        let config = self.console().get("/config").await;
        let secret = config.json()["mux"]["webhook_secret"].as_str().expect("a secret").to_owned();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
        mac.update(format!("{}.", at.as_second()).as_bytes());
        mac.update(body);
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={},v1={hex}", at.as_second())
    }

    /// Sends raw bytes with a signature.
    pub async fn mux_delivery(&self, body: Vec<u8>, signature: &str) -> Answer {
        let anyone = self.anyone();
        let request = anyone.request(reqwest::Method::POST, "/api/webhooks/mux").header("mux-signature", signature);
        anyone.send(request.header("content-type", "application/json").body(body)).await
    }
}

/// A small media file made by ffmpeg with these arguments, in the given container format.
pub fn media(extension: &str, arguments: &[&str]) -> Vec<u8> {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let name = format!("marquee-media-{}-{}.{extension}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let file = std::env::temp_dir().join(name);
    let made =
        std::process::Command::new("ffmpeg").args(["-y", "-loglevel", "error"]).args(arguments).arg(&file).status();
    assert!(made.expect("ffmpeg is installed by the set-up").success());
    let bytes = std::fs::read(&file).expect("the file");
    let _ = std::fs::remove_file(&file);
    bytes
}

/// A ready asset of a video, as it appears in Mux's events.
pub fn asset(video_id: &str) -> Value {
    json!({
        "id": format!("asset-{video_id}"),
        "status": "ready",
        "duration": 60.0,
        "passthrough": video_id,
        "created_at": 1_753_347_000,
        "playback_ids": [{ "id": "open", "policy": "public" }, { "id": playback_id(video_id), "policy": "signed" }],
        "tracks": [{ "type": "video", "id": "v" }, { "type": "text", "id": "t", "status": "ready", "language_code": "en" }],
    })
}

/// The playback id of [`asset`].
pub fn playback_id(video_id: &str) -> String {
    format!("playback-{video_id}")
}

fn merge(body: &mut Value, other: Value) {
    if let (Some(body), Value::Object(other)) = (body.as_object_mut(), other) {
        body.extend(other);
    }
}
