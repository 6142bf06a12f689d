//! `GET /api/images/{id}`: a picture that an operator uploaded.

use shared::endpoint::{Anyone, Cache, Call, Endpoint, Jpeg, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::ProviderId;
use shared::services::{ConfigError, Services};
use shared::stores::image_files::ImageFile;
use shared::stores::row::Key;

/// Serves a picture in one width. Its id cannot be guessed, and a new picture has a new id, so it can be cached forever.
pub struct GetImage;

impl Endpoint for GetImage {
    type Caller = Anyone;
    type Input = Path<ProviderId>;
    type Reads = Key<ImageFile>;
    type Output = Jpeg;
    const SUMMARY: &'static str = "Returns a picture that an operator uploaded, in one width.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Forever;

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    fn reads(&self, Path(id): &Self::Input, (): &()) -> Key<ImageFile> {
        ImageFile::key(id.as_str())
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Jpeg>, ApiError> {
        let file = call.rows.ok_or_else(|| ApiError::not_found("picture"))?;
        Ok(Reply::new(Jpeg(file.bytes()?)))
    }
}
