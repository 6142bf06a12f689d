//! Full-text search in memory: words and prefixes, case and accents folded.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Text as it is compared: no case, no accents.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.nfd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase) {
        match character {
            // Letters that Unicode does not take apart, as people without them on their keyboard type them.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            // A letter whose lower case has a mark of its own: `İ`.
            mark if is_combining_mark(mark) => {}
            other => folded.push(other),
        }
    }
    folded
}

/// The words of folded text.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Which of the indexed texts have which words. The words are sorted, so that those of one prefix lie together.
#[derive(Debug, Default)]
pub struct Index {
    texts: usize,
    words: BTreeMap<Box<str>, Vec<u32>>,
}

impl Index {
    /// Indexes texts, numbered from 0 in their order.
    pub fn of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut index = Self::default();
        for (number, text) in (0..).zip(texts) {
            index.texts += 1;
            for word in words(&fold(text.as_ref())) {
                match index.words.get_mut(word) {
                    Some(numbers) if numbers.last() == Some(&number) => {}
                    Some(numbers) => numbers.push(number),
                    None => {
                        index.words.insert(word.into(), vec![number]);
                    }
                }
            }
        }
        index
    }

    /// The texts that have, for each word of the query, a word that starts with it. A query without any word finds none.
    pub fn find(&self, query: &str) -> Hits {
        let folded = fold(query);
        let words: BTreeSet<&str> = words(&folded).collect();
        let found = words.into_iter().map(|word| self.starting_with(word)).reduce(Hits::and);
        found.unwrap_or_else(|| Hits::none(self.texts))
    }

    fn starting_with(&self, prefix: &str) -> Hits {
        let mut hits = Hits::none(self.texts);
        let from = self.words.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        for (_, numbers) in from.take_while(|(word, _)| word.starts_with(prefix)) {
            numbers.iter().for_each(|number| hits.add(*number));
        }
        hits
    }
}

/// A set of text numbers, a bit each.
#[derive(Debug)]
pub struct Hits(Vec<u64>);

impl Hits {
    /// Whether a text is among them.
    pub fn contains(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }

    fn none(texts: usize) -> Self {
        Self(vec![0; texts.div_ceil(64)])
    }

    fn add(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    fn and(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(bits, others)| *bits &= others);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(index: &Index, query: &str) -> Vec<u32> {
        let hits = index.find(query);
        (0..70).filter(|number| hits.contains(*number)).collect()
    }

    #[test]
    fn words_are_found_whatever_their_case_and_accents() {
        let index = Index::of(["Amélie à Montmartre", "Straße nach Łódź", "AMELIA", "İstanbul", "Smørrebrød"]);
        for query in ["amélie", "AMELIE", "amelie", "Ame\u{301}lie"] {
            assert_eq!(found(&index, query), [0], "{query}");
        }
        assert_eq!(found(&index, "strasse lodz"), [1]);
        assert_eq!(found(&index, "istanbul"), [3]);
        assert_eq!(found(&index, "smorrebrod"), [4]);
    }

    #[test]
    fn every_word_must_match_and_a_prefix_is_enough() {
        let index = Index::of(["The Quiet Harbour: a storm", "Harbour lights", "Quietly", "77 Sunset"]);
        assert_eq!(found(&index, "har"), [0, 1]);
        assert_eq!(found(&index, "har qui"), [0]);
        assert_eq!(found(&index, "  storm,the "), [0]);
        assert!(found(&index, "arbour").is_empty());
        assert!(found(&index, "harbours").is_empty());
        assert_eq!(found(&index, "7"), [3]);
        assert!(found(&index, "¡!…").is_empty());
    }

    #[test]
    fn more_texts_than_a_machine_word_has_bits_are_told_apart() {
        let index = Index::of((0..70).map(|number| format!("film n{number}")));
        assert_eq!(found(&index, "film").len(), 70);
        assert_eq!(found(&index, "film n65"), [65]);
    }
}
