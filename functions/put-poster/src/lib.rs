//! `PUT /api/admin/videos/{id}/poster`: sets what the poster of a video shows.

mod picture;

use picture::Copies;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::random;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{ImageOr, Path};
use shared::models::encoding::SignedPoster;
use shared::models::ids::VideoId;
use shared::models::number::Seconds;
use shared::models::poster::{OUTSIDE_FILM, PosterSource};
use shared::models::video::{Video, VideoStatus};
use shared::models::video_view::AdminVideo;
use shared::mux::signer::Posters;
use shared::services::{ConfigError, Services};
use shared::stores::image_files::ImageFiles;
use shared::stores::operator_edits::OperatorEdits;
use shared::stores::row::Key;

/// The random bytes of a picture's id.
const ID_BYTES: usize = 16;

/// Signs a frame at Mux, or stores the operator's picture; then writes the video and its place in lists.
///
/// A picture is stored before the video names it. A crash in between leaves files that are removed after a day.
pub struct PutPoster {
    files: ImageFiles,
    edits: OperatorEdits,
    posters: Posters,
}

/// A frame of the film as the poster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PosterFrame {
    /// The frame's position in seconds. Omitted or `null`, Mux chooses the frame.
    time: Option<Seconds>,
}

impl Endpoint for PutPoster {
    type Caller = Admin;
    type Input = (Path<VideoId>, ImageOr<PosterFrame>);
    type Reads = Key<Video>;
    type Output = AdminVideo;
    const SUMMARY: &'static str = "Sets the poster of a video: a frame of the film, or the operator's own picture.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::NotFound, Code::VideoNotReady, Code::VideoProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            files: ImageFiles::connect(services)?,
            edits: OperatorEdits::connect(services)?,
            posters: Posters::connect(services).await?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: &Identity) -> Key<Video> {
        Video::key(*id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AdminVideo>, ApiError> {
        let (Path(id), wanted) = &call.input;
        let video = call.rows.as_ref().ok_or_else(|| ApiError::not_found("video"))?;
        let playback_id = video.mux_playback_id.as_deref().filter(|_| video.status == VideoStatus::Ready);
        let playback_id = playback_id.ok_or_else(not_ready)?;
        let source = match wanted {
            ImageOr::Json(PosterFrame { time: None }) => PosterSource::Automatic,
            ImageOr::Json(PosterFrame { time: Some(time) }) if video.has_frame(time.get()) => {
                PosterSource::Frame { time: time.get() }
            }
            ImageOr::Json(_) => return Err(ApiError::field("time", OUTSIDE_FILM)),
            ImageOr::Image(bytes) => {
                let (bytes, picture_id) =
                    (bytes.clone(), hex::encode(random::bytes::<ID_BYTES>().map_err(ApiError::unavailable)?));
                let copies = tokio::task::spawn_blocking(move || picture::copies(&bytes, picture_id)).await;
                let Copies { picture, files } = copies.map_err(ApiError::internal)??;
                self.files.add(&picture, &files, call.now).await?;
                PosterSource::Picture { picture }
            }
        };
        let signed = self.posters.poster(playback_id, source.time(), call.now).await?;
        self.note(&call, *id, playback_id, &source, &signed).await.map(|video| Reply::new((&video).into()))
    }
}

impl PutPoster {
    async fn note(
        &self,
        call: &Call<Self>,
        id: VideoId,
        playback_id: &str,
        source: &PosterSource,
        signed: &SignedPoster,
    ) -> Result<Video, ApiError> {
        let action = call.action("video.put_poster");
        let edited = self.edits.try_edit(
            id,
            &action,
            |video| match video.mux_playback_id.as_deref() == Some(playback_id) {
                true => Ok(video.with_poster_source(source, signed)),
                // Its file was replaced or deleted meanwhile.
                false => Err(not_ready()),
            },
            |change| self.files.follow(change, call.now),
        );
        edited.await?.ok_or_else(|| ApiError::not_found("video"))
    }
}

fn not_ready() -> ApiError {
    ApiError::new(Code::VideoNotReady, "A poster can be chosen once the video is ready.")
}
