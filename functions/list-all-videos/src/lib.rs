//! `GET /api/admin/videos`: every video, newest first.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::video::{AdminVideo, VideoStatus};
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};
use shared::stores::videos::Videos;

const LIMIT_DEFAULT: u32 = 20;

/// Lists along the index of videos by their creation.
pub struct ListAllVideos {
    videos: Videos,
    common: Secret<Common>,
}

/// Which page of which videos.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only those that stand so.
    status: Option<VideoStatus>,
    /// How many at most; 20 unless given. A page may hold fewer and still have a next one.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Where the last page ended.
    cursor: Option<String>,
}

impl Endpoint for ListAllVideos {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Output = Page<AdminVideo>;
    const SUMMARY: &'static str = "Every video, published or not, newest first.";
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { videos: Videos::connect(services)?, common: services.common()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<AdminVideo>>, ApiError> {
        let Query(ListQuery { status, limit, cursor }) = call.input;
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let cursors = Cursors::new(&common.cursor_key);
        let query = format!("list-all-videos?status={}", status.map_or("", VideoStatus::name));
        let after = cursor.map(|cursor| cursors.open(&query, &cursor)).transpose()?;

        let (videos, next) = self.videos.page(status, limit as usize, after).await?;
        let next_cursor = next.map(|after| cursors.seal(&query, &after)).transpose()?;
        Ok(Reply::of(Page { items: videos.iter().map(AdminVideo::from).collect(), limit, next_cursor }))
    }
}
