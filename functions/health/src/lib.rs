//! `GET /api/health`: the function answers; no store is asked.

use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Anyone, Call, Endpoint, Limit, Reply};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};

/// Says that it is there.
pub struct Health;

/// That it is there.
#[derive(Serialize, JsonSchema)]
pub struct Alive {
    /// Always `ok`.
    status: &'static str,
}

impl Endpoint for Health {
    type Caller = Anyone;
    type Input = ();
    type Output = Alive;
    const SUMMARY: &'static str = "Whether the service answers.";
    const CODES: &'static [Code] = &[];
    const LIMIT: Limit = Limit::Exempt;

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, _: Call<Self>) -> Result<Reply<Alive>, ApiError> {
        Ok(Reply::of(Alive { status: "ok" }))
    }
}
