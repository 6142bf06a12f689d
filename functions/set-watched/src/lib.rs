//! `PUT /api/videos/{id}/watched`: marks a video as watched to its end.

use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::VideoId;
use shared::models::progress::WatchHistory;
use shared::services::{ConfigError, Services};
use shared::stores::watched_marks::{MarkKeys, WatchedMarks};

/// Marks a video as watched.
pub struct SetWatched {
    marks: WatchedMarks,
}

/// The stored state.
#[derive(Serialize, JsonSchema)]
pub struct Watched {
    /// The position, in seconds from the start.
    progress: f64,
    /// Whether the video counts as watched to its end.
    completed: bool,
}

impl Endpoint for SetWatched {
    type Caller = Viewer;
    type Input = Path<VideoId>;
    type Reads = MarkKeys;
    type Output = Watched;
    const SUMMARY: &'static str = "Marks a video as watched.";
    const TAG: Tag = Tag::Library;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { marks: WatchedMarks::connect(services)? })
    }

    fn reads(&self, Path(id): &Self::Input, who: &Identity) -> MarkKeys {
        WatchedMarks::keys(who.viewer, *id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Watched>, ApiError> {
        let (user, viewer) = (&call.caller.user, call.caller.viewer);
        let (video, before, slots) = call.rows;
        let video = video.filter(|video| video.is_shown_to(user.role, call.now));
        let video = video.ok_or_else(|| ApiError::not_found("video"))?;

        let mark = |newest: Option<&WatchHistory>| WatchHistory::watched(newest, (viewer, video.id), call.now);
        let row = self.marks.change((viewer, &video), before, slots, mark).await?;
        let row = row.ok_or_else(|| ApiError::internal("a marked video has no row"))?;
        Ok(Reply::new(Watched { progress: row.progress, completed: row.completed }))
    }
}
