//! `POST /api/admin/series`: creates a series; a video that names the series becomes one of its episodes.

use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::series::{NewSeries, Series};
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::catalogue::Edit;
use shared::stores::publisher::Publisher;
use shared::stores::series::SeriesStore;

/// Creates a series: its row and its catalogue entry in one transaction.
pub struct CreateSeries {
    publisher: Publisher,
    store: SeriesStore,
    audit: Audit,
}

impl Endpoint for CreateSeries {
    type Caller = Admin;
    type Input = Body<NewSeries>;
    type Reads = ();
    type Output = Series;
    const SUMMARY: &'static str = "Creates a series.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            publisher: Publisher::connect(services)?,
            store: SeriesStore::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Series>, ApiError> {
        let action = call.action("series.create");
        let series = call.input.0.series(call.now);
        let audit_entry = Series::audit_entry(&action, None, Some(&series));
        let beside = || Ok(vec![self.store.put(&series, None)?, self.audit.note(&audit_entry)?]);
        self.publisher.change_series(&Edit::PutSeries(Box::new(series.entry())), beside).await?;
        Ok(Reply::new(series))
    }
}
