//! `GET /api/videos`: the published catalogue, searched and sorted; one answer for everybody.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Anyone, Call, Endpoint, Identity, Limit, Page, Reply};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::catalogue::{Filter, Sort};
use shared::models::ids::SeriesId;
use shared::models::plan::RequiredPlan;
use shared::models::video::PublicVideo;
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::row::Wanted;

const LIMIT_DEFAULT: u32 = 20;

/// Lists from memory: the version item says whether what is in memory is current.
pub struct ListVideos {
    catalogue: Catalogue,
    common: Secret<Common>,
}

/// Which videos, in which order, and which page of them.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Words, or beginnings of words, in title, description or category, whatever their case and accents. All must match.
    #[schemars(length(max = 200))]
    q: Option<String>,
    /// A category's name.
    #[schemars(length(max = 50))]
    category: Option<String>,
    /// What the video asks of its viewer.
    required_plan: Option<RequiredPlan>,
    /// Episodes of a series.
    series_id: Option<SeriesId>,
    /// `newest` unless given.
    #[serde(default)]
    sort: Sort,
    /// How many at most; 20 unless given.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Where the last page ended.
    cursor: Option<String>,
}

impl Endpoint for ListVideos {
    type Caller = Anyone;
    type Input = Query<ListQuery>;
    type Output = Page<PublicVideo>;
    const SUMMARY: &'static str = "Lists and searches the published videos.";
    const CODES: &'static [Code] = &[Code::InvalidCursor];
    const LIMIT: Limit = Limit::Catalogue;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await?, common: services.common()? })
    }

    fn reads(&self, _: &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&Version::key())
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<PublicVideo>>, ApiError> {
        let Query(ListQuery { q, category, required_plan, series_id, sort, limit, cursor }) = call.input;
        // An empty search box searches nothing.
        let q = q.filter(|q| !q.trim().is_empty());
        let filter = Filter { q, category, required_plan, series_id };
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let cursors = Cursors::new(&common.cursor_key);
        let query = serde_json::to_string(&("list-videos", &filter, sort)).map_err(ApiError::internal)?;
        let after = cursor.map(|cursor| cursors.open(&query, &cursor)).transpose()?;

        let snapshot = self.catalogue.current(&call.rows).await?;
        let (videos, next) = snapshot.page(&filter, sort, after.as_ref(), limit as usize, call.now);
        let next_cursor = next.map(|place| cursors.seal(&query, &place)).transpose()?;
        Ok(Reply::public(Page { items: videos.into_iter().cloned().collect(), limit, next_cursor }))
    }
}
