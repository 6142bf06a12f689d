//! One form for all spellings of a text.

use icu_properties::props::{EnumeratedProperty, Script};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Text for comparison: without case and accents, and with one form of each letter.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase().replace('`', "'");
    }
    let mut folded = String::with_capacity(text.len());
    // A standalone acute or grave accent is typed as an apostrophe; its decomposition would start with a space.
    let apostrophes = text.chars().map(|character| if matches!(character, '´' | '`') { '\'' } else { character });
    for character in apostrophes.nfkd().filter(|character| !is_optional(*character)).flat_map(char::to_lowercase) {
        match character {
            // Letters that Unicode does not decompose, as people without them on their keyboard type them.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            // A sigma has a different form at the end of a word.
            'ς' => folded.push('σ'),
            // A letter whose lower case has an additional mark: `İ`.
            mark if is_optional(mark) => {}
            other => folded.push(other),
        }
    }
    folded
}

/// Whether people may omit a character when typing: accents, Hebrew points, Arabic vowels and tatweel, and invisible
/// characters. In other scripts a mark is a vowel or makes a different letter.
fn is_optional(character: char) -> bool {
    match character {
        // Soft hyphen, joiners, the Arabic tatweel.
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{640}' => true,
        // The marks that turn `ha` into `ba` in Japanese.
        '\u{3099}' | '\u{309a}' => false,
        mark if is_combining_mark(mark) => {
            matches!(
                Script::for_char(mark),
                Script::Inherited
                    | Script::Common
                    | Script::Latin
                    | Script::Greek
                    | Script::Cyrillic
                    | Script::Hebrew
                    | Script::Arabic
            )
        }
        _ => false,
    }
}

/// Whether a script writes words without spaces, so that a word can start anywhere.
pub fn is_unspaced(character: char) -> bool {
    matches!(
        Script::for_char(character),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
            | Script::Bopomofo
            | Script::Yi
    )
}
