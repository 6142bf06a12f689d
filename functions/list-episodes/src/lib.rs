//! `GET /api/series/{id}/episodes`: the episodes of a series, in order.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Path, Query};
use shared::models::age::AgeLimit;
use shared::models::ids::SeriesId;
use shared::models::number::Ordinal;
use shared::models::video_view::PublicVideo;
use shared::models::visibility::Visibility;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, CatalogueVersion};

/// Lists the snapshot in memory, like the list of videos.
pub struct ListEpisodes {
    catalogue: Catalogue,
    pages: Pages,
}

/// The season and the page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// One season; all seasons by default.
    season: Option<Ordinal>,
    /// The most episodes to return; 20 by default.
    #[serde(default)]
    limit: PageSize,
    /// Only titles whose rating allows them at this age; titles without a known rating are left out.
    max_age: Option<AgeLimit>,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

impl Endpoint for ListEpisodes {
    type Caller = Anyone;
    type Input = (Path<SeriesId>, Query<ListQuery>);
    type Reads = CatalogueVersion;
    type Output = Page<PublicVideo>;
    const SUMMARY: &'static str = "Lists the published episodes of a series, in order.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::InvalidCursor];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await?, pages: Pages::connect(services, "list-episodes")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<PublicVideo>>, ApiError> {
        let (Path(id), Query(ListQuery { season, limit, max_age, cursor })) = call.input;
        let season = season.map(Ordinal::to_u32);
        let page = self.pages.request(&(id, season, max_age), limit, cursor).await?;
        let after = page.after()?;

        let snapshot = self.catalogue.current(call.rows).await?;
        if snapshot.series(id, call.now.into()).is_none() {
            return Err(ApiError::not_found("series"));
        }
        let (episodes, next) = snapshot.episodes(id, season, after, page.limit(), Visibility::new(call.now, max_age));
        Ok(Reply::new(page.page(episodes.into_iter().cloned().collect(), next)?))
    }
}
