//! Webhooks of Mux: whether one is genuine, and what it says.

use crate::mux::client::{Asset, Upload};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

/// How old a signature may be, in seconds.
const AGE_SECONDS_MAX: i64 = 300;
/// How far Mux's clock may be ahead of ours, in seconds. Mux's SDK accepts any future; a captured signature would then
/// live for as long as its clock was wrong.
const AHEAD_SECONDS_MAX: i64 = 5;
/// Longest signature header that is looked at, in bytes.
const HEADER_BYTES_MAX: usize = 1_024;

/// Whether a `mux-signature` header (`t=<unix>,v1=<hex>`) signs these raw bytes at `now`: HMAC-SHA256 over `t.body` under
/// any of the secrets, in any `v1`. With no secret nothing is genuine.
pub fn is_genuine(header: &str, body: &[u8], secrets: &[String], now: Timestamp) -> bool {
    if header.len() > HEADER_BYTES_MAX {
        return false;
    }
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let mut times = parts().filter(|(name, _)| *name == "t").map(|(_, time)| time);
    let (Some(time), None) = (times.next(), times.next()) else { return false };
    let Ok(signed_at) = time.parse::<i64>() else { return false };
    let age = now.as_second().saturating_sub(signed_at);
    if !(-AHEAD_SECONDS_MAX..=AGE_SECONDS_MAX).contains(&age) {
        return false;
    }
    let signatures: Vec<Vec<u8>> =
        parts().filter(|(name, _)| *name == "v1").filter_map(|(_, text)| hex::decode(text).ok()).collect();
    secrets.iter().filter(|secret| !secret.is_empty()).any(|secret| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
    })
}

/// An event, read leniently: Mux adds fields and types.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// `video.asset.ready`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every delivery of it.
    pub id: String,
    /// The thing that it is about, in a shape of its type.
    #[serde(default)]
    pub data: Value,
}

/// What an event means for a video. Everything else is of no account here.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The upload has become an asset, which is being encoded.
    Uploaded(Box<Upload>),
    /// The upload will never become one, and why.
    UploadFailed(Box<Upload>, &'static str),
    /// An asset as it stands now.
    Asset(Box<Asset>),
    /// An asset is no more.
    Deleted(Box<Asset>),
    /// A text track was added to an asset, or taken from it; the event holds no more of the asset than its id.
    Tracks {
        /// Mux's asset.
        asset_id: String,
    },
}

impl Event {
    /// What it means for a video; `None` when nothing.
    pub fn news(&self) -> Option<News> {
        let asset = || Asset::deserialize(&self.data).ok().map(Box::new);
        let upload = || Upload::deserialize(&self.data).ok().map(Box::new);
        let failed = |reason| upload().map(|upload| News::UploadFailed(upload, reason));
        match self.kind.as_str() {
            "video.upload.asset_created" => upload().map(News::Uploaded),
            "video.upload.cancelled" => failed("The upload was cancelled."),
            "video.upload.errored" => failed("The upload failed."),
            "video.upload.timed_out" => failed("Nothing was uploaded in time."),
            "video.asset.created" | "video.asset.ready" | "video.asset.errored" => asset().map(News::Asset),
            "video.asset.deleted" => asset().map(News::Deleted),
            "video.asset.track.ready" | "video.asset.track.deleted" => {
                Some(News::Tracks { asset_id: self.data["asset_id"].as_str()?.to_owned() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BODY: &[u8] = br#"{"type":"video.asset.ready","id":"e"}"#;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn signature(secret: &str, time: &str, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    fn genuine(header: &str, now: i64) -> bool {
        is_genuine(header, BODY, &["old".to_owned(), "new".to_owned()], at(now))
    }

    #[test]
    fn any_active_secret_and_any_v1_is_enough() {
        for secret in ["old", "new"] {
            let right = signature(secret, "1000", BODY);
            assert!(genuine(&format!("t=1000,v1={right}"), 1_000));
            assert!(genuine(&format!("v0=x,v1={},t=1000, v1={right}", "00".repeat(32)), 1_000));
        }
    }

    #[test]
    fn a_changed_body_time_or_secret_is_refused() {
        let right = signature("new", "1000", BODY);
        let header = format!("t=1000,v1={right}");
        let secrets = ["new".to_owned()];
        assert!(!is_genuine(&header, b"{}", &secrets, at(1_000)));
        assert!(!is_genuine(&header, BODY, &["other".to_owned()], at(1_000)));
        assert!(!is_genuine(&header, BODY, &[], at(1_000)));
        assert!(!genuine(&format!("t=1001,v1={right}"), 1_000));
        let empty = signature("", "1000", BODY);
        assert!(!is_genuine(&format!("t=1000,v1={empty}"), BODY, &[String::new()], at(1_000)));
    }

    #[test]
    fn signatures_live_five_minutes_and_not_before_their_time() {
        let header = format!("t=1000,v1={}", signature("new", "1000", BODY));
        assert!(genuine(&header, 1_300));
        assert!(!genuine(&header, 1_301));
        assert!(genuine(&header, 995));
        assert!(!genuine(&header, 994));
    }

    #[test]
    fn malformed_headers_are_refused() {
        let right = signature("new", "1000", BODY);
        let long = format!("t=1000,v1={right},{}", "x".repeat(1_100));
        for header in [
            "",
            "t=1000",
            &format!("v1={right}"),
            &format!("t=,v1={right}"),
            &format!("t=x,v1={right}"),
            &format!("t=1000,t=1000,v1={right}"),
            &format!("t=1000,v1={}", &right[..62]),
            &format!("t=1000,v1={right}00"),
            &format!("t=-9223372036854775808,v1={right}"),
            &long,
        ] {
            assert!(!genuine(header, 1_000), "{header}");
        }
    }

    #[test]
    fn events_are_read_leniently_and_unknown_ones_mean_nothing() {
        let news = |kind: &str, data: Value| Event { kind: kind.to_owned(), id: "e".to_owned(), data }.news();
        assert_eq!(news("video.asset.updated", json!({})), None);
        assert_eq!(news("video.asset.ready", json!({ "id": 7 })), None);
        assert_eq!(news("video.upload.asset_created", json!({})), None);
        let settings = json!({ "passthrough": "ours" });
        let uploaded = json!({ "id": "u", "asset_id": "a", "new_asset_settings": settings });
        let Some(News::Uploaded(upload)) = news("video.upload.asset_created", uploaded) else { panic!("an upload") };
        assert_eq!((upload.asset_id.as_deref(), upload.passthrough()), (Some("a"), Some("ours")));
        let ready = json!({ "id": "a", "status": "ready", "created_at": 1_753_347_000, "novelty": [1] });
        assert!(matches!(news("video.asset.ready", ready), Some(News::Asset(asset)) if asset.id == "a"));
    }
}
