//! Timestamps as sort keys, and UTC days.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A timestamp as text that sorts by time: RFC 3339 with exactly three decimals. Without them `…00Z` sorts after
/// `…00.5Z`.
pub fn sortable(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// Serializes a timestamp as text that sorts by time.
///
/// # Errors
/// The serializer's own.
pub fn as_sortable<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&sortable(*moment))
}

/// Serializes an optional timestamp as text that sorts by time.
///
/// # Errors
/// The serializer's own.
#[allow(clippy::ref_option, reason = "serde passes the field")]
pub fn as_sortable_option<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => as_sortable(moment, serializer),
        None => serializer.serialize_none(),
    }
}

/// A timestamp truncated to the precision of its sortable text.
pub fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

/// The UTC month of a timestamp: `2026-03`.
pub fn month(moment: Timestamp) -> String {
    moment.strftime("%Y-%m").to_string()
}

/// The UTC day of a timestamp: `2026-03-01`.
pub fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}

/// The schema's `format` for a timestamp.
pub const MOMENT_FORMAT: &str = "date-time";
/// The schema's `format` for the time on a device's clock.
pub const DEVICE_TIME_FORMAT: &str = "device-time";
/// The schema's `format` for a day.
pub const DAY_FORMAT: &str = "date";
/// The years that an input may contain: a device that lost the time reports 1970, and adding to a time in the last year
/// still gives a valid timestamp.
const YEARS: RangeInclusive<i16> = 1970..=2199;
/// The last year of RFC 3339. Its last day is partly after the last timestamp.
const LAST_YEAR: i16 = 9999;

/// A timestamp from a request: RFC 3339, with an offset or `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl Moment {
    /// The timestamp.
    pub const fn get(self) -> Timestamp {
        self.0
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment = text.parse::<DeviceTime>()?.get();
        let is_known = YEARS.contains(&TimeZone::UTC.to_datetime(moment).year());
        if is_known { Ok(Self(moment)) } else { Err("must be in the years 1970 to 2199") }
    }
}

/// The time on a device's clock: RFC 3339 with any year, because a clock may be wrong by centuries and is only compared
/// with itself. A time after the last one that we can represent (9999-12-30T22:00:00Z) becomes that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceTime(Timestamp);

impl DeviceTime {
    /// The time that it shows.
    pub const fn get(self) -> Timestamp {
        self.0
    }
}

impl FromStr for DeviceTime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rfc3339 = Rfc3339Text::of(text).ok_or(NOT_A_MOMENT)?;
        rfc3339.moment().map(Self).ok_or(NOT_A_MOMENT)
    }
}

impl<'de> Deserialize<'de> for DeviceTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for DeviceTime {
    fn schema_name() -> Cow<'static, str> {
        "DeviceTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": DEVICE_TIME_FORMAT,
            "maxLength": 40,
            "description": "A timestamp (RFC 3339) from a device's clock.",
        })
    }
}

const NOT_A_MOMENT: &str = "must be a moment as RFC 3339 writes it, such as 2026-03-01T12:00:00Z";

/// The form that RFC 3339 gives to a date, a `T` and a time with seconds.
const DATE_AND_TIME: &[u8] = b"0000-00-00T00:00:00";
/// The decimals that we can represent; others are cut off.
const DECIMALS_MAX: usize = 9;

/// A text of RFC 3339's form: date, `T`, time with seconds, decimals, offset. Our parser alone would accept more.
struct Rfc3339Text {
    /// The same with at most nine decimals, and without a leap second.
    text: String,
    /// Whether it names a leap second, which we count as the second before.
    is_leap: bool,
}

impl Rfc3339Text {
    fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_shaped = bytes.len() > DATE_AND_TIME.len()
            && DATE_AND_TIME.iter().zip(bytes).all(|(expected, given)| match expected {
                b'0' => given.is_ascii_digit(),
                other => other == &given.to_ascii_uppercase(),
            });
        if !is_shaped {
            return None;
        }
        let (date_and_time, rest) = text.split_at(DATE_AND_TIME.len());
        let (decimals, offset) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
            None => ("0", rest),
        };
        if decimals.is_empty() || !is_offset(offset) {
            return None;
        }
        let is_leap = date_and_time.ends_with(":60");
        let date_and_time = if is_leap { format!("{}59", &date_and_time[..17]) } else { date_and_time.to_owned() };
        let decimals = &decimals[..decimals.len().min(DECIMALS_MAX)];
        Some(Self { text: format!("{date_and_time}.{decimals}{offset}"), is_leap })
    }

    /// The moment; `None` if there is no such date or time.
    fn moment(&self) -> Option<Timestamp> {
        let Ok(moment) = self.text.parse::<Timestamp>() else {
            // Either there is no such date or time, or it is too late for a timestamp.
            let date_and_time: DateTime = self.text[..DATE_AND_TIME.len()].parse().ok()?;
            return (date_and_time.year() == LAST_YEAR).then_some(Timestamp::MAX);
        };
        let utc = TimeZone::UTC.to_datetime(moment);
        let is_last_second = (utc.hour(), utc.minute(), utc.second()) == (23, 59, 59);
        (!self.is_leap || is_last_second).then_some(moment)
    }
}

fn is_offset(text: &str) -> bool {
    let is_shaped = text.len() == 6
        && text.starts_with(['+', '-'])
        && text.bytes().skip(1).zip(*b"00:00").all(|(given, expected)| match expected {
            b'0' => given.is_ascii_digit(),
            other => other == given,
        });
    text.eq_ignore_ascii_case("z") || (is_shaped && &text[1..3] <= "23" && &text[4..6] <= "59")
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": MOMENT_FORMAT,
            "maxLength": 40,
            "description": "A timestamp (RFC 3339) in the years 1970 to 2199.",
        })
    }
}

/// A UTC day: `2026-03-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day of a timestamp.
    pub fn containing(moment: Timestamp) -> Self {
        Self(TimeZone::UTC.to_datetime(moment).date())
    }

    /// The start of the day.
    pub fn start(self) -> Timestamp {
        TimeZone::UTC.to_timestamp(self.0.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
    }

    /// The first day of its month.
    #[must_use]
    pub fn month_start(self) -> Self {
        Self(self.0.first_of_month())
    }

    /// The day this many days later, or earlier if negative.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// The number of days until another day.
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

/// Parses only the form that we write.
impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day: Option<Self> = text.parse().map(Self).ok().filter(|day: &Self| day.to_string() == text);
        let day = day.ok_or("must be a day, such as 2026-03-01")?;
        if YEARS.contains(&day.0.year()) { Ok(day) } else { Err("must be in the years 1970 to 2199") }
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": DAY_FORMAT, "maxLength": 10, "description": "A UTC day in the years 1970 to 2199." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_sorts_by_time() {
        let moments = [0, 1, 500, 999, 1_000, 60_000].map(|ms| Timestamp::from_millisecond(ms).expect("in range"));
        let texts = moments.map(sortable);
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[2], "1970-01-01T00:00:00.500Z");
    }

    #[test]
    fn a_day_is_in_utc_and_has_one_form() {
        let day = Day::containing("2026-03-01T23:59:59.999Z".parse().expect("a moment"));
        assert_eq!((day.to_string().as_str(), day.plus(-1).to_string().as_str()), ("2026-03-01", "2026-02-28"));
        assert_eq!(day.start().to_string(), "2026-03-01T00:00:00Z");
        assert_eq!(Day::containing("2026-03-02T00:00:00Z".parse().expect("a moment")), day.plus(1));
        assert_eq!((day.days_until(day.plus(31)), day.plus(1).days_until(day)), (31, -1));
        for wrong in ["2026-3-1", "20260301", "2026-02-30", "2026-03-01T00:00:00Z", "", "9999-12-31", "-000001-01-01"] {
            assert!(serde_json::from_value::<Day>(wrong.into()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_timestamp_is_rfc_3339_within_the_supported_years() {
        for (text, kept) in [
            ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"),
            ("2026-03-01t12:00:00z", "2026-03-01T12:00:00Z"),
            ("2026-03-01T12:00:00.123456789+02:00", "2026-03-01T10:00:00.123456789Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("2199-12-31T23:59:59.999Z", "2199-12-31T23:59:59.999Z"),
            ("2026-03-01T12:00:00.1234567899Z", "2026-03-01T12:00:00.123456789Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("1990-12-31T15:59:60.5-08:00", "1990-12-31T23:59:59.5Z"),
        ] {
            assert_eq!(text.parse().map(|moment: Moment| moment.get().to_string()).as_deref(), Ok(kept), "{text}");
        }
        for wrong in [
            "",
            "now",
            "2026-03-01",
            "2026-03-01T12:00Z",
            "2026-03-01 12:00:00Z",
            "2026-03-01T12:00:00",
            "2026-03-01T12:00:00+2",
            "2026-03-01T12:00:00Z[UTC]",
            "20260301T120000Z",
            "2026-02-30T12:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T12:00:60Z",
            "2016-12-30T22:59:60Z",
            "2026-03-01T12:00:00+24:00",
            "2026-03-01T12:00:00+02:60",
            "9999-12-31T24:00:00Z",
            "9999-02-30T00:00:00Z",
            "9999-12-30T21:59:59Z",
            "-000001-01-01T00:00:00Z",
            "+002026-03-01T12:00:00Z",
            "1969-12-31T23:59:59Z",
            "2200-01-01T00:00:00Z",
            "2026-03-01T12:00:00,5Z",
            "2026-03-01T12:00:00.Z",
            "２026-03-01T12:00:00Z",
        ] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
            let is_of_another_year = ["9999-12-30", "1969-", "2200-"].iter().any(|year| wrong.starts_with(year));
            assert_eq!(wrong.parse::<DeviceTime>().is_ok(), is_of_another_year, "{wrong}");
        }
    }
    #[test]
    fn a_device_may_be_at_any_time_that_rfc_3339_can_write() {
        for (text, expected) in [
            ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00Z".parse().ok()),
            ("9999-12-31T00:00:00Z", Some(Timestamp::MAX)),
            ("9999-12-31T23:59:59.999999999-23:59", Some(Timestamp::MAX)),
            ("0000-01-01T00:00:00+23:59", "-000001-12-31T00:01:00Z".parse().ok()),
        ] {
            assert!(expected.is_some());
            assert_eq!(text.parse().map(DeviceTime::get).ok(), expected, "{text}");
        }
    }
}
