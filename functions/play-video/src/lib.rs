//! `GET /api/videos/{id}/play`: starts playback with one call.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, SignedIn, Tag, Viewer};
use shared::http::error::{ApiError, Code, Details};
use shared::http::input::{Path, Query};
use shared::models::entitlement::{access, effective_plan};
use shared::models::grant::{REFRESH_SHARE, life};
use shared::models::ids::{PlaybackId, VideoId};
use shared::models::plan;
use shared::models::position::Position;
use shared::models::progress::{WatchHistory, resume_position};
use shared::models::session::Session;
use shared::models::streams::{AcquiredLease, Slot, Slots, lease_life};
use shared::models::subscription::Subscription;
use shared::models::video::{CaptionStatus, Video};
use shared::models::video_view::PublicVideo;
use shared::models::viewer::ViewerKey;
use shared::models::visibility::Visibility;
use shared::mux::signer::Signer;
use shared::services::{ConfigError, Services};
use shared::stores::backoff::Backoff;
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::error::StoreError;
use shared::stores::row::{Key, MayFail};
use shared::stores::streams::Streams;
use shared::stores::watch_history::Histories;

/// Starts playback: finds the video, checks access, takes a stream, signs the URLs.
pub struct PlayVideo {
    streams: Streams,
    histories: Histories,
    catalogue: Catalogue,
    signer: Signer,
    heartbeat: SignedDuration,
    grace: SignedDuration,
}

/// An existing playback, if there is one.
#[derive(Deserialize, JsonSchema)]
pub struct Renewal {
    /// The caller's own live playback: its grant is renewed without counting a second view.
    playback_session_id: Option<PlaybackId>,
}

/// Everything that a player needs.
#[derive(Serialize, JsonSchema)]
pub struct Playback {
    /// The signed URL of the master playlist.
    playback_url: String,
    /// The signed URL of a still.
    thumbnail_url: String,
    /// The signed URL of the seek bar's previews, as WebVTT.
    storyboard_url: String,
    /// The token in `playback_url`, for players that build the URL themselves.
    token: String,
    /// When the grant expires.
    expires_at: Timestamp,
    /// When to request the next grant.
    refresh_after: Timestamp,
    /// Text tracks, signed.
    captions: Vec<CaptionTrack>,
    /// Where to start, in seconds.
    resume_position: f64,
    /// The id of the stream, for heartbeats.
    playback_session_id: PlaybackId,
    /// The interval between reports, in seconds.
    heartbeat_seconds: i64,
    /// The next episode, if the video is an episode and a later one is published. It may require a higher plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_video: Option<PublicVideo>,
}

/// A text track.
#[derive(Serialize, JsonSchema)]
pub struct CaptionTrack {
    /// BCP 47: `en`.
    language: String,
    /// Its name for viewers.
    name: String,
    /// Whether it was generated automatically from the sound.
    is_generated: bool,
    /// The signed URL of the WebVTT file.
    url: String,
}

impl Endpoint for PlayVideo {
    type Caller = Viewer;
    type Input = (Path<VideoId>, Query<Renewal>);
    type Reads = (Key<Video>, Key<Subscription>, Key<WatchHistory>, Key<Slots>, MayFail<Key<Version>>);
    type Output = Playback;
    const SUMMARY: &'static str = "Starts playback, or renews its grant.";
    const TAG: Tag = Tag::Playback;
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
            histories: Histories::connect(services)?,
            catalogue: Catalogue::unloaded(services)?,
            signer: Signer::connect(services).await?,
            heartbeat: services.heartbeat()?,
            grace: services.grace()?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, who: &Identity) -> Self::Reads {
        let user = who.user_id;
        let catalogue = Version::lenient_key();
        (Video::key(*id), Subscription::key(user), WatchHistory::key(who.viewer, *id), Slots::key(user), catalogue)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Playback>, ApiError> {
        let (user, viewer, age_limit) = (&call.caller.user, call.caller.viewer, call.caller.age_limit());
        let (video, subscription, history, slots, catalogue) = call.rows;
        let video = video.filter(|video| video.is_shown_to(user.role, call.now));
        let video = video.ok_or_else(|| ApiError::not_found("video"))?;
        let subscription = subscription.unwrap_or_default();
        access(&video, user.role, age_limit, &subscription, self.grace, call.now).allowed()?;
        let plan = effective_plan(&subscription, user.role, self.grace, call.now);
        let (_, Query(Renewal { playback_session_id: renewed })) = call.input;
        let slots = slots.unwrap_or_default();
        let history = history.map(|row| row.with(slots.position(viewer, video.id)));
        let request = Start { video: &video, history: history.as_ref(), renewed, limit: plan::streams(plan) };
        let (slot, next_video) = tokio::join!(
            self.take(&call.caller, slots, &request, call.now),
            self.next_video(&video, catalogue, Visibility::new(call.now, age_limit))
        );
        let slot = slot?;
        let resume = history.map_or(0.0, |row| resume_position(row.progress, row.completed, video.duration));
        let grant = self.grant(&video, &slot, resume, call.now).await?;
        Ok(Reply::with_token(Playback { next_video, ..grant }))
    }
}

/// A playback that starts or continues.
struct Start<'a> {
    video: &'a Video,
    /// The viewer's position in the video.
    history: Option<&'a WatchHistory>,
    /// The playback whose grant is renewed.
    renewed: Option<PlaybackId>,
    /// The plan's stream limit.
    limit: usize,
}

impl Start<'_> {
    /// The position with which it starts when it replaces the session's own lease, whose position is written to its
    /// row.
    fn position(&self, slots: &Slots, session: &Session, viewer: ViewerKey) -> Position {
        let mut position = Position::at_start(self.history, self.video.duration);
        let is_own = |slot: &&Slot| slot.sid == session.id && slot.video_id == self.video.id && slot.is_of(viewer);
        let own = slots.slots.iter().find(is_own);
        if let Some(own) = own.filter(|own| own.position.is_ahead) {
            position.row.version = own.position.row.version + 1;
        }
        position
    }
}

impl PlayVideo {
    /// Takes a slot for a new view, or renews the caller's own.
    async fn take(
        &self,
        caller: &SignedIn,
        mut slots: Slots,
        start: &Start<'_>,
        now: Timestamp,
    ) -> Result<Slot, ApiError> {
        let SignedIn { user, session, viewer, .. } = caller;
        let is_kids = caller.age_limit().is_some();
        let life = lease_life(self.heartbeat);
        let mut backoff = Backoff::default();
        let mut settled = Vec::new();
        loop {
            let position = start.position(&slots, session, *viewer);
            let new = Slot::new(start.video, session, *viewer, position, life, now);
            let taken =
                slots.play(new, start.renewed, start.limit, life, now).map_err(|others| busy(&others, is_kids))?;
            let dropped = taken.dropped().iter().filter(|slot| !settled.contains(&slot.playback_session_id));
            let dropped: Vec<Slot> = dropped.filter(|slot| slot.position.is_ahead).cloned().collect();
            let positions = self.histories.lease_position_statements(user, &dropped)?;
            let (slot, written) = match taken {
                AcquiredLease::Renewed(slot) => (slot, self.streams.keep(user.id, &slots).await),
                AcquiredLease::Replaced(place, slot, own) => {
                    let written = self.streams.replace(user.id, (place, &own), &slot, positions).await;
                    (slot, written)
                }
                AcquiredLease::Started(slot, _) => {
                    let written = self.streams.start(user.id, &slots, &slot, positions).await;
                    (slot, written)
                }
            };
            match written {
                Err(StoreError::Condition(_)) => backoff.wait().await.map_err(StoreError::from)?,
                result => return Ok(result.map(|()| slot)?),
            }
            // The cause may be a position whose row others have changed.
            for slot in &dropped {
                self.histories.write_lease_position(user, slot).await?;
                settled.push(slot.playback_session_id);
            }
            slots = self.streams.slots(user.id).await?;
        }
    }

    /// The episode after this one. A film plays without it, so failing to read the catalogue is no error.
    async fn next_video(
        &self,
        video: &Video,
        version: Result<Option<Version>, StoreError>,
        visible: Visibility,
    ) -> Option<PublicVideo> {
        video.series_id?;
        let snapshot = self.catalogue.current(version).await.ok()?;
        snapshot.next_episode(&video.into(), visible).cloned()
    }

    async fn grant(&self, video: &Video, slot: &Slot, resume: f64, now: Timestamp) -> Result<Playback, ApiError> {
        let id =
            video.mux_playback_id.as_deref().ok_or_else(|| ApiError::internal("a ready video without a stream"))?;
        let life = life(video.duration, resume);
        let expires_at = now + life;
        let mut captions = Vec::new();
        for track in video.captions.iter().filter(|track| track.status == CaptionStatus::Ready) {
            let url = self.signer.caption_url(id, &track.track_id, expires_at).await?;
            let (language, name) = (track.language.clone(), track.name.clone());
            captions.push(CaptionTrack { language, name, is_generated: track.is_generated, url });
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
            next_video: None,
        })
    }
}

/// The error when all streams are in use. Kids profiles do not see what others are watching, and cannot stop it.
fn busy(others: &[Slot], is_kids: bool) -> ApiError {
    if is_kids {
        return ApiError::new(Code::StreamLimitReached, "All streams of your plan are in use.");
    }
    let message = "All streams of your plan are in use. Stop one of them to watch here.";
    ApiError::new(Code::StreamLimitReached, message)
        .with_details(Details::Streams(others.iter().map(Slot::busy).collect()))
}
