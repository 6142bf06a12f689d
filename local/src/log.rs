//! The log lines of all functions: kept for the console and for tests, and printed when a person runs the platform.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

const LINES_KEPT_MAX: usize = 5_000;

/// The log. Clones share it.
#[derive(Clone)]
pub(crate) struct Log {
    lines: Arc<Mutex<VecDeque<String>>>,
    is_printed: bool,
    is_muted: Arc<AtomicBool>,
}

impl Log {
    /// A log that is only kept in memory.
    pub(crate) fn in_memory() -> Self {
        Self { lines: Arc::default(), is_printed: false, is_muted: Arc::default() }
    }

    /// A log that is also printed to standard output.
    pub(crate) fn printed() -> Self {
        Self { lines: Arc::default(), is_printed: true, is_muted: Arc::default() }
    }

    /// Suspends or resumes printing, for times when the lines would only be noise.
    pub(crate) fn mute(&self, is_muted: bool) {
        self.is_muted.store(is_muted, Ordering::Relaxed);
    }

    /// Adds a line, a JSON object.
    pub(crate) fn line(&self, line: &str) {
        self.take(line, self.is_printed && !self.is_muted.load(Ordering::Relaxed));
    }

    /// Adds a line that is printed even while printing is suspended.
    pub(crate) fn announce(&self, line: &str) {
        self.take(line, self.is_printed);
    }

    fn take(&self, line: &str, is_printed: bool) {
        if is_printed {
            // Standard output may be closed; the service continues without it.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        let mut lines = self.lines.lock().expect("no panic while held");
        lines.push_back(line.to_owned());
        if lines.len() > LINES_KEPT_MAX {
            lines.pop_front();
        }
    }

    /// The kept lines, oldest first.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("no panic while held").iter().cloned().collect()
    }
}
