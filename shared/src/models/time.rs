//! Moments as sort keys, and UTC days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A moment as text that sorts by time: RFC 3339 with exactly three decimals. Without them `…00Z` sorts after `…00.5Z`.
pub fn sortable(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// Serialises a moment as text that sorts by time.
///
/// # Errors
/// The serializer's own.
pub fn as_sortable<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&sortable(*moment))
}

/// A moment without what its sortable text does not hold.
pub fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

/// The UTC month of a moment: `2026-03`.
pub fn month(moment: Timestamp) -> String {
    moment.strftime("%Y-%m").to_string()
}

/// The UTC day of a moment: `2026-03-01`.
pub fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}

/// A UTC day: `2026-03-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day of a moment.
    pub fn of(moment: Timestamp) -> Self {
        Self(TimeZone::UTC.to_datetime(moment).date())
    }

    /// Its first moment.
    pub fn start(self) -> Timestamp {
        TimeZone::UTC.to_timestamp(self.0.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
    }

    /// The first day of its month.
    #[must_use]
    pub fn month_start(self) -> Self {
        Self(self.0.first_of_month())
    }

    /// The day so many days later, or before.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// How many days another is later.
    pub fn days_until(self, other: Self) -> i64 {
        other.start().duration_since(self.start()).as_hours() / 24
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Reads the one form that we write.
impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = text.parse().map(Self).ok().filter(|day| day.to_string() == text);
        day.ok_or("must be a day, such as 2026-03-01")
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "description": "A UTC day." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_sorts_as_time_does() {
        let moments = [0, 1, 500, 999, 1_000, 60_000].map(|ms| Timestamp::from_millisecond(ms).expect("in range"));
        let texts = moments.map(sortable);
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[2], "1970-01-01T00:00:00.500Z");
    }

    #[test]
    fn a_day_is_one_of_utc_and_has_one_form() {
        let day = Day::of("2026-03-01T23:59:59.999Z".parse().expect("a moment"));
        assert_eq!((day.to_string().as_str(), day.plus(-1).to_string().as_str()), ("2026-03-01", "2026-02-28"));
        assert_eq!(day.start().to_string(), "2026-03-01T00:00:00Z");
        assert_eq!(Day::of("2026-03-02T00:00:00Z".parse().expect("a moment")), day.plus(1));
        assert_eq!((day.days_until(day.plus(31)), day.plus(1).days_until(day)), (31, -1));
        for wrong in ["2026-3-1", "20260301", "2026-02-30", "2026-03-01T00:00:00Z", ""] {
            assert!(serde_json::from_value::<Day>(wrong.into()).is_err(), "{wrong}");
        }
    }
}
