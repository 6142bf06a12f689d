//! The home screen as an app gets it.

use crate::models::home::layout::ShelfKind;
use crate::models::ids::{SeriesId, VideoId};
use crate::models::series::Season;
use crate::models::video_view::PublicVideo;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The home screen.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Home {
    /// The title at the top; `null` if the viewer has watched every title.
    pub hero: Option<Hero>,
    /// Videos to continue and next episodes, most recently watched first.
    pub continue_watching: Vec<HomeContinue>,
    /// The viewer's watchlist, most recently added first, without the titles that are shown above it.
    pub watchlist: Vec<HomeVideo>,
    /// Shelves of the catalogue.
    pub shelves: Vec<Shelf>,
    /// The cards of all shelves, each once. Several shelves may show the same title, and its images make up most of the
    /// response.
    pub videos: Vec<HomeVideo>,
}

/// The title at the top.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hero {
    /// The card of the title.
    pub video: HomeVideo,
    /// Why this title was chosen.
    pub reason: HeroReason,
}

/// Why a title was chosen for the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeroReason {
    /// The operator features the title.
    Featured,
    /// It has the most views.
    Popular,
    /// It is the newest title; no title has any views yet.
    New,
}

/// A card. In a list, the card of a series has the series's title, description and images, and the id, season and number
/// of the episode that it opens; its `duration` is `null`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HomeVideo {
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub video: PublicVideo,
    /// The series, if the card shows a series or an episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<HomeSeries>,
}

/// The series of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HomeSeries {
    /// The series's id.
    pub id: SeriesId,
    /// The series's title.
    pub title: String,
    /// The numbers of its seasons, in order.
    pub seasons: Vec<Season>,
}

/// A card in Continue watching: the film or the episode itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HomeContinue {
    /// The film or episode.
    pub video: HomeVideo,
    /// The position, in seconds from the start.
    pub progress: f64,
    /// When the title was last watched.
    pub last_watched_at: Timestamp,
    /// Whether this is the next episode, after one that was watched to its end.
    pub is_up_next: bool,
}

/// A shelf.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shelf {
    /// A stable id: `new`, `popular`, or `category:` followed by the category in lower case and without accents.
    pub id: String,
    /// What is on it.
    pub kind: ShelfKind,
    /// The category, if the kind is `category`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The ids of the shelf's cards, in order; the cards are in `videos`.
    pub video_ids: Vec<VideoId>,
}
