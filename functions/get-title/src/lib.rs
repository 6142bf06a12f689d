//! `GET /api/titles/{id}`: a video or a series with its trailer, as a visitor without an account sees it.

use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::{TitleId, VideoId};
use shared::models::poster::Images;
use shared::models::title::PublicTitle;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::images::ImageLists;
use shared::stores::row::{EventuallyConsistent, Key, MayFail};

/// Returns a title from memory. Nothing in its response plays the film, only its trailer.
pub struct GetTitle {
    catalogue: Catalogue,
    images: ImageLists,
}

impl Endpoint for GetTitle {
    type Caller = Anyone;
    type Input = Path<TitleId>;
    type Reads = (MayFail<Key<Version>>, MayFail<EventuallyConsistent<Key<Images>>>);
    type Output = PublicTitle;
    const SUMMARY: &'static str = "Returns a video or a series with its trailer, as everybody sees it.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { catalogue: Catalogue::connect(services).await?, images: ImageLists::connect(services)? })
    }

    fn reads(&self, Path(id): &Self::Input, (): &()) -> Self::Reads {
        (Version::lenient_key(), Images::lenient_key(VideoId::from_uuid(id.uuid())))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<PublicTitle>, ApiError> {
        let Path(id) = call.input;
        let (version, images) = call.rows;
        let snapshot = self.catalogue.current(version).await?;
        let title = snapshot.title(id, call.now).ok_or_else(|| ApiError::not_found("title"))?;
        let images = self.images.of_title(&title, images).await;
        Ok(Reply::new(PublicTitle { images, ..title }))
    }
}
