//! Streams at once: the leases of a user are the slots of one item (contract §5).

use crate::models::ids::{PlaybackId, SessionId, VideoId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Heartbeats that may be missed before a lease has expired.
const HEARTBEATS_MISSED_MAX: i32 = 3;

/// How long a lease lives after a heartbeat.
pub fn lease_life(heartbeat: SignedDuration) -> SignedDuration {
    heartbeat * HEARTBEATS_MISSED_MAX
}

/// A lease.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// The playback that holds it.
    pub playback_session_id: PlaybackId,
    /// The sign-in session that plays: it holds one lease at most.
    pub sid: SessionId,
    /// What plays.
    pub video_id: VideoId,
    /// Its title, for whoever is asked to stop it.
    pub video_title: String,
    /// Where it plays.
    pub device_name: String,
    /// Since when.
    pub started_at: Timestamp,
    /// The last heartbeat.
    pub renewed_at: Timestamp,
    /// When it ends if no heartbeat comes.
    pub expires_at: Timestamp,
    /// Seconds that its heartbeats covered.
    pub watched_seconds: f64,
}

impl Slot {
    /// The lease as whoever is asked to stop it sees it.
    pub fn busy(&self) -> Value {
        json!({
            "playback_session_id": self.playback_session_id,
            "device_name": self.device_name,
            "video_title": self.video_title,
            "started_at": self.started_at,
        })
    }
}

/// What a heartbeat found.
#[derive(Clone, Debug, PartialEq)]
pub enum Beat {
    /// The lease goes on.
    Renewed(Slot),
    /// The lease is no more: stopped from elsewhere, or its slot was taken.
    Lost,
}

/// The slots of a user. An expired one stays until its place is needed, so that a heartbeat that was merely late finds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slots {
    /// In the order in which they were taken.
    #[serde(default)]
    pub slots: Vec<Slot>,
    /// Grows with every change: of two at once, the second reads again.
    #[serde(default)]
    pub version: u64,
}

impl Slots {
    /// The leases that are live at a moment.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| now < slot.expires_at)
    }

    /// The live lease of a playback of this sign-in session.
    pub fn own(&self, id: PlaybackId, sid: SessionId, now: Timestamp) -> Option<&Slot> {
        self.live(now).find(|slot| slot.playback_session_id == id && slot.sid == sid)
    }

    /// Takes a slot for a new playback, in place of the same sign-in session's own.
    ///
    /// # Errors
    /// The leases that are in the way, when `limit` others are live.
    pub fn take(&mut self, slot: Slot, limit: usize, now: Timestamp) -> Result<(), Vec<Slot>> {
        let others: Vec<Slot> = self.live(now).filter(|other| other.sid != slot.sid).cloned().collect();
        if others.len() >= limit {
            return Err(others);
        }
        self.slots.retain(|other| other.sid != slot.sid);
        self.make_room(limit, now);
        self.slots.push(slot);
        self.version += 1;
        Ok(())
    }

    /// Renews a lease by a heartbeat. One that merely expired takes a free slot again.
    pub fn beat(&mut self, id: PlaybackId, sid: SessionId, limit: usize, life: SignedDuration, now: Timestamp) -> Beat {
        let Some(index) = self.slots.iter().position(|slot| slot.playback_session_id == id && slot.sid == sid) else {
            return Beat::Lost;
        };
        // Those before it in line keep their places; so a lowered limit ends the newest streams first.
        let expired = now >= self.slots[index].expires_at;
        let before = self.live(now).filter(|slot| slot.playback_session_id != id);
        let ahead = before.filter(|slot| expired || slot.started_at < self.slots[index].started_at).count();
        if ahead >= limit {
            return Beat::Lost;
        }
        let slot = &mut self.slots[index];
        let passed = now.duration_since(slot.renewed_at).max(SignedDuration::ZERO).min(life);
        slot.watched_seconds += passed.as_secs_f64();
        slot.renewed_at = slot.renewed_at.max(now);
        slot.expires_at = now + life;
        let slot = slot.clone();
        self.version += 1;
        Beat::Renewed(slot)
    }

    /// Ends a lease; `false` when there is no live one of that id.
    pub fn stop(&mut self, id: PlaybackId, now: Timestamp) -> bool {
        let live = self.live(now).any(|slot| slot.playback_session_id == id);
        self.slots.retain(|slot| slot.playback_session_id != id);
        self.version += 1;
        live
    }

    /// Lets expired slots go, oldest first, until another one fits.
    fn make_room(&mut self, limit: usize, now: Timestamp) {
        while self.slots.len() >= limit {
            let Some(oldest) = self.slots.iter().position(|slot| now >= slot.expires_at) else { return };
            self.slots.remove(oldest);
        }
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
            video_id: VideoId::new(at(0)),
            video_title: String::new(),
            device_name: String::new(),
            started_at: at(second),
            renewed_at: at(second),
            expires_at: at(second) + LIFE,
            watched_seconds: 0.0,
        }
    }

    #[test]
    fn over_the_limit_nothing_is_taken_and_the_others_are_named() {
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
    fn a_late_heartbeat_comes_back_only_while_there_is_room() {
        let (phone, television) = (SessionId::new(at(0)), SessionId::new(at(1)));
        let mut slots = Slots::default();
        let first = slot(phone, 0);
        let id = first.playback_session_id;
        slots.take(first, 4, at(0)).expect("free");
        slots.take(slot(television, 40), 4, at(40)).expect("free");
        assert!(matches!(slots.clone().beat(id, phone, 4, LIFE, at(60)), Beat::Renewed(_)));
        assert_eq!(slots.clone().beat(id, phone, 1, LIFE, at(60)), Beat::Lost);
        assert_eq!(slots.beat(id, television, 4, LIFE, at(60)), Beat::Lost, "not another's");
        assert!(!slots.stop(id, at(60)), "it had expired");
        assert_eq!(slots.beat(id, phone, 4, LIFE, at(60)), Beat::Lost, "stopped is not late");
    }

    #[test]
    fn time_watched_counts_between_heartbeats_alone() {
        let phone = SessionId::new(at(0));
        let mut slots = Slots::default();
        let first = slot(phone, 0);
        let id = first.playback_session_id;
        slots.take(first, 1, at(0)).expect("free");
        for second in [10, 20, 20, 500] {
            slots.beat(id, phone, 1, LIFE, at(second));
        }
        assert_eq!(slots.slots[0].watched_seconds, 50.0);
    }
}
