//! `GET /api/videos/{id}/play`: one call starts playback.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Call, Endpoint, Identity, Reply, SignedIn, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Path, Query};
use shared::models::entitlement::{Decision, decide, effective_plan};
use shared::models::grant::{REFRESH_SHARE, life};
use shared::models::ids::{PlaybackId, VideoId};
use shared::models::plan;
use shared::models::progress::resume_position;
use shared::models::streams::{Beat, Slot, Slots, lease_life};
use shared::models::subscription::Subscription;
use shared::models::video::VideoStatus;
use shared::mux::signer::Signer;
use shared::services::{ConfigError, Services};
use shared::stores::database::StoreError;
use shared::stores::row::Wanted;
use shared::stores::streams::Streams;
use shared::stores::users::Role;
use shared::stores::videos::Video;
use shared::stores::watch_history::WatchHistory;

/// Tries against the same account's other streams.
const TRIES_MAX: usize = 5;
/// Starts playback: which video, may they, take a stream, sign, answer.
pub struct PlayVideo {
    streams: Streams,
    signer: Signer,
    heartbeat: SignedDuration,
    grace: SignedDuration,
}

/// Which playback goes on, if one does.
#[derive(Deserialize, JsonSchema)]
pub struct Renewal {
    /// One's own live playback: its grant is renewed, and no second view counted.
    playback_session_id: Option<PlaybackId>,
}

/// All that a player needs.
#[derive(Serialize, JsonSchema)]
pub struct Playback {
    /// The signed master playlist.
    playback_url: String,
    /// A still, signed.
    thumbnail_url: String,
    /// Previews for the seek bar as WebVTT, signed.
    storyboard_url: String,
    /// The token of `playback_url`, for players that take it apart.
    token: String,
    /// When the grant ends.
    expires_at: Timestamp,
    /// When to ask for the next one.
    refresh_after: Timestamp,
    /// Text tracks, signed.
    captions: Vec<Caption>,
    /// Where to start, in seconds.
    resume_position: f64,
    /// Names the stream in heartbeats.
    playback_session_id: PlaybackId,
    /// How often to report.
    heartbeat_seconds: i64,
}

/// A text track.
#[derive(Serialize, JsonSchema)]
pub struct Caption {
    /// BCP 47: `en`.
    language: String,
    /// What to call it.
    name: String,
    /// WebVTT, signed.
    url: String,
}

impl Endpoint for PlayVideo {
    type Caller = Viewer;
    type Input = (Path<VideoId>, Query<Renewal>);
    type Output = Playback;
    const SUMMARY: &'static str = "Starts playback, or renews its grant.";
    const CODES: &'static [Code] = &[
        Code::NotFound,
        Code::SubscriptionRequired,
        Code::SubscriptionExpired,
        Code::PaymentOverdue,
        Code::PlanUpgradeRequired,
        Code::VideoNotReady,
        Code::StreamLimitReached,
    ];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            streams: Streams::connect(services)?,
            signer: Signer::connect(services).await?,
            heartbeat: services.heartbeat()?,
            grace: services.grace()?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, caller: Option<&Identity>) -> Wanted {
        let Some(who) = caller else { return Wanted::default() };
        Wanted::default()
            .and(&Video::key(*id))
            .and(&Subscription::key(who.user_id))
            .and(&WatchHistory::key(who.user_id, *id))
            .and(&Slots::key(who.user_id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Playback>, ApiError> {
        let user = &call.caller.user;
        let (Path(id), _) = &call.input;
        let video = watchable(call.rows.get(&Video::key(*id))?, user.role, call.now)?;
        let subscription = call.rows.get(&Subscription::key(user.id))?.unwrap_or_default();
        if user.role != Role::Admin {
            allowed(decide(&subscription, video.required_plan, self.grace, call.now))?;
        }
        let plan = effective_plan(&subscription, user.role == Role::Admin, self.grace, call.now);
        let slot = self.take(&call, &video, plan::streams(plan)).await?;
        let history: Option<WatchHistory> = call.rows.get(&WatchHistory::key(user.id, *id))?;
        let resume = history.map_or(0.0, |row| resume_position(row.progress, row.completed, video.duration));
        self.grant(&video, &slot, resume, call.now).await.map(Reply::with_token)
    }
}

impl PlayVideo {
    /// Takes a slot for a new view, or renews one's own.
    async fn take(&self, call: &Call<Self>, video: &Video, limit: usize) -> Result<Slot, ApiError> {
        let SignedIn { user, session } = &call.caller;
        let life = lease_life(self.heartbeat);
        let renewed = call.input.1.0.playback_session_id;
        let mut slots = call.rows.get(&Slots::key(user.id))?.unwrap_or_default();
        for _ in 0..TRIES_MAX {
            let own =
                renewed.filter(|id| slots.own(*id, session.id, call.now).is_some_and(|own| own.video_id == video.id));
            let (slot, kept) = match own.map(|id| slots.beat(id, session.id, limit, life, call.now)) {
                Some(Beat::Renewed(slot)) => {
                    let kept = self.streams.keep(user.id, &slots, call.now).await;
                    (slot, kept)
                }
                Some(Beat::Lost) | None => {
                    let slot = fresh(video, &call.caller, life, call.now);
                    slots.take(slot.clone(), limit, call.now).map_err(|others| busy(&others))?;
                    let kept = self.streams.start(user.id, &slots, &slot, call.now).await;
                    (slot, kept)
                }
            };
            match kept {
                Err(StoreError::Condition(_)) => slots = self.streams.of(user.id).await?,
                result => return Ok(result.map(|()| slot)?),
            }
        }
        Err(ApiError::unavailable("the slots changed under every try"))
    }

    async fn grant(&self, video: &Video, slot: &Slot, resume: f64, now: Timestamp) -> Result<Playback, ApiError> {
        let id =
            video.mux_playback_id.as_deref().ok_or_else(|| ApiError::internal("a ready video without a stream"))?;
        let life = life(video.duration, resume);
        let expires_at = now + life;
        let mut captions = Vec::new();
        for track in &video.captions {
            let url = self.signer.caption_url(id, &track.track_id, expires_at).await?;
            captions.push(Caption { language: track.language.clone(), name: track.name.clone(), url });
        }
        let token = self.signer.stream_token(id, expires_at).await?;
        Ok(Playback {
            playback_url: self.signer.stream_url(id, &token),
            thumbnail_url: self.signer.thumbnail_url(id, expires_at).await?,
            storyboard_url: self.signer.storyboard_url(id, expires_at).await?,
            token,
            expires_at,
            refresh_after: now + SignedDuration::from_secs_f64(life.as_secs_f64() * REFRESH_SHARE),
            captions,
            resume_position: resume,
            playback_session_id: slot.playback_session_id,
            heartbeat_seconds: self.heartbeat.as_secs(),
        })
    }
}

/// The video, if the caller may know of it: everybody of what is public, an admin of everything.
fn watchable(video: Option<Video>, role: Role, now: Timestamp) -> Result<Video, ApiError> {
    let known = video.filter(|video| role == Role::Admin || video.is_public(now));
    let video = known.ok_or_else(|| ApiError::not_found("video"))?;
    match video.status {
        VideoStatus::Ready => Ok(video),
        _ => Err(ApiError::new(Code::VideoNotReady, "The video is not ready to play yet.")),
    }
}

fn allowed(decision: Decision) -> Result<(), ApiError> {
    let Decision::Deny(code) = decision else { return Ok(()) };
    let message = match code {
        Code::SubscriptionRequired => "This video needs a subscription.",
        Code::SubscriptionExpired => "Your subscription has ended; renew it to go on watching.",
        Code::PaymentOverdue => "Your last payment failed; update your card to go on watching.",
        _ => "This video needs a higher plan.",
    };
    Err(ApiError::new(code, message))
}

fn fresh(video: &Video, caller: &SignedIn, life: SignedDuration, now: Timestamp) -> Slot {
    Slot {
        playback_session_id: PlaybackId::new(now),
        sid: caller.session.id,
        video_id: video.id,
        video_title: video.title.clone(),
        device_name: caller.session.device_name.clone(),
        started_at: now,
        renewed_at: now,
        expires_at: now + life,
        watched_seconds: 0.0,
    }
}

fn busy(others: &[Slot]) -> ApiError {
    let message = "Your plan's streams are all in use; stop one of them to watch here.";
    ApiError::new(Code::StreamLimitReached, message).with_details(others.iter().map(Slot::busy).collect())
}
