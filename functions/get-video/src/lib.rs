//! `GET /api/videos/{id}`: a video, and what its viewer may do and did with it.

use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::entitlement::{AccessView, Decision, decide};
use shared::models::ids::VideoId;
use shared::models::subscription::Subscription;
use shared::models::video::{Administration, PublicVideo, VideoStatus};
use shared::services::{ConfigError, Services};
use shared::stores::row::Wanted;
use shared::stores::users::Role;
use shared::stores::videos::Video;
use shared::stores::watch_history::WatchHistory;

/// Shows a video.
pub struct GetVideo {
    grace: jiff::SignedDuration,
}

/// A video as its viewer sees it.
#[derive(Serialize, JsonSchema)]
pub struct Shown {
    #[serde(flatten)]
    video: PublicVideo,
    /// Administrators see what stands behind it as well.
    #[serde(flatten)]
    administration: Option<Administration>,
    /// Whether it plays for this viewer.
    access: AccessView,
    /// How far they are, in seconds; 0 when they never began.
    progress: f64,
    /// Whether they watched it to its end.
    completed: bool,
}

impl Endpoint for GetVideo {
    type Caller = Viewer;
    type Input = Path<VideoId>;
    type Output = Shown;
    const SUMMARY: &'static str = "A video, whether it plays for this viewer, and how far they are.";
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { grace: services.grace()? })
    }

    fn reads(&self, Path(id): &Self::Input, caller: Option<&Identity>) -> Wanted {
        let Some(who) = caller else { return Wanted::default() };
        let wanted = Wanted::default().and(&Video::key(*id)).and(&Subscription::key(who.user_id));
        wanted.and(&WatchHistory::key(who.user_id, *id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Shown>, ApiError> {
        let user = &call.caller.user;
        let is_admin = user.role == Role::Admin;
        let Path(id) = call.input;
        let video: Option<Video> = call.rows.get(&Video::key(id))?;
        let video = video.filter(|video| is_admin || video.is_public(call.now));
        let video = video.ok_or_else(|| ApiError::not_found("video"))?;
        let subscription = call.rows.get(&Subscription::key(user.id))?.unwrap_or_default();
        let decision = match video.status {
            VideoStatus::Ready if is_admin => Decision::Allow,
            VideoStatus::Ready => decide(&subscription, video.required_plan, self.grace, call.now),
            _ => Decision::Deny(Code::VideoNotReady),
        };
        let history: Option<WatchHistory> = call.rows.get(&WatchHistory::key(user.id, id))?;
        Ok(Reply::of(Shown {
            administration: is_admin.then(|| (&video).into()),
            video: (&video).into(),
            access: decision.into(),
            progress: history.as_ref().map_or(0.0, |history| history.progress),
            completed: history.is_some_and(|history| history.completed),
        }))
    }
}
