//! `PATCH /api/admin/series/{id}`: edits a series and its catalogue entry in one transaction.

use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::ids::SeriesId;
use shared::models::series::{Series, SeriesEdits};
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::catalogue::Edit;
use shared::stores::error::StoreError;
use shared::stores::publisher::Publisher;
use shared::stores::series::SeriesStore;

/// The most attempts at an edit if the series or its episodes change meanwhile.
const TRIES_MAX: usize = 5;

/// Changes a series.
pub struct UpdateSeries {
    publisher: Publisher,
    store: SeriesStore,
    audit: Audit,
}

impl Endpoint for UpdateSeries {
    type Caller = Admin;
    type Input = (Path<SeriesId>, Body<SeriesEdits>);
    type Reads = ();
    type Output = Series;
    const SUMMARY: &'static str = "Edits a series.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            publisher: Publisher::connect(services)?,
            store: SeriesStore::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Series>, ApiError> {
        let (Path(id), Body(edits)) = &call.input;
        for _ in 0..TRIES_MAX {
            let found = self.store.get(*id).await?;
            let (before, version) = found.ok_or_else(|| ApiError::not_found("series"))?;
            let after = before.edited(edits);
            if after == before {
                return Ok(Reply::new(after));
            }
            let audit_entry = Series::audit_entry(&call.action("series.update"), Some(&before), Some(&after));
            let beside = || Ok(vec![self.store.put(&after, Some(version))?, self.audit.note(&audit_entry)?]);
            match self.publisher.change_series(&Edit::PutSeries(Box::new(after.entry())), beside).await {
                Err(StoreError::Condition(_)) => {}
                result => return Ok(result.map(|()| Reply::new(after))?),
            }
        }
        Err(ApiError::unavailable("the series changed during every attempt"))
    }
}
