//! `GET /api/titles/{id}/image`: the picture of a title, for link previews and search engines.

use shared::endpoint::{Anyone, Cache, Call, Endpoint, Jpeg, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::{TitleId, VideoId};
use shared::models::poster::Images;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::images::ImageLists;
use shared::stores::row::{EventuallyConsistent, Key, MayFail};
use shared::web::fetch::{FetchError, Fetcher};

/// The largest picture, in bytes. A response of Lambda has at most 6 MB, and base64 adds a third.
const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Passes on a picture from Mux, whose own URLs expire.
pub struct GetTitleImage {
    catalogue: Catalogue,
    images: ImageLists,
    fetcher: Fetcher,
}

impl Endpoint for GetTitleImage {
    type Caller = Anyone;
    type Input = Path<TitleId>;
    type Reads = (MayFail<Key<Version>>, MayFail<EventuallyConsistent<Key<Images>>>);
    type Output = Jpeg;
    const SUMMARY: &'static str = "Returns the picture of a video or a series, under a URL that does not expire.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::VideoProviderUnavailable];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            catalogue: Catalogue::connect(services).await?,
            images: ImageLists::connect(services)?,
            fetcher: Fetcher::connect(services, &services.mux_image_url()?)?,
        })
    }

    fn reads(&self, Path(id): &Self::Input, (): &()) -> Self::Reads {
        (Version::lenient_key(), Images::lenient_key(VideoId::from_uuid(id.uuid())))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Jpeg>, ApiError> {
        let Path(id) = call.input;
        let (version, images) = call.rows;
        let snapshot = self.catalogue.current(version).await?;
        let title = snapshot.title(id, call.now).ok_or_else(|| ApiError::not_found("title"))?;
        let images = self.images.of_title(&title, images).await;
        let url = title.picture(&images).ok_or_else(|| ApiError::not_found("picture"))?;
        let jpeg = self.fetcher.file(url, "image/jpeg", IMAGE_BYTES_MAX).await.map_err(|error| match error {
            FetchError::Missing => ApiError::not_found("picture"),
            error => {
                ApiError::new(Code::VideoProviderUnavailable, "The picture is not available; please try again later.")
                    .because(error)
            }
        })?;
        Ok(Reply::new(Jpeg(jpeg.into())))
    }
}
