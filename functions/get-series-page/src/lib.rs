//! `GET /series/{id}`: the page of a series, for people, crawlers and messengers.

use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::title::TitleKind;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::Version;
use shared::stores::row::{Key, MayFail};
use shared::web::files::Html;
use shared::web::pages::TitlePages;

/// Returns the app's own page with the series's title, description and links in its head.
pub struct GetSeriesPage {
    pages: TitlePages,
}

impl Endpoint for GetSeriesPage {
    type Caller = Anyone;
    // Any text is accepted, because the response to an invalid id is a page too, with status 404.
    type Input = Path<String>;
    type Reads = MayFail<Key<Version>>;
    type Output = Html;
    const SUMMARY: &'static str = "Returns the page of a series.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[];
    // A browser requests pages without a token, so a limit per address would also lock out signed-in viewers.
    const LIMIT: Limit = Limit::Exempt;
    const CACHE: Cache = Cache::Distribution;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { pages: TitlePages::connect(services).await? })
    }

    fn reads(&self, _: &Self::Input, (): &()) -> Self::Reads {
        Version::lenient_key()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Html>, ApiError> {
        let Path(id) = call.input;
        self.pages.page(TitleKind::Series, &id, call.rows, call.now).await
    }
}
