//! `POST /api/admin/videos`: creates a video, and opens the upload of its file.

use jiff::SignedDuration;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Body, Ruled};
use shared::models::ids::{SeriesId, TitleId, VideoId};
use shared::models::series::Series;
use shared::models::video::Video;
use shared::models::video_edit::NewVideo;
use shared::models::video_view::{UploadTarget, VideoUpload};
use shared::mux::client::{Mux, UPLOAD_SECONDS};
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::database::Database;
use shared::stores::publisher::Change;
use shared::stores::row::Key;
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
    /// The title of a trailer, which is one of the two.
    type Reads = (Option<Key<Video>>, Option<Key<Series>>);
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

    fn reads(&self, input: &Self::Input, _: &Identity) -> Self::Reads {
        let Body(new) = input.unchecked();
        let title = new.trailer_of.map(TitleId::uuid);
        (title.map(|id| Video::key(VideoId::from_uuid(id))), title.map(|id| Series::key(SeriesId::from_uuid(id))))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<VideoUpload>, ApiError> {
        let (film, series) = call.rows;
        let is_film = film.is_some_and(|film| film.trailer_of.is_none());
        let is_unknown = call.input.unchecked().0.trailer_of.is_some() && !is_film && series.is_none();
        let unknown = is_unknown.then(|| FieldIssue::new("trailer_of", "is neither a video nor a series"));
        let Body(new) = call.input.checked(unknown.into_iter().collect())?;
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
                Some(series) => self.series.placement_error(Some(series), error).await?.into(),
                None => error.into(),
            });
        }
        let upload = UploadTarget { id: upload_id, url, expires_at };
        Ok(Reply::with_token(VideoUpload { video: (&video).into(), upload }))
    }
}
