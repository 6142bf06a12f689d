//! Videos: one row each, with everything that is known of it.

use crate::models::ids::{SeriesId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::stores::database::Table;
use crate::stores::row::Key;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a video's encoding stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoStatus {
    /// Waiting for its upload, or being encoded.
    #[default]
    Processing,
    /// Playable.
    Ready,
    /// Never will be; `error_reason` says why.
    Error,
}

/// A row of `videos`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Video {
    /// Which.
    pub id: VideoId,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// The shelf that it stands on.
    pub category: String,
    /// What it asks of its viewer.
    pub required_plan: RequiredPlan,
    /// Where its encoding stands.
    #[serde(default)]
    pub status: VideoStatus,
    /// Why it has none.
    pub error_reason: Option<String>,
    /// Whether the operator published it.
    #[serde(default)]
    pub published: bool,
    /// From when on it is shown, if that was scheduled.
    pub publish_at: Option<Timestamp>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Where its credits start, in seconds: from there on it is completed.
    pub credits_at: Option<f64>,
    /// Its images, signed when it became ready.
    pub poster: Option<Poster>,
    /// The series that it is an episode of.
    pub series_id: Option<SeriesId>,
    /// Which season of it.
    pub season: Option<u32>,
    /// Which episode of that.
    pub episode: Option<u32>,
    /// Mux's upload.
    pub mux_upload_id: Option<String>,
    /// Mux's asset.
    pub mux_asset_id: Option<String>,
    /// Mux's signed playback id: never in a public answer.
    pub mux_playback_id: Option<String>,
    /// Text tracks.
    #[serde(default)]
    pub captions: Vec<CaptionTrack>,
    /// The partition of the operator's list, newest first: the same for every video.
    pub listing: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Grows with every change: of two changes at once, the second reads again.
    #[serde(default)]
    pub version: u64,
}

/// A text track of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionTrack {
    /// Mux's track id.
    pub track_id: String,
    /// BCP 47: `en`.
    pub language: String,
    /// What to call it.
    pub name: String,
}

/// A poster at three widths, as image tokens that play nothing, with a placeholder to show before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Poster {
    /// The middle width.
    pub url: String,
    /// All widths, as an `img` takes them.
    pub srcset: String,
    /// A `data:` URL or a colour of a few bytes.
    pub placeholder: String,
}

impl Video {
    /// The key of a video's row.
    pub fn key(id: VideoId) -> Key<Self> {
        Key::one(Table::Videos, "id", id.to_string())
    }

    /// Whether everybody may know of it.
    pub fn is_public(&self, now: Timestamp) -> bool {
        self.published && self.status == VideoStatus::Ready && self.publish_at.is_none_or(|at| at <= now)
    }
}
