//! Webhook events: their bodies, and the endpoint that receives them.

use crate::ids;
use crate::model::{Asset, Upload};
use crate::shapes::{self, Shape};
use crate::state::Mux;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use standin::deliveries::Endpoint;
use std::sync::Arc;
use std::time::Duration;

/// The id of the only endpoint among the deliveries.
pub(crate) const ENDPOINT_ID: &str = "mux";
/// How long an attempt may take: Mux's own limit.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// The waits between attempts. They grow, and add up to the 24 hours for which Mux retries.
const RETRY_SECONDS: &[i64] = &[10, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 36_530];

/// The endpoint of events. Each attempt has a new signature: `t=<unix>,v1=<hex of HMAC-SHA256 over t.body>`.
pub(crate) fn endpoint(url: String, secret: String) -> Endpoint {
    let sign = move |at: Timestamp, body: &[u8]| {
        let seconds = at.as_second();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(body);
        ("mux-signature", format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes())))
    };
    Endpoint { provider: "mux", url, sign: Arc::new(sign), retry_seconds: RETRY_SECONDS, timeout: ATTEMPT_TIMEOUT }
}

impl Mux {
    /// Sends `video.upload.<what>`.
    pub(crate) fn upload_event(&self, what: &str, upload: &Upload) {
        let data = shapes::upload(self, upload);
        self.event(&format!("video.upload.{what}"), "upload", &upload.id, &data);
    }

    /// Sends `video.asset.<what>`.
    pub(crate) fn asset_event(&self, what: &str, asset: &Asset) {
        let data = shapes::asset(asset, Shape::Webhook);
        self.event(&format!("video.asset.{what}"), "asset", &asset.id, &data);
    }

    /// Sends `video.asset.track.<what>`.
    pub(crate) fn track_event(&self, what: &str, asset_id: &str, track: &Value) {
        let mut data = track.clone();
        data["asset_id"] = asset_id.into();
        let id = track["id"].as_str().unwrap_or_default();
        self.event(&format!("video.asset.track.{what}"), "track", id, &data);
    }

    fn event(&self, kind: &str, object: &str, object_id: &str, data: &Value) {
        let id = ids::id();
        let body = json!({
            "type": kind,
            "id": id,
            "created_at": self.now().to_string(),
            "object": { "type": object, "id": object_id },
            "environment": { "name": "Local", "id": "local" },
            "data": data,
            "request_id": null,
            "accessor": null,
            "accessor_source": null,
            "attempts": [],
        });
        self.deliveries.send(ENDPOINT_ID, &id, kind, body.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_retried_for_twenty_four_hours() {
        assert_eq!(RETRY_SECONDS.iter().sum::<i64>(), 24 * 3600);
        assert!(RETRY_SECONDS.is_sorted());
    }
}
