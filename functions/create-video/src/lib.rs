//! `POST /api/admin/videos`: creates a video, and opens the upload of its file.

use jiff::SignedDuration;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Ruled};
use shared::models::video_edit::NewVideo;
use shared::models::video_view::{UploadTarget, VideoUpload};
use shared::mux::client::{Mux, UPLOAD_SECONDS};
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::database::Database;
use shared::stores::publisher::Change;
use shared::stores::series::SeriesStore;
use shared::stores::table::Table;
use shared::stores::videos::Videos;

/// Creates a video: first the upload at Mux, then the row. A crash in between leaves an unused upload, which expires.
/// In the other order it would leave a video without an upload.
pub struct CreateVideo {
    database: Database,
    videos: Videos,
    series: SeriesStore,
    audit: Audit,
    mux: Mux,
    web_origin: String,
}

impl Endpoint for CreateVideo {
    type Caller = Admin;
    type Input = Ruled<Body<NewVideo>>;
    type Reads = ();
    type Output = VideoUpload;
    const SUMMARY: &'static str = "Creates a video and opens its upload.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::Conflict, Code::VideoProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Videos, Table::Audit])?,
            videos: Videos::connect(services)?,
            series: SeriesStore::connect(services)?,
            audit: Audit::connect(services)?,
            mux: Mux::connect(services)?,
            web_origin: services.web_origin()?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<VideoUpload>, ApiError> {
        let Body(new) = call.input.checked(Vec::new())?;
        let video = new.video(call.now);
        let (upload_id, url) =
            self.mux.create_upload(&video.id.to_string(), &video.title, video.video_quality, &self.web_origin).await?;
        let expires_at = call.now + SignedDuration::from_secs(UPLOAD_SECONDS);
        let video = video.with_upload(&upload_id, expires_at);
        let change = Change { before: None, after: Some(video.clone()) };
        let audit_entry = change.audit_entry("video.create", call.caller.user.id, &call.request_id, call.now);
        let mut statements = vec![self.videos.add(&video)?, self.audit.note(&audit_entry)?];
        statements.append(&mut self.series.moved(&change)?);
        if let Err(error) = self.database.transact(statements).await {
            // If the row was written after all, Mux reports that its upload was cancelled.
            let _ = self.mux.delete_upload(&upload_id).await;
            return Err(match video.series_id {
                Some(series) => self.series.why(Some(series), error).await?.into(),
                None => error.into(),
            });
        }
        let upload = UploadTarget { id: upload_id, url, expires_at };
        Ok(Reply::with_token(VideoUpload { video: (&video).into(), upload }))
    }
}
