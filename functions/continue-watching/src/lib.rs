//! `GET /api/continue-watching`: what was begun and not finished, newest first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Call, Endpoint, Page, Reply, Viewer};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::video::PublicVideo;
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};
use shared::stores::database::{Database, Table};
use shared::stores::row::Wanted;
use shared::stores::videos::Video;
use shared::stores::watch_history::{After, Histories};

const LIMIT_DEFAULT: u32 = 20;

/// Lists what to continue.
pub struct ContinueWatching {
    histories: Histories,
    database: Database,
    common: Secret<Common>,
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
pub struct PageQuery {
    /// How many at most.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// A video that was begun.
#[derive(Serialize, JsonSchema)]
pub struct Begun {
    video: PublicVideo,
    /// Seconds from the start.
    progress: f64,
    last_watched_at: Timestamp,
}

impl Endpoint for ContinueWatching {
    type Caller = Viewer;
    type Input = Query<PageQuery>;
    type Output = Page<Begun>;
    const SUMMARY: &'static str = "What was begun and not finished, newest first.";
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            histories: Histories::connect(services)?,
            database: services.database(&[Table::Videos])?,
            common: services.common()?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<Begun>>, ApiError> {
        let user_id = call.caller.user.id;
        let Query(query) = &call.input;
        let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let (cursors, name) = (Cursors::new(&common.cursor_key), format!("continue-watching#{user_id}"));
        let after: Option<After> = query.cursor.as_deref().map(|cursor| cursors.open(&name, cursor)).transpose()?;

        let (rows, next) = self.histories.to_continue(user_id, limit, after).await?;
        let wanted = rows.iter().fold(Wanted::default(), |wanted, row| wanted.and(&Video::key(row.video_id)));
        let videos = self.database.read(&wanted).await?;
        let mut items = Vec::new();
        for row in rows {
            // What was unpublished since is not shown, and comes back with it.
            let video: Option<Video> = videos.get(&Video::key(row.video_id))?;
            if let Some(video) = video.filter(|video| video.is_public(call.now)) {
                let video = PublicVideo::from(&video);
                items.push(Begun { video, progress: row.progress, last_watched_at: row.last_watched_at });
            }
        }
        let next_cursor = next.map(|after| cursors.seal(&name, &after)).transpose()?;
        Ok(Reply::of(Page { items, limit, next_cursor }))
    }
}
