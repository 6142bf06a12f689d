//! Runs functions as Lambda does: each is a separate executable that starts when it is first needed. A process handles one
//! event at a time, so simultaneous requests get separate processes. Idle processes are kept, as Lambda keeps them for a
//! while.

mod process;
mod runtime_api;

pub use process::{Failure, Process, Program};

use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;

/// The most processes of one function; further requests wait. On Lambda, an account's limit is 1,000 for all functions.
const PROCESSES_MAX: usize = 10;

/// A function whose events are handled by processes. Clones share them.
#[derive(Clone)]
pub struct Executable(Arc<Inner>);

struct Inner {
    program: Program,
    timeout: Duration,
    permits: Semaphore,
    /// Idle processes, each with the time at which its executable was built.
    idle: Mutex<Vec<(Process, Option<SystemTime>)>>,
    /// How many events each process has answered, by its id.
    answered: Mutex<BTreeMap<u32, u64>>,
}

impl Executable {
    /// A function that has no processes yet and may take up to `timeout` for an event.
    pub fn new(program: Program, timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            program,
            timeout,
            permits: Semaphore::new(PROCESSES_MAX),
            idle: Mutex::default(),
            answered: Mutex::default(),
        }))
    }

    /// Lets a process handle an event, given as JSON. Returns the response's JSON.
    ///
    /// # Errors
    /// If the function reports an error, or its process cannot be started, ends or takes too long. That process is replaced.
    pub async fn invoke(&self, event: String) -> Result<Vec<u8>, Failure> {
        let answer = self.answer(event).await;
        if let Err(failure) = &answer {
            let line = json!({ "level": "error", "function": self.0.program.name, "failure": failure.to_string() });
            (self.0.program.log)(&line.to_string());
        }
        answer
    }

    async fn answer(&self, event: String) -> Result<Vec<u8>, Failure> {
        let Inner { program, timeout, permits, .. } = &*self.0;
        let _permit = permits.acquire().await;
        // A process with old code finishes its event and gets no further ones.
        let built = self.built();
        let mut process = match self.rested(built) {
            Some(process) => process,
            None => Process::start(program).await?,
        };
        let work = process.invoke(event, real_time() + *timeout);
        let answer = tokio::time::timeout(*timeout, work).await.unwrap_or(Err(Failure::TimedOut(*timeout)));
        if answer.as_ref().err().is_none_or(Failure::is_of_event) {
            *self.0.answered.lock().expect("no panic while held").entry(process.id()).or_default() += 1;
            self.0.idle.lock().expect("no panic while held").push((process, built));
        }
        answer
    }

    /// The number of events that each process has answered, by its id.
    pub fn answered(&self) -> BTreeMap<u32, u64> {
        self.0.answered.lock().expect("no panic while held").clone()
    }

    /// Stops all idle processes. Busy processes end after their events.
    pub async fn stop(&self) {
        let idle = std::mem::take(&mut *self.0.idle.lock().expect("no panic while held"));
        for (process, _) in idle {
            process.stop().await;
        }
    }

    /// An idle process of the current executable.
    fn rested(&self, built: Option<SystemTime>) -> Option<Process> {
        let mut idle = self.0.idle.lock().expect("no panic while held");
        while let Some((mut process, own)) = idle.pop() {
            if own == built && process.is_alive() {
                return Some(process);
            }
        }
        None
    }

    fn built(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.0.program.command.0).and_then(|file| file.modified()).ok()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "processes use the machine's clock, even if the platform's clock was moved"
)]
fn real_time() -> SystemTime {
    SystemTime::now()
}
