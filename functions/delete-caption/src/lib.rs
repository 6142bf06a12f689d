//! `DELETE /api/admin/videos/{id}/captions/{language}`: removes a video's captions in a language.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Path, PathLanguage, Query};
use shared::models::ids::VideoId;
use shared::models::text::Line;
use shared::models::video::Video;
use shared::models::video_view::AdminVideo;
use shared::mux::client::Mux;
use shared::services::{ConfigError, Services};
use shared::stores::operator_edits::OperatorEdits;
use shared::stores::row::Key;

/// Removes captions: first at Mux, then in the row. After a crash in between, Mux's webhook changes the row.
pub struct DeleteCaption {
    edits: OperatorEdits,
    mux: Mux,
}

/// Which captions.
#[derive(Clone, Deserialize, JsonSchema)]
pub struct WhichCaptions {
    /// Only this track; by default all in the language.
    track_id: Option<Line<255>>,
}

impl Endpoint for DeleteCaption {
    type Caller = Admin;
    type Input = ((Path<VideoId>, PathLanguage), Query<WhichCaptions>);
    type Reads = Key<Video>;
    type Output = AdminVideo;
    const SUMMARY: &'static str = "Removes a video's captions in a language.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::VideoProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { edits: OperatorEdits::connect(services)?, mux: Mux::connect(services)? })
    }

    fn reads(&self, ((Path(id), _), _): &Self::Input, _: &Identity) -> Key<Video> {
        Video::key(*id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AdminVideo>, ApiError> {
        let ((Path(id), PathLanguage(language)), Query(which)) = &call.input;
        let video = call.rows.as_ref().ok_or_else(|| ApiError::not_found("video"))?;
        let mut tracks = video.captions_in(language.as_str());
        tracks.retain(|track_id| which.track_id.as_ref().is_none_or(|only| only.as_str() == track_id));
        if tracks.is_empty() {
            return Err(ApiError::new(Code::NotFound, "There are no such captions."));
        }
        for track_id in &tracks {
            if let Some(asset_id) = &video.mux_asset_id {
                self.mux.delete_track(asset_id, track_id).await?;
            }
        }
        let action = call.action("video.delete_caption");
        let video = self.edits.edit(*id, &action, |video| video.without_captions(&tracks)).await?;
        Ok(Reply::new((&video).into()))
    }
}
