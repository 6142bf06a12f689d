//! Videos as everybody sees them, and as operators see them.

use crate::models::facts::{Facts, distinct};
use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::poster::{Poster, PosterSource, PosterSourceSchema};
use crate::models::video::{AudioTrack, CaptionTrack, Replacement, Video, VideoQuality, VideoStatus};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A video as everybody sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Video")]
pub struct PublicVideo {
    /// The id.
    pub id: VideoId,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Its category.
    pub category: String,
    /// The plan that it requires.
    pub required_plan: RequiredPlan,
    /// Seconds; `null` until it is encoded.
    pub duration: Option<f64>,
    /// Its images; `null` until it is encoded.
    pub poster: Option<Poster>,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub facts: Facts,
    /// The languages that it can be heard in (BCP 47), as its file names them.
    #[serde(default)]
    pub audio_languages: Vec<String>,
    /// The languages of its captions (BCP 47).
    #[serde(default)]
    pub caption_languages: Vec<String>,
    /// The series, if it is an episode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_id: Option<SeriesId>,
    /// Its season.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<u32>,
    /// Its episode number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<u32>,
    /// When it was or will be published; `null` if it is not published.
    pub published_at: Option<Timestamp>,
}

/// The part of a video that only operators see.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Administration {
    /// The state of its encoding.
    pub status: VideoStatus,
    /// Why it cannot be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_reason: Option<String>,
    /// Whether it was published.
    pub published: bool,
    /// Hidden until this time, published or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_at: Option<Timestamp>,
    /// Where its credits start, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits_at: Option<f64>,
    /// The film or series whose trailer it is. A trailer is in no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailer_of: Option<TitleId>,
    /// Mux's asset.
    pub mux_asset_id: Option<String>,
    /// Mux's signed playback id.
    pub mux_playback_id: Option<String>,
    /// Until when its file can be uploaded, while none has arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_expires_at: Option<Timestamp>,
    /// A pending new file, while the old one plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<ReplacementView>,
    /// What its poster shows. Absent if Mux chooses the frame.
    #[serde(skip_serializing_if = "PosterSource::is_automatic")]
    #[schemars(with = "PosterSourceSchema")]
    pub poster_source: PosterSource,
    /// Its encoding quality.
    pub video_quality: VideoQuality,
    /// The audio tracks of its file, including dropped ones.
    pub audio: Vec<AudioTrack>,
    /// Its captions, including those that Mux is reading.
    pub captions: Vec<CaptionTrack>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A video as operators see it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AdminVideo {
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub video: PublicVideo,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub administration: Administration,
}

impl From<&Video> for PublicVideo {
    fn from(video: &Video) -> Self {
        let heard = video.audio.iter().filter(|track| track.kept);
        Self {
            id: video.id,
            title: video.title.clone(),
            description: video.description.clone(),
            category: video.category.clone(),
            required_plan: video.required_plan,
            duration: video.duration,
            poster: video.poster.clone(),
            facts: video.facts.clone(),
            audio_languages: distinct(heard.filter_map(|track| track.language.clone()), usize::MAX),
            caption_languages: distinct(video.captions.iter().map(|track| track.language.clone()), usize::MAX),
            series_id: video.series_id,
            season: video.season,
            episode: video.episode,
            published_at: video.published_at,
        }
    }
}

impl From<&Video> for Administration {
    fn from(video: &Video) -> Self {
        Self {
            status: video.status,
            error_reason: video.error_reason.clone(),
            published: video.published,
            publish_at: video.publish_at,
            credits_at: video.credits_at,
            trailer_of: video.trailer_of,
            mux_asset_id: video.mux_asset_id.clone(),
            mux_playback_id: video.mux_playback_id.clone(),
            upload_expires_at: video.upload_expires_at.filter(|_| video.mux_asset_id.is_none()),
            replacement: video.replacement.as_ref().map(ReplacementView::from),
            poster_source: video.poster_source.clone(),
            video_quality: video.video_quality,
            audio: video.audio.clone(),
            captions: video.captions.clone(),
            created_at: video.created_at,
        }
    }
}

impl From<&Video> for AdminVideo {
    fn from(video: &Video) -> Self {
        Self { video: video.into(), administration: video.into() }
    }
}

/// A replacement as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "VideoReplacement")]
pub struct ReplacementView {
    /// `processing` or `error`.
    pub status: VideoStatus,
    /// Why the replacement failed; the old file keeps playing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_reason: Option<String>,
    /// Whether Mux has the file and is encoding it.
    pub received: bool,
    /// Until when the file can be uploaded.
    pub expires_at: Timestamp,
}

impl From<&Replacement> for ReplacementView {
    fn from(replacement: &Replacement) -> Self {
        let status = if replacement.error_reason.is_some() { VideoStatus::Error } else { VideoStatus::Processing };
        Self {
            status,
            error_reason: replacement.error_reason.clone(),
            received: replacement.asset_id.is_some(),
            expires_at: replacement.expires_at,
        }
    }
}

/// A video, and the URL for its new file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VideoUpload {
    /// The video.
    pub video: AdminVideo,
    /// Where to upload the file to.
    pub upload: UploadTarget,
}

/// Where an operator uploads a film: accepts one file by PUT, whole or in chunks.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UploadTarget {
    /// Mux's upload.
    pub id: String,
    /// The URL to upload the file to.
    pub url: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

#[cfg(test)]
impl PublicVideo {
    /// A film for tests, whose id is its number.
    pub(crate) fn sample(number: u128, title: &str) -> Self {
        Self {
            id: VideoId::from_uuid(uuid::Uuid::from_u128(number)),
            title: title.to_owned(),
            description: String::new(),
            category: "Drama".to_owned(),
            required_plan: RequiredPlan::Free,
            duration: Some(60.0),
            poster: None,
            facts: Facts::default(),
            audio_languages: Vec::new(),
            caption_languages: Vec::new(),
            series_id: None,
            season: None,
            episode: None,
            published_at: None,
        }
    }
}
