//! The log lines of all functions: kept for the console and for tests, and printed when a person runs the platform.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

const LINES_KEPT_MAX: usize = 5_000;

/// Where lines go. Clones are the same log.
#[derive(Clone)]
pub(crate) struct Log {
    lines: Arc<Mutex<VecDeque<String>>>,
    is_printed: bool,
    is_hushed: Arc<AtomicBool>,
}

impl Log {
    /// A log that is only kept.
    pub(crate) fn kept() -> Self {
        Self { lines: Arc::default(), is_printed: false, is_hushed: Arc::default() }
    }

    /// A log that is printed to standard output as well.
    pub(crate) fn printed() -> Self {
        Self { lines: Arc::default(), is_printed: true, is_hushed: Arc::default() }
    }

    /// Whether lines are kept without being printed, for as long as nobody wants to read all of them.
    pub(crate) fn hush(&self, is_hushed: bool) {
        self.is_hushed.store(is_hushed, Ordering::Relaxed);
    }

    /// Takes a line, a JSON object.
    pub(crate) fn line(&self, line: &str) {
        self.take(line, self.is_printed && !self.is_hushed.load(Ordering::Relaxed));
    }

    /// Takes a line of those that are printed all the same.
    pub(crate) fn announce(&self, line: &str) {
        self.take(line, self.is_printed);
    }

    fn take(&self, line: &str, is_printed: bool) {
        if is_printed {
            // A reader that left takes nothing of the service with it.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        let mut lines = self.lines.lock().expect("no panic while held");
        lines.push_back(line.to_owned());
        if lines.len() > LINES_KEPT_MAX {
            lines.pop_front();
        }
    }

    /// The lines that are kept, oldest first.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("no panic while held").iter().cloned().collect()
    }
}
