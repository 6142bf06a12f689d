//! `POST /api/admin/videos`: a new video, and where its file is uploaded to.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Admin, Call, Endpoint, Reply};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::Body;
use shared::models::ids::{SeriesId, VideoId};
use shared::models::plan::RequiredPlan;
use shared::models::video::{AdminVideo, CategoryName, Title, VideoStatus, outside_series};
use shared::mux::MuxError;
use shared::mux::client::{Mux, UPLOAD_SECONDS};
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::database::{Database, Table};
use shared::stores::publisher::Change;
use shared::stores::videos::{LISTING, Video, Videos};

/// Adds a video: the upload at Mux first, then its row. A crash between leaves an upload that nobody knows of, and that
/// times out; the other way round it would leave a video that nothing can be uploaded for.
pub struct CreateVideo {
    database: Database,
    videos: Videos,
    audit: Audit,
    mux: Mux,
    web_origin: String,
}

/// A video to be.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVideo {
    title: Title,
    /// What it is about.
    #[schemars(length(max = 5000))]
    description: Option<String>,
    category: CategoryName,
    required_plan: RequiredPlan,
    /// The series that it is an episode of.
    series_id: Option<SeriesId>,
    #[schemars(range(min = 1, max = 9999))]
    season: Option<u32>,
    #[schemars(range(min = 1, max = 9999))]
    episode: Option<u32>,
    /// Where its credits start, in seconds.
    #[schemars(range(min = 0))]
    credits_at: Option<f64>,
    /// Before when it is not shown, once it is published.
    publish_at: Option<Timestamp>,
}

/// The video, and where its file goes.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    video: AdminVideo,
    upload: UploadTarget,
}

/// Takes one file by PUT, whole or in chunks.
#[derive(Serialize, JsonSchema)]
pub struct UploadTarget {
    id: String,
    url: String,
    expires_at: Timestamp,
}

impl Endpoint for CreateVideo {
    type Caller = Admin;
    type Input = Body<NewVideo>;
    type Output = Created;
    const SUMMARY: &'static str = "Adds a video and opens its upload.";
    const CODES: &'static [Code] = &[Code::VideoProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Videos, Table::Audit])?,
            videos: Videos::connect(services)?,
            audit: Audit::connect(services)?,
            mux: Mux::connect(services)?,
            web_origin: services.web_origin()?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Created>, ApiError> {
        let mut video = row(call.input.0.clone(), call.now);
        let misplaced = outside_series(video.series_id, video.season, video.episode);
        if !misplaced.is_empty() {
            let issue = |field: &str| FieldIssue::new(field, "needs a series_id");
            return Err(ApiError::validation(misplaced.into_iter().map(issue).collect()));
        }
        let upload = self.mux.create_upload(&video.id.to_string(), &video.title, &self.web_origin).await?;
        let url = upload.url.ok_or_else(|| MuxError::Unavailable("an upload without its address".into()))?;
        video.mux_upload_id = Some(upload.id.clone());
        let change = Change { before: None, after: Some(video.clone()) };
        let deed = change.deed("video.create", call.caller.user.id, &call.request_id, call.now);
        let statements = vec![self.videos.add(&video)?, self.audit.note(&deed)?];
        if let Err(error) = self.database.transact(statements).await {
            // Should the row be there all the same, Mux's event says that its upload was cancelled.
            let _ = self.mux.cancel_upload(&upload.id).await;
            return Err(error.into());
        }
        let expires_at = call.now + SignedDuration::from_secs(UPLOAD_SECONDS);
        let upload = UploadTarget { id: upload.id, url, expires_at };
        Ok(Reply::with_token(Created { video: (&video).into(), upload }))
    }
}

fn row(new: NewVideo, now: Timestamp) -> Video {
    Video {
        id: VideoId::new(now),
        title: new.title.into(),
        description: new.description.map(|text| text.trim().to_owned()).unwrap_or_default(),
        category: new.category.into(),
        required_plan: new.required_plan,
        status: VideoStatus::Processing,
        error_reason: None,
        published: false,
        publish_at: new.publish_at,
        published_at: None,
        duration: None,
        credits_at: new.credits_at,
        poster: None,
        poster_signed_at: None,
        series_id: new.series_id,
        season: new.season,
        episode: new.episode,
        mux_upload_id: None,
        mux_asset_id: None,
        mux_playback_id: None,
        captions: Vec::new(),
        listing: LISTING.to_owned(),
        created_at: now,
        version: 1,
    }
}
