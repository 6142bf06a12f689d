//! The orders of lists, and positions in them.

use crate::models::ids::{SeriesId, VideoId};
use crate::models::series::SeriesEntry;
use schemars::JsonSchema;
use search::fold;
use serde::{Deserialize, Serialize};

/// How many characters of a folded title determine its order in a list; titles that differ only after that are ordered
/// by their ids.
const TITLE_KEY_CHARACTERS_MAX: usize = 200;

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "VideoSort")]
pub enum Sort {
    /// Latest published first.
    #[default]
    Newest,
    /// By title, ignoring case and accents.
    Title,
    /// Most played first.
    Popular,
    /// Best match of the search first; without a search, latest published first.
    Relevance,
}

impl Sort {
    /// The order of a list: `asked` if given, or else the best match first for a search and the latest video first otherwise.
    pub fn resolve(asked: Option<Self>, is_search: bool) -> Self {
        match asked {
            None if is_search => Self::Relevance,
            None | Some(Self::Relevance) if !is_search => Self::Newest,
            asked => asked.unwrap_or_default(),
        }
    }
}

/// The position of a video in a list: sort key and id. Smaller positions come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListPosition(pub(super) i64, pub(super) i64, pub(super) String, pub(super) VideoId);

/// The position of a series in the list of series: its folded title and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeriesPosition(String, SeriesId);

/// A folded title as a sort key. Folding can make it longer, and cursors that contain it have a size limit.
pub(super) fn title_key(folded: &str) -> String {
    folded.chars().take(TITLE_KEY_CHARACTERS_MAX).collect()
}

impl SeriesPosition {
    pub(super) fn new(entry: &SeriesEntry) -> Self {
        Self(title_key(&fold(&entry.title)), entry.series)
    }
}
