//! The shared clock: real time plus an offset that only grows, except while a history is seeded into an empty platform.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The time that the service, its stand-ins and their timers share. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock that runs `offset_ms` milliseconds ahead of real time.
    pub fn ahead_by(offset_ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(offset_ms.max(0))))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        real_time() + SignedDuration::from_millis(self.offset_ms())
    }

    /// How far the clock is ahead of real time, in milliseconds. It must survive a restart.
    pub fn offset_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Sets the clock back. Only for a platform without data, because existing timestamps would be in the future.
    pub fn set_back(&self, by: SignedDuration) {
        self.0.fetch_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Moves the clock to at least `offset_ms` milliseconds ahead of real time: ends what [`Clock::set_back`] started.
    pub fn catch_up(&self, offset_ms: i64) {
        self.0.fetch_max(offset_ms, Ordering::SeqCst);
    }

    /// Moves the clock to `moment`; does nothing if that is in the past.
    pub(crate) fn move_to(&self, moment: Timestamp) {
        let offset = moment.duration_since(real_time()).as_millis();
        self.0.fetch_max(i64::try_from(offset).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "everything else asks the clock, and the clock asks the machine")]
fn real_time() -> Timestamp {
    Timestamp::now()
}
