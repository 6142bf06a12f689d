//! `GET /api/series/{id}`: a series, as everybody sees it.

use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::SeriesId;
use shared::models::series::PublicSeries;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, CatalogueVersion};

/// Returns a series from memory.
pub struct GetSeries {
    catalogue: Catalogue,
}

impl Endpoint for GetSeries {
    type Caller = Anyone;
    type Input = Path<SeriesId>;
    type Reads = CatalogueVersion;
    type Output = PublicSeries;
    const SUMMARY: &'static str = "Returns a series with its seasons.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<PublicSeries>, ApiError> {
        let Path(id) = call.input;
        let snapshot = self.catalogue.current(call.rows).await?;
        snapshot.series(id, call.now.into()).map(Reply::new).ok_or_else(|| ApiError::not_found("series"))
    }
}
