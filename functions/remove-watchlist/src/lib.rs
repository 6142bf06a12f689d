//! `DELETE /api/watchlist/{video_id}`: removes a video from the viewer's watchlist.

use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::VideoId;
use shared::models::watchlist::Watchlisted;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::watchlist::Watchlists;

/// Removes a video from the watchlist.
pub struct RemoveWatchlist {
    watchlists: Watchlists,
}

/// A video that is not on the watchlist.
#[derive(Serialize, JsonSchema)]
pub struct OffWatchlist {
    video_id: VideoId,
}

impl Endpoint for RemoveWatchlist {
    type Caller = Viewer;
    type Input = Path<VideoId>;
    type Reads = Key<Watchlisted>;
    type Output = OffWatchlist;
    const SUMMARY: &'static str = "Removes a video from the viewer's watchlist; removing it again changes nothing.";
    const TAG: Tag = Tag::Library;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { watchlists: Watchlists::connect(services)? })
    }

    fn reads(&self, Path(id): &Self::Input, who: &Identity) -> Key<Watchlisted> {
        Watchlisted::key(who.viewer, *id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<OffWatchlist>, ApiError> {
        let Path(video_id) = call.input;
        if call.rows.is_some() {
            self.watchlists.remove(call.caller.viewer, video_id).await?;
        }
        Ok(Reply::new(OffWatchlist { video_id }))
    }
}
