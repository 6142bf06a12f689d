//! `PUT /api/videos/{id}/progress`: where a player is; the heartbeat of its stream.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Call, Endpoint, Identity, Reply, SignedIn, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::entitlement::effective_plan;
use shared::models::ids::{PlaybackId, VideoId};
use shared::models::plan;
use shared::models::progress::{clamped, client_time, is_completed, is_started};
use shared::models::streams::{Beat, Slot, Slots, lease_life};
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::database::StoreError;
use shared::stores::row::Wanted;
use shared::stores::streams::Streams;
use shared::stores::users::Role;
use shared::stores::videos::Video;
use shared::stores::watch_history::{Histories, WatchHistory};

/// Tries against heartbeats of the same account's other streams.
const TRIES_MAX: usize = 5;
/// Longest video that a client may speak of, in seconds: a day.
const DURATION_SECONDS_MAX: f64 = 86_400.0;

/// Keeps a position and renews the lease of who reports it, side by side.
pub struct UpdateProgress {
    histories: Histories,
    streams: Streams,
    heartbeat: jiff::SignedDuration,
    grace: jiff::SignedDuration,
}

/// Where the player is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// Seconds from the start.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    progress: f64,
    /// The length that the player sees, in seconds, used while ours is unknown.
    #[schemars(range(min = 0.0, max = 86_400.0))]
    duration: Option<f64>,
    /// That it was watched to its end, whatever the position says.
    completed: Option<bool>,
    /// The playback that `play` started: renews its lease.
    playback_session_id: Option<PlaybackId>,
    /// When the player was there: of two reports the later one counts.
    client_time: Option<Timestamp>,
}

/// What is kept.
#[derive(Serialize, JsonSchema)]
pub struct Progress {
    progress: f64,
    completed: bool,
    last_watched_at: Timestamp,
}

impl Endpoint for UpdateProgress {
    type Caller = Viewer;
    type Input = (Path<VideoId>, Body<Heartbeat>);
    type Output = Progress;
    const SUMMARY: &'static str = "Reports how far a viewer is, and that the stream goes on.";
    const CODES: &'static [Code] = &[Code::NotFound, Code::StreamLimitReached];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            histories: Histories::connect(services)?,
            streams: Streams::connect(services)?,
            heartbeat: services.heartbeat()?,
            grace: services.grace()?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, caller: Option<&Identity>) -> Wanted {
        let Some(who) = caller else { return Wanted::default() };
        Wanted::default().and(&Video::key(*id)).and(&Slots::key(who.user_id)).and(&Subscription::key(who.user_id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Progress>, ApiError> {
        let (Path(id), Body(told)) = &call.input;
        let video: Option<Video> = call.rows.get(&Video::key(*id))?;
        let admin = call.caller.user.role == Role::Admin;
        let video =
            video.filter(|video| admin || video.is_public(call.now)).ok_or_else(|| ApiError::not_found("video"))?;

        let duration = video.duration.or(told.duration.filter(|seconds| *seconds <= DURATION_SECONDS_MAX));
        let progress = clamped(told.progress, duration);
        let completed = told.completed == Some(true) || is_completed(progress, duration, video.credits_at);
        let row = WatchHistory {
            user_id: call.caller.user.id,
            video_id: *id,
            progress,
            completed,
            last_watched_at: call.now,
            client_time: client_time(told.client_time, call.now).as_millisecond(),
        };
        let continues = !completed && is_started(progress, duration);
        let (kept, leased) = tokio::join!(self.histories.record(&row, continues), self.renew(&call, completed));
        let (kept, ()) = (kept?, leased?);
        Ok(Reply::of(Progress {
            progress: kept.progress,
            completed: kept.completed,
            last_watched_at: kept.last_watched_at,
        }))
    }
}

impl UpdateProgress {
    /// Renews the lease that the heartbeat names; 409 when it was stopped or taken.
    async fn renew(&self, call: &Call<Self>, completed: bool) -> Result<(), ApiError> {
        let Some(id) = call.input.1.0.playback_session_id else { return Ok(()) };
        let SignedIn { user, session } = &call.caller;
        let subscription = call.rows.get(&Subscription::key(user.id))?.unwrap_or_default();
        let limit = plan::streams(effective_plan(&subscription, user.role == Role::Admin, self.grace, call.now));
        let mut slots = call.rows.get(&Slots::key(user.id))?.unwrap_or_default();
        for _ in 0..TRIES_MAX {
            let Beat::Renewed(slot) = slots.beat(id, session.id, limit, lease_life(self.heartbeat), call.now) else {
                return Err(lost(&slots, call.now));
            };
            match self.streams.renew(user.id, &slots, &slot, completed, call.now).await {
                Err(StoreError::Condition(_)) => slots = self.streams.of(user.id).await?,
                result => return Ok(result?),
            }
        }
        Err(ApiError::unavailable("the slots changed under every try"))
    }
}

fn lost(slots: &Slots, now: Timestamp) -> ApiError {
    let message = "This stream was stopped, or another one took its place; the position was saved.";
    let details = slots.live(now).map(Slot::busy).collect();
    ApiError::new(Code::StreamLimitReached, message).with_details(details)
}
