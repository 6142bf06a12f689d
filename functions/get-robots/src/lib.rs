//! `GET /robots.txt`: what crawlers may visit, and where the sitemap is.

use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::models::sitemap::robots;
use shared::services::{ConfigError, Services};
use shared::web::files::PlainText;

/// Returns `robots.txt`, which depends only on the app's origin.
pub struct GetRobots {
    origin: String,
}

impl Endpoint for GetRobots {
    type Caller = Anyone;
    type Input = ();
    type Reads = ();
    type Output = PlainText;
    const SUMMARY: &'static str = "Returns the rules for crawlers.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[];
    const LIMIT: Limit = Limit::Exempt;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { origin: services.web_origin()? })
    }

    async fn handle(&self, _: Call<Self>) -> Result<Reply<PlainText>, ApiError> {
        Ok(Reply::new(PlainText(robots(&self.origin))))
    }
}
