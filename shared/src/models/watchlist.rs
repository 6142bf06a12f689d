//! A viewer's watchlist: videos saved for later.

use crate::models::ids::VideoId;
use crate::models::time::as_sortable;
use crate::models::viewer::ViewerKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The most videos on a watchlist.
pub const WATCHLIST_MAX: u32 = 1_000;

/// A row of `watchlist`: a video that a viewer added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watchlisted {
    /// The viewer.
    #[serde(rename = "user_id")]
    pub viewer: ViewerKey,
    /// The video.
    pub video_id: VideoId,
    /// When it was added.
    #[serde(serialize_with = "as_sortable")]
    pub added_at: Timestamp,
}
