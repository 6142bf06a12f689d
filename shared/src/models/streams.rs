//! Concurrent streams: a user's leases are the slots of one item.

use crate::models::ids::{PlaybackId, ProfileId, SessionId, UserId, VideoId};
use crate::models::position::Position;
use crate::models::progress::WatchHistory;
use crate::models::session::Session;
use crate::models::video::Video;
use crate::models::viewer::ViewerKey;
use jiff::fmt::serde::timestamp::microsecond;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The number of missed heartbeats after which a lease expires.
const HEARTBEATS_MISSED_MAX: i32 = 3;

/// How long a lease is valid after a heartbeat.
pub fn lease_life(heartbeat: SignedDuration) -> SignedDuration {
    heartbeat * HEARTBEATS_MISSED_MAX
}

/// A lease. The names are short and the ids binary, because every heartbeat writes all of a user's leases, and DynamoDB
/// bills writes by the kilobyte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// The playback that holds it.
    #[serde(rename = "p", with = "binary")]
    pub playback_session_id: PlaybackId,
    /// The sign-in session that plays; each holds at most one lease.
    #[serde(rename = "s", with = "binary")]
    pub sid: SessionId,
    /// The profile that plays, unless it is the first one.
    #[serde(rename = "f", with = "optional_binary", default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileId>,
    /// The video.
    #[serde(rename = "v", with = "binary")]
    pub video_id: VideoId,
    /// The video's title, for choosing a stream to stop.
    #[serde(rename = "n")]
    pub video_title: String,
    /// The device.
    #[serde(rename = "d")]
    pub device_name: String,
    /// When it started.
    #[serde(rename = "t", with = "microsecond::required")]
    pub started_at: Timestamp,
    /// The last heartbeat.
    #[serde(rename = "r", with = "microsecond::required")]
    pub renewed_at: Timestamp,
    /// When it expires without a heartbeat.
    #[serde(rename = "e", with = "microsecond::required")]
    pub expires_at: Timestamp,
    /// The seconds that its heartbeats covered.
    #[serde(rename = "w")]
    pub watched_seconds: f64,
    /// Whether it was stopped. It is then kept only for its position.
    #[serde(rename = "x")]
    pub is_stopped: bool,
    /// The position in the video.
    #[serde(rename = "o")]
    pub position: Position,
}

impl Slot {
    /// The lease of a playback that starts now.
    pub fn new(
        video: &Video,
        session: &Session,
        viewer: ViewerKey,
        position: Position,
        life: SignedDuration,
        now: Timestamp,
    ) -> Self {
        Self {
            playback_session_id: PlaybackId::new(now),
            sid: session.id,
            profile: viewer.added_profile(),
            video_id: video.id,
            video_title: video.title.clone(),
            device_name: session.device_name.clone(),
            started_at: now,
            renewed_at: now,
            expires_at: now + life,
            watched_seconds: 0.0,
            is_stopped: false,
            position,
        }
    }

    /// The profile whose history gets its position.
    pub fn viewer(&self, user_id: UserId) -> ViewerKey {
        ViewerKey::from_optional(user_id, self.profile)
    }

    /// Whether it is of a profile of the account.
    pub fn is_of(&self, viewer: ViewerKey) -> bool {
        self.profile == viewer.added_profile()
    }

    fn is_live(&self, now: Timestamp) -> bool {
        !self.is_stopped && now < self.expires_at
    }

    /// The lease in the form that is shown when a stream must be stopped.
    pub fn busy(&self) -> StreamInUse {
        StreamInUse {
            playback_session_id: self.playback_session_id,
            device_name: self.device_name.clone(),
            video_title: self.video_title.clone(),
            started_at: self.started_at,
        }
    }
}

/// A stream in use, as listed when another one is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StreamInUse {
    /// The playback, for stopping it.
    pub playback_session_id: PlaybackId,
    /// The device.
    pub device_name: String,
    /// The video's title.
    pub video_title: String,
    /// When it started.
    pub started_at: Timestamp,
}

/// Serializes an id as its 16 bytes.
mod binary {
    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt;
    use std::marker::PhantomData;
    use uuid::Uuid;

    pub(super) fn serialize<I: Copy + Into<Uuid>, S: Serializer>(id: &I, serializer: S) -> Result<S::Ok, S::Error> {
        let uuid: Uuid = (*id).into();
        serializer.serialize_bytes(uuid.as_bytes())
    }

    pub(super) fn deserialize<'de, I: From<Uuid>, D: Deserializer<'de>>(deserializer: D) -> Result<I, D::Error> {
        deserializer.deserialize_bytes(Bytes(PhantomData))
    }

    struct Bytes<I>(PhantomData<I>);

    impl<I: From<Uuid>> Visitor<'_> for Bytes<I> {
        type Value = I;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("the 16 bytes of an id")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<I, E> {
            Uuid::from_slice(bytes).map(I::from).map_err(E::custom)
        }
    }
}

/// Serializes an id that may be absent as its 16 bytes.
mod optional_binary {
    use super::binary;
    use serde::{Deserializer, Serializer};
    use uuid::Uuid;

    pub(super) fn serialize<I: Copy + Into<Uuid>, S: Serializer>(
        id: &Option<I>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => binary::serialize(id, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, I: From<Uuid>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<I>, D::Error> {
        binary::deserialize(deserializer).map(Some)
    }
}

/// A lease's rank among a user's leases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseRank {
    /// The number of live leases that take precedence when there are too many.
    pub ahead: usize,
    /// Whether the lease itself is live; an expired one must take a free slot again.
    pub is_live: bool,
}

/// The result of a heartbeat.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one value for each request, on the stack")]
pub enum HeartbeatResult {
    /// The lease continues.
    Renewed(Slot),
    /// The lease is lost: another device stopped it, or its slot was taken.
    Lost,
}

/// How a playback got its lease.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one value for each request, on the stack")]
pub enum AcquiredLease {
    /// A live lease continues.
    Renewed(Slot),
    /// A new lease replaced the sign-in session's own. Contains the index, the new lease and the old one.
    Replaced(usize, Slot, Slot),
    /// A new lease in a new slot, and the leases that were dropped to make room for it.
    Started(Slot, Vec<Slot>),
}

impl AcquiredLease {
    /// The leases that were dropped.
    pub fn dropped(&self) -> &[Slot] {
        match self {
            Self::Renewed(_) => &[],
            Self::Replaced(_, _, own) => std::slice::from_ref(own),
            Self::Started(_, dropped) => dropped,
        }
    }
}

/// A user's slots. An expired lease stays until its slot is needed, so a late heartbeat still finds it, and its
/// position is kept until it has been written to the row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slots {
    /// In the order in which they were taken.
    #[serde(rename = "leases", default)]
    pub slots: Vec<Slot>,
    /// Incremented with every change: the second of two concurrent writers reads again.
    #[serde(default)]
    pub version: u64,
}

impl Slots {
    /// The leases that are live at a given time.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| slot.is_live(now))
    }

    /// The live lease of a playback of this sign-in session.
    pub fn own(&self, id: PlaybackId, sid: SessionId, now: Timestamp) -> Option<&Slot> {
        self.live(now).find(|slot| slot.playback_session_id == id && slot.sid == sid)
    }

    /// A profile's leases.
    fn slots_of(&self, viewer: ViewerKey) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| slot.is_of(viewer))
    }

    /// A profile's newest position in a video among the leases.
    pub fn position(&self, viewer: ViewerKey, video_id: VideoId) -> Option<&Position> {
        let carried = self.slots_of(viewer).filter(|slot| slot.video_id == video_id && slot.position.is_ahead);
        carried.map(|slot| &slot.position).max_by_key(|position| position.last_watched_at)
    }

    /// The videos whose position in a lease belongs in a profile's Continue watching.
    pub fn continued(&self, viewer: ViewerKey) -> BTreeSet<VideoId> {
        let carried = self.slots_of(viewer).filter(|slot| slot.position.is_ahead && slot.position.row.is_listed);
        carried.map(|slot| slot.video_id).collect()
    }

    /// Renews the lease of `renewed` if it is live and plays the same video to the same profile. Otherwise takes a slot for
    /// `new`.
    ///
    /// # Errors
    /// The other leases, if `limit` of them are live.
    pub fn play(
        &mut self,
        new: Slot,
        renewed: Option<PlaybackId>,
        limit: usize,
        life: SignedDuration,
        now: Timestamp,
    ) -> Result<AcquiredLease, Vec<Slot>> {
        let is_same = |own: &Slot| own.video_id == new.video_id && own.profile == new.profile;
        let is_own = |id: &PlaybackId| self.own(*id, new.sid, now).is_some_and(is_same);
        let result = renewed.filter(is_own).map(|id| self.renew(id, new.sid, limit, life, now));
        if let Some(HeartbeatResult::Renewed(slot)) = result {
            return Ok(AcquiredLease::Renewed(slot));
        }
        let own =
            self.slots.iter().position(|slot| slot.sid == new.sid).map(|place| (place, self.slots[place].clone()));
        let dropped = self.take(new.clone(), limit, now)?;
        Ok(match own {
            Some((place, own)) => AcquiredLease::Replaced(place, new, own),
            None => AcquiredLease::Started(new, dropped),
        })
    }

    /// Takes a slot for a new playback, replacing the same sign-in session's own. Returns the leases that were dropped
    /// to make room.
    ///
    /// # Errors
    /// The leases that use the slots, if `limit` others are live.
    pub fn take(&mut self, slot: Slot, limit: usize, now: Timestamp) -> Result<Vec<Slot>, Vec<Slot>> {
        let others: Vec<Slot> = self.live(now).filter(|other| other.sid != slot.sid).cloned().collect();
        if others.len() >= limit {
            return Err(others);
        }
        self.slots.retain(|other| other.sid != slot.sid);
        let dropped = self.make_room(limit, now);
        self.slots.push(slot);
        self.version += 1;
        Ok(dropped)
    }

    /// The rank of a lease; `None` if it was stopped or its slot was taken.
    pub fn rank(&self, id: PlaybackId, sid: SessionId, now: Timestamp) -> Option<LeaseRank> {
        let is_it = |slot: &&Slot| slot.playback_session_id == id && slot.sid == sid && !slot.is_stopped;
        let slot = self.slots.iter().find(is_it)?;
        let is_live = slot.is_live(now);
        // Earlier leases keep their slots, so a lowered limit ends the newest streams first.
        let others = self.live(now).filter(|other| other.playback_session_id != id);
        let ahead = others.filter(|other| !is_live || other.started_at < slot.started_at).count();
        Some(LeaseRank { ahead, is_live })
    }

    /// Records in a lease the state of its history row after others have changed it; `false` if there is nothing to
    /// record.
    pub fn follow(&mut self, id: PlaybackId, row: &WatchHistory, duration: Option<f64>) -> bool {
        let Some(slot) = self.slot_mut(id) else { return false };
        slot.position.follow(id.uuid(), row, duration);
        self.version += 1;
        true
    }

    /// Makes the leases of a video continue from a row that the viewer changed; `false` if there are none.
    pub fn adopt(&mut self, row: &WatchHistory, duration: Option<f64>) -> bool {
        let mut is_changed = false;
        for slot in self.slots.iter_mut().filter(|slot| slot.video_id == row.video_id && slot.is_of(row.viewer)) {
            slot.position.adopt(slot.playback_session_id.uuid(), row, duration);
            is_changed = true;
        }
        self.version += u64::from(is_changed);
        is_changed
    }

    /// Drops a profile's positions in one video or in all videos, because their history was deleted; `false` if there are none. Leases
    /// that are kept only for their position are removed.
    pub fn forget(&mut self, viewer: ViewerKey, video_id: Option<VideoId>) -> bool {
        let is_meant = |slot: &Slot| slot.is_of(viewer) && video_id.is_none_or(|id| slot.video_id == id);
        let is_changed = self.slots.iter().any(is_meant);
        self.slots.retain(|slot| !(slot.is_stopped && is_meant(slot)));
        for slot in self.slots.iter_mut().filter(|slot| is_meant(slot)) {
            slot.position = slot.position.forgotten();
        }
        self.version += u64::from(is_changed);
        is_changed
    }

    /// Removes a profile's leases with their positions, because the profile was deleted; `false` if there are none.
    pub fn remove_profile(&mut self, viewer: ViewerKey) -> bool {
        let before = self.slots.len();
        self.slots.retain(|slot| !slot.is_of(viewer));
        let is_changed = self.slots.len() < before;
        self.version += u64::from(is_changed);
        is_changed
    }

    /// The videos in which a profile's leases carry a position.
    pub fn carried(&self, viewer: ViewerKey) -> BTreeSet<VideoId> {
        self.slots_of(viewer).filter(|slot| slot.position.is_ahead).map(|slot| slot.video_id).collect()
    }

    /// The lease of a playback.
    pub fn slot_mut(&mut self, id: PlaybackId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.playback_session_id == id)
    }

    /// Renews a lease by a heartbeat. An expired lease takes a free slot again.
    pub fn renew(
        &mut self,
        id: PlaybackId,
        sid: SessionId,
        limit: usize,
        life: SignedDuration,
        now: Timestamp,
    ) -> HeartbeatResult {
        let is_within = self.rank(id, sid, now).is_some_and(|rank| rank.ahead < limit);
        let Some(slot) = self.slot_mut(id).filter(|_| is_within) else { return HeartbeatResult::Lost };
        let passed = now.duration_since(slot.renewed_at).max(SignedDuration::ZERO).min(life);
        slot.watched_seconds += passed.as_secs_f64();
        slot.renewed_at = slot.renewed_at.max(now);
        slot.expires_at = now + life;
        let slot = slot.clone();
        self.version += 1;
        HeartbeatResult::Renewed(slot)
    }

    /// Ends a lease; `false` if there is no live lease with that id.
    pub fn stop(&mut self, id: PlaybackId, now: Timestamp) -> bool {
        let live = self.live(now).any(|slot| slot.playback_session_id == id);
        self.end(|slot| slot.playback_session_id == id);
        self.version += 1;
        live
    }

    /// Ends the leases of ended sign-in sessions; `false` if there were none.
    pub fn release(&mut self, is_ended: impl Fn(SessionId) -> bool) -> bool {
        let is_changed = self.slots.iter().any(|slot| !slot.is_stopped && is_ended(slot.sid));
        self.end(|slot| is_ended(slot.sid));
        self.version += u64::from(is_changed);
        is_changed
    }

    /// Ends leases: those with an unwritten position are marked as stopped; the others are removed.
    fn end(&mut self, is_it: impl Fn(&Slot) -> bool) {
        self.slots.retain(|slot| slot.position.is_ahead || !is_it(slot));
        for slot in self.slots.iter_mut().filter(|slot| is_it(slot)) {
            slot.is_stopped = true;
        }
    }

    /// Drops slots that are not live, oldest first, until another one fits.
    fn make_room(&mut self, limit: usize, now: Timestamp) -> Vec<Slot> {
        let mut dropped = Vec::new();
        while self.slots.len() >= limit {
            let Some(oldest) = self.slots.iter().position(|slot| !slot.is_live(now)) else { break };
            dropped.push(self.slots.remove(oldest));
        }
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: SignedDuration = SignedDuration::from_secs(30);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn slot(sid: SessionId, second: i64) -> Slot {
        Slot {
            playback_session_id: PlaybackId::new(at(second)),
            sid,
            profile: None,
            video_id: VideoId::new(at(0)),
            video_title: String::new(),
            device_name: String::new(),
            started_at: at(second),
            renewed_at: at(second),
            expires_at: at(second) + LIFE,
            watched_seconds: 0.0,
            is_stopped: false,
            position: Position::at_start(None, None),
        }
    }

    #[test]
    fn over_the_limit_no_slot_is_taken_and_the_others_are_listed() {
        let (phone, television) = (SessionId::new(at(0)), SessionId::new(at(1)));
        let mut slots = Slots::default();
        let first = slot(phone, 0);
        slots.take(first.clone(), 1, at(0)).expect("free");
        let before = slots.clone();
        assert_eq!(slots.take(slot(television, 29), 1, at(29)), Err(vec![first]));
        assert_eq!(slots, before);
        slots.take(slot(television, 30), 1, at(30)).expect("expired at that second");
        assert_eq!(slots.live(at(30)).count(), 1);
    }

    #[test]
    fn a_sign_in_session_replaces_its_own_stream() {
        let phone = SessionId::new(at(0));
        let mut slots = Slots::default();
        for second in 0..5 {
            slots.take(slot(phone, second), 1, at(second)).expect("its own");
        }
        assert_eq!(slots.slots.len(), 1);
    }

    #[test]
    fn a_late_heartbeat_gets_its_slot_back_only_if_one_is_free() {
        let (phone, television) = (SessionId::new(at(0)), SessionId::new(at(1)));
        let mut slots = Slots::default();
        let first = slot(phone, 0);
        let id = first.playback_session_id;
        slots.take(first, 4, at(0)).expect("free");
        slots.take(slot(television, 40), 4, at(40)).expect("free");
        assert!(matches!(slots.clone().renew(id, phone, 4, LIFE, at(60)), HeartbeatResult::Renewed(_)));
        assert_eq!(slots.clone().renew(id, phone, 1, LIFE, at(60)), HeartbeatResult::Lost);
        assert_eq!(slots.renew(id, television, 4, LIFE, at(60)), HeartbeatResult::Lost, "not another's");
        assert!(!slots.stop(id, at(60)), "it had expired");
        assert_eq!(slots.renew(id, phone, 4, LIFE, at(60)), HeartbeatResult::Lost, "stopped is not late");
    }

    #[test]
    fn ended_sessions_lose_their_slots_and_the_others_keep_theirs() {
        let (phone, television) = (SessionId::new(at(0)), SessionId::new(at(1)));
        let mut slots = Slots::default();
        slots.take(slot(phone, 0), 4, at(0)).expect("free");
        slots.take(slot(television, 1), 4, at(1)).expect("free");
        let before = slots.clone();
        assert!(!slots.release(|_| false));
        assert_eq!(slots, before, "nothing to write");
        assert!(slots.release(|sid| sid == phone));
        assert_eq!(slots.slots.iter().map(|slot| slot.sid).collect::<Vec<_>>(), [television]);
        assert_eq!(slots.version, before.version + 1);
    }

    #[test]
    fn watched_time_counts_only_between_heartbeats() {
        let phone = SessionId::new(at(0));
        let mut slots = Slots::default();
        let first = slot(phone, 0);
        let id = first.playback_session_id;
        slots.take(first, 1, at(0)).expect("free");
        for second in [10, 20, 20, 500] {
            slots.renew(id, phone, 1, LIFE, at(second));
        }
        assert_eq!(slots.slots[0].watched_seconds, 50.0);
    }
}
