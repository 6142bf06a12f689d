//! `POST /api/admin/videos/{id}/generate-captions`: lets Mux generate captions from the sound of a video.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::captions::SpokenLanguage;
use shared::models::ids::VideoId;
use shared::models::video::{Video, VideoStatus};
use shared::models::video_view::AdminVideo;
use shared::mux::client::Mux;
use shared::services::{ConfigError, Services};
use shared::stores::operator_edits::OperatorEdits;
use shared::stores::row::Key;

/// Asks Mux for captions in the language that is spoken. Mux reports later when viewers can choose them.
pub struct GenerateCaptions {
    edits: OperatorEdits,
    mux: Mux,
}

/// What Mux shall recognise.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateCaptionsRequest {
    /// The language that is spoken in the film.
    language: SpokenLanguage,
}

impl Endpoint for GenerateCaptions {
    type Caller = Admin;
    type Input = (Path<VideoId>, Body<GenerateCaptionsRequest>);
    type Reads = Key<Video>;
    type Output = AdminVideo;
    const SUMMARY: &'static str = "Has Mux generate captions from a video's audio.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] =
        &[Code::NotFound, Code::VideoNotReady, Code::Conflict, Code::VideoProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { edits: OperatorEdits::connect(services)?, mux: Mux::connect(services)? })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: &Identity) -> Key<Video> {
        Video::key(*id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AdminVideo>, ApiError> {
        let (Path(id), Body(GenerateCaptionsRequest { language })) = &call.input;
        let video = call.rows.as_ref().ok_or_else(|| ApiError::not_found("video"))?;
        let asset_id = video.mux_asset_id.as_deref().filter(|_| video.status == VideoStatus::Ready);
        let asset_id = asset_id
            .ok_or_else(|| ApiError::new(Code::VideoNotReady, "Captions can be generated once the video is ready."))?;
        if !video.captions_in(language.as_str()).is_empty() {
            return Err(conflict("The video already has captions in this language. Remove them first."));
        }
        let name = &language.captions_name();
        if !video.is_caption_name_free(name) {
            return Err(conflict("Captions in another language have the name of this one. Remove them first."));
        }
        let asset = self.mux.asset(asset_id).await?;
        let sound = asset.primary_audio_track().ok_or_else(|| conflict("The video has no sound."))?;
        let track = self.mux.generate_captions(asset_id, sound, language, name).await?;
        let action = call.action("video.generate_captions");
        let video = self.edits.edit(*id, &action, |video| video.with_captions(&track, name, &[], call.now)).await?;
        Ok(Reply::new((&video).into()))
    }
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}
