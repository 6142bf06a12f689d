//! `GET /api/openapi.json`: the description of the API, as committed in `docs/`.

use shared::endpoint::{Anyone, Cache, Call, Document, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};

/// Written by `make openapi` from the template's routes and the endpoints' types; a test fails when it is stale.
const DOCUMENT: &[u8] = include_bytes!("../../../docs/openapi.json");

/// Returns the document.
pub struct Openapi;

impl Endpoint for Openapi {
    type Caller = Anyone;
    type Input = ();
    type Reads = ();
    type Output = Document;
    const SUMMARY: &'static str = "Returns this document.";
    const TAG: Tag = Tag::Service;
    const CODES: &'static [Code] = &[];
    const LIMIT: Limit = Limit::Exempt;
    const CACHE: Cache = Cache::Public;

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, _: Call<Self>) -> Result<Reply<Document>, ApiError> {
        Ok(Reply::new(Document(DOCUMENT)))
    }
}
