//! EventBridge's schedule expressions: `rate(5 minutes)` and `cron(15 3 * * ? *)`, in UTC.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

/// How many years ahead to search for a match of a cron expression: the next 29 February is at most eight years away.
const YEARS_AHEAD_MAX: i64 = 9;

/// The schedule of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// After each interval.
    Rate(SignedDuration),
    /// At the minutes that match.
    Cron(Box<Cron>),
}

/// The six fields of a cron expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Cron {
    minutes: Vec<i64>,
    hours: Vec<i64>,
    /// `None` for `?`.
    days: Option<Vec<i64>>,
    months: Vec<i64>,
    /// `None` for `?`; Sunday is 1.
    weekdays: Option<Vec<i64>>,
    years: Vec<i64>,
}

impl Expression {
    /// Parses an expression; `None` if EventBridge or this platform does not support it.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('(')?;
        let inner = rest.strip_suffix(')')?;
        match kind {
            "rate" => {
                let (count, unit) = inner.split_once(' ')?;
                let count = count.parse::<i64>().ok().filter(|count| *count > 0)?;
                let unit = match unit.trim_end_matches('s') {
                    "minute" => 60,
                    "hour" => 3_600,
                    "day" => 86_400,
                    _ => return None,
                };
                Some(Self::Rate(SignedDuration::from_secs(count.checked_mul(unit)?)))
            }
            "cron" => {
                let fields: Vec<&str> = inner.split_whitespace().collect();
                let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else { return None };
                let cron = Cron {
                    minutes: numbers(minutes, 0, 59, &[])?,
                    hours: numbers(hours, 0, 23, &[])?,
                    days: match *days {
                        "?" => None,
                        days => Some(numbers(days, 1, 31, &[])?),
                    },
                    months: numbers(months, 1, 12, &MONTHS)?,
                    weekdays: match *weekdays {
                        "?" => None,
                        weekdays => Some(numbers(weekdays, 1, 7, &WEEKDAYS)?),
                    },
                    years: numbers(years, 1970, 2199, &[])?,
                };
                (cron.days.is_some() != cron.weekdays.is_some()).then(|| Self::Cron(Box::new(cron)))
            }
            _ => None,
        }
    }

    /// The first time after `moment` at which it runs; `None` if it never runs again.
    pub fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(period) => moment.checked_add(*period).ok(),
            Self::Cron(cron) => cron.after(moment),
        }
    }
}

impl Cron {
    fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        let start = moment.to_zoned(TimeZone::UTC).datetime();
        let mut date = start.date();
        let last = date.checked_add(YEARS_AHEAD_MAX.years()).ok()?;
        while date <= last {
            if self.has_day(date) {
                for hour in &self.hours {
                    for minute in &self.minutes {
                        let candidate: DateTime = date.at(i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?, 0, 0);
                        if candidate > start {
                            return candidate.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
                        }
                    }
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn has_day(&self, date: jiff::civil::Date) -> bool {
        let weekday = i64::from(date.weekday().to_sunday_one_offset());
        self.years.contains(&i64::from(date.year()))
            && self.months.contains(&i64::from(date.month()))
            && self.days.as_ref().is_none_or(|days| days.contains(&i64::from(date.day())))
            && self.weekdays.as_ref().is_none_or(|weekdays| weekdays.contains(&weekday))
    }
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Parses `*`, `5`, `1,3`, `1-5`, `*/10`, `2/3` and names into ascending numbers.
fn numbers(field: &str, least: i64, most: i64, names: &[&str]) -> Option<Vec<i64>> {
    let named = |text: &str| match names.iter().position(|name| text.eq_ignore_ascii_case(name)) {
        Some(at) => i64::try_from(at).ok().map(|at| at + 1),
        None => text.parse().ok(),
    };
    let mut all = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (named(from)?, named(to)?),
            None if step.is_some() => (named(range)?, most),
            None => (named(range)?, named(range)?),
        };
        if from < least || to > most || from > to {
            return None;
        }
        all.extend((from..=to).step_by(step.unwrap_or(1)));
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::Expression;

    fn next(expression: &str, after: &str) -> String {
        Expression::parse(expression).unwrap().after(after.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn rate_counts_from_the_last_run() {
        assert_eq!(next("rate(5 minutes)", "2026-01-01T00:00:10Z"), "2026-01-01T00:05:10Z");
        assert_eq!(next("rate(1 day)", "2026-01-01T00:00:10Z"), "2026-01-02T00:00:10Z");
    }

    #[test]
    fn cron_finds_the_next_matching_minute() {
        assert_eq!(next("cron(15 3 * * ? *)", "2026-01-31T03:15:00Z"), "2026-02-01T03:15:00Z");
        assert_eq!(next("cron(0/20 * * * ? *)", "2026-01-31T23:45:01Z"), "2026-02-01T00:00:00Z");
        assert_eq!(next("cron(0 12 ? * MON-FRI *)", "2026-01-02T12:00:00Z"), "2026-01-05T12:00:00Z");
        assert_eq!(next("cron(0 0 29 2 ? *)", "2026-03-01T00:00:00Z"), "2028-02-29T00:00:00Z");
    }

    #[test]
    fn invalid_schedules_are_refused() {
        for wrong in
            ["rate(0 minutes)", "rate(5 weeks)", "cron(* * * * *)", "cron(0 0 1 * 1 *)", "cron(61 * * * ? *)", "5m"]
        {
            assert!(Expression::parse(wrong).is_none(), "{wrong}");
        }
    }
}
