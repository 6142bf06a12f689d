//! Videos: everything about a video, and who may see it.

use crate::models::facts::Facts;
use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::poster::{Images, Poster, PosterSource};
use crate::models::text::{Line, OptionalProse};
use crate::models::time::{as_sortable, as_sortable_option};
use crate::models::user::Role;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The value of [`Video::listing`] in every row.
pub const LISTING: &str = "videos";

/// The state of a video's encoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoStatus {
    /// It is waiting for its upload, or being encoded.
    #[default]
    Processing,
    /// It can be played.
    Ready,
    /// It cannot be played; `error_reason` says why.
    Error,
}

impl VideoStatus {
    /// Its name in rows and responses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Error => "error",
        }
    }
}

/// The effort that Mux puts into encoding a film; each step costs more at Mux.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoQuality {
    /// For simple content.
    #[default]
    Basic,
    /// Encoding is adapted to each film.
    Plus,
    /// The highest quality, for films whose pictures matter most.
    Premium,
}

/// An audio track of the uploaded file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AudioTrack {
    /// BCP 47, if the file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Its name, if the file has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Channels in the file: 2 is stereo, 6 is 5.1. Absent until Mux reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u32>,
    /// Channels that play. Absent if the track was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_channels: Option<u32>,
    /// Whether it plays. Mux keeps the first audio track of a file.
    pub kept: bool,
}

/// A pending new file for a video that plays: the old file plays until the new one is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Mux's upload.
    pub upload_id: String,
    /// Mux's asset, once the file has arrived.
    pub asset_id: Option<String>,
    /// Until when the file can be uploaded.
    pub expires_at: Timestamp,
    /// Its encoding quality.
    #[serde(default)]
    pub video_quality: VideoQuality,
    /// Why the replacement failed.
    pub error_reason: Option<String>,
}

/// An object at Mux that the service no longer needs and will delete there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obsolete {
    /// An asset.
    Asset(String),
    /// An upload, and the asset that it may have become.
    Upload(String),
    /// Captions that others have replaced. Mux does not allow two text tracks of the same name, so the new ones get
    /// their name only after that.
    Captions {
        /// Mux's asset.
        asset_id: String,
        /// The track.
        track_id: String,
        /// The track that replaced it.
        successor: String,
        /// The name of the successor for viewers.
        name: String,
    },
}

/// Captions that Mux is reading, while viewers see those that they will replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionReplacement {
    /// The new track.
    pub track_id: String,
    /// Its name for viewers; Mux has another one until the former tracks are deleted.
    pub name: String,
    /// The tracks that it replaces once it is ready.
    pub former: Vec<String>,
}

/// Captions that an operator uploaded for a file which was replaced. The new file does not have them yet at Mux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedCaptions {
    /// The playback id of the old file, from which Mux reads them.
    pub playback_id: String,
    /// The track of the old file.
    pub track_id: String,
    /// BCP 47: `en`.
    pub language: String,
    /// Their name for viewers.
    pub name: String,
}

/// The state of a text track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaptionStatus {
    /// Mux is reading the file.
    Preparing,
    /// Viewers can choose it.
    #[default]
    Ready,
    /// Mux could not read it.
    Errored,
}

/// A text track of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "VideoCaptions")]
pub struct CaptionTrack {
    /// Mux's track id.
    pub track_id: String,
    /// BCP 47: `en`.
    pub language: String,
    /// Its name for viewers.
    pub name: String,
    /// Its state; only ready ones are shown to viewers.
    #[serde(default)]
    pub status: CaptionStatus,
    /// Whether Mux generated it from the sound.
    #[serde(default)]
    pub is_generated: bool,
}

/// A row of `videos`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Video {
    /// The id.
    pub id: VideoId,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// Its category.
    pub category: String,
    /// The plan that it requires.
    pub required_plan: RequiredPlan,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub facts: Facts,
    /// The state of its encoding.
    #[serde(default)]
    pub status: VideoStatus,
    /// Why it cannot be played.
    pub error_reason: Option<String>,
    /// Whether the operator published it.
    #[serde(default)]
    pub published: bool,
    /// Hidden until this time, if one was scheduled.
    pub publish_at: Option<Timestamp>,
    /// When it was or will be published.
    pub published_at: Option<Timestamp>,
    /// In seconds.
    pub duration: Option<f64>,
    /// Where its credits start, in seconds. From there on the video counts as completed.
    pub credits_at: Option<f64>,
    /// Its images, signed when it became ready.
    pub poster: Option<Poster>,
    /// What they show.
    #[serde(default)]
    pub poster_source: PosterSource,
    /// Its images in three shapes, if this change signed them. They are a row of their own, so that this one stays small.
    #[serde(skip)]
    pub signed_images: Option<Images>,
    /// When they were last signed.
    pub poster_signed_at: Option<Timestamp>,
    /// The series, if it is an episode.
    pub series_id: Option<SeriesId>,
    /// The film or series whose trailer it is, if it is one.
    pub trailer_of: Option<TitleId>,
    /// The signed URL that plays it for everybody, if it is a trailer: signed and renewed together with its images.
    pub trailer_url: Option<String>,
    /// Its season.
    pub season: Option<u32>,
    /// Its episode number.
    pub episode: Option<u32>,
    /// Mux's upload.
    pub mux_upload_id: Option<String>,
    /// Mux's asset.
    pub mux_asset_id: Option<String>,
    /// Mux's signed playback id: never in a public response.
    pub mux_playback_id: Option<String>,
    /// Text tracks.
    #[serde(default)]
    pub captions: Vec<CaptionTrack>,
    /// Those among them that will replace others.
    #[serde(default)]
    pub caption_replacements: Vec<CaptionReplacement>,
    /// Those among them that Mux reported before the request that adds them had written them, by the ids of their tracks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_captions: Vec<String>,
    /// Captions of its former file that its file gets as well.
    #[serde(default)]
    pub carried_captions: Vec<CarriedCaptions>,
    /// Its encoding quality.
    #[serde(default)]
    pub video_quality: VideoQuality,
    /// The audio tracks of its file.
    #[serde(default)]
    pub audio: Vec<AudioTrack>,
    /// Whether the file's other tracks were requested from Mux.
    #[serde(default)]
    pub is_inspected: bool,
    /// Until when its file can be uploaded.
    pub upload_expires_at: Option<Timestamp>,
    /// A pending new file, while this one plays.
    pub replacement: Option<Replacement>,
    /// What must be deleted at Mux.
    #[serde(default)]
    pub obsolete: Vec<Obsolete>,
    /// Its former assets: late reports about them are ignored.
    #[serde(default)]
    pub former_assets: Vec<String>,
    /// When its state is next requested from Mux, while it is unsettled: the key of a sparse index.
    #[serde(default, serialize_with = "as_sortable_option")]
    pub check_at: Option<Timestamp>,
    /// The partition of the operator's list, newest first: the same for every video.
    pub listing: String,
    /// When it was created.
    #[serde(serialize_with = "as_sortable")]
    pub created_at: Timestamp,
    /// Incremented with every change: the second of two concurrent writers reads again.
    #[serde(default)]
    pub version: u64,
}

impl Video {
    /// Whether a frame at this time exists.
    pub fn has_frame(&self, time: f64) -> bool {
        self.duration.is_none_or(|duration| time < duration)
    }

    /// Whether everybody may see it. A trailer is only seen with its title.
    pub fn is_public(&self, now: Timestamp) -> bool {
        self.trailer_of.is_none()
            && self.published
            && self.status == VideoStatus::Ready
            && self.publish_at.is_none_or(|at| at <= now)
    }

    /// Whether a user may see it: everybody sees public videos, admins see all.
    pub fn is_shown_to(&self, role: Role, now: Timestamp) -> bool {
        role == Role::Admin || self.is_public(now)
    }

    /// Whether nothing more is expected from Mux, and nothing must be deleted there.
    pub fn is_settled(&self) -> bool {
        let waits = self.replacement.as_ref().is_some_and(|replacement| replacement.error_reason.is_none());
        let is_encoded = match self.status {
            VideoStatus::Processing => false,
            VideoStatus::Ready => self.is_inspected,
            VideoStatus::Error => true,
        };
        is_encoded && !waits && !self.awaits_captions() && self.carried_captions.is_empty() && self.obsolete.is_empty()
    }

    /// Whether Mux is reading captions.
    pub fn awaits_captions(&self) -> bool {
        self.status == VideoStatus::Ready && self.captions.iter().any(|one| one.status == CaptionStatus::Preparing)
    }

    /// The row to write, with or without the key of the index of unsettled videos.
    #[must_use]
    pub fn indexed(self) -> Self {
        let check_at = (!self.is_settled()).then(|| self.check_at.unwrap_or(self.created_at));
        Self { check_at, ..self }
    }
}

/// A title from an operator.
pub type Title = Line<200>;
/// A category from an operator.
pub type CategoryName = Line<50>;
/// A description of a video or series from an operator.
pub type Description = OptionalProse<5_000>;
