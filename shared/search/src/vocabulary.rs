//! The words of all documents, sorted, and the ways to look them up.

use crate::stems::{has_stems, stems};
use fst::automaton::{Automaton, Str};
use fst::{IntoStreamer, Map, Streamer};
use levenshtein_automata::{Distance, LevenshteinAutomatonBuilder};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// Edit distances in which a transposition of two letters counts as one edit.
static ONE_TYPO: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_TYPOS: LazyLock<LevenshteinAutomatonBuilder> = LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// The most letters by which a word is longer than its stem: "reconciliation", "reconcili".
const ENDING_CHARACTERS_MAX: usize = 6;
/// The fewest letters of a word whose start may contain the typo.
const PREFIX_CHARACTERS_MIN: usize = 5;

/// The words of all documents, numbered alphabetically.
#[derive(Debug)]
pub(crate) struct Vocabulary(Map<Vec<u8>>);

/// A word within a few typos.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FuzzyMatch {
    pub(crate) word: u32,
    pub(crate) typos: u8,
    /// Whether only its start is within the typos.
    pub(crate) is_longer: bool,
}

impl Vocabulary {
    /// The vocabulary of sorted, different words.
    pub(crate) fn new<'a>(sorted: impl Iterator<Item = &'a str>) -> Self {
        let map = Map::from_iter(sorted.zip(0..)).expect("sorted, without duplicates");
        Self(map)
    }

    /// The number of a word, as a range of one.
    pub(crate) fn exact(&self, word: &str) -> Option<Range<u32>> {
        self.0.get(word).map(number).map(only)
    }

    /// The numbers of the words that start with `start`, including itself.
    pub(crate) fn starting_with(&self, start: &str) -> Option<Range<u32>> {
        let mut found = self.0.search(Str::new(start).starts_with()).into_stream();
        let first = number(found.next()?.1);
        // Words that share a start are neighbours: the next start is where they end.
        let end = after(start).and_then(|after| self.0.range().ge(after).into_stream().next().map(|(_, word)| word));
        Some(first..end.map_or_else(|| number(self.0.len() as u64), number))
    }

    /// The numbers of the other forms of a word.
    pub(crate) fn related(&self, word: &str) -> Vec<u32> {
        let mut related = Vec::new();
        let own = stems(word);
        for start in starts(&own) {
            let mut found = self.0.search(Str::new(start).starts_with()).into_stream();
            while let Some((bytes, other)) = found.next() {
                let Ok(candidate) = std::str::from_utf8(bytes) else { continue };
                let is_near = candidate.len() <= start.len() + ENDING_CHARACTERS_MAX;
                if is_near && has_stems(candidate) && candidate != word && share(&own, &stems(candidate)) {
                    related.push(number(other));
                }
            }
        }
        related.sort_unstable();
        related.dedup();
        related
    }

    /// The words that are within `typos_max` typos of a word, but not the word itself; with `or_longer` also those whose
    /// start is within one.
    pub(crate) fn near(&self, word: &str, typos_max: u8, or_longer: bool) -> Vec<FuzzyMatch> {
        let builder = if typos_max > 1 { &*TWO_TYPOS } else { &*ONE_TYPO };
        let whole = builder.build_dfa(word);
        let mut near = Vec::new();
        let mut found = self.0.search_with_state(&whole).into_stream();
        while let Some((_, other, state)) = found.next() {
            match whole.distance(state) {
                Distance::Exact(typos @ 1..) => near.push(FuzzyMatch { word: number(other), typos, is_longer: false }),
                Distance::Exact(0) | Distance::AtLeast(_) => {}
            }
        }
        if or_longer && word.chars().nth(PREFIX_CHARACTERS_MIN - 1).is_some() {
            let start = ONE_TYPO.build_prefix_dfa(word);
            let mut found = self.0.search_with_state(&start).into_stream();
            while let Some((_, other, state)) = found.next() {
                if start.distance(state) == Distance::Exact(1) {
                    near.push(FuzzyMatch { word: number(other), typos: 1, is_longer: true });
                }
            }
        }
        near
    }

    /// Its size in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.as_fst().as_bytes().len()
    }
}

/// The range that holds only this number.
pub(crate) fn only(number: u32) -> Range<u32> {
    number..number + 1
}

fn number(value: u64) -> u32 {
    u32::try_from(value).expect("a word's place among fewer than 4 billion")
}

/// The least text that sorts after everything that starts with `start`; `None` if no such text exists.
fn after(start: &str) -> Option<Vec<u8>> {
    let mut bytes = start.as_bytes().to_vec();
    while let Some(last) = bytes.pop() {
        if last < u8::MAX {
            bytes.push(last + 1);
            return Some(bytes);
        }
    }
    None
}

/// The common starts of the words with one of these stems. A stem may change the last letter: "story", "stori".
fn starts<'a>(stems: &'a [Cow<'a, str>]) -> Vec<&'a str> {
    let mut starts: Vec<&str> = Vec::new();
    for stem in stems {
        // Stems are ASCII.
        let start = if stem.len() > 3 { &stem[..stem.len() - 1] } else { stem };
        starts.retain(|known| !known.starts_with(start));
        if !starts.iter().any(|known| start.starts_with(known)) {
            starts.push(start);
        }
    }
    starts
}

fn share(some: &[Cow<'_, str>], others: &[Cow<'_, str>]) -> bool {
    some.iter().any(|stem| others.contains(stem))
}
