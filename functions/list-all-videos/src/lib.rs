//! `GET /api/admin/videos`: every video, newest first, or the trailers of one film or series.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ids::TitleId;
use shared::models::video::VideoStatus;
use shared::models::video_view::AdminVideo;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::videos::{VideoFilter, Videos};

/// Queries the index of videos by creation time, or that of trailers.
pub struct ListAllVideos {
    videos: Videos,
    pages: Pages,
}

/// The filter and the page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only videos with this status.
    status: Option<VideoStatus>,
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
        Ok(Self { videos: Videos::connect(services)?, pages: Pages::connect(services, "list-all-videos")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<AdminVideo>>, ApiError> {
        let Query(ListQuery { status, trailer_of, limit, cursor }) = call.input;
        let filter = VideoFilter { status, trailer_of };
        let page = self.pages.request(&filter, limit, cursor).await?;
        let (videos, next) = self.videos.page(filter, page.limit(), page.after()?).await?;
        Ok(Reply::new(page.page(videos.iter().map(AdminVideo::from).collect(), next)?))
    }
}
