//! The one clock: real time plus an offset that only grows, but for a history that is played before anything else happened.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The time that the service, its stand-ins and their timers agree on. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock that runs `offset_ms` milliseconds ahead of real time.
    pub fn ahead_by(offset_ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(offset_ms.max(0))))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_millis(self.offset_ms())
    }

    /// How far the clock runs ahead of real time, in milliseconds: what a restart has to keep.
    pub fn offset_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Sets the clock back. Only for a platform that holds nothing yet: whatever has a moment would be of the future.
    pub fn set_back(&self, by: SignedDuration) {
        self.0.fetch_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Sees to it that the clock is at least `offset_ms` milliseconds ahead of real time: the end of what was set back.
    pub fn catch_up(&self, offset_ms: i64) {
        self.0.fetch_max(offset_ms, Ordering::SeqCst);
    }

    /// Moves the clock to `moment`; a moment in the past moves nothing.
    pub(crate) fn move_to(&self, moment: Timestamp) {
        let offset = moment.duration_since(Timestamp::now()).as_millis();
        self.0.fetch_max(i64::try_from(offset).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}
