//! `GET /api/history`: everything that the viewer has watched, newest first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Page, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::progress::clamped;
use shared::models::streams::Slots;
use shared::models::video_view::PublicVideo;
use shared::pages::{PageQuery, Pages};
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::videos::Videos;
use shared::stores::watch_history::{Histories, PageStart};

/// Lists the history.
pub struct ListHistory {
    histories: Histories,
    videos: Videos,
    pages: Pages,
}

/// A video that was watched.
#[derive(Serialize, JsonSchema)]
pub struct HistoryItem {
    video: PublicVideo,
    /// The position, in seconds from the start.
    progress: f64,
    /// Whether it was watched to its end.
    completed: bool,
    last_watched_at: Timestamp,
}

impl Endpoint for ListHistory {
    type Caller = Viewer;
    type Input = Query<PageQuery>;
    type Reads = Key<Slots>;
    type Output = Page<HistoryItem>;
    const SUMMARY: &'static str = "Lists everything that the viewer has watched, newest first.";
    const TAG: Tag = Tag::Library;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            histories: Histories::connect(services)?,
            videos: Videos::connect(services)?,
            pages: Pages::connect(services, "list-history")?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<HistoryItem>>, ApiError> {
        let (viewer, age_limit) = (call.caller.viewer, call.caller.age_limit());
        let Query(PageQuery { limit, cursor }) = call.input;
        let page = self.pages.request(&viewer, limit, cursor).await?;
        let after: Option<PageStart> = page.after()?;

        let slots = call.rows.unwrap_or_default();
        let (rows, next) = self.histories.recent(viewer, page.limit() as u32, after, &slots).await?;
        let watched = self.videos.watched(rows, age_limit, call.now).await?.into_iter().map(|(row, video)| {
            let progress = clamped(row.progress, video.duration);
            HistoryItem { video, progress, completed: row.completed, last_watched_at: row.last_watched_at }
        });
        Ok(Reply::new(page.page(watched.collect(), next)?))
    }
}
