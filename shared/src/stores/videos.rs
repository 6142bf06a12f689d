//! Videos: one row each, with everything that is known of it.

use crate::models::ids::{SeriesId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::video::{CaptionTrack, Poster, VideoStatus};
use crate::stores::database::Table;
use crate::stores::row::Key;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
