//! Due work in time order: renewals, jobs, webhooks and their retries happen when the clock reaches them, whether it
//! runs or is moved.

use crate::clock::Clock;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// A source of work that is due at moments of the clock.
pub trait Due: Send + Sync + 'static {
    /// When the earliest piece of work is due; `None` when there is none. Work due in the past is due now.
    fn next_due(&self) -> Option<Timestamp>;

    /// Does the earliest piece of work if it is due at `now`. The timeline calls it for one piece at a time; the work must
    /// leave the queue, or be put back for later, before this returns.
    fn run_next(&self, now: Timestamp) -> BoxFuture<'_, ()>;
}

/// Runs what is due, one piece after the other, in time order over all sources. Clones are the same timeline.
#[derive(Clone)]
pub struct Timeline(Arc<Inner>);

struct Inner {
    clock: Clock,
    sources: Mutex<Vec<Arc<dyn Due>>>,
    turn: tokio::sync::Mutex<()>,
    changed: Notify,
}

impl Timeline {
    /// An empty timeline on `clock`.
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            sources: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            changed: Notify::new(),
        }))
    }

    /// The clock that the work is due on.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Adds a source of work. Of work due at the same moment, the source added first goes first.
    pub fn add(&self, source: Arc<dyn Due>) {
        self.0.sources.lock().expect("no panic while held").push(source);
        self.wake();
    }

    /// Tells the timeline that a source has new work: call it after every change of [`Due::next_due`].
    pub fn wake(&self) {
        self.0.changed.notify_one();
    }

    /// Moves the clock `seconds` ahead, doing everything due on the way at its own moment, and what that causes; then
    /// returns the new time.
    pub async fn advance(&self, seconds: u64) -> Timestamp {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX).min(200 * 366 * 86_400);
        let _turn = self.0.turn.lock().await;
        self.move_to(self.clock().now() + SignedDuration::from_secs(seconds)).await
    }

    /// As [`Timeline::advance`], to a moment; where that is past, what is due by now is done.
    pub async fn advance_to(&self, target: Timestamp) -> Timestamp {
        let _turn = self.0.turn.lock().await;
        self.move_to(target).await
    }

    async fn move_to(&self, target: Timestamp) -> Timestamp {
        let target = target.max(self.clock().now());
        self.run_until(target).await;
        self.clock().move_to(target);
        self.run_until(target).await;
        self.clock().now()
    }

    /// Does what is due as real time passes. Never returns: run it as a task and abort it.
    pub async fn run(&self) {
        loop {
            {
                let _turn = self.0.turn.lock().await;
                self.run_until(self.clock().now()).await;
            }
            let pause = match self.earliest() {
                Some((due, _)) => due.duration_since(self.clock().now()).max(SignedDuration::from_millis(1)),
                None => SignedDuration::from_secs(3600),
            };
            let pause = Duration::try_from(pause).unwrap_or(Duration::from_secs(3600)).min(Duration::from_secs(3600));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.0.changed.notified() => {}
            }
        }
    }

    async fn run_until(&self, target: Timestamp) {
        while let Some((due, source)) = self.earliest().filter(|(due, _)| *due <= target) {
            self.clock().move_to(due);
            source.run_next(due.max(self.clock().now())).await;
        }
    }

    fn earliest(&self) -> Option<(Timestamp, Arc<dyn Due>)> {
        let sources = self.0.sources.lock().expect("no panic while held");
        let mut earliest: Option<(Timestamp, &Arc<dyn Due>)> = None;
        for source in sources.iter() {
            if let Some(due) = source.next_due()
                && earliest.is_none_or(|(best, _)| due < best)
            {
                earliest = Some((due, source));
            }
        }
        earliest.map(|(due, source)| (due, source.clone()))
    }
}
