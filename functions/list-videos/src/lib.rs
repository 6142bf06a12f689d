//! `GET /api/videos`: searches and sorts the published catalogue; the response is the same for everybody.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, SearchPage, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::age::AgeLimit;
use shared::models::catalogue::{Filter, Sort};
use shared::models::ids::SeriesId;
use shared::models::plan::RequiredPlan;
use shared::models::text::OptionalLine;
use shared::models::video_view::PublicVideo;
use shared::models::visibility::Visibility;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, CatalogueVersion};

/// The most suggestions when a search finds nothing.
const SUGGESTIONS_MAX: usize = 6;

/// Lists the snapshot in memory; the version item says whether it is current.
pub struct ListVideos {
    catalogue: Catalogue,
    pages: Pages,
}

/// The filter, the order and the page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Words that must all occur in the title, the series' title, the directors, the actors, the tags, the category or
    /// the description. Case, accents and punctuation do not matter; the start of a word, another form of it, or a typo
    /// is enough. If nothing is found, `suggestions` holds the nearest titles.
    q: Option<OptionalLine<200>>,
    /// A category's name.
    category: Option<OptionalLine<50>>,
    /// The plan that the video requires.
    required_plan: Option<RequiredPlan>,
    /// Only episodes of this series.
    series_id: Option<SeriesId>,
    /// `relevance` by default if `q` is given, else `newest`.
    sort: Option<Sort>,
    /// The most videos to return; 20 by default.
    #[serde(default)]
    limit: PageSize,
    /// Only titles whose rating allows them at this age; titles without a known rating are left out.
    max_age: Option<AgeLimit>,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

impl Endpoint for ListVideos {
    type Caller = Anyone;
    type Input = Query<ListQuery>;
    type Reads = CatalogueVersion;
    type Output = SearchPage<PublicVideo>;
    const SUMMARY: &'static str = "Lists and searches the published videos.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::InvalidCursor];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let catalogue = Catalogue::connect(services).await?;
        catalogue.prepare_search();
        Ok(Self { catalogue, pages: Pages::connect(services, "list-videos")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SearchPage<PublicVideo>>, ApiError> {
        let Query(ListQuery { q, category, required_plan, series_id, sort, limit, max_age, cursor }) = call.input;
        // An empty search field does not filter.
        let given = |text: Option<&str>| text.map(str::to_owned);
        let q = given(q.as_ref().and_then(OptionalLine::given));
        let category = given(category.as_ref().and_then(OptionalLine::given));
        let sort = Sort::resolve(sort, q.is_some());
        let filter = Filter { q, category, required_plan, series_id };
        let page = self.pages.request(&(&filter, sort, max_age), limit, cursor).await?;
        let after = page.after()?;

        let visible = Visibility::new(call.now, max_age);
        let snapshot = self.catalogue.current(call.rows).await?;
        let (videos, next) = snapshot.page(&filter, sort, after.as_ref(), page.limit(), visible);
        let suggestions = match &filter.q {
            Some(q) if videos.is_empty() && after.is_none() => snapshot.suggestions(q, SUGGESTIONS_MAX, visible),
            _ => Vec::new(),
        };
        let page = page.page(videos.into_iter().cloned().collect(), next)?;
        Ok(Reply::new(SearchPage { page, suggestions: suggestions.into_iter().cloned().collect() }))
    }
}
