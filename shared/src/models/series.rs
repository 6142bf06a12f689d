//! Series, and the order of their episodes.

use crate::models::facts::Facts;
use crate::models::ids::{SeriesId, VideoId};
use crate::models::patch::Field;
use crate::models::plan::RequiredPlan;
use crate::models::poster::Poster;
use crate::models::time::as_sortable;
use crate::models::video::{CategoryName, Description, Title};
use crate::models::video_view::PublicVideo;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The season of an episode that does not name one.
const SEASON_DEFAULT: u32 = 1;

/// A row of `series`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AdminSeries")]
pub struct Series {
    /// The id.
    pub id: SeriesId,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// Its category.
    pub category: String,
    /// When it was created.
    #[serde(serialize_with = "as_sortable")]
    pub created_at: Timestamp,
}

impl Series {
    /// The series in the catalogue's format.
    pub fn entry(&self) -> SeriesEntry {
        SeriesEntry {
            series: self.id,
            title: self.title.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
        }
    }

    /// The series after edits.
    #[must_use]
    pub fn edited(&self, edits: &SeriesEdits) -> Self {
        let mut series = self.clone();
        edits.title.apply_as(&mut series.title, String::from);
        edits.category.apply_as(&mut series.category, String::from);
        edits.description.apply_as(&mut series.description, |text| text.map(String::from).unwrap_or_default());
        series
    }
}

/// A new series.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeries {
    title: Title,
    /// What it is about.
    description: Option<Description>,
    category: CategoryName,
}

impl NewSeries {
    /// The series, created at `now`.
    pub fn series(self, now: Timestamp) -> Series {
        Series {
            id: SeriesId::new(now),
            title: self.title.into(),
            description: self.description.map(String::from).unwrap_or_default(),
            category: self.category.into(),
            created_at: now,
        }
    }
}

/// The changes. Omitted fields stay the same.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SeriesEdits {
    title: Field<Title>,
    /// Its description; `null` clears it.
    description: Field<Option<Description>>,
    category: Field<CategoryName>,
}

/// A series in the catalogue's snapshot. Everything else that viewers see is derived from its episodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesEntry {
    /// The id.
    pub series: SeriesId,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Its category.
    pub category: String,
}

/// A season of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Season {
    /// Its number, starting at 1.
    pub season: u32,
    /// The number of its visible episodes.
    pub episodes: usize,
}

/// A series as everybody sees it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Series")]
pub struct PublicSeries {
    /// The id.
    pub id: SeriesId,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Its category.
    pub category: String,
    /// The poster of its first episode; `null` if it has none.
    pub poster: Option<Poster>,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub facts: Facts,
    /// Its seasons, in order.
    pub seasons: Vec<Season>,
    /// The lowest plan that one of its episodes requires.
    pub required_plan: RequiredPlan,
    /// The episode to start with.
    pub first_video_id: VideoId,
}

impl PublicSeries {
    /// The series with its visible episodes, in order; `None` without any, because then it is not public.
    pub fn from_entry(entry: &SeriesEntry, episodes: &[&PublicVideo]) -> Option<Self> {
        let first = episodes.first()?;
        let mut seasons: BTreeMap<u32, usize> = BTreeMap::new();
        for video in episodes {
            *seasons.entry(EpisodePosition::from_video(video).season).or_default() += 1;
        }
        Some(Self {
            id: entry.series,
            title: entry.title.clone(),
            description: entry.description.clone(),
            category: entry.category.clone(),
            poster: first.poster.clone(),
            facts: Facts::of_series(&episodes.iter().map(|video| &video.facts).collect::<Vec<_>>()),
            seasons: seasons.into_iter().map(|(season, episodes)| Season { season, episodes }).collect(),
            required_plan: episodes.iter().map(|video| video.required_plan).min()?,
            first_video_id: first.id,
        })
    }
}

/// Why an episode cannot have its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacementError {
    /// The series does not exist.
    NoSeries,
    /// Another episode has the same number.
    NumberTaken,
}

/// An episode's position in its series. Smaller positions come first; episodes without a number come last in their
/// season.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EpisodePosition {
    /// The season.
    pub season: u32,
    /// The episode's number in it.
    pub episode: u32,
    /// The video's id, for episodes without a number.
    pub video: VideoId,
}

impl EpisodePosition {
    /// The position of a video in its series.
    pub fn from_video(video: &PublicVideo) -> Self {
        let (season, episode) = numbered(video.season, video.episode);
        Self { season, episode: episode.unwrap_or(u32::MAX), video: video.id }
    }
}

/// The season and number of an episode; the season defaults to the first.
pub fn numbered(season: Option<u32>, episode: Option<u32>) -> (u32, Option<u32>) {
    (season.unwrap_or(SEASON_DEFAULT), episode)
}
