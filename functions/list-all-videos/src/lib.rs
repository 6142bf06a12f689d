//! `GET /api/admin/videos`: every video, newest first, with a search, or the trailers of one film or series.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ids::{SeriesId, TitleId};
use shared::models::search::WordQuery;
use shared::models::text::OptionalLine;
use shared::models::video::VideoStatus;
use shared::models::video_view::AdminVideo;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::series::SeriesStore;
use shared::stores::videos::{VideoFilter, Videos};

/// Queries the index of videos by creation time, or that of trailers.
pub struct ListAllVideos {
    videos: Videos,
    series: SeriesStore,
    pages: Pages,
}

/// The filter and the page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Words that must occur in the title, the series' title or the description, ignoring case and accents. A search
    /// examines the 1,000 newest videos first, and the cursor continues from there, so a page may be empty and still be
    /// followed by another.
    q: Option<OptionalLine<200>>,
    /// Only videos with this status.
    status: Option<VideoStatus>,
    /// Only episodes of this series.
    series_id: Option<SeriesId>,
    /// Only trailers of this film or series.
    trailer_of: Option<TitleId>,
    /// The most videos to return; 20 by default. A page may have fewer and still be followed by another.
    #[serde(default)]
    limit: PageSize,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

impl Endpoint for ListAllVideos {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Reads = ();
    type Output = Page<AdminVideo>;
    const SUMMARY: &'static str = "Lists every video, published or not, newest first.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            videos: Videos::connect(services)?,
            series: SeriesStore::connect(services)?,
            pages: Pages::connect(services, "list-all-videos")?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<AdminVideo>>, ApiError> {
        let Query(ListQuery { q, status, series_id, trailer_of, limit, cursor }) = call.input;
        let filter = VideoFilter { status, series_id, trailer_of };
        // An empty search field does not filter.
        let q = q.as_ref().and_then(OptionalLine::given);
        let words = q.and_then(WordQuery::parse);
        let page = self.pages.request(&(words.as_ref().and(q), filter), limit, cursor).await?;
        let sought = words.as_ref().map(|words| (words, &self.series));
        let (videos, next) = self.videos.page(filter, sought, page.limit(), page.after()?).await?;
        Ok(Reply::new(page.page(videos.iter().map(AdminVideo::from).collect(), next)?))
    }
}
