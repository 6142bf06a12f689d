//! A typed query, split into words.

use crate::fold::fold;
use crate::words::{Compact, each_word, is_filler};

/// The most words of a query. Others are ignored, so that no query takes long.
const WORDS_MAX: usize = 16;

/// A search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// Its words; empty if the query has none, such as an emoji.
    pub(crate) words: Vec<QueryWord>,
    /// All words in one text.
    pub(crate) compact: Compact,
}

/// A word of a search.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueryWord {
    /// The parts between its signs; never empty.
    pub(crate) parts: Vec<String>,
    /// Whether a text may lack it, because it is an article or the like next to other words.
    pub(crate) is_optional: bool,
    /// Whether somebody may still be typing it.
    pub(crate) is_last: bool,
}

impl QueryWord {
    /// The word without its signs.
    pub(crate) fn joined(&self) -> String {
        self.parts.concat()
    }
}

impl Query {
    /// Parses a query as it was typed.
    pub(crate) fn parse(typed: &str) -> Self {
        let mut query = Self::default();
        let folded = fold(typed);
        // A lone `&` is a word only next to others.
        if !folded.contains(char::is_alphanumeric) {
            return query;
        }
        each_word(&folded, |parts| {
            if query.words.len() == WORDS_MAX {
                return;
            }
            query.compact.add(parts);
            let parts = parts.iter().map(|part| (*part).to_owned()).collect();
            query.words.push(QueryWord { parts, ..QueryWord::default() });
        });
        let is_filler = |word: &QueryWord| word.parts.len() == 1 && is_filler(&word.parts[0]);
        if !query.words.iter().all(is_filler) {
            for word in &mut query.words {
                word.is_optional = is_filler(word);
            }
        }
        if let Some(last) = query.words.last_mut() {
            last.is_last = true;
        }
        query
    }
}
