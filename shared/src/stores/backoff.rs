//! Retries of a write that lost a race.

use boxed::boxed;
use std::time::{Duration, Instant};

/// The longest pause after the first lost attempt, and after any attempt.
const PAUSE_MS: u64 = 20;
const PAUSE_MS_MAX: u64 = 400;
/// How long attempts continue: well within a handler's deadline.
const RETRY_TIME_MAX: Duration = Duration::from_secs(5);

/// Others wrote first on every attempt.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("another write came first at every attempt")]
pub struct Exhausted;

/// The attempts of an optimistic write. Each pause is random, from zero to a limit that doubles ("full jitter"), so
/// each of many writers eventually succeeds.
#[derive(Debug)]
pub struct Backoff {
    started: Instant,
    lost: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { started: Instant::now(), lost: 0 }
    }
}

impl Backoff {
    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`Exhausted`] if the attempts have taken too long.
    #[boxed]
    pub async fn wait(&mut self) -> Result<(), Exhausted> {
        if self.started.elapsed() >= RETRY_TIME_MAX {
            return Err(Exhausted);
        }
        let pause = jitter_ms((PAUSE_MS << self.lost.min(10)).min(PAUSE_MS_MAX));
        self.lost += 1;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        Ok(())
    }
}

/// A random number of milliseconds up to `max`.
pub fn jitter_ms(max: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "randomness, not an id")]
    let random = uuid::Uuid::new_v4().as_u64_pair().0;
    random % max.max(1)
}
