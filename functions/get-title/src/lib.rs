//! `GET /api/titles/{id}`: a video or a series with its trailer, as a visitor without an account sees it.

use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::TitleId;
use shared::models::title::PublicTitle;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::row::{Key, MayFail};

/// Returns a title from memory. Nothing in its response plays the film, only its trailer.
pub struct GetTitle {
    catalogue: Catalogue,
}

impl Endpoint for GetTitle {
    type Caller = Anyone;
    type Input = Path<TitleId>;
    type Reads = MayFail<Key<Version>>;
    type Output = PublicTitle;
    const SUMMARY: &'static str = "Returns a video or a series with its trailer, as everybody sees it.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await? })
    }

    fn reads(&self, _: &Self::Input, (): &()) -> MayFail<Key<Version>> {
        Version::lenient_key()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<PublicTitle>, ApiError> {
        let Path(id) = call.input;
        let snapshot = self.catalogue.current(call.rows).await?;
        snapshot.title(id, call.now).map(Reply::new).ok_or_else(|| ApiError::not_found("title"))
    }
}
