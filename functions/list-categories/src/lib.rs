//! `GET /api/categories`: the categories of the published catalogue.

use shared::endpoint::{Anyone, Call, Endpoint, Identity, Limit, Reply};
use shared::http::error::{ApiError, Code};
use shared::models::catalogue::Category;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::row::Wanted;

/// Counts from memory, as the list does.
pub struct ListCategories {
    catalogue: Catalogue,
}

impl Endpoint for ListCategories {
    type Caller = Anyone;
    type Input = ();
    type Output = Vec<Category>;
    const SUMMARY: &'static str = "The categories that published videos stand in, by name.";
    const CODES: &'static [Code] = &[];
    const LIMIT: Limit = Limit::Catalogue;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await? })
    }

    fn reads(&self, (): &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&Version::key())
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<Category>>, ApiError> {
        let snapshot = self.catalogue.current(&call.rows).await?;
        Ok(Reply::public(snapshot.categories(call.now)))
    }
}
