//! A viewer's watchlist: videos saved for later.

use crate::models::ids::{UserId, VideoId};
use crate::models::time::as_sortable;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The most videos on a watchlist.
pub const WATCHLIST_MAX: u32 = 1_000;

/// A row of `watchlist`: a video that a user added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watchlisted {
    /// The user.
    pub user_id: UserId,
    /// The video.
    pub video_id: VideoId,
    /// When it was added.
    #[serde(serialize_with = "as_sortable")]
    pub added_at: Timestamp,
}
