//! `PUT /api/watchlist/{video_id}`: adds a video to the viewer's watchlist.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::VideoId;
use shared::models::video::Video;
use shared::models::watchlist::{WATCHLIST_MAX, Watchlisted};
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::watchlist::{Added, Watchlists};

/// Adds a video to the watchlist.
pub struct AddWatchlist {
    watchlists: Watchlists,
}

/// A video that is on the watchlist.
#[derive(Serialize, JsonSchema)]
pub struct OnWatchlist {
    video_id: VideoId,
    /// When it was first added.
    added_at: Timestamp,
}

impl Endpoint for AddWatchlist {
    type Caller = Viewer;
    type Input = Path<VideoId>;
    type Reads = (Key<Video>, Key<Watchlisted>);
    type Output = OnWatchlist;
    const SUMMARY: &'static str = "Adds a video to the viewer's watchlist; adding it again changes nothing.";
    const TAG: Tag = Tag::Library;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { watchlists: Watchlists::connect(services)? })
    }

    fn reads(&self, Path(id): &Self::Input, who: &Identity) -> Self::Reads {
        (Video::key(*id), Watchlisted::key(who.viewer, *id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<OnWatchlist>, ApiError> {
        let (video, before) = call.rows;
        let video = video.filter(|video| video.is_public(call.now)).ok_or_else(|| ApiError::not_found("video"))?;
        let added = match before {
            Some(before) => Added::Listed(before),
            None => self.watchlists.add(call.caller.viewer, video.id, call.now).await?,
        };
        match added {
            Added::Listed(Watchlisted { video_id, added_at, .. }) => Ok(Reply::new(OnWatchlist { video_id, added_at })),
            Added::Full => {
                let message = format!("Your watchlist is full: it holds {WATCHLIST_MAX} videos. Remove one first.");
                Err(ApiError::new(Code::Conflict, message))
            }
        }
    }
}
