//! `POST /api/admin/videos/{id}/upload`: opens an upload for a video that failed, expired or gets a replacement.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{OptionalBody, Path};
use shared::models::captions::SpokenLanguage;
use shared::models::ids::VideoId;
use shared::models::video::{Replacement, Video, VideoQuality};
use shared::models::video_view::{UploadTarget, VideoUpload};
use shared::mux::asset::NewAsset;
use shared::mux::client::{Mux, UPLOAD_SECONDS};
use shared::services::{ConfigError, Services};
use shared::stores::operator_edits::OperatorEdits;
use shared::stores::row::Key;

/// Opens a new upload for a video. The old file plays until the new one is ready.
pub struct ReplaceUpload {
    edits: OperatorEdits,
    mux: Mux,
    web_origin: String,
}

/// The options of the new file.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReplaceUploadRequest {
    /// The encoding quality; the video's current one by default.
    video_quality: Option<VideoQuality>,
    /// The language spoken in the film: Mux generates captions from its sound. Without it, there are none.
    generated_captions: Option<SpokenLanguage>,
}

impl Endpoint for ReplaceUpload {
    type Caller = Admin;
    type Input = (Path<VideoId>, OptionalBody<ReplaceUploadRequest>);
    type Reads = Key<Video>;
    type Output = VideoUpload;
    const SUMMARY: &'static str =
        "Opens an upload for a video's new file. The old file plays until the new one is ready.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::VideoProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            edits: OperatorEdits::connect(services)?,
            mux: Mux::connect(services)?,
            web_origin: services.web_origin()?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: &Identity) -> Key<Video> {
        Video::key(*id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<VideoUpload>, ApiError> {
        let (Path(id), OptionalBody(file)) = &call.input;
        let video = call.rows.as_ref().ok_or_else(|| ApiError::not_found("video"))?;
        let quality = file.video_quality.unwrap_or(video.video_quality);
        let asset = NewAsset::of_video(video, quality, file.generated_captions.as_ref());
        let (upload_id, url) = self.mux.create_upload(&asset, &self.web_origin).await?;
        let expires_at = call.now + SignedDuration::from_secs(UPLOAD_SECONDS);
        let new = Replacement {
            upload_id: upload_id.clone(),
            asset_id: None,
            expires_at,
            video_quality: quality,
            error_reason: None,
        };
        let action = call.action("video.replace_upload");
        match self.edits.edit(*id, &action, |video| video.with_new_upload(new.clone(), call.now)).await {
            Ok(video) => {
                let upload = UploadTarget { id: upload_id, url, expires_at };
                Ok(Reply::with_token(VideoUpload { video: (&video).into(), upload }))
            }
            Err(error) => {
                // If the row was written after all, the job asks Mux about the upload.
                let _ = self.mux.delete_upload(&upload_id).await;
                Err(error)
            }
        }
    }
}
