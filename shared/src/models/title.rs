//! A film, episode or series as a visitor without an account sees it.

use crate::models::facts::Facts;
use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::poster::Images;
use crate::models::poster::Poster;
use crate::models::series::{PublicSeries, Season};
use crate::models::trailer::Trailer;
use crate::models::video_view::PublicVideo;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Whether a title is a video or a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TitleKind {
    /// A film or an episode.
    Video,
    /// A series.
    Series,
}

/// A video or a series, with its trailer and with nothing that plays the film itself.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Title")]
pub struct PublicTitle {
    /// The id of the video or series.
    pub id: TitleId,
    /// Which of the two it is.
    pub kind: TitleKind,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Its category.
    pub category: String,
    /// The plan that it requires; of a series, the lowest that one of its episodes requires.
    pub required_plan: RequiredPlan,
    /// Its images; `null` if it has none.
    pub poster: Option<Poster>,
    /// Its images in three shapes; of a series, those of its first episode.
    pub images: Images,
    /// Seconds; `null` for a series.
    pub duration: Option<f64>,
    /// When it was published; `null` for a series.
    pub published_at: Option<Timestamp>,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub facts: Facts,
    /// The languages that it can be heard in (BCP 47); empty for a series.
    pub audio_languages: Vec<String>,
    /// The languages of its captions (BCP 47); empty for a series.
    pub caption_languages: Vec<String>,
    /// The series, if it is an episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series_id: Option<SeriesId>,
    /// Its season, if it is an episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<u32>,
    /// Its episode number, if it is an episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<u32>,
    /// The seasons of a series, in order; empty for a video.
    pub seasons: Vec<Season>,
    /// The video to start with: the video itself, or the first episode.
    pub first_video_id: VideoId,
    /// Its trailer, which plays without an account; `null` if it has none.
    pub trailer: Option<Trailer>,
}

impl PublicTitle {
    /// The URL of its largest wide picture; without one, of its poster.
    pub fn picture<'a>(&'a self, images: &'a Images) -> Option<&'a str> {
        let wide = images.landscape.iter().max_by_key(|image| image.width).map(|image| image.url.as_str());
        wide.or_else(|| self.poster.as_ref().map(|poster| poster.url.as_str()))
    }

    /// A video and its trailer. Its images are not in the snapshot.
    pub fn of_video(video: &PublicVideo, trailer: Option<&Trailer>) -> Self {
        Self {
            id: TitleId::from_uuid(video.id.uuid()),
            kind: TitleKind::Video,
            title: video.title.clone(),
            description: video.description.clone(),
            category: video.category.clone(),
            required_plan: video.required_plan,
            poster: video.poster.clone(),
            images: Images::default(),
            duration: video.duration,
            published_at: video.published_at,
            facts: video.facts.clone(),
            audio_languages: video.audio_languages.clone(),
            caption_languages: video.caption_languages.clone(),
            series_id: video.series_id,
            season: video.season,
            episode: video.episode,
            seasons: Vec::new(),
            first_video_id: video.id,
            trailer: trailer.cloned(),
        }
    }

    /// A series and its trailer. Its images are not in the snapshot.
    pub fn of_series(series: PublicSeries, trailer: Option<&Trailer>) -> Self {
        Self {
            id: TitleId::from_uuid(series.id.uuid()),
            kind: TitleKind::Series,
            title: series.title,
            description: series.description,
            category: series.category,
            required_plan: series.required_plan,
            poster: series.poster,
            images: Images::default(),
            duration: None,
            published_at: None,
            facts: series.facts,
            audio_languages: Vec::new(),
            caption_languages: Vec::new(),
            series_id: None,
            season: None,
            episode: None,
            seasons: series.seasons,
            first_video_id: series.first_video_id,
            trailer: trailer.cloned(),
        }
    }
}
