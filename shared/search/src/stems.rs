//! The stems of words, in the languages of the app.

use frostem::{Algorithm, Stemmer};
use std::borrow::Cow;

/// The language of a title is unknown, so a word has a stem in each language.
const LANGUAGES: [Algorithm; 4] = [Algorithm::English, Algorithm::German, Algorithm::French, Algorithm::Spanish];
/// Shorter stems are too ambiguous: "as" is one of "asas".
const CHARACTERS_MIN: usize = 3;

/// The different stems of a folded word.
pub(crate) fn stems(word: &str) -> Vec<Cow<'_, str>> {
    let mut stems: Vec<Cow<'_, str>> = Vec::with_capacity(LANGUAGES.len());
    if !has_stems(word) {
        return stems;
    }
    for stem in LANGUAGES.map(|language| Stemmer::new(language).stem(word)) {
        if stem.chars().nth(CHARACTERS_MIN - 1).is_some() && !stems.contains(&stem) {
            stems.push(stem);
        }
    }
    stems
}

/// Whether a word is written in the letters of these languages.
pub(crate) fn has_stems(word: &str) -> bool {
    word.len() >= CHARACTERS_MIN && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for (one, other) in [
            ("lighthouses", "lighthouse"),
            ("stories", "story"),
            ("running", "runs"),
            ("hauser", "haus"),
            ("traume", "traum"),
            ("chevaliers", "chevalier"),
            ("canciones", "cancion"),
            ("ciudades", "ciudad"),
        ] {
            assert!(stems(one).iter().any(|stem| stems(other).contains(stem)), "{:?} {:?}", stems(one), stems(other));
        }
        assert!(stems("東京").is_empty() && stems("2001").is_empty() && stems("as").is_empty());
    }
}
