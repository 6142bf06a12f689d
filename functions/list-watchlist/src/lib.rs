//! `GET /api/watchlist`: the viewer's watchlist, most recently added first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Page, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::video::Video;
use shared::models::video_view::PublicVideo;
use shared::pages::{PageQuery, Pages};
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::table::Table;
use shared::stores::watchlist::{PageStart, Watchlists};

/// Lists the watchlist.
pub struct ListWatchlist {
    watchlists: Watchlists,
    database: Database,
    pages: Pages,
}

/// A video on the watchlist.
#[derive(Serialize, JsonSchema)]
pub struct WatchlistItem {
    video: PublicVideo,
    /// When it was added.
    added_at: Timestamp,
}

impl Endpoint for ListWatchlist {
    type Caller = Viewer;
    type Input = Query<PageQuery>;
    type Reads = ();
    type Output = Page<WatchlistItem>;
    const SUMMARY: &'static str = "Lists the viewer's watchlist, most recently added first.";
    const TAG: Tag = Tag::Library;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            watchlists: Watchlists::connect(services)?,
            database: services.database(&[Table::Videos])?,
            pages: Pages::connect(services, "list-watchlist")?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<WatchlistItem>>, ApiError> {
        let (viewer, age_limit) = (call.caller.viewer, call.caller.age_limit());
        let Query(PageQuery { limit, cursor }) = call.input;
        let page = self.pages.request(&viewer, limit, cursor).await?;
        let after: Option<PageStart> = page.after()?;

        let (rows, next) = self.watchlists.newest(viewer, page.limit() as u32, after).await?;
        let videos = self.database.read(rows.iter().map(|row| Video::key(row.video_id)).collect::<Vec<_>>()).await?;
        let listed = rows.iter().zip(videos).filter_map(|(row, video)| {
            // An unpublished video is left out until it is published again.
            let is_listed = |video: &Video| video.is_public(call.now) && video.facts.is_suitable(age_limit);
            let video = PublicVideo::from(&video.filter(is_listed)?);
            Some(WatchlistItem { video, added_at: row.added_at })
        });
        Ok(Reply::new(page.page(listed.collect(), next)?))
    }
}
