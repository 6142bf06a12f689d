//! `GET /api/captions/{id}`: the captions that Mux fetches after an upload.

use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag, WebVtt};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::ProviderId;
use shared::services::{ConfigError, Services};
use shared::stores::caption_files::CaptionFile;
use shared::stores::row::Key;

/// Serves a file of captions for a day after its upload. Its id cannot be guessed, and only Mux receives it.
pub struct GetCaptionFile;

impl Endpoint for GetCaptionFile {
    type Caller = Anyone;
    type Input = Path<ProviderId>;
    type Reads = Key<CaptionFile>;
    type Output = WebVtt;
    const SUMMARY: &'static str = "Returns uploaded captions to Mux, which fetches them by a secret id.";
    const TAG: Tag = Tag::Service;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    fn reads(&self, Path(id): &Self::Input, (): &()) -> Key<CaptionFile> {
        CaptionFile::key(id.as_str())
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<WebVtt>, ApiError> {
        let file = call.rows.filter(|file| file.expires_at > call.now);
        let file = file.ok_or_else(|| ApiError::not_found("file"))?;
        Ok(Reply::new(WebVtt(file.vtt)))
    }
}
