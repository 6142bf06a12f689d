//! `PUT /api/admin/videos/{id}/captions/{language}`: uploads captions of a video in a language.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{CaptionsFile, Path, PathLanguage, Query};
use shared::models::captions::{as_webvtt, language_name};
use shared::models::ids::VideoId;
use shared::models::text::Line;
use shared::models::video::{Video, VideoStatus};
use shared::models::video_view::AdminVideo;
use shared::mux::MuxError;
use shared::mux::client::Mux;
use shared::services::{ConfigError, Services};
use shared::stores::caption_files::{CAPTION_FILE_BYTES_MAX, CaptionFiles};
use shared::stores::operator_edits::OperatorEdits;
use shared::stores::row::Key;

/// The characters of the file's id that are added to a name which earlier captions still have.
const NAME_SUFFIX_CHARACTERS: usize = 6;

/// Checks captions, and hands them to Mux by a URL of this service, because Mux fetches text tracks.
pub struct PutCaption {
    files: CaptionFiles,
    edits: OperatorEdits,
    mux: Mux,
    web_origin: String,
}

/// How viewers see the captions.
#[derive(Clone, Deserialize, JsonSchema)]
pub struct CaptionOptions {
    /// Their name for viewers; by default that of the language.
    name: Option<Line<100>>,
}

impl Endpoint for PutCaption {
    type Caller = Admin;
    type Input = ((Path<VideoId>, PathLanguage), (Query<CaptionOptions>, CaptionsFile));
    type Reads = Key<Video>;
    type Output = AdminVideo;
    const SUMMARY: &'static str =
        "Uploads a video's captions in a language. Earlier captions stay until Mux has read the new ones.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] =
        &[Code::NotFound, Code::VideoNotReady, Code::PayloadTooLarge, Code::VideoProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            files: CaptionFiles::connect(services)?,
            edits: OperatorEdits::connect(services)?,
            mux: Mux::connect(services)?,
            web_origin: services.web_origin()?,
        })
    }

    fn reads(&self, ((Path(id), _), _): &Self::Input, _: &Identity) -> Key<Video> {
        Video::key(*id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AdminVideo>, ApiError> {
        let ((Path(id), PathLanguage(language)), (Query(options), CaptionsFile(file))) = &call.input;
        let video = call.rows.as_ref().ok_or_else(|| ApiError::not_found("video"))?;
        let asset_id = video.mux_asset_id.as_deref().filter(|_| video.status == VideoStatus::Ready);
        let asset_id = asset_id
            .ok_or_else(|| ApiError::new(Code::VideoNotReady, "Captions can be uploaded once the video is ready."))?;
        let vtt = as_webvtt(file, video.duration).map_err(|issue| ApiError::field("captions", issue.to_string()))?;
        if vtt.len() > CAPTION_FILE_BYTES_MAX {
            let message = format!("The captions have more than {CAPTION_FILE_BYTES_MAX} bytes as WebVTT.");
            return Err(ApiError::new(Code::PayloadTooLarge, message));
        }
        let language = language.as_str();
        let name = options.name.as_ref().map_or_else(|| language_name(language).to_owned(), ToString::to_string);
        if video.captions.iter().any(|track| track.language != language && track.name == name) {
            return Err(ApiError::field("name", "is the name of this video's captions in another language"));
        }
        let file_id = self.files.add(vtt, call.now).await?;
        let url = format!("{}/api/captions/{file_id}", self.web_origin);
        // The suffix is dropped once the earlier captions are deleted at Mux.
        let unique_name = format!("{name} ({})", &file_id[..NAME_SUFFIX_CHARACTERS]);
        let first = if video.is_caption_name_free(&name) { &name } else { &unique_name };
        let track = match self.mux.add_captions(asset_id, &url, language, first).await {
            // Another upload took the name after the row was read.
            Err(MuxError::Refused(_)) if first == &name => {
                self.mux.add_captions(asset_id, &url, language, &unique_name).await?
            }
            added => added?,
        };
        let action = call.action("video.put_caption");
        let known = video.captions_in(language);
        let edit = |video: &Video| video.with_captions(&track, &name, &known, call.now);
        let video = self.edits.edit(*id, &action, edit).await?;
        Ok(Reply::new((&video).into()))
    }
}
