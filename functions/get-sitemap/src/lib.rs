//! `GET /sitemap.xml`: the public pages, for search engines.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::number::Ordinal;
use shared::models::sitemap::{document, public_paths};
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::row::{Key, MayFail};
use shared::web::files::Xml;

/// Lists all public titles, from the catalogue in memory.
pub struct GetSitemap {
    catalogue: Catalogue,
    origin: String,
}

/// The requested file.
#[derive(Deserialize, JsonSchema)]
pub struct SitemapQuery {
    /// The number of a file of the sitemap's index, from 1.
    page: Option<Ordinal>,
}

impl Endpoint for GetSitemap {
    type Caller = Anyone;
    type Input = Query<SitemapQuery>;
    type Reads = MayFail<Key<Version>>;
    type Output = Xml;
    const SUMMARY: &'static str = "Returns the sitemap.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await?, origin: services.web_origin()? })
    }

    fn reads(&self, _: &Self::Input, (): &()) -> Self::Reads {
        Version::lenient_key()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Xml>, ApiError> {
        let Query(SitemapQuery { page }) = call.input;
        let snapshot = self.catalogue.current(call.rows).await?;
        let paths = public_paths(&snapshot, call.now);
        let xml = document(&self.origin, &paths, page.map(|page| page.to_u32() as usize));
        xml.map(|xml| Reply::new(Xml(xml))).ok_or_else(|| ApiError::not_found("file of the sitemap"))
    }
}
