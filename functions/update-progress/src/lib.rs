//! `PUT /api/videos/{id}/progress`: stores a player's position; also the heartbeat of its stream.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, SignedIn, Tag, Viewer};
use shared::http::error::{ApiError, Code, Details};
use shared::http::input::{Body, Path};
use shared::models::device_clock::ReportStamp;
use shared::models::entitlement::effective_plan;
use shared::models::ids::{PlaybackId, VideoId};
use shared::models::number::Seconds;
use shared::models::plan;
use shared::models::position::{Position, RowChange};
use shared::models::progress::{Report, WatchHistory, known_duration};
use shared::models::streams::{HeartbeatResult, LeaseRank, Slot, Slots, lease_life};
use shared::models::subscription::Subscription;
use shared::models::time::DeviceTime;
use shared::models::video::Video;
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::backoff::Backoff;
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::row::{EventuallyConsistent, Key};
use shared::stores::streams::Streams;
use shared::stores::table::Table;
use shared::stores::watch_history::{Histories, Outcome};

/// The share of the heartbeat interval after which a report counts as the scheduled one. Earlier reports come from
/// pauses, seeks and ends.
const SCHEDULED_SHARE: f64 = 0.8;

/// Renews the player's lease, and stores its position there or in the position's row.
pub struct UpdateProgress {
    database: Database,
    histories: Histories,
    streams: Streams,
    heartbeat: jiff::SignedDuration,
    grace: jiff::SignedDuration,
}

/// A player's report.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// Seconds from the start.
    progress: Seconds,
    /// The duration that the player reports, in seconds, used while ours is unknown; 0 is ignored.
    duration: Option<Seconds>,
    /// `true` means that the video was watched to its end, whatever the position is. `false` is ignored: a watched
    /// video stays watched until its viewer clears it.
    completed: Option<bool>,
    /// The playback that `play` started; its lease is renewed.
    playback_session_id: Option<PlaybackId>,
    /// When the report was made, by the device's clock. It orders the reports of one playback, but not those of
    /// different playbacks.
    client_time: Option<DeviceTime>,
}

/// The stored position.
#[derive(Serialize, JsonSchema)]
pub struct Progress {
    progress: f64,
    completed: bool,
    last_watched_at: Timestamp,
}

impl Endpoint for UpdateProgress {
    type Caller = Viewer;
    type Input = (Path<VideoId>, Body<Heartbeat>);
    type Reads =
        (EventuallyConsistent<Key<Video>>, EventuallyConsistent<Option<Key<Slots>>>, Option<Key<WatchHistory>>);
    type Output = Progress;
    const SUMMARY: &'static str = "Reports the position in a video, and keeps the stream alive.";
    const TAG: Tag = Tag::Playback;
    const CODES: &'static [Code] = &[Code::NotFound, Code::StreamStopped];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            histories: Histories::connect(services)?,
            streams: Streams::connect(services)?,
            database: services.database(&[Table::Subscriptions])?,
            heartbeat: services.heartbeat()?,
            grace: services.grace()?,
        })
    }

    /// A heartbeat reads the lease, which carries the position; any other report reads the position's row.
    fn reads(&self, (Path(id), Body(request)): &Self::Input, who: &Identity) -> Self::Reads {
        let (slots, history) = match request.playback_session_id {
            Some(_) => (Some(Slots::key(who.user_id)), None),
            None => (None, Some(WatchHistory::key(who.viewer, *id))),
        };
        (EventuallyConsistent(Video::key(*id)), EventuallyConsistent(slots), history)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Progress>, ApiError> {
        let (_, Body(request)) = &call.input;
        let (video, slots, history) = call.rows;
        let video = video.filter(|video| video.is_shown_to(call.caller.user.role, call.now));
        let video = video.ok_or_else(|| ApiError::not_found("video"))?;

        let duration = known_duration(video.duration).or(known_duration(request.duration.map(Seconds::get)));
        let is_watched = request.completed == Some(true);
        let report =
            Report::new(stamp(request, &call.caller), request.progress.get(), is_watched, duration, video.credits_at);
        let (ids, playback) = ((call.caller.viewer, video.id), request.playback_session_id);
        let context = ReportContext { report, ids, duration, caller: &call.caller, now: call.now };
        match playback {
            None => self.keep(&context, history).await.map(|row| Reply::new(row.into())),
            Some(playback) => self.renew(&context, playback, slots.unwrap_or_default()).await.map(Reply::new),
        }
    }
}

/// A report with its user, video and time.
struct ReportContext<'a> {
    report: Report,
    ids: (ViewerKey, VideoId),
    duration: Option<f64>,
    caller: &'a SignedIn,
    now: Timestamp,
}

impl UpdateProgress {
    /// Writes the position of a report that no lease carries.
    async fn keep(&self, context: &ReportContext<'_>, before: Option<WatchHistory>) -> Result<WatchHistory, ApiError> {
        let rule = |before: Option<&WatchHistory>| {
            let after = WatchHistory::after(before, context.ids, &context.report, context.now)?;
            let continues = after.is_to_continue(context.duration);
            Some((after, continues))
        };
        let row = self.histories.change(before, rule).await?;
        row.ok_or_else(|| ApiError::internal("a first report that changed nothing"))
    }

    /// Renews the heartbeat's lease and stores the position in it; 409 if the lease was stopped or taken.
    async fn renew(
        &self,
        context: &ReportContext<'_>,
        playback: PlaybackId,
        mut slots: Slots,
    ) -> Result<Progress, ApiError> {
        let (user, sid, now) = (&context.caller.user, context.caller.session.id, context.now);
        let mut backoff = Backoff::default();
        // The slots may be stale at first. A conditional write detects that. Only if the lease seems to be lost must
        // they be read again.
        let mut may_be_stale = true;
        let (mut row, mut is_row_kept) = (None, false);
        loop {
            if is_of_another_profile(context, playback, &slots) {
                return Err(stream_of_another_profile());
            }
            let Some(rank) = self.rank(context, playback, &slots).await? else {
                if may_be_stale {
                    (slots, may_be_stale) = (self.streams.slots(user.id).await?, false);
                    continue;
                }
                self.save_without_lease(context, playback).await?;
                return Err(lost(context, &slots));
            };
            let is_unscheduled = slots.slot_mut(playback).is_some_and(|slot| self.is_unscheduled(slot, now));
            let HeartbeatResult::Renewed(slot) =
                slots.renew(playback, sid, usize::MAX, lease_life(self.heartbeat), now)
            else {
                return Err(ApiError::internal("a lease that stands was not renewed"));
            };
            let carried = slots.slot_mut(playback).filter(|slot| slot.video_id == context.ids.1).map(|slot| {
                let change = slot.position.report(&context.report, context.duration, is_unscheduled, now);
                (slot.position.clone(), change)
            });
            let write = async {
                match is_row_kept {
                    true => Ok(row.take()),
                    false => self.write(context, playback, carried.as_ref()).await,
                }
            };
            let limit = async {
                match rank.ahead {
                    0 => Ok(usize::MAX),
                    _ => self.limit(context).await,
                }
            };
            let renewed = self.streams.renew(user.id, &slots, &slot, context.report.is_end);
            let (renewed, written, limit) = tokio::join!(renewed, write, limit);
            (row, is_row_kept) = (written?, true);
            match renewed {
                Err(StoreError::Condition(_)) => backoff.wait().await.map_err(StoreError::from)?,
                result => {
                    result?;
                    if rank.ahead >= limit? {
                        // The plan now allows fewer streams than when this one started. If this write fails, the next
                        // heartbeat repeats it.
                        slots.stop(playback, now);
                        let _ = self.streams.keep(user.id, &slots).await;
                        return Err(lost(context, &slots));
                    }
                    return self.answer(context, playback, slots, carried.map(|(position, _)| position), row).await;
                }
            }
            (slots, may_be_stale) = (self.streams.slots(user.id).await?, false);
            if let Some(position) = superseding(context, playback, &slots) {
                return self.answer(context, playback, slots, Some(position), row).await;
            }
        }
    }

    /// Writes the position of a playback without a lease. The lease named the profile; without it, the playback's own row
    /// does. It is read in parallel, and only if the account has ever changed its profiles.
    ///
    /// # Errors
    /// If the playback belongs to another profile; nothing is written then.
    async fn save_without_lease(&self, context: &ReportContext<'_>, playback: PlaybackId) -> Result<(), ApiError> {
        let (viewer, video_id) = context.ids;
        let view = async {
            match context.caller.user.profiles_version {
                0 => Ok(None),
                _ => self.streams.view_of(playback).await,
            }
        };
        let (view, before) = tokio::try_join!(view, self.histories.get(viewer, video_id))?;
        if view.is_some_and(|view| view.is_of_another_profile(viewer)) {
            return Err(stream_of_another_profile());
        }
        self.keep(context, before).await.map(drop)
    }

    /// The lease's rank; `None` if it was stopped or taken, or has expired and there is no free slot.
    async fn rank(
        &self,
        context: &ReportContext<'_>,
        playback: PlaybackId,
        slots: &Slots,
    ) -> Result<Option<LeaseRank>, ApiError> {
        let rank = slots.rank(playback, context.caller.session.id, context.now);
        match rank {
            Some(LeaseRank { is_live: false, ahead: ahead @ 1.. }) if ahead >= self.limit(context).await? => Ok(None),
            rank => Ok(rank),
        }
    }

    /// The plan's stream limit. It matters only if several streams play at once, so no other heartbeat reads the
    /// subscription.
    async fn limit(&self, context: &ReportContext<'_>) -> Result<usize, ApiError> {
        let user = &context.caller.user;
        let subscription =
            self.database.read(EventuallyConsistent(Subscription::key(user.id))).await?.unwrap_or_default();
        Ok(plan::streams(effective_plan(&subscription, user.role, self.grace, context.now)))
    }

    /// Whether a report comes well before the next scheduled heartbeat.
    fn is_unscheduled(&self, slot: &Slot, now: Timestamp) -> bool {
        now.duration_since(slot.renewed_at).as_secs_f64() < self.heartbeat.as_secs_f64() * SCHEDULED_SHARE
    }

    /// Writes the position's row, unless the lease carries the position. Returns the row if it is not in the state that
    /// the lease recorded.
    async fn write(
        &self,
        context: &ReportContext<'_>,
        playback: PlaybackId,
        carried: Option<&(Position, RowChange)>,
    ) -> Result<Option<WatchHistory>, ApiError> {
        let (position, before) = match carried {
            // The lease is for another video.
            None => return self.keep(context, self.histories.get(context.ids.0, context.ids.1).await?).await.map(Some),
            Some((_, RowChange::None)) => return Ok(None),
            Some((position, RowChange::Write(before))) => (position, *before),
        };
        let playback = playback.uuid();
        let Outcome::Changed(row) = self.histories.advance(context.ids, playback, position, before).await? else {
            return Ok(None);
        };
        let rule = |row: Option<&WatchHistory>| {
            let after = WatchHistory::joined(row, context.ids, playback, position, context.report.is_end)?;
            let continues = after.is_to_continue(context.duration);
            Some((after, continues))
        };
        Ok(self.histories.change(row, rule).await?)
    }

    /// The newest known position. If others have changed the row, records its new state in the lease, for the next
    /// write.
    async fn answer(
        &self,
        context: &ReportContext<'_>,
        playback: PlaybackId,
        mut slots: Slots,
        carried: Option<Position>,
        row: Option<WatchHistory>,
    ) -> Result<Progress, ApiError> {
        let (viewer, video_id) = context.ids;
        let newest = slots.position(viewer, video_id).cloned();
        if let Some(row) = row {
            if carried.is_some() && slots.follow(playback, &row, context.duration) {
                // If this fails, the next write detects the change.
                let _ = self.streams.keep(viewer.user_id(), &slots).await;
            }
            return Ok(row.with(newest.as_ref()).into());
        }
        let known = newest.as_ref().or(carried.as_ref());
        let known = known.and_then(|position| Some((position.progress, position.last_watched_at?)));
        let (progress, last_watched_at) = known.ok_or_else(|| ApiError::internal("a report that no lease carries"))?;
        let completed = carried.is_some_and(|position| position.completed);
        Ok(Progress { progress, completed, last_watched_at })
    }
}

impl From<WatchHistory> for Progress {
    fn from(row: WatchHistory) -> Self {
        Self { progress: row.progress, completed: row.completed, last_watched_at: row.last_watched_at }
    }
}

/// What determines the order of a report. For a client that names no playback, the sign-in session takes its place.
fn stamp(request: &Heartbeat, caller: &SignedIn) -> ReportStamp {
    let playback = request.playback_session_id.map_or(caller.session.id.uuid(), PlaybackId::uuid);
    ReportStamp { playback, client_time: request.client_time.map(DeviceTime::get) }
}

/// The position in a lease that a heartbeat of the same playback has renewed after this one arrived, if it is also
/// newer than this one's: then there is nothing left to write. An end is always written.
fn superseding(context: &ReportContext<'_>, playback: PlaybackId, slots: &Slots) -> Option<Position> {
    let (sid, video) = (context.caller.session.id, context.ids.1);
    let is_it = |slot: &&Slot| slot.playback_session_id == playback && slot.sid == sid && slot.video_id == video;
    let slot = slots.slots.iter().find(is_it)?;
    if context.report.is_end || slot.is_stopped || slot.renewed_at < context.now {
        return None;
    }
    let mut position = slot.position.clone();
    position.report(&context.report, context.duration, true, context.now);
    (position.last_watched_at == slot.position.last_watched_at).then(|| slot.position.clone())
}

/// Whether a playback belongs to another profile, because the device has switched profiles since it started. Its
/// position is not this profile's.
fn is_of_another_profile(context: &ReportContext<'_>, playback: PlaybackId, slots: &Slots) -> bool {
    let slot = slots.slots.iter().find(|slot| slot.playback_session_id == playback);
    slot.is_some_and(|slot| !slot.is_of(context.ids.0))
}

/// The error of a heartbeat for a stream of another profile, which keeps its own position.
fn stream_of_another_profile() -> ApiError {
    ApiError::new(Code::StreamStopped, "This stream was started in another profile. Start the video again in this one.")
}

fn lost(context: &ReportContext<'_>, slots: &Slots) -> ApiError {
    let message = "This stream was stopped or replaced by another one. The position was saved.";
    let error = ApiError::new(Code::StreamStopped, message);
    // Kids profiles do not see what others are watching.
    match context.caller.age_limit() {
        Some(_) => error,
        None => error.with_details(Details::Streams(slots.live(context.now).map(Slot::busy).collect())),
    }
}
