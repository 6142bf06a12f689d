//! Mux's objects: uploads, assets with their playback ids and tracks, and signing keys.

use crate::encode::Encoded;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// The state of a direct upload, in Mux's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadStatus {
    Waiting,
    AssetCreated,
    Cancelled,
    TimedOut,
}

/// A direct upload: a URL that accepts one file, which becomes an asset.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) status: UploadStatus,
    pub(crate) cors_origin: String,
    pub(crate) timeout_seconds: i64,
    pub(crate) settings: AssetSettings,
    pub(crate) asset_id: Option<String>,
    /// The file's size, known after the first chunk.
    pub(crate) total_bytes: Option<u64>,
    pub(crate) created_at: Timestamp,
}

impl Upload {
    /// When an unused URL expires.
    pub(crate) fn expires_at(&self) -> Timestamp {
        self.created_at + SignedDuration::from_secs(self.timeout_seconds)
    }
}

/// The settings of a new asset: `new_asset_settings`, or the body of `POST /video/v1/assets`.
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
    /// Settings that have no effect here; they are returned unchanged.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// Who may use a playback id: anybody, or only with a signed token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Policy {
    Public,
    Signed,
}

/// An id under which an asset is played.
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

/// The source of an asset that has not been encoded yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// The file of this direct upload.
    Upload(String),
    /// A URL to fetch it from.
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
    /// Set until it is encoded, so a restart resumes the work.
    pub(crate) source: Option<Source>,
    /// Encoded media outside the stand-in's own folder, which are never written to or deleted.
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
    /// The URL from which its text is fetched.
    pub(crate) source_url: Option<String>,
    /// Whether it is generated from the sound instead of fetched.
    #[serde(default)]
    pub(crate) is_generated: bool,
    /// The WebVTT text, once it has been fetched or generated.
    pub(crate) vtt: Option<String>,
}

/// The public half of a key that signs tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    /// PKCS#1 DER, base64.
    pub(crate) public_key: String,
    /// Whether it was created for the platform, not through the API: a reset restores it.
    pub(crate) provisioned: bool,
    pub(crate) deleted: bool,
}
