//! Folded text as words, their parts, and the pieces by which they are indexed.

use crate::fold::is_unspaced;
use unicode_normalization::char::is_combining_mark;

/// The length of the pieces in which text without spaces is indexed, in characters. Longer text is found by all of its
/// pieces.
pub(crate) const GRAM_CHARACTERS: usize = 3;

/// Articles, which titles start with and people omit or add.
const ARTICLES: [&str; 18] = [
    "the", "a", "an", "der", "die", "das", "ein", "eine", "le", "la", "les", "l", "un", "une", "el", "los", "las",
    "una",
];
/// Other words that people leave out of a title, or add.
const FILLERS: [&str; 10] = [AND, "of", "und", "des", "dem", "den", "et", "de", "du", "y"];
/// The word that `&` stands for.
const AND: &str = "and";

/// Whether a text may lack this word of a query.
pub(crate) fn is_filler(word: &str) -> bool {
    is_article(word) || FILLERS.contains(&word)
}

fn is_article(word: &str) -> bool {
    ARTICLES.contains(&word)
}

/// Whether a character may occur within a word, where people may omit it or type a space instead.
fn is_sign(character: char) -> bool {
    match character {
        '\'' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2b9}'..='\u{2bc}' | '\u{2c8}' => true,
        '.' | '·' | '・' | '‧' | '•' | '*' | '/' | '_' | '&' | '+' => true,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30a0}' | '\u{58a}' | '\u{5be}' => true,
        // Hebrew marks acronyms with it.
        '"' | '\u{5f3}' | '\u{5f4}' => true,
        _ => false,
    }
}

fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    !is_sign(character) && (character.is_alphanumeric() || is_combining_mark(character))
}

/// Whether a character belongs to a script without spaces.
pub(crate) fn is_run(character: char) -> bool {
    !character.is_ascii() && (is_unspaced(character) || matches!(character, 'ー' | '〆' | '\u{3099}' | '\u{309a}'))
}

/// Calls `each` with the words of folded text. A word is passed as the parts between its signs, at least one. A comma between
/// digits belongs to the number. A lone `&` is the word "and".
pub(crate) fn each_word<'a>(folded: &'a str, mut each: impl FnMut(&[&'a str])) {
    let mut parts: Vec<&'a str> = Vec::new();
    let mut start = None;
    let mut previous = ' ';
    let mut characters = folded.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if is_letter(character) {
            start.get_or_insert(at);
            previous = character;
            continue;
        }
        parts.extend(start.take().map(|start| &folded[start..at]));
        let next = characters.peek().map_or(' ', |(_, next)| *next);
        let in_number = matches!(character, ',' | '\u{66c}') && previous.is_ascii_digit() && next.is_ascii_digit();
        let is_and = character == '&' && !is_letter(next) && !is_letter(previous);
        if (!is_sign(character) && !in_number || is_and) && !parts.is_empty() {
            each(&parts);
            parts.clear();
        }
        if is_and {
            each(&[AND]);
        }
        previous = character;
    }
    parts.extend(start.map(|start| &folded[start..]));
    if !parts.is_empty() {
        each(&parts);
    }
}

/// Whether the parts of a word are words: the letters of `S.W.A.T.` are not, nor are the parts around an apostrophe.
pub(crate) fn are_words(parts: &[impl AsRef<str>]) -> bool {
    parts.iter().all(|part| part.as_ref().chars().nth(1).is_some() || part.as_ref().chars().all(is_run))
}

/// A part of a word in one kind of script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A word, or the rest of one.
    Word(&'a str),
    /// Text without spaces.
    Run(&'a str),
}

/// Calls `each` with the pieces of a word without signs.
pub(crate) fn each_piece<'a>(word: &'a str, mut each: impl FnMut(Piece<'a>)) {
    if word.is_ascii() {
        return each(Piece::Word(word));
    }
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let is_same = |character: char| is_run(character) == is_run(first);
        let end = rest.find(|character| !is_same(character)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        each(if is_run(first) { Piece::Run(piece) } else { Piece::Word(piece) });
        rest = after;
    }
}

/// The overlapping parts of a run with up to `characters` characters, one for each place where a word could start.
pub(crate) fn grams(run: &str, characters: usize) -> impl Iterator<Item = &str> {
    run.char_indices().map(move |(start, _)| {
        let rest = &run[start..];
        rest.char_indices().nth(characters).map_or(rest, |(end, _)| &rest[..end])
    })
}

/// Words as one text without spaces, signs, "and" and a leading article, so that two spellings of a title are equal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compact {
    text: String,
    /// The length of a leading article, in bytes.
    article: usize,
    words: usize,
}

impl Compact {
    /// Adds a word.
    pub(crate) fn add(&mut self, parts: &[impl AsRef<str>]) {
        if let [only] = parts {
            if only.as_ref() == AND {
                return;
            }
            if self.words == 0 && is_article(only.as_ref()) {
                self.article = only.as_ref().len();
            }
        }
        parts.iter().for_each(|part| self.text.push_str(part.as_ref()));
        self.words += 1;
    }

    /// The text; a title that is only an article keeps it.
    pub(crate) fn text(&self) -> &str {
        if self.article < self.text.len() { &self.text[self.article..] } else { &self.text }
    }

    /// The number of words, without a leading article.
    pub(crate) fn words(&self) -> usize {
        if self.article > 0 && self.article < self.text.len() { self.words - 1 } else { self.words }
    }
}
