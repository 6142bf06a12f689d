//! Which titles of the catalogue a list shows.

use crate::models::age::AgeLimit;
use crate::models::facts::Facts;
use jiff::Timestamp;

/// The time of a request, and the age limit of the titles that it may see.
#[derive(Clone, Copy, Debug)]
pub struct Visibility {
    /// The time of the request: titles that are published later are hidden.
    now: Timestamp,
    /// The highest minimum age of the titles that are shown; `None` shows all.
    max_age: Option<AgeLimit>,
}

impl Visibility {
    /// At the given time, titles for ages up to `max_age`.
    pub const fn new(now: Timestamp, max_age: Option<AgeLimit>) -> Self {
        Self { now, max_age }
    }

    /// Whether a title that is hidden until `publish_at` is shown.
    pub fn shows(self, facts: &Facts, publish_at: Option<Timestamp>) -> bool {
        publish_at.is_none_or(|at| at <= self.now) && facts.is_suitable(self.max_age)
    }
}

/// At the given time, titles for all ages.
impl From<Timestamp> for Visibility {
    fn from(now: Timestamp) -> Self {
        Self::new(now, None)
    }
}
