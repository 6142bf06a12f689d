//! `DELETE /api/admin/series/{id}`: deletes a series that has no episodes and no trailers.

use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::{SeriesId, TitleId};
use shared::models::series::Series;
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::catalogue::Edit;
use shared::stores::error::StoreError;
use shared::stores::publisher::Publisher;
use shared::stores::series::SeriesStore;
use shared::stores::videos::Videos;

/// Deletes a series. A series with episodes or trailers cannot be deleted, because they would belong to no series.
pub struct DeleteSeries {
    publisher: Publisher,
    store: SeriesStore,
    videos: Videos,
    audit: Audit,
}

impl Endpoint for DeleteSeries {
    type Caller = Admin;
    type Input = Path<SeriesId>;
    type Reads = ();
    type Output = ();
    const SUMMARY: &'static str = "Deletes a series that has no episodes and no trailers.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            publisher: Publisher::connect(services)?,
            store: SeriesStore::connect(services)?,
            videos: Videos::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Path(id) = call.input;
        let (series, version) = self.store.get(id).await?.ok_or_else(|| ApiError::not_found("series"))?;
        // An episode or trailer that is added after this read increments the version, so the deletion fails.
        if self.store.has_episodes(id).await? {
            let message = "This series has episodes. Move them to another series or delete them first.";
            return Err(ApiError::new(Code::Conflict, message));
        }
        if self.videos.has_trailers(TitleId::from_uuid(id.uuid())).await? {
            return Err(ApiError::new(Code::Conflict, "This series has trailers. Delete them first."));
        }
        let audit_entry = Series::audit_entry(&call.action("series.delete"), Some(&series), None);
        let beside = || Ok(vec![self.store.delete(id, version)?, self.audit.note(&audit_entry)?]);
        match self.publisher.change_series(&Edit::RemoveSeries(id), beside).await {
            Err(StoreError::Condition(_)) => {
                Err(ApiError::new(Code::Conflict, "Somebody has just changed this series. Please reload."))
            }
            result => Ok(result.map(Reply::new)?),
        }
    }
}
