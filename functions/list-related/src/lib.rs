//! `GET /api/titles/{id}/related`: the titles that are related to a video or a series.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Path, Query};
use shared::models::age::AgeLimit;
use shared::models::ids::TitleId;
use shared::models::video_view::PublicVideo;
use shared::models::visibility::Visibility;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, CatalogueVersion};

/// The most related titles: a row of cards.
const RELATED_MAX: usize = 12;

/// Compares the title with all others in memory.
pub struct ListRelated {
    catalogue: Catalogue,
}

/// Which titles are listed.
#[derive(Deserialize, JsonSchema)]
pub struct AgeQuery {
    /// Only titles whose rating allows them at this age; titles without a known rating are left out.
    max_age: Option<AgeLimit>,
}

impl Endpoint for ListRelated {
    type Caller = Anyone;
    type Input = (Path<TitleId>, Query<AgeQuery>);
    type Reads = CatalogueVersion;
    /// At most 12 videos. A related series is represented by one of its episodes.
    type Output = Vec<PublicVideo>;
    const SUMMARY: &'static str = "Lists the titles that are related to a video or a series, the closest first.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<PublicVideo>>, ApiError> {
        let (Path(id), Query(AgeQuery { max_age })) = call.input;
        let snapshot = self.catalogue.current(call.rows).await?;
        let related = snapshot.related(id, RELATED_MAX, Visibility::new(call.now, max_age));
        let related = related.ok_or_else(|| ApiError::not_found("title"))?;
        Ok(Reply::new(related.into_iter().cloned().collect()))
    }
}
