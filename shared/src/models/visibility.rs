//! Which titles of the catalogue a request may see.

use crate::models::age::AgeLimit;
use crate::models::facts::Facts;
use jiff::Timestamp;

/// The time of a request, and the age limit of the titles that it may see.
#[derive(Clone, Copy, Debug)]
pub struct Visibility {
    /// The time of the request. Titles that are published later are hidden.
    now: Timestamp,
    /// The highest minimum age of the titles that are shown; `None` for no limit.
    max_age: Option<AgeLimit>,
}

impl Visibility {
    /// What is visible at the given time, up to the age limit `max_age`.
    pub const fn new(now: Timestamp, max_age: Option<AgeLimit>) -> Self {
        Self { now, max_age }
    }

    /// Whether a title with these facts is shown. It is hidden until `publish_at`.
    pub fn shows(self, facts: &Facts, publish_at: Option<Timestamp>) -> bool {
        publish_at.is_none_or(|at| at <= self.now) && facts.is_suitable(self.max_age)
    }
}

/// What is visible at the given time, without an age limit.
impl From<Timestamp> for Visibility {
    fn from(now: Timestamp) -> Self {
        Self::new(now, None)
    }
}
