//! Due work in time order: renewals, jobs, webhooks and their retries run when the clock reaches their time, whether it
//! runs or is moved.

use crate::clock::Clock;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// A source of work that becomes due at points in time.
pub trait WorkSource: Send + Sync + 'static {
    /// When the earliest piece of work is due; `None` if no work is planned. Overdue work counts as due now.
    fn next_due(&self) -> Option<Timestamp>;

    /// Does the earliest piece of work if it is due at `now`. The timeline runs one piece at a time. Before this
    /// returns, it must remove the work from its queue or postpone it.
    fn run_next(&self, now: Timestamp) -> BoxFuture<'_, ()>;
}

/// Runs due work, one piece at a time, in time order across all sources. Clones share one timeline.
#[derive(Clone)]
pub struct Timeline(Arc<Inner>);

struct Inner {
    clock: Clock,
    sources: Mutex<Vec<Arc<dyn WorkSource>>>,
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

    /// The clock that decides when work is due.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Adds a source of work. If several sources have work due at the same time, the source that was added first goes
    /// first.
    pub fn add(&self, source: Arc<dyn WorkSource>) {
        self.0.sources.lock().expect("no panic while held").push(source);
        self.wake();
    }

    /// Notifies the timeline of new work. Call this after every change of [`WorkSource::next_due`].
    pub fn wake(&self) {
        self.0.changed.notify_one();
    }

    /// Moves the clock `seconds` ahead. All work that becomes due in between, and the work that it causes, runs at its
    /// own time. Returns the new time.
    pub async fn advance(&self, seconds: u64) -> Timestamp {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX).min(200 * 366 * 86_400);
        let _turn = self.0.turn.lock().await;
        self.move_to(self.clock().now() + SignedDuration::from_secs(seconds)).await
    }

    /// Like [`Timeline::advance`], but to a given time. If that is in the past, runs what is due by now.
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

    /// Runs due work as real time passes. Never returns: spawn it as a task and abort the task.
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

    fn earliest(&self) -> Option<(Timestamp, Arc<dyn WorkSource>)> {
        let sources = self.0.sources.lock().expect("no panic while held");
        let mut earliest: Option<(Timestamp, &Arc<dyn WorkSource>)> = None;
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
