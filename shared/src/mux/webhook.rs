//! Mux's webhooks, and what they mean.

use crate::mux::asset::{Asset, Upload};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Why an upload did not become an asset, for the operator.
pub(super) const CANCELLED: &str = "The upload was cancelled. Upload the file again.";
pub(super) const ERRORED: &str = "The upload failed at Mux. Upload the file again.";
pub(super) const TIMED_OUT: &str = "No file came before the upload link expired. Upload the file again.";

/// An event, parsed leniently: Mux adds fields and types.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// The type, such as `video.asset.ready`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id, which is the same for every delivery of the event.
    #[serde(default)]
    pub id: String,
    /// The object of the event, in a format that depends on its type.
    #[serde(default)]
    pub data: Value,
}

/// What an event means for a video. Other events are ignored.
#[derive(Clone, Debug, PartialEq)]
pub enum VideoEvent {
    /// The upload has become an asset, which is being encoded.
    Uploaded(Box<Upload>),
    /// The upload will never become an asset, and why.
    UploadFailed(Box<Upload>, &'static str),
    /// The current state of an asset.
    Asset(Box<Asset>),
    /// An asset was deleted.
    Deleted(Box<Asset>),
    /// A text track of an asset is ready, could not be read, or was removed; the event contains only the asset's id.
    Tracks {
        /// Mux's asset.
        asset_id: String,
    },
}

impl Event {
    /// The event in a body, given as JSON and as it was sent; `None` for JSON that is not an event. An event without an
    /// id is identified by its bytes.
    pub fn read(json: Value, body: &[u8]) -> Option<Self> {
        Self::deserialize(json).ok().map(|event| match event.id.is_empty() {
            true => Self { id: format!("body-{}", hex::encode(Sha256::digest(body))), ..event },
            false => event,
        })
    }

    /// What the event means for a video; `None` if nothing.
    pub fn video_event(&self) -> Option<VideoEvent> {
        let asset = || Asset::deserialize(&self.data).ok().filter(Asset::is_sane).map(Box::new);
        let upload = || Upload::deserialize(&self.data).ok().filter(Upload::is_sane).map(Box::new);
        let failed = |reason| upload().map(|upload| VideoEvent::UploadFailed(upload, reason));
        match self.kind.as_str() {
            "video.upload.asset_created" => upload().map(VideoEvent::Uploaded),
            "video.upload.cancelled" => failed(CANCELLED),
            "video.upload.errored" => failed(ERRORED),
            "video.upload.timed_out" => failed(TIMED_OUT),
            "video.asset.created" | "video.asset.ready" | "video.asset.errored" | "video.asset.updated" => {
                asset().map(VideoEvent::Asset)
            }
            "video.asset.deleted" => asset().map(VideoEvent::Deleted),
            "video.asset.track.ready" | "video.asset.track.errored" | "video.asset.track.deleted" => {
                Some(VideoEvent::Tracks { asset_id: self.data["asset_id"].as_str()?.to_owned() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_parsed_leniently_and_unknown_ones_are_ignored() {
        let news = |kind: &str, data: Value| Event { kind: kind.to_owned(), id: "e".to_owned(), data }.video_event();
        assert_eq!(news("video.asset.updated", json!({})), None);
        assert_eq!(news("video.asset.ready", json!({ "id": 7 })), None);
        assert_eq!(news("video.upload.asset_created", json!({})), None);
        let settings = json!({ "passthrough": "ours" });
        let uploaded = json!({ "id": "u", "asset_id": "a", "new_asset_settings": settings });
        let Some(VideoEvent::Uploaded(upload)) = news("video.upload.asset_created", uploaded) else {
            panic!("an upload")
        };
        assert_eq!((upload.asset_id.as_deref(), upload.passthrough()), (Some("a"), Some("ours")));
        let ready = json!({ "id": "a", "status": "ready", "created_at": 1_753_347_000, "novelty": [1] });
        assert!(matches!(news("video.asset.ready", ready), Some(VideoEvent::Asset(asset)) if asset.id == "a"));
    }
}
