//! `GET /api/categories`: the categories of the published catalogue.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::age::AgeLimit;
use shared::models::catalogue::Category;
use shared::models::visibility::Visibility;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, CatalogueVersion};

/// Counts the snapshot in memory, like the list of videos.
pub struct ListCategories {
    catalogue: Catalogue,
}

/// Which titles count.
#[derive(Deserialize, JsonSchema)]
pub struct AgeQuery {
    /// Only titles whose rating allows them at this age; titles without a known rating are left out.
    max_age: Option<AgeLimit>,
}

impl Endpoint for ListCategories {
    type Caller = Anyone;
    type Input = Query<AgeQuery>;
    type Reads = CatalogueVersion;
    type Output = Vec<Category>;
    const SUMMARY: &'static str = "Lists the categories of published videos, by name.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<Category>>, ApiError> {
        let snapshot = self.catalogue.current(call.rows).await?;
        Ok(Reply::new(snapshot.categories(Visibility::new(call.now, call.input.0.max_age))))
    }
}
