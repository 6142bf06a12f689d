//! `GET /api/openapi.json`: the description of the API, as it is kept in `docs/`.

use shared::endpoint::{Anyone, Call, Document, Endpoint, Limit, Reply};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};

/// Made by `make openapi` from the template's routes and the endpoints' types; a test fails when it is stale.
const DOCUMENT: &[u8] = include_bytes!("../../../docs/openapi.json");

/// Answers the document.
pub struct Openapi;

impl Endpoint for Openapi {
    type Caller = Anyone;
    type Input = ();
    type Output = Document;
    const SUMMARY: &'static str = "This document.";
    const CODES: &'static [Code] = &[];
    const LIMIT: Limit = Limit::Exempt;

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, _: Call<Self>) -> Result<Reply<Document>, ApiError> {
        Ok(Reply::public(Document(DOCUMENT)))
    }
}
