//! Finding documents, and ranking them.

use crate::cost::{Cost, Costs, Form};
use crate::field::{Field, Fields};
use crate::index::Index;
use crate::query::{Query, QueryWord};
use crate::ranks::Ranks;
use crate::vocabulary::only;
use crate::words::{GRAM_CHARACTERS, Piece, are_words, each_piece, grams, is_filler};
use std::rc::Rc;

/// The fewest letters of a word that may have one typo, and two. Shorter words are near too many others.
const ONE_TYPO_CHARACTERS_MIN: usize = 4;
const TWO_TYPOS_CHARACTERS_MIN: usize = 8;
/// The fewest letters of a word that may be a typo although the word itself occurs.
const KNOWN_TYPO_CHARACTERS_MIN: usize = 6;
/// Shorter starts of words are looked up in names only: "ha" is the start of a word in half of all descriptions.
const START_CHARACTERS_MIN: usize = 3;
/// The fewest letters of a word that is typed together with another.
const PART_CHARACTERS_MIN: usize = 2;

/// How well the title answers the query, from best to worst; after these come the other fields, in their order.
#[derive(Clone, Copy)]
enum MatchLevel {
    /// The title is the query.
    Exact = 0,
    /// The title starts with the words of the query.
    Start = 1,
    /// The words of the query stand next to each other in the title.
    Phrase = 2,
    /// The title starts with the text typed so far, or has only the words of the query.
    Close = 3,
    /// All words of the query are in the title.
    Words = 4,
}

impl Index {
    /// The documents that contain every word of a query. A query without words finds nothing.
    pub fn search(&self, typed: &str) -> Ranks {
        let query = Query::parse(typed);
        let costs = Search { index: self, known: Vec::new() }.query(&query.words);
        let rank = |(document, cost): (u32, Cost)| cost.is_match().then(|| self.rank(&query, document, cost));
        Ranks::new((0..).zip(costs.iter()).map(rank))
    }

    /// The rank of a document that matches: typos, then the level, then the forms of the words.
    pub(crate) fn rank(&self, query: &Query, document: u32, cost: Cost) -> u32 {
        let level = match cost.field() {
            field if field == Field::Title as u32 => self.level(query, document, cost) as u32,
            field => MatchLevel::Words as u32 + field,
        };
        cost.typos() << 16 | level << 8 | cost.forms()
    }

    fn level(&self, query: &Query, document: u32, cost: Cost) -> MatchLevel {
        let (title, asked) = (self.title(document), query.compact.text());
        let are_whole = cost.forms() == 0;
        if title == asked {
            MatchLevel::Exact
        } else if are_whole && cost.typos() == 0 && title.starts_with(asked) {
            MatchLevel::Start
        } else if are_whole && cost.typos() == 0 && title.contains(asked) {
            MatchLevel::Phrase
        } else if title.starts_with(asked) || self.title_words(document) == query.compact.words() {
            MatchLevel::Close
        } else {
            MatchLevel::Words
        }
    }
}

/// One query: a word that occurs in it several times is looked up once.
struct Search<'a> {
    index: &'a Index,
    known: Vec<(String, Rc<Costs>)>,
}

impl Search<'_> {
    fn query(&mut self, words: &[QueryWord]) -> Costs {
        let documents = self.index.documents();
        if words.is_empty() {
            return Costs::none(documents);
        }
        // The costs of the words before, with and without the last of them. Two words of the query may match one word of
        // a document.
        let (mut before, mut found) = (Costs::none(documents), Costs::zero(documents));
        for (at, word) in words.iter().enumerate() {
            let costs = self.word(word);
            let mut next =
                if word.is_optional { found.clone().and_optional(&costs) } else { found.clone().and(&costs) };
            if let Some(previous) = at.checked_sub(1).map(|previous| &words[previous])
                && let Some(joined) = self.joined(&(previous.joined() + &word.joined()), word.is_last)
            {
                next = next.or(&joined.and(&before));
            }
            (before, found) = (found, next);
        }
        found
    }

    /// The costs of a word: with its signs, without them, or as its parts if those are words.
    fn word(&mut self, word: &QueryWord) -> Rc<Costs> {
        let joined = self.pieces(&word.joined(), word.is_last);
        if word.parts.len() == 1 || !are_words(&word.parts) {
            return joined;
        }
        let all = Costs::zero(self.index.documents());
        let parts =
            word.parts.iter().enumerate().fold(all, |costs, (at, part)| {
                costs.and(&self.pieces(part, word.is_last && at + 1 == word.parts.len()))
            });
        Rc::new(parts.or(&joined))
    }

    /// The costs of a word without signs, summed over its pieces.
    fn pieces(&mut self, word: &str, is_last: bool) -> Rc<Costs> {
        if let Some((_, costs)) = self.known.iter().find(|(known, _)| known == word) {
            return costs.clone();
        }
        let mut all: Option<Costs> = None;
        each_piece(word, |piece| {
            let costs = match piece {
                Piece::Word(word) => self.index.word(word, is_last),
                Piece::Run(run) => self.index.run(run),
            };
            all = Some(match all.take() {
                Some(all) => all.and(&costs),
                None => costs,
            });
        });
        let costs = Rc::new(all.unwrap_or_else(|| Costs::none(self.index.documents())));
        self.known.push((word.to_owned(), costs.clone()));
        costs
    }

    /// The costs of two words of the query that form one word of a document; `None` if there is no such word.
    fn joined(&self, word: &str, is_last: bool) -> Option<Costs> {
        let index = self.index;
        let exact = index.vocabulary.exact(word);
        let longer = index.vocabulary.starting_with(word).filter(|_| is_last);
        if exact.is_none() && longer.is_none() {
            return None;
        }
        let mut costs = Costs::none(index.documents());
        if let Some(number) = exact {
            index.lower(&mut costs, number, Fields::ALL, Form::Related, 0);
        }
        if let Some(words) = longer {
            index.lower(&mut costs, words, Fields::ALL, Form::Longer, 0);
        }
        Some(costs)
    }
}

impl Index {
    /// The costs of text without spaces: summed over its pieces, or as the start of a piece.
    fn run(&self, run: &str) -> Costs {
        let mut all = Costs::zero(self.documents());
        for gram in grams(run, GRAM_CHARACTERS).take((run.chars().count() + 1).saturating_sub(GRAM_CHARACTERS).max(1)) {
            let mut costs = Costs::none(self.documents());
            if let Some(words) = self.vocabulary.starting_with(gram) {
                self.lower(&mut costs, words, Fields::ALL, Form::Same, 0);
            }
            all = all.and(&costs);
        }
        all
    }

    /// The costs of a word: itself, other forms of it, longer words, two words that are typed as one, and typos.
    fn word(&self, word: &str, is_last: bool) -> Costs {
        let mut costs = Costs::none(self.documents());
        let characters = letters(word);
        let exact = self.vocabulary.exact(word);
        if let Some(number) = exact.clone() {
            self.lower(&mut costs, number, Fields::ALL, Form::Same, 0);
        }
        if is_filler(word) && !is_last {
            return costs;
        }
        let related = self.vocabulary.related(word);
        for number in &related {
            self.lower(&mut costs, only(*number), Fields::ALL, Form::Related, 0);
        }
        let longer = self.vocabulary.starting_with(word);
        let fields = if characters < START_CHARACTERS_MIN { Fields::NAMES } else { Fields::ALL };
        if let Some(words) = longer.clone() {
            self.lower(&mut costs, words, fields, Form::Longer, 0);
        }
        self.together(&mut costs, word, is_last);
        let is_known = exact.is_some() || !related.is_empty() || (is_last && longer.is_some());
        self.typos(&mut costs, word, is_last, is_known);
        costs
    }

    /// Two words of a title that are typed as one.
    fn together(&self, costs: &mut Costs, word: &str, is_last: bool) {
        let starts = word.char_indices().skip(PART_CHARACTERS_MIN).map(|(at, _)| word.split_at(at));
        for (first, second) in starts.filter(|(_, second)| letters(second) >= PART_CHARACTERS_MIN) {
            let Some(first) = self.vocabulary.exact(first) else { continue };
            let Some(second) =
                self.vocabulary.exact(second).or_else(|| self.vocabulary.starting_with(second).filter(|_| is_last))
            else {
                continue;
            };
            let mut with_first: Vec<u32> = self.titled(first).collect();
            with_first.dedup();
            for document in self.titled(second) {
                if with_first.binary_search(&document).is_ok() && self.title(document).contains(word) {
                    costs.lower(document, Cost::new(Fields::single(Field::Title), Form::Related, 0));
                }
            }
        }
    }

    /// Words within a few typos. If the word itself occurs, only names are searched for them.
    fn typos(&self, costs: &mut Costs, word: &str, is_last: bool, is_known: bool) {
        let characters = letters(word);
        let characters_min = if is_known { KNOWN_TYPO_CHARACTERS_MIN } else { ONE_TYPO_CHARACTERS_MIN };
        if characters < characters_min || word.chars().any(char::is_numeric) {
            return;
        }
        let typos_max = if characters >= TWO_TYPOS_CHARACTERS_MIN && !is_known { 2 } else { 1 };
        let fields = if is_known { Fields::NAMES } else { Fields::ALL };
        for near in self.vocabulary.near(word, typos_max, is_last) {
            let form = if near.is_longer { Form::Longer } else { Form::Same };
            self.lower(costs, only(near.word), fields, form, near.typos);
        }
    }
}

/// The number of letters; a Korean syllable, which folding takes apart, is one.
pub(crate) fn letters(word: &str) -> usize {
    word.chars().filter(|character| !matches!(character, '\u{1160}'..='\u{11ff}')).count()
}
