//! The languages in which the service writes to people.

use serde::{Deserialize, Serialize};

/// A language of the message catalogues. Rows store its code (ISO 639-1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names explain themselves")]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
    #[serde(rename = "fr")]
    French,
    #[serde(rename = "es")]
    Spanish,
}

/// The most entries of an `Accept-Language` header that are considered.
const ACCEPTED_MAX: usize = 20;

impl Language {
    /// Every language.
    pub const ALL: [Language; 4] = [Language::English, Language::German, Language::French, Language::Spanish];

    /// The language's code.
    pub const fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::French => "fr",
            Language::Spanish => "es",
        }
    }

    /// The language of a tag (BCP 47), in any region: German for `de`, `de-AT` and `DE-ch`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// The one of our languages that an `Accept-Language` header prefers (RFC 9110 §12.5.4); `None` if it names none of
    /// them.
    pub fn of_header(accept_language: &str) -> Option<Self> {
        let entries = accept_language.split(',').take(ACCEPTED_MAX);
        let accepted = entries.filter_map(|entry| {
            let (tag, parameter) = entry.split_once(';').unwrap_or((entry, "q=1"));
            let quality: f32 = parameter.trim().strip_prefix("q=")?.parse().ok()?;
            Some((Self::of_tag(tag)?, quality)).filter(|(_, quality)| *quality > 0.0)
        });
        // The first of several equal preferences wins.
        accepted.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(language, _)| language)
    }

    /// The separators of a number: between groups of three digits, and before the decimals.
    pub const fn separators(self) -> (char, char) {
        match self {
            Language::English => (',', '.'),
            Language::German | Language::Spanish => ('.', ','),
            Language::French => ('\u{202f}', ','),
        }
    }

    /// The fewest digits before the decimals that are grouped: Spanish writes `1299`, but `12.990`.
    pub const fn grouped_digits_min(self) -> usize {
        match self {
            Language::Spanish => 5,
            _ => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_any_region_is_its_language() {
        for (tag, language) in [
            ("de", Some(Language::German)),
            ("DE-at", Some(Language::German)),
            ("fr-CA", Some(Language::French)),
            ("es-419", Some(Language::Spanish)),
            ("en-GB", Some(Language::English)),
            ("it", None),
            ("den", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn the_header_names_the_preferred_language_that_we_have() {
        for (header, language) in [
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(Language::French)),
            ("it, en;q=0.3, es;q=0.8", Some(Language::Spanish)),
            ("de;q=0.5,fr;q=0.5", Some(Language::German)),
            ("de;q=0, en", Some(Language::English)),
            ("fr;q=NaN, de;q=x, es;level=1", None),
            ("it-IT, pt;q=0.9", None),
            ("*", None),
            (", ;q=1,;,", None),
        ] {
            assert_eq!(Language::of_header(header), language, "{header}");
        }
    }
}
