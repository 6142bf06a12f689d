//! `GET /api/continue-watching`: videos that were started and not finished, newest first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Page, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::streams::Slots;
use shared::models::video_view::PublicVideo;
use shared::pages::{PageQuery, Pages};
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::videos::Videos;
use shared::stores::watch_history::{Histories, PageStart};

/// Lists the videos to continue.
pub struct ContinueWatching {
    histories: Histories,
    videos: Videos,
    pages: Pages,
}

/// A video that was started.
#[derive(Serialize, JsonSchema)]
pub struct ContinueWatchingItem {
    video: PublicVideo,
    /// Seconds from the start.
    progress: f64,
    last_watched_at: Timestamp,
}

impl Endpoint for ContinueWatching {
    type Caller = Viewer;
    type Input = Query<PageQuery>;
    type Reads = Key<Slots>;
    type Output = Page<ContinueWatchingItem>;
    const SUMMARY: &'static str = "Lists videos that were started and not finished, newest first.";
    const TAG: Tag = Tag::Playback;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            histories: Histories::connect(services)?,
            videos: Videos::connect(services)?,
            pages: Pages::connect(services, "continue-watching")?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<ContinueWatchingItem>>, ApiError> {
        let (viewer, age_limit) = (call.caller.viewer, call.caller.age_limit());
        let Query(PageQuery { limit, cursor }) = call.input;
        let page = self.pages.request(&viewer, limit, cursor).await?;
        let after: Option<PageStart> = page.after()?;

        let slots = call.rows.unwrap_or_default();
        let (rows, next) = self.histories.to_continue(viewer, page.limit() as u32, after, &slots).await?;
        let begun = self.videos.watched(rows, age_limit, call.now).await?.into_iter().map(|(row, video)| {
            ContinueWatchingItem { video, progress: row.progress, last_watched_at: row.last_watched_at }
        });
        Ok(Reply::new(page.page(begun.collect(), next)?))
    }
}
