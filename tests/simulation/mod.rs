//! The simulation: random histories of purchases, plan changes, declines, cancellations, refunds and faults, with
//! webhooks duplicated, reordered, overlapped, delayed, lost and reconciled, checked against an oracle that knows only
//! Stripe's JSON.
//!
//! ```sh
//! make simulate                 # 300 seeds, as `make test` does
//! make simulate SEEDS=10000
//! make simulate SEED=17         # replays one history, step by step
//! make simulate-mutants         # checks that faults are caught
//! ```
//!
//! A seed determines a history: the actions, the people, and the faults. The clock runs in real time, so a replay
//! differs by milliseconds.

mod catalogue;
pub(crate) mod chance;
mod check;
mod disorder;
mod history;
mod merchant;
mod oracle;
mod orders;
mod stripe;
mod sweep;
mod viewer;
mod world;
mod wrong;

use history::{Failure, Tally, run};
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;
use world::World;
use wrong::{Strategy, WRONG};

/// The number of histories that CI runs.
const SEEDS: u64 = 300;
/// Histories per platform before it is restarted, because the data of earlier ones slows it down.
const HISTORIES_MAX: u64 = 50;
/// Two trial lengths, so that histories with and without a trial are simulated.
const TRIAL_DAYS: [u32; 2] = [0, 7];

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(|value| value.parse().expect("a number"))
}

fn say(text: &str) {
    // Bypasses the test harness, which hides the output of passing tests.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whether a single history was requested, to be read.
fn is_retold() -> bool {
    setting("SEED").is_some()
}

/// The seeds: only `SEED`, or `SEEDS` of them starting at `FIRST`.
fn seeds() -> std::ops::Range<u64> {
    match setting("SEED") {
        Some(one) => one..one + 1,
        None => {
            let first = setting("FIRST").unwrap_or(0);
            first..first + setting("SEEDS").unwrap_or(SEEDS)
        }
    }
}

/// Runs histories in parallel, each worker on its own platforms, until all are done or one has failed.
fn simulate(strategy: Strategy, seeds: std::ops::Range<u64>, calm: bool) -> (Tally, Option<Failure>) {
    let next = AtomicU64::new(seeds.start);
    let stop = AtomicBool::new(false);
    let tally = Mutex::new(Tally::default());
    let failed: Mutex<Vec<Failure>> = Mutex::default();
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let workers = setting("WORKERS").unwrap_or(cores as u64 + 1).min(seeds.end - seeds.start);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut worker = Worker::new(strategy);
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    match worker.history(seed, calm) {
                        Ok(done) => {
                            let mut tally = tally.lock().expect("no panic while held");
                            tally.add(done);
                            if tally.histories % 100 == 0 {
                                let seconds = started.elapsed().as_secs();
                                say(&format!("simulation: {} histories in {seconds} s", tally.histories));
                            }
                        }
                        Err(failure) => {
                            stop.store(true, Ordering::Relaxed);
                            failed.lock().expect("no panic while held").push(failure);
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while held").into_iter().min_by_key(|one| one.seed);
    (tally.into_inner().expect("no panic while held"), failed)
}

/// A thread's runtime and platforms.
struct Worker {
    runtime: tokio::runtime::Runtime,
    strategy: Strategy,
    /// By trial days, with the number of histories that they have run.
    worlds: [Option<(World, u64)>; TRIAL_DAYS.len()],
}

impl Worker {
    fn new(strategy: Strategy) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, strategy, worlds: [None, None] }
    }

    fn history(&mut self, seed: u64, calm: bool) -> Result<Tally, Failure> {
        let at = usize::from(seed % 3 == 2);
        if self.worlds[at].as_ref().is_some_and(|(_, histories)| *histories >= HISTORIES_MAX) {
            self.runtime.block_on(async { self.worlds[at] = None });
        }
        if self.worlds[at].is_none() {
            let world = self.runtime.block_on(World::start(self.strategy, TRIAL_DAYS[at]));
            self.worlds[at] = Some((world, 0));
        }
        let (world, histories) = self.worlds[at].as_mut().expect("started above");
        *histories += 1;
        self.runtime.block_on(run(world, seed, calm))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Platforms must be stopped on the runtime that they run on.
        let _entered = self.runtime.enter();
        self.worlds = [None, None];
    }
}

fn describe(failure: &Failure) -> String {
    let Failure { seed, why, story } = failure;
    format!("seed {seed}: {why}\n{story}replay it: make simulate SEED={seed}")
}

#[test]
fn every_history_ends_matching_stripe() {
    let seeds = seeds();
    let count = seeds.end - seeds.start;
    let started = Instant::now();
    let (tally, failure) = simulate(Strategy::Service, seeds, false);
    if let Some(failure) = failure {
        panic!("{}", describe(&failure));
    }
    assert_eq!(tally.histories, count, "all histories ran");
    say(&format!(
        "simulation: {} histories are clean: {} actions, {} webhooks, {} faults, {} overtaken webhooks, {} comparisons, {} plays, {} calls that lost all races, {} s",
        tally.histories,
        tally.actions,
        tally.webhooks,
        tally.faults,
        tally.overlaps,
        tally.comparisons,
        tally.plays,
        tally.busy,
        started.elapsed().as_secs()
    ));
}

/// Run by `make simulate-mutants`. It is too slow for `make test`.
#[test]
#[ignore = "make simulate-mutants"]
fn every_wrong_strategy_is_rejected() {
    let seeds = setting("SEEDS").unwrap_or(SEEDS);
    for strategy in WRONG {
        // Without faults its rows are right, so a rejection is due to the strategy and not to the fixture.
        let (_, failure) = simulate(strategy, 0..10, true);
        if let Some(failure) = failure {
            panic!("{strategy:?} fails even without faults: {}", describe(&failure));
        }
        let (_, failure) = simulate(strategy, 0..seeds, false);
        let failure = failure.unwrap_or_else(|| panic!("{strategy:?} is not rejected within {seeds} seeds"));
        say(&format!("{strategy:?}: rejected at seed {}: {}", failure.seed, failure.why));
    }
}
