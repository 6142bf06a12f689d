//! What Mux keeps: uploads, assets with their playback ids and tracks, and signing keys.

use crate::encode::Encoded;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Where a direct upload stands; the words are Mux's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadStatus {
    Waiting,
    AssetCreated,
    Cancelled,
    TimedOut,
}

/// A direct upload: a URL that takes one file, which becomes an asset.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) status: UploadStatus,
    pub(crate) cors_origin: String,
    pub(crate) timeout_seconds: i64,
    pub(crate) settings: AssetSettings,
    pub(crate) asset_id: Option<String>,
    /// The file's size, once a chunk has told it.
    pub(crate) total_bytes: Option<u64>,
    pub(crate) created_at: Timestamp,
}

impl Upload {
    /// When a URL that was not used stops working.
    pub(crate) fn expires_at(&self) -> Timestamp {
        self.created_at + SignedDuration::from_secs(self.timeout_seconds)
    }
}

/// How an asset is to be made: `new_asset_settings`, or the body of `POST /video/v1/assets`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AssetSettings {
    #[serde(default, alias = "playback_policy", skip_serializing_if = "Vec::is_empty")]
    pub(crate) playback_policies: Vec<Policy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) passthrough: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) meta: Option<Map<String, Value>>,
    #[serde(default, alias = "input", skip_serializing_if = "Vec::is_empty")]
    pub(crate) inputs: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) video_quality: Option<String>,
    /// Settings that change nothing here; they are given back as they came.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// Who may use a playback id: anybody, or the bearer of a signed token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Policy {
    Public,
    Signed,
}

/// A name under which an asset is played.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PlaybackId {
    pub(crate) id: String,
    pub(crate) policy: Policy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Preparing,
    Ready,
    Errored,
}

/// Where the source of an asset that is still to be encoded comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// The file of this direct upload.
    Upload(String),
    /// An address to fetch it from.
    Url(String),
}

/// A video, from its creation until it is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asset {
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
    pub(crate) settings: AssetSettings,
    pub(crate) playback_ids: Vec<PlaybackId>,
    pub(crate) tracks: Vec<TextTrack>,
    pub(crate) upload_id: Option<String>,
    /// Set until it is encoded, so that a restart goes on with it.
    pub(crate) source: Option<Source>,
    /// Encoded media that lie elsewhere than in the stand-in's own folder, and are never written to or deleted.
    pub(crate) adopted: Option<PathBuf>,
    pub(crate) encoded: Option<Encoded>,
    /// Why it could not be encoded.
    pub(crate) error: Option<String>,
}

/// Captions or subtitles of an asset.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TextTrack {
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) name: String,
    pub(crate) language_code: String,
    pub(crate) closed_captions: bool,
    pub(crate) passthrough: Option<String>,
    /// Where its text is fetched from.
    pub(crate) source_url: Option<String>,
    /// The WebVTT text, once it is there.
    pub(crate) vtt: Option<String>,
}

/// The public half of a key that signs tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    /// PKCS#1 DER, base64.
    pub(crate) public_key: String,
    /// Made for the platform and not over the API: a reset brings it back.
    pub(crate) provisioned: bool,
    pub(crate) deleted: bool,
}
