//! What of the catalogue a list shows.

use crate::models::age::AgeLimit;
use crate::models::facts::Facts;
use jiff::Timestamp;

/// When somebody looks, and at the titles for which ages.
#[derive(Clone, Copy, Debug)]
pub struct Visibility {
    /// The time: later titles are hidden.
    now: Timestamp,
    /// The highest minimum age of the titles that are shown; `None` shows all.
    max_age: Option<AgeLimit>,
}

impl Visibility {
    /// At a time, the titles for ages up to `max_age`.
    pub const fn new(now: Timestamp, max_age: Option<AgeLimit>) -> Self {
        Self { now, max_age }
    }

    /// Whether a title is shown that is hidden until `publish_at`.
    pub fn shows(self, facts: &Facts, publish_at: Option<Timestamp>) -> bool {
        publish_at.is_none_or(|at| at <= self.now) && facts.is_suitable(self.max_age)
    }
}

/// At a time, titles for all ages.
impl From<Timestamp> for Visibility {
    fn from(now: Timestamp) -> Self {
        Self::new(now, None)
    }
}
