//! `GET /api/videos/{id}`: a video, whether its viewer may play it, and their position.

use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::entitlement::{self, AccessView};
use shared::models::ids::VideoId;
use shared::models::poster::Images;
use shared::models::progress::{WatchHistory, clamped};
use shared::models::streams::Slots;
use shared::models::subscription::Subscription;
use shared::models::user::Role;
use shared::models::video::Video;
use shared::models::video_view::{Administration, PublicVideo};
use shared::models::watchlist::Watchlisted;
use shared::services::{ConfigError, Services};
use shared::stores::row::{EventuallyConsistent, Key, MayFail};

/// Returns a video.
pub struct GetVideo {
    grace: jiff::SignedDuration,
}

/// The key of its images, without which it is shown all the same.
type ImagesKey = MayFail<EventuallyConsistent<Key<Images>>>;

/// A video as its viewer sees it.
#[derive(Serialize, JsonSchema)]
pub struct VideoDetail {
    #[serde(flatten)]
    video: PublicVideo,
    /// Only for administrators: the operators' part.
    #[serde(flatten)]
    administration: Option<Administration>,
    /// Its images in three shapes; empty until it is encoded.
    images: Images,
    /// Whether it plays for this viewer.
    access: AccessView,
    /// The position in seconds; 0 if the viewer has not started it.
    progress: f64,
    /// Whether the viewer watched it to its end.
    completed: bool,
    /// Whether it is on the viewer's watchlist.
    on_watchlist: bool,
}

impl Endpoint for GetVideo {
    type Caller = Viewer;
    type Input = Path<VideoId>;
    type Reads = (Key<Video>, Key<Subscription>, Key<WatchHistory>, Key<Slots>, (Key<Watchlisted>, ImagesKey));
    type Output = VideoDetail;
    const SUMMARY: &'static str = "Returns a video, whether this viewer may play it, and their position.";
    const TAG: Tag = Tag::Catalogue;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { grace: services.grace()? })
    }

    fn reads(&self, Path(id): &Self::Input, who: &Identity) -> Self::Reads {
        let user = who.user_id;
        let (history, listed) = (WatchHistory::key(who.viewer, *id), Watchlisted::key(who.viewer, *id));
        (Video::key(*id), Subscription::key(user), history, Slots::key(user), (listed, Images::lenient_key(*id)))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<VideoDetail>, ApiError> {
        let (user, viewer) = (&call.caller.user, call.caller.viewer);
        let (video, subscription, history, slots, (listed, images)) = call.rows;
        let video = video.filter(|video| video.is_shown_to(user.role, call.now));
        let video = video.ok_or_else(|| ApiError::not_found("video"))?;
        let history = history.map(|row| row.with(slots.unwrap_or_default().position(viewer, video.id)));
        let (subscription, age_limit) = (subscription.unwrap_or_default(), call.caller.age_limit());
        let access = entitlement::access(&video, user.role, age_limit, &subscription, self.grace, call.now);
        Ok(Reply::new(VideoDetail {
            administration: (user.role == Role::Admin).then(|| (&video).into()),
            images: images.ok().flatten().filter(|_| video.poster.is_some()).unwrap_or_default(),
            video: (&video).into(),
            access: access.into(),
            progress: history.as_ref().map_or(0.0, |history| clamped(history.progress, video.duration)),
            completed: history.is_some_and(|history| history.completed),
            on_watchlist: listed.is_some(),
        }))
    }
}
