//! `PATCH /api/admin/videos/{id}`: edits, publishes or unpublishes a video and its catalogue entry in one transaction.

use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code, Details};
use shared::http::input::{Body, Path};
use shared::http::refusals::no_such_series;
use shared::models::ids::VideoId;
use shared::models::video::Video;
use shared::models::video_edit::{EditRefused, VideoEdits};
use shared::models::video_view::AdminVideo;
use shared::services::{ConfigError, Services};
use shared::stores::error::StoreError;
use shared::stores::operator_edits::OperatorEdits;
use shared::stores::series::SeriesStore;

/// Changes a video.
pub struct UpdateVideo {
    edits: OperatorEdits,
    series: SeriesStore,
}

impl Endpoint for UpdateVideo {
    type Caller = Admin;
    type Input = (Path<VideoId>, Body<VideoEdits>);
    type Reads = ();
    type Output = AdminVideo;
    const SUMMARY: &'static str = "Edits, publishes or unpublishes a video.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::VideoNotReady, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { edits: OperatorEdits::connect(services)?, series: SeriesStore::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AdminVideo>, ApiError> {
        let (Path(id), Body(edits)) = &call.input;
        let rule = |video: &Video| video.edited(edits, call.now).map_err(Failure::Refused);
        let action = call.action("video.update");
        let edited = match self.edits.try_edit(*id, &action, rule, |change| self.series.moved(change)).await {
            Err(Failure::Store(error)) => {
                return Err(self.series.placement_error(edits.series(), error).await?.into());
            }
            Err(Failure::Refused(refused)) => return Err(self.with_series_checked(refused.into(), edits).await?),
            Ok(edited) => edited,
        };
        let video = edited.ok_or_else(|| ApiError::not_found("video"))?;
        Ok(Reply::new((&video).into()))
    }
}

impl UpdateVideo {
    /// The error, which lists an unknown series too if it lists invalid fields.
    async fn with_series_checked(&self, mut error: ApiError, edits: &VideoEdits) -> Result<ApiError, StoreError> {
        if let (Details::Fields(issues), Some(series)) = (&mut error.details, edits.series())
            && self.series.get(series).await?.is_none()
        {
            issues.push(no_such_series());
        }
        Ok(error)
    }
}

/// Why a video was not changed.
enum Failure {
    /// The edits do not result in a valid video.
    Refused(EditRefused),
    /// The edits were not written.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
