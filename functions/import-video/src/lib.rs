//! `POST /api/admin/videos/import`: creates a video whose file Mux fetches from a URL.

use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Body, WithRules};
use shared::models::video::Video;
use shared::models::video_edit::ImportedVideo;
use shared::models::video_view::AdminVideo;
use shared::mux::MuxError;
use shared::mux::asset::NewAsset;
use shared::mux::client::Mux;
use shared::mux::source_url::source_url;
use shared::services::{ConfigError, Services};
use shared::stores::new_videos::{NewVideos, TitleKeys, title_keys, unknown_title};

/// Creates a video: first the asset at Mux, then the row. A crash in between leaves an asset without a video.
///
/// The URL is not stored, because it may contain a secret of the place that the film comes from.
pub struct ImportVideo {
    videos: NewVideos,
    mux: Mux,
}

impl Endpoint for ImportVideo {
    type Caller = Admin;
    type Input = WithRules<Body<ImportedVideo>>;
    type Reads = TitleKeys;
    type Output = AdminVideo;
    const SUMMARY: &'static str = "Creates a video whose file Mux fetches from a URL.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::Conflict, Code::VideoProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { videos: NewVideos::connect(services)?, mux: Mux::connect(services)? })
    }

    fn reads(&self, input: &Self::Input, _: &Identity) -> Self::Reads {
        let Body(new) = input.unchecked();
        title_keys(&new.video)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AdminVideo>, ApiError> {
        let action = call.action("video.import");
        let (film, series) = call.rows;
        let Body(unchecked) = call.input.unchecked();
        let mut issues = unknown_title(&unchecked.video, film.as_ref(), series.as_ref());
        let url = source_url(unchecked.url.as_str(), self.mux.is_local_platform());
        issues.extend(url.as_ref().err().map(|issue| FieldIssue::new("url", *issue)));
        let Body(ImportedVideo { video: new, .. }) = call.input.checked(issues)?;
        let url = url.map_err(|issue| ApiError::field("url", issue))?;
        let captions = new.generated_captions.clone();
        let video = new.video(call.now);
        let asset = NewAsset::of_video(&video, video.video_quality, captions.as_ref());
        let asset_id = self.mux.import(&asset, url.as_str()).await.map_err(|error| match error {
            MuxError::Refused(400 | 422) => ApiError::field("url", "is not accepted by Mux"),
            error => error.into(),
        })?;
        let video = Video { mux_asset_id: Some(asset_id.clone()), ..video };
        if let Err(error) = self.videos.add(&video, film.as_ref(), &action).await {
            // If the row was written after all, Mux reports that its asset was deleted.
            let _ = self.mux.delete_asset(&asset_id).await;
            return Err(error);
        }
        Ok(Reply::new((&video).into()))
    }
}
