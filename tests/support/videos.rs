//! Videos without the minutes of encoding: created through the door, made ready by an event signed as Mux signs.

use crate::{Answer, Platform, Viewer};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::atomic::{AtomicU32, Ordering};

impl Platform {
    /// A new video of a title; `processing`, since nothing was uploaded. Its id.
    pub async fn new_video(&self, admin: &Viewer, video: Value) -> String {
        let mut body = json!({ "title": "A film", "category": "Drama", "required_plan": "free" });
        merge(&mut body, video);
        let created = admin.post("/api/admin/videos", body).await;
        assert_eq!(created.status(), 201, "{created}");
        created.data()["video"]["id"].as_str().expect("an id").to_owned()
    }

    /// A new video that Mux has made ready.
    pub async fn ready_video(&self, admin: &Viewer, video: Value) -> String {
        let id = self.new_video(admin, video).await;
        let told = self.mux_event("video.asset.ready", asset(&id)).await;
        assert_eq!(told.status(), 200, "{told}");
        id
    }

    /// A new video that everybody may know of.
    pub async fn published_video(&self, admin: &Viewer, video: Value) -> String {
        let id = self.ready_video(admin, video).await;
        let published = admin.patch(&format!("/api/admin/videos/{id}"), json!({ "published": true })).await;
        assert_eq!(published.status(), 200, "{published}");
        id
    }

    /// Sends an event of its own id, as Mux does.
    pub async fn mux_event(&self, kind: &str, data: Value) -> Answer {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let id = format!("event-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let body = json!({ "type": kind, "id": id, "data": data }).to_string();
        let signature = self.mux_signature(body.as_bytes(), self.running().now()).await;
        self.mux_delivery(body.into_bytes(), &signature).await
    }

    /// What Mux would sign a body with at a moment.
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

/// A ready asset of a video, as Mux's events show it.
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
