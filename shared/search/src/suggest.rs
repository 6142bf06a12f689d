//! Suggestions for a query that found nothing.

use crate::cost::{Cost, Costs, Form};
use crate::field::Fields;
use crate::find::letters;
use crate::index::Index;
use crate::query::Query;
use crate::ranks::Ranks;
use crate::vocabulary::only;
use crate::words::{Piece, each_piece, grams, is_filler};

/// The fewest letters of a word to which a suggestion may have one typo, and two.
const ONE_TYPO_CHARACTERS_MIN: usize = 3;
const TWO_TYPOS_CHARACTERS_MIN: usize = 5;
/// The length of the pieces of text without spaces. Only some of them must occur.
const GRAM_CHARACTERS: usize = 2;

impl Index {
    /// The documents whose names are nearest to a query: those that miss the fewest of its words, then those with the
    /// fewest typos. Articles do not count, and a document must have at least one word of the query.
    pub fn nearest(&self, typed: &str) -> Ranks {
        let query = Query::parse(typed);
        let mut found = Costs::zero(self.documents());
        let mut missed = vec![0_u32; self.documents()];
        let mut pieces = 0;
        let words: Vec<String> = query.words.iter().flat_map(|word| word.parts.iter().cloned()).collect();
        let is_needed = |word: &&String| !is_filler(word) || words.len() == 1;
        for word in words.iter().filter(is_needed) {
            each_piece(word, |piece| {
                for costs in self.guesses(piece) {
                    pieces += 1;
                    for (missed, cost) in missed.iter_mut().zip(costs.iter()) {
                        *missed += u32::from(!cost.is_match());
                    }
                    // A missed word adds no cost, because missed words are counted separately.
                    found = std::mem::replace(&mut found, Costs::zero(0)).and_if_match(&costs);
                }
            });
        }
        let rank = |((document, cost), missed): ((u32, Cost), &u32)| {
            (*missed < pieces).then(|| missed << 24 | self.rank(&query, document, cost).min((1 << 24) - 1))
        };
        Ranks::new((0..).zip(found.iter()).zip(&missed).map(rank))
    }

    /// The costs of a piece in names, one set for each way to match it.
    fn guesses(&self, piece: Piece<'_>) -> Vec<Costs> {
        match piece {
            Piece::Word(word) => vec![self.guess(word)],
            Piece::Run(run) => {
                let count = run.chars().count().saturating_sub(GRAM_CHARACTERS - 1).max(1);
                let start = |gram| {
                    let mut costs = Costs::none(self.documents());
                    if let Some(words) = self.vocabulary.starting_with(gram) {
                        self.lower(&mut costs, words, Fields::NAMES, Form::Same, 0);
                    }
                    costs
                };
                grams(run, GRAM_CHARACTERS).take(count).map(start).collect()
            }
        }
    }

    fn guess(&self, word: &str) -> Costs {
        let mut costs = Costs::none(self.documents());
        let characters = letters(word);
        if let Some(number) = self.vocabulary.exact(word) {
            self.lower(&mut costs, number, Fields::NAMES, Form::Same, 0);
        }
        for number in self.vocabulary.related(word) {
            self.lower(&mut costs, only(number), Fields::NAMES, Form::Related, 0);
        }
        if characters < ONE_TYPO_CHARACTERS_MIN || word.chars().any(char::is_numeric) {
            return costs;
        }
        if let Some(words) = self.vocabulary.starting_with(word) {
            self.lower(&mut costs, words, Fields::NAMES, Form::Longer, 0);
        }
        let typos_max = if characters < TWO_TYPOS_CHARACTERS_MIN { 1 } else { 2 };
        for near in self.vocabulary.near(word, typos_max, true) {
            let form = if near.is_longer { Form::Longer } else { Form::Same };
            self.lower(&mut costs, only(near.word), Fields::NAMES, form, near.typos);
        }
        costs
    }
}
