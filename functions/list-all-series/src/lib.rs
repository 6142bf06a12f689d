//! `GET /api/admin/series`: every series, with or without episodes, newest first.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::series::Series;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::series::SeriesStore;

/// Queries the index of series by creation time.
pub struct ListAllSeries {
    store: SeriesStore,
    pages: Pages,
}

/// The page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// The most series to return; 20 by default.
    #[serde(default)]
    limit: PageSize,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

impl Endpoint for ListAllSeries {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Reads = ();
    type Output = Page<Series>;
    const SUMMARY: &'static str = "Lists every series, with or without episodes, newest first.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { store: SeriesStore::connect(services)?, pages: Pages::connect(services, "list-all-series")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<Series>>, ApiError> {
        let Query(ListQuery { limit, cursor }) = call.input;
        let page = self.pages.request(&(), limit, cursor).await?;
        let (items, next) = self.store.page(page.limit(), page.after()?).await?;
        Ok(Reply::new(page.page(items, next)?))
    }
}
