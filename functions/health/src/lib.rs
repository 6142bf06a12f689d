//! `GET /api/health`: responds without calling any store.

use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Anyone, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};

/// Reports that the function is up.
pub struct Health;

/// The report.
#[derive(Serialize, JsonSchema)]
pub struct HealthReport {
    /// Always `ok`.
    status: &'static str,
}

impl Endpoint for Health {
    type Caller = Anyone;
    type Input = ();
    type Reads = ();
    type Output = HealthReport;
    const SUMMARY: &'static str = "Reports whether the service is up.";
    const TAG: Tag = Tag::Service;
    const CODES: &'static [Code] = &[];
    const LIMIT: Limit = Limit::Exempt;

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, _: Call<Self>) -> Result<Reply<HealthReport>, ApiError> {
        Ok(Reply::new(HealthReport { status: "ok" }))
    }
}
