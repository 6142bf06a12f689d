//! Age ratings and the age limits of kids profiles. A rating is free text; here it is converted to a minimum age.

use crate::models::number::BoundedInteger;

/// The highest minimum age of the titles that a kids profile may watch.
pub type AgeLimit = BoundedInteger<0, 17>;

/// The ratings that are not a number, each with its minimum age.
const NAMED: [(&str, u8); 29] = [
    ("G", 0),
    ("U", 0),
    ("UC", 0),
    ("AL", 0),
    ("ALL", 0),
    ("ALL AGES", 0),
    ("TP", 0),
    ("TOUS PUBLICS", 0),
    ("APTA", 0),
    ("BTL", 0),
    ("TV-Y", 0),
    ("TV-G", 0),
    ("TV-Y7", 7),
    ("TV-Y7-FV", 7),
    ("PG", 8),
    ("TV-PG", 10),
    ("PG-13", 13),
    ("PG13", 13),
    ("TV-14", 14),
    ("M", 15),
    ("R", 17),
    ("TV-MA", 17),
    ("R18", 18),
    ("R-18", 18),
    ("NC-17", 18),
    ("NC17", 18),
    ("X", 18),
    ("XX", 18),
    ("XXX", 18),
];
/// The prefixes that a rating may have before its number.
const PREFIXES: [&str; 12] = ["FSK", "USK", "PEGI", "KIJKWIJZER", "BBFC", "MA", "AGES", "AGE", "FROM", "AB", "+", "-"];
/// The suffixes that a rating may have after its number.
const SUFFIXES: [&str; 9] = ["", "+", "A", "PLUS", "AND OVER", "YEARS", "JAHRE", "JAHREN", "ANS"];

/// The minimum age that a rating stands for; `None` for an unknown rating.
fn minimum_age(rating: &str) -> Option<u8> {
    let rating = rating.trim().to_uppercase();
    if let Some((_, age)) = NAMED.iter().find(|(name, _)| *name == rating) {
        return Some(*age);
    }
    let number = PREFIXES.iter().find_map(|prefix| rating.strip_prefix(prefix)).unwrap_or(&rating);
    let number = number.trim_start_matches([' ', '-', ':']);
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let (age, after) = number.split_at(digits);
    let is_rating = (1..=2).contains(&digits) && SUFFIXES.contains(&after.trim_start());
    age.parse().ok().filter(|_| is_rating)
}

/// Whether a title with this rating is suitable for an age limit. Without a limit, every title is. With a limit, a title
/// whose rating is missing or unknown is not.
pub fn is_suitable(rating: Option<&str>, limit: Option<AgeLimit>) -> bool {
    let Some(limit) = limit else { return true };
    rating.and_then(minimum_age).is_some_and(|age| i64::from(age) <= limit.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_of_any_country_is_a_minimum_age() {
        for (rating, age) in [
            ("0", 0),
            ("6", 6),
            ("12", 12),
            (" 16 ", 16),
            ("18", 18),
            ("FSK 16", 16),
            ("fsk-12", 12),
            ("FSK: 6", 6),
            ("PEGI 7", 7),
            ("ab 12 Jahren", 12),
            ("12A", 12),
            ("14 A", 14),
            ("16+", 16),
            ("+16", 16),
            ("-12", 12),
            ("MA15+", 15),
            ("12 ans", 12),
            ("g", 0),
            ("U", 0),
            ("AL", 0),
            ("All", 0),
            ("TV-Y", 0),
            ("TV-G", 0),
            ("TV-Y7", 7),
            ("PG", 8),
            ("TV-PG", 10),
            ("PG-13", 13),
            ("TV-14", 14),
            ("R", 17),
            ("TV-MA", 17),
            ("NC-17", 18),
            ("X", 18),
        ] {
            assert_eq!(minimum_age(rating), Some(age), "{rating}");
        }
    }

    #[test]
    fn an_unknown_rating_has_no_age() {
        for rating in [
            "",
            " ",
            "unrated",
            "NR",
            "6-12",
            "12 (PG)",
            "112",
            "1.2",
            "PG 13 or so",
            "TV",
            "FSK",
            "+",
            "twelve",
            "１２",
        ] {
            assert_eq!(minimum_age(rating), None, "{rating}");
        }
    }

    #[test]
    fn a_limit_allows_only_titles_that_are_rated_for_its_age() {
        let limit = |age: f64| Some(AgeLimit::try_from(age).expect("in range"));
        assert!(is_suitable(Some("12"), limit(12.0)) && is_suitable(Some("0"), limit(0.0)));
        assert!(!is_suitable(Some("12"), limit(11.0)) && !is_suitable(Some("18"), limit(17.0)));
        assert!(!is_suitable(None, limit(17.0)) && !is_suitable(Some("unrated"), limit(17.0)));
        assert!(is_suitable(None, None) && is_suitable(Some("18"), None));
    }
}
