//! Moments as sort keys.

use jiff::Timestamp;

/// A moment as text that sorts by time: RFC 3339 with exactly three decimals. Without them `…00Z` sorts after `…00.5Z`.
pub fn sortable(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// The UTC day of a moment: `2026-03-01`.
pub fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
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
}
