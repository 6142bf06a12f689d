//! `POST /api/admin/videos`: creates a video, and opens the upload of its file.

use jiff::SignedDuration;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, WithRules};
use shared::models::video_edit::NewVideo;
use shared::models::video_view::{UploadTarget, VideoUpload};
use shared::mux::asset::NewAsset;
use shared::mux::client::{Mux, UPLOAD_SECONDS};
use shared::services::{ConfigError, Services};
use shared::stores::new_videos::{NewVideos, TitleKeys, title_keys, unknown_title};

/// Creates a video: first the upload at Mux, then the row. A crash in between leaves an unused upload, which expires.
/// In the other order it would leave a video without an upload.
pub struct CreateVideo {
    videos: NewVideos,
    mux: Mux,
    web_origin: String,
}

impl Endpoint for CreateVideo {
    type Caller = Admin;
    type Input = WithRules<Body<NewVideo>>;
    type Reads = TitleKeys;
    type Output = VideoUpload;
    const SUMMARY: &'static str = "Creates a video and opens its upload.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::Conflict, Code::VideoProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            videos: NewVideos::connect(services)?,
            mux: Mux::connect(services)?,
            web_origin: services.web_origin()?,
        })
    }

    fn reads(&self, input: &Self::Input, _: &Identity) -> Self::Reads {
        let Body(new) = input.unchecked();
        title_keys(new)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<VideoUpload>, ApiError> {
        let action = call.action("video.create");
        let (film, series) = call.rows;
        let issues = unknown_title(&call.input.unchecked().0, film.as_ref(), series.as_ref());
        let Body(new) = call.input.checked(issues)?;
        let captions = new.generated_captions.clone();
        let video = new.video(call.now);
        let asset = NewAsset::of_video(&video, video.video_quality, captions.as_ref());
        let (upload_id, url) = self.mux.create_upload(&asset, &self.web_origin).await?;
        let expires_at = call.now + SignedDuration::from_secs(UPLOAD_SECONDS);
        let video = video.with_upload(&upload_id, expires_at);
        if let Err(error) = self.videos.add(&video, film.as_ref(), &action).await {
            // If the row was written after all, Mux reports that its upload was cancelled.
            let _ = self.mux.delete_upload(&upload_id).await;
            return Err(error);
        }
        let upload = UploadTarget { id: upload_id, url, expires_at };
        Ok(Reply::with_token(VideoUpload { video: (&video).into(), upload }))
    }
}
