//! `DELETE /api/admin/videos/{id}`: deletes a video, at Mux and here.

use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::{TitleId, VideoId};
use shared::models::video::Video;
use shared::mux::MuxError;
use shared::mux::client::Mux;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, OperatorAction};
use shared::stores::error::StoreError;
use shared::stores::image_files::ImageFiles;
use shared::stores::publisher::{Change, Publisher};
use shared::stores::row::Key;
use shared::stores::series::SeriesStore;
use shared::stores::videos::Videos;

/// How often the deletion is tried if the video is changed meanwhile. Mux reports each file that is deleted there, which
/// also changes the video.
const TRIES_MAX: usize = 6;

/// Deletes at Mux first, then the row and the catalogue entry in one transaction.
///
/// If Mux is down, nothing is deleted, and the response says so. After a crash in between, repeating the request
/// finishes the deletion, because an asset that Mux does not have counts as deleted. Until then the video is
/// unpublished by Mux's own event. In the other order a crash would leave an unused asset that costs money.
///
/// A video with trailers is not deleted, because they would belong to nothing. A trailer that is added meanwhile
/// increments the row's version, so the trailers are looked up again before the row is deleted.
pub struct DeleteVideo {
    videos: Videos,
    publisher: Publisher,
    series: SeriesStore,
    images: ImageFiles,
    audit: Audit,
    mux: Mux,
}

impl Endpoint for DeleteVideo {
    type Caller = Admin;
    type Input = Path<VideoId>;
    type Reads = Key<Video>;
    type Output = ();
    const SUMMARY: &'static str = "Permanently deletes a video that has no trailers.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict, Code::VideoProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            videos: Videos::connect(services)?,
            publisher: Publisher::connect(services)?,
            series: SeriesStore::connect(services)?,
            images: ImageFiles::connect(services)?,
            audit: Audit::connect(services)?,
            mux: Mux::connect(services)?,
        })
    }

    fn reads(&self, Path(id): &Self::Input, _: &Identity) -> Key<Video> {
        Video::key(*id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let action = call.action("video.delete");
        let Path(id) = call.input;
        let mut video = call.rows.ok_or_else(|| ApiError::not_found("video"))?;
        // If another request has deleted the video meanwhile, that is fine. If it was changed meanwhile, it may have a new
        // file, which must be deleted at Mux first, or a trailer.
        for _ in 0..TRIES_MAX {
            if self.videos.has_trailers(TitleId::from_uuid(id.uuid())).await? {
                return Err(ApiError::new(Code::Conflict, "This video has trailers. Delete them first."));
            }
            self.delete_at_mux(&video).await?;
            let deleted = self.delete_row(&video, &action).await;
            match deleted {
                Err(DeleteError::Changed(changed)) => video = *changed,
                Err(DeleteError::Store(error)) => return Err(error.into()),
                Ok(()) => return Ok(Reply::new(())),
            }
        }
        Err(ApiError::unavailable("the video was changed at every attempt"))
    }
}

impl DeleteVideo {
    /// Deletes the row, unless it was changed since its trailers and files were looked up.
    async fn delete_row(&self, known: &Video, action: &OperatorAction) -> Result<(), DeleteError> {
        let rule = |video: &Video| match video.version == known.version {
            true => Ok(None),
            false => Err(DeleteError::Changed(Box::new(video.clone()))),
        };
        let beside = |change: &Change| {
            let mut statements = vec![self.audit.note(&change.audit_entry(action))?];
            statements.append(&mut self.series.moved(change)?);
            statements.append(&mut self.images.follow(change, action.at)?);
            Ok(statements)
        };
        self.publisher.change(known.id, rule, beside).await.map(drop)
    }

    async fn delete_at_mux(&self, video: &Video) -> Result<(), MuxError> {
        for file in video.belongings() {
            self.mux.delete(&file).await?;
        }
        Ok(())
    }
}

/// Why a row was not deleted.
enum DeleteError {
    /// It was changed meanwhile: it may have another file, or a trailer. Contains its current state.
    Changed(Box<Video>),
    Store(StoreError),
}

impl From<StoreError> for DeleteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
