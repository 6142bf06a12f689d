//! The index: which words occur in which fields of which documents.

use crate::cost::{Cost, Costs, Form};
use crate::field::{Field, Fields};
use crate::fold::fold;
use crate::vocabulary::Vocabulary;
use crate::words::{Compact, GRAM_CHARACTERS, Piece, each_piece, each_word, grams};
use std::collections::HashMap;
use std::ops::Range;

/// The most documents: their numbers share 32 bits with the set of fields.
const DOCUMENTS_MAX: usize = 1 << 24;

/// An index of documents, numbered from 0 in their order.
#[derive(Debug)]
pub struct Index {
    pub(crate) vocabulary: Vocabulary,
    /// Where the occurrences of each word start in `occurrences`, and where the last ones end.
    starts: Vec<u32>,
    occurrences: Vec<Occurrence>,
    titles: Titles,
}

/// A word in a document: the document's number, and the fields in which it occurs.
#[derive(Clone, Copy, Debug)]
struct Occurrence(u32);

impl Occurrence {
    fn new(document: u32, field: Field) -> Self {
        Self(document << 8 | u32::from(Fields::single(field).bits()))
    }

    fn document(self) -> u32 {
        self.0 >> 8
    }

    fn fields(self) -> Fields {
        Fields::of_bits((self.0 & 0xff) as u8)
    }
}

/// The compact titles of all documents, one after the other.
#[derive(Debug, Default)]
struct Titles {
    text: String,
    ends: Vec<u32>,
    words: Vec<u8>,
}

impl Index {
    /// Indexes documents, each given by its texts. A field may have several.
    ///
    /// # Panics
    /// With more than 16 million documents.
    pub fn build<'a, D>(documents: impl IntoIterator<Item = D>) -> Self
    where
        D: IntoIterator<Item = (Field, &'a str)>,
    {
        let mut builder = Builder::default();
        for (document, texts) in documents.into_iter().enumerate() {
            assert!(document < DOCUMENTS_MAX, "more than {DOCUMENTS_MAX} documents");
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            builder.add_document(document as u32, texts);
        }
        builder.index()
    }

    /// The number of documents.
    pub fn documents(&self) -> usize {
        self.titles.ends.len()
    }

    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let Titles { text, ends, words } = &self.titles;
        self.vocabulary.bytes()
            + 4 * (self.starts.capacity() + self.occurrences.capacity() + ends.capacity())
            + text.capacity()
            + words.capacity()
    }

    /// Lowers the costs of the documents that have one of these words in one of these fields.
    pub(crate) fn lower(&self, costs: &mut Costs, words: Range<u32>, fields: Fields, form: Form, typos: u8) {
        for occurrence in self.occurrences(words) {
            costs.lower(occurrence.document(), Cost::new(occurrence.fields().and(fields), form, typos));
        }
    }

    /// The documents that have one of these words in their titles.
    pub(crate) fn titled(&self, words: Range<u32>) -> impl Iterator<Item = u32> {
        let title = Fields::single(Field::Title);
        let is_title = move |one: &&Occurrence| one.fields().and(title).first().is_some();
        self.occurrences(words).iter().filter(is_title).map(|one| one.document())
    }

    /// The compact title of a document.
    pub(crate) fn title(&self, document: u32) -> &str {
        let end = |document: usize| self.titles.ends[document] as usize;
        let start = (document as usize).checked_sub(1).map_or(0, end);
        &self.titles.text[start..end(document as usize)]
    }

    /// The number of words in a document's title.
    pub(crate) fn title_words(&self, document: u32) -> usize {
        self.titles.words[document as usize].into()
    }

    fn occurrences(&self, words: Range<u32>) -> &[Occurrence] {
        &self.occurrences[self.starts[words.start as usize] as usize..self.starts[words.end as usize] as usize]
    }
}

/// Collects the words of documents in the order in which they occur.
#[derive(Default)]
struct Builder {
    words: HashMap<Box<str>, u32>,
    /// The place of each word's last occurrence.
    last: Vec<usize>,
    /// All occurrences with their words' numbers here.
    occurrences: Vec<(u32, Occurrence)>,
    titles: Titles,
    joined: String,
}

impl Builder {
    fn add_document<'a>(&mut self, document: u32, texts: impl IntoIterator<Item = (Field, &'a str)>) {
        let mut title = Compact::default();
        for (field, text) in texts {
            each_word(&fold(text), |parts| {
                if field == Field::Title {
                    title.add(parts);
                }
                self.add_word(document, field, parts);
            });
        }
        self.titles.text.push_str(title.text());
        self.titles.ends.push(self.titles.text.len().try_into().unwrap_or(u32::MAX));
        self.titles.words.push(title.words().try_into().unwrap_or(u8::MAX));
    }

    fn add_word(&mut self, document: u32, field: Field, parts: &[&str]) {
        parts.iter().for_each(|part| self.add(document, field, part));
        if parts.len() > 1 {
            let mut joined = std::mem::take(&mut self.joined);
            joined.clear();
            joined.extend(parts.iter().copied());
            self.add(document, field, &joined);
            self.joined = joined;
        }
    }

    fn add(&mut self, document: u32, field: Field, word: &str) {
        each_piece(word, |piece| match piece {
            Piece::Word(word) => self.insert(document, field, word),
            Piece::Run(run) => grams(run, GRAM_CHARACTERS).for_each(|gram| self.insert(document, field, gram)),
        });
    }

    fn insert(&mut self, document: u32, field: Field, word: &str) {
        let occurrence = Occurrence::new(document, field);
        let next = self.occurrences.len();
        let number = match self.words.get(word) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.last.len()).expect("fewer than 4 billion words");
                self.words.insert(word.into(), number);
                self.last.push(usize::MAX);
                number
            }
        };
        let last = &mut self.last[number as usize];
        match self.occurrences.get_mut(*last) {
            Some((_, known)) if known.document() == document => known.0 |= occurrence.0,
            _ => {
                *last = next;
                self.occurrences.push((number, occurrence));
            }
        }
    }

    /// Numbers the words alphabetically, and sorts the occurrences by word.
    fn index(self) -> Index {
        let Self { words, occurrences, mut titles, .. } = self;
        let mut sorted: Vec<(Box<str>, u32)> = words.into_iter().collect();
        sorted.sort_unstable();
        let mut place = vec![0; sorted.len()];
        for (at, (_, number)) in (0..).zip(&sorted) {
            place[*number as usize] = at;
        }
        let mut starts = vec![0_u32; sorted.len() + 1];
        for (number, _) in &occurrences {
            let at: u32 = place[*number as usize];
            starts[at as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut by_word = vec![Occurrence(0); occurrences.len()];
        for (number, occurrence) in occurrences {
            let at = &mut next[place[number as usize] as usize];
            by_word[*at as usize] = occurrence;
            *at += 1;
        }
        titles.text.shrink_to_fit();
        let vocabulary = Vocabulary::new(sorted.iter().map(|(word, _)| word.as_ref()));
        Index { vocabulary, starts, occurrences: by_word, titles }
    }
}
