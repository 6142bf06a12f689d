use crate::model::{DAY, Interval, Recurring, UnixSeconds};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The first end of a billing period after `after`, for a cycle anchored at `anchor`. Months are counted from the
/// anchor: a cycle anchored on the 31st renews on the last day of shorter months, and on the 31st again.
pub(crate) fn next_boundary(anchor: UnixSeconds, recurring: Recurring, after: UnixSeconds) -> UnixSeconds {
    let count = i64::from(recurring.count.max(1));
    let shortest = count
        * match recurring.interval {
            Interval::Day => DAY,
            Interval::Week => 7 * DAY,
            Interval::Month => 28 * DAY,
            Interval::Year => 365 * DAY,
        };
    let longest = match recurring.interval {
        Interval::Month => shortest / 28 * 31,
        Interval::Year => shortest / 365 * 366,
        _ => shortest,
    };
    let mut number = ((after - anchor) / longest).max(0);
    loop {
        let boundary = boundary(anchor, recurring.interval, number * count);
        if boundary > after && number > 0 {
            return boundary;
        }
        number += 1;
    }
}

fn boundary(anchor: UnixSeconds, interval: Interval, count: i64) -> UnixSeconds {
    let span = match interval {
        Interval::Day => return anchor + count * DAY,
        Interval::Week => return anchor + count * 7 * DAY,
        Interval::Month => Span::new().try_months(count),
        Interval::Year => Span::new().try_years(count),
    };
    let moved = span.and_then(|span| Timestamp::from_second(anchor)?.to_zoned(TimeZone::UTC).checked_add(span));
    moved.map_or(UnixSeconds::MAX, |moved| moved.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixSeconds {
        text.parse::<Timestamp>().expect("a time").as_second()
    }

    #[test]
    fn months_from_the_31st_end_with_short_months_and_come_back() {
        let monthly = Recurring { interval: Interval::Month, count: 1 };
        let anchor = at("2026-01-31T10:00:00Z");
        let mut ends = vec![next_boundary(anchor, monthly, anchor)];
        for _ in 0..3 {
            ends.push(next_boundary(anchor, monthly, ends[ends.len() - 1]));
        }
        let expected = ["2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z", "2026-05-31T10:00:00Z"];
        assert_eq!(ends, expected.map(at));
    }

    #[test]
    fn a_year_from_a_leap_day_ends_on_the_28th() {
        let yearly = Recurring { interval: Interval::Year, count: 1 };
        let anchor = at("2028-02-29T00:00:00Z");
        assert_eq!(next_boundary(anchor, yearly, anchor), at("2029-02-28T00:00:00Z"));
        assert_eq!(next_boundary(anchor, yearly, at("2031-03-01T00:00:00Z")), at("2032-02-29T00:00:00Z"));
    }

    #[test]
    fn two_weeks_are_two_weeks() {
        let fortnightly = Recurring { interval: Interval::Week, count: 2 };
        assert_eq!(next_boundary(0, fortnightly, 0), 14 * DAY);
        assert_eq!(next_boundary(0, fortnightly, 14 * DAY - 1), 14 * DAY);
        assert_eq!(next_boundary(0, fortnightly, 14 * DAY), 28 * DAY);
    }
}
