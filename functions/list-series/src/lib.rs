//! `GET /api/series`: the public series, by title.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::age::AgeLimit;
use shared::models::series::PublicSeries;
use shared::models::visibility::Visibility;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, CatalogueVersion};

/// Lists the snapshot in memory, like the list of videos.
pub struct ListSeries {
    catalogue: Catalogue,
    pages: Pages,
}

/// The page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// The most series to return; 20 by default.
    #[serde(default)]
    limit: PageSize,
    /// Only titles whose rating allows them at this age; titles without a known rating are left out.
    max_age: Option<AgeLimit>,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

impl Endpoint for ListSeries {
    type Caller = Anyone;
    type Input = Query<ListQuery>;
    type Reads = CatalogueVersion;
    type Output = Page<PublicSeries>;
    const SUMMARY: &'static str = "Lists the series with a published episode, by title.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::InvalidCursor];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await?, pages: Pages::connect(services, "list-series")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<PublicSeries>>, ApiError> {
        let Query(ListQuery { limit, max_age, cursor }) = call.input;
        let page = self.pages.request(&max_age, limit, cursor).await?;
        let after = page.after()?;

        let snapshot = self.catalogue.current(call.rows).await?;
        let (items, next) = snapshot.series_page(after.as_ref(), page.limit(), Visibility::new(call.now, max_age));
        Ok(Reply::new(page.page(items, next)?))
    }
}
