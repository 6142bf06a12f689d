//! Full-text search in memory: word prefixes, in any spelling.
//!
//! - Case, accents, widths and ligatures do not matter ([`fold`]).
//! - Signs within a word do not matter: *Ocean's*, *S.W.A.T.* and *Spider-Man* are found as "oceans", "swat" and
//!   "spiderman", and also by their parts, "spider" and "man". In a title, two words are also found when they are typed
//!   as one.
//! - In scripts without spaces between words, any part of a text is found, because a word could start anywhere.

use crate::models::text::is_unspaced;
use icu_properties::props::{EnumeratedProperty, Script};
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The length of the pieces in which text without spaces is indexed, in characters. Longer text is found by all of its
/// pieces.
const GRAM_CHARACTERS: usize = 3;

/// Text for comparison: without case and accents, and with one form of each letter.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // A standalone acute or grave accent is typed as an apostrophe; its decomposition would start with a space.
    let apostrophes = text.chars().map(|character| if matches!(character, '´' | '`') { '\'' } else { character });
    for character in apostrophes.nfkd().filter(|character| !is_optional(*character)).flat_map(char::to_lowercase) {
        match character {
            // Letters that Unicode does not decompose, spelled as people type them without the key.
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
            // A letter whose lower case form has a combining mark: `İ`.
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

/// Whether a character may occur within a word, where people may omit it or type a space instead.
fn is_sign(character: char) -> bool {
    match character {
        '\'' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{2b9}'..='\u{2bc}' | '\u{2c8}' => true,
        '.' | '·' | '・' | '‧' | '•' | '*' | '/' | '_' | '&' | '+' => true,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30a0}' | '\u{58a}' | '\u{5be}' => true,
        // Hebrew uses it in acronyms.
        '"' | '\u{5f3}' | '\u{5f4}' => true,
        _ => false,
    }
}

fn is_letter(character: char) -> bool {
    !is_sign(character) && (character.is_alphanumeric() || is_combining_mark(character))
}

/// A word of folded text that contains signs.
#[derive(Debug)]
struct Word {
    /// The parts between its signs; never empty.
    parts: Vec<String>,
}

impl Word {
    /// The word without its signs.
    fn joined(&self) -> String {
        self.parts.concat()
    }

    /// Whether its parts are words. The letters of `S.W.A.T.` are not, and neither are the parts around an apostrophe.
    fn has_words(&self) -> bool {
        self.parts.iter().all(|part| part.chars().nth(1).is_some() || part.chars().all(is_run))
    }
}

/// The words of folded text. A comma between digits belongs to the number.
fn words(folded: &str) -> Vec<Word> {
    let characters: Vec<char> = folded.chars().collect();
    let is_digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    let mut words = Vec::new();
    let mut word = Word { parts: Vec::new() };
    let mut part = String::new();
    for (at, character) in characters.iter().copied().enumerate() {
        if is_letter(character) {
            part.push(character);
            continue;
        }
        if !part.is_empty() {
            word.parts.push(std::mem::take(&mut part));
        }
        let in_number = matches!(character, ',' | '\u{66c}') && at > 0 && is_digit(at - 1) && is_digit(at + 1);
        if !is_sign(character) && !in_number && !word.parts.is_empty() {
            words.push(std::mem::replace(&mut word, Word { parts: Vec::new() }));
        }
    }
    word.parts.extend(Some(part).filter(|part| !part.is_empty()));
    words.extend(Some(word).filter(|word| !word.parts.is_empty()));
    words
}

/// Whether a character belongs to a script without spaces.
fn is_run(character: char) -> bool {
    is_unspaced(character) || matches!(character, 'ー' | '〆' | '\u{3099}' | '\u{309a}')
}

/// The index terms of a word without signs: the word itself, or overlapping pieces of text without spaces.
fn pieces(word: &str) -> Vec<(String, bool)> {
    let characters: Vec<char> = word.chars().collect();
    characters
        .chunk_by(|a, b| is_run(*a) == is_run(*b))
        .map(|piece| (piece.iter().collect(), is_run(piece[0])))
        .collect()
}

/// An operator's search for a member: each word must occur in the address or the name, ignoring case and accents.
#[derive(Clone, Debug)]
pub struct MemberQuery(Vec<String>);

impl MemberQuery {
    /// Splits the input into words; `None` if there is none.
    pub fn parse(typed: &str) -> Option<Self> {
        let words: Vec<String> = fold(typed).split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether it matches a member.
    pub fn finds(&self, email: &str, name: Option<&str>) -> bool {
        let (email, name) = (fold(email), name.map(fold).unwrap_or_default());
        self.0.iter().all(|word| email.contains(word.as_str()) || name.contains(word.as_str()))
    }
}

/// An index from words to the texts that contain them. The words are sorted, so those with the same prefix are
/// adjacent.
#[derive(Debug, Default)]
pub struct Index {
    texts: usize,
    words: BTreeMap<Box<str>, Vec<u32>>,
}

impl Index {
    /// Indexes texts, each with a title and a body, numbered from 0 in their order.
    pub fn of<T: AsRef<str>, U: AsRef<str>>(texts: impl IntoIterator<Item = (T, U)>) -> Self {
        let mut index = Self::default();
        for (number, (title, rest)) in (0..).zip(texts) {
            index.texts += 1;
            let title = index.add_text(number, title.as_ref());
            for pair in title.windows(2) {
                index.add(number, &(pair[0].joined() + &pair[1].joined()));
            }
            index.add_text(number, rest.as_ref());
        }
        index
    }

    fn add_text(&mut self, number: u32, text: &str) -> Vec<Word> {
        let folded = fold(text);
        if folded.contains('&') {
            self.insert(number, "and");
        }
        let words = words(&folded);
        for word in &words {
            word.parts.iter().for_each(|part| self.add(number, part));
            if word.parts.len() > 1 {
                self.add(number, &word.joined());
            }
        }
        words
    }

    /// Adds a word without signs.
    fn add(&mut self, number: u32, word: &str) {
        for (piece, is_run) in pieces(word) {
            if is_run {
                let characters: Vec<char> = piece.chars().collect();
                for start in 0..characters.len() {
                    let end = (start + GRAM_CHARACTERS).min(characters.len());
                    self.insert(number, &characters[start..end].iter().collect::<String>());
                }
            } else {
                self.insert(number, &piece);
            }
        }
    }

    fn insert(&mut self, number: u32, word: &str) {
        match self.words.get_mut(word) {
            Some(numbers) if numbers.last() == Some(&number) => {}
            Some(numbers) => numbers.push(number),
            None => {
                self.words.insert(word.into(), vec![number]);
            }
        }
    }

    /// The texts that contain, for each word of the query, a word that starts with it. Two words of the query may match
    /// one word of the text. A query without words finds nothing.
    pub fn find(&self, query: &str) -> Hits {
        let words = words(&fold(query));
        if words.is_empty() {
            return Hits::none(self.texts);
        }
        let mut search = Search { index: self, known: HashMap::new() };
        // The results for the previous words, without and with the last one.
        let (mut before, mut found) = (Hits::none(self.texts), Hits::all(self.texts));
        for (at, word) in words.iter().enumerate() {
            let mut next = search.word(word).and(&found);
            if let Some(previous) = at.checked_sub(1).map(|previous| &words[previous]) {
                next = next.or(&search.joined(&(previous.joined() + &word.joined())).and(&before));
            }
            (before, found) = (found, next);
        }
        found
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

/// One query: a prefix that occurs in it several times is looked up once.
struct Search<'a> {
    index: &'a Index,
    known: HashMap<String, Hits>,
}

impl Search<'_> {
    /// The texts that contain a word: with its signs, without them, or its parts if those are words.
    fn word(&mut self, word: &Word) -> Hits {
        let joined = self.joined(&word.joined());
        if word.parts.len() == 1 || !word.has_words() {
            return joined;
        }
        let all = Hits::all(self.index.texts);
        word.parts.iter().fold(all, |hits, part| self.joined(part).and(&hits)).or(&joined)
    }

    /// The texts that contain a word without signs.
    fn joined(&mut self, word: &str) -> Hits {
        let mut hits = Hits::all(self.index.texts);
        for (piece, is_run) in pieces(word) {
            let characters: Vec<char> = piece.chars().collect();
            if is_run && characters.len() > GRAM_CHARACTERS {
                for gram in characters.windows(GRAM_CHARACTERS) {
                    hits = self.starting_with(gram.iter().collect()).and(&hits);
                }
            } else {
                hits = self.starting_with(piece).and(&hits);
            }
        }
        hits
    }

    fn starting_with(&mut self, prefix: String) -> Hits {
        let index = self.index;
        self.known.entry(prefix).or_insert_with_key(|prefix| index.starting_with(prefix)).clone()
    }
}

/// A set of text numbers, as a bit set.
#[derive(Clone, Debug)]
pub struct Hits(Vec<u64>);

impl Hits {
    /// Whether it contains a text.
    pub fn contains(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }

    fn all(texts: usize) -> Self {
        Self(vec![u64::MAX; texts.div_ceil(64)])
    }

    fn none(texts: usize) -> Self {
        Self(vec![0; texts.div_ceil(64)])
    }

    fn add(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    fn and(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(bits, others)| *bits &= others);
        self
    }

    fn or(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(bits, others)| *bits |= others);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index<const N: usize>(titles: [&str; N]) -> Index {
        Index::of(titles.map(|title| (title, "")))
    }

    fn found(index: &Index, query: &str) -> Vec<u32> {
        let hits = index.find(query);
        (0..70).filter(|number| *number < u32::try_from(index.texts).expect("few") && hits.contains(*number)).collect()
    }

    #[test]
    fn a_member_is_found_by_any_part_of_address_or_name() {
        let finds =
            |typed, name| MemberQuery::parse(typed).is_some_and(|query| query.finds("Zoe.Member-2@Mail.test", name));
        for typed in
            ["member-2", "mail", "@", ".test", "ZOE.", "zoë", "brontë", "lott", "zoe mail", "  Bronte  2@mail "]
        {
            assert!(finds(typed, Some("Charlotte Bronte\u{308}")), "{typed}");
        }
        for typed in ["member-3", "zoe emily", "member_2", "%", ".*", "", "  "] {
            assert!(!finds(typed, Some("Charlotte Bronte\u{308}")), "{typed}");
        }
        assert!(!finds("charlotte", None));
    }

    #[test]
    fn words_are_found_regardless_of_case_and_accents() {
        let index = index(["Amélie à Montmartre", "Straße nach Łódź", "AMELIA", "İstanbul", "Smørrebrød", "Ὀδυσσεύς"]);
        for query in ["amélie", "AMELIE", "amelie", "Ame\u{301}lie", "ＡＭＥＬＩＥ"] {
            assert_eq!(found(&index, query), [0], "{query}");
        }
        assert_eq!(found(&index, "strasse lodz"), [1]);
        assert_eq!(found(&index, "STRASSE"), [1]);
        for query in ["istanbul", "ISTANBUL", "ıstanbul", "İSTANBUL"] {
            assert_eq!(found(&index, query), [3], "{query}");
        }
        assert_eq!(found(&index, "smorrebrod"), [4]);
        for query in ["οδυσσευς", "ΟΔΥΣΣΕΥΣ", "οδυσσευσ"] {
            assert_eq!(found(&index, query), [5], "{query}");
        }
    }

    #[test]
    fn every_word_must_match_and_a_prefix_is_enough() {
        let index = index(["The Quiet Harbour: a storm", "Harbour lights", "Quietly", "77 Sunset"]);
        assert_eq!(found(&index, "har"), [0, 1]);
        assert_eq!(found(&index, "har qui"), [0]);
        assert_eq!(found(&index, "  storm,the "), [0]);
        assert!(found(&index, "arbour").is_empty());
        assert!(found(&index, "harbours").is_empty());
        assert_eq!(found(&index, "7"), [3]);
        for nothing in ["¡!…", "&", "'", "-", "", "  "] {
            assert!(found(&index, nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn signs_within_a_word_do_not_matter() {
        let index = index([
            "Ocean's Eleven",
            "S.W.A.T.",
            "Spider-Man",
            "Swan Lake at the Theatre",
            "O\u{2019}Brien",
            "WALL·E",
            "M*A*S*H",
            "Hawaiʻi Five-0",
            "Face/Off",
            "E.T. the Extra-Terrestrial",
            "Man and Spider",
            "Sweet Wild Autumn Tales",
        ]);
        for (queries, expected) in [
            (
                [
                    "oceans eleven",
                    "ocean's eleven",
                    "Ocean\u{2019}s 'Eleven'",
                    "OCEANS",
                    "ocean s",
                    "ocean´s",
                    "ocean ele",
                ]
                .as_slice(),
                [0].as_slice(),
            ),
            (&["S.W.A.T", "S.W.A.T.", "swat", "SWAT", "s.w.a.t", "S-W-A-T"], &[1]),
            (&["spiderman", "SpiderMan"], &[2]),
            (&["spider man", "spider-man", "Spider‑Man", "man spider"], &[2, 10]),
            (&["OBrien", "O'Brien", "o brien", "o´brien", "OʼBRIEN", "brien"], &[4]),
            (&["wall-e", "walle", "wall e", "Wall•E"], &[5]),
            (&["mash", "m.a.s.h"], &[6]),
            (&["hawaii five-0", "hawaii five 0", "hawaii five0", "hawai'i"], &[7]),
            (&["face off", "faceoff", "face/off"], &[8]),
            (&["et", "e.t.", "extraterrestrial", "extra terrestrial", "terrestrial"], &[9]),
        ] {
            for query in queries {
                assert_eq!(found(&index, query), expected, "{query}");
            }
        }
    }

    #[test]
    fn joined_words_are_found_as_two_and_the_other_way_round() {
        let index = index(["Spider Man", "Spiderman", "Spider-Man", "Spinner Maniac"]);
        for query in ["spider man", "spiderman", "Spider-Man", "SpiderMan", "spider\u{2011}man"] {
            assert_eq!(found(&index, query), [0, 1, 2], "{query}");
        }
    }

    #[test]
    fn numbers_are_found_with_and_without_separators() {
        let index = index(["2,001 Nights", "2001: A Space Odyssey", "10.000 Meilen", "1, 2, 3"]);
        for query in ["2001", "2,001", "2.001", "2'001"] {
            assert_eq!(found(&index, query), [0, 1], "{query}");
        }
        assert_eq!(found(&index, "10000"), [2]);
        assert_eq!(found(&index, "10,000"), [2]);
        assert_eq!(found(&index, "1 2 3"), [3]);
    }

    #[test]
    fn an_ampersand_means_and_and_can_be_omitted() {
        let index = index(["Fast & Furious", "Fast and Furious", "R&B"]);
        for query in ["fast and furious", "fast & furious", "fast furious", "fast ＆ furious"] {
            assert_eq!(found(&index, query), [0, 1], "{query}");
        }
        assert_eq!(found(&index, "r&b"), [2]);
        assert_eq!(found(&index, "rb"), [2]);
    }

    #[test]
    fn any_part_is_found_in_scripts_without_spaces() {
        let index = index([
            "東京物語",
            "スーパーマン・リターンズ",
            "ต้มยำกุ้ง",
            "ភាពយន្តខ្មែរ",
            "မြန်မာရုပ်ရှင်",
            "ພາສາລາວ",
            "攻殻機動隊ARISE 2029",
            "ばらの花",
            "한국 영화",
        ]);
        for (queries, expected) in [
            (["物語", "東京", "京物", "語", "東京物語", "京物語"].as_slice(), 0),
            (&["リターンズ", "ｽｰﾊﾟｰﾏﾝ", "マンリターン", "スーパーマンリターンズ", "スーパーマン リターンズ"], 1),
            (&["ยำ", "กุ้ง", "ต้มยำ"], 2),
            (&["ខ្មែរ", "យន្ត"], 3),
            (&["ရုပ်ရှင်", "မြန်မာ"], 4),
            (&["ລາວ", "ພາສາ"], 5),
            (&["機動隊", "arise", "機動隊arise", "機動 arise 2029"], 6),
            (&["花", "ばら"], 7),
            (&["영화", "한국", "한국영화"], 8),
        ] {
            for query in queries {
                assert_eq!(found(&index, query), [expected], "{query}");
            }
        }
        for absent in ["物京", "語物", "東語", "はら", "화"] {
            assert!(found(&index, absent).is_empty(), "{absent}");
        }
    }

    #[test]
    fn marks_that_people_omit_are_optional() {
        let index = index(["كِتَاب الأيّام", "שָׁלוֹם", "מו״לים", "ﬁlm ﬀ", "क\u{94d}षमा", "Tiếng Việt", "ћевапи Ёлка"]);
        assert_eq!(found(&index, "كتاب"), [0]);
        assert_eq!(found(&index, "الايام"), [0]);
        assert_eq!(found(&index, "كـتـاب"), [0]);
        assert_eq!(found(&index, "שלום"), [1]);
        assert_eq!(found(&index, "מולים"), [2]);
        assert_eq!(found(&index, "film ff"), [3]);
        assert_eq!(found(&index, "tieng viet"), [5]);
        assert_eq!(found(&index, "елка"), [6]);
        assert!(found(&index, "कषमा").is_empty(), "without its virama it is another word");
    }

    #[test]
    fn the_body_is_found_by_its_own_words() {
        let index = Index::of([("Heist", "Danny Ocean's crew of 1,250. 東京 in spring")]);
        for query in ["oceans crew", "1250", "ocean", "heist danny", "東京", "spring heist"] {
            assert_eq!(found(&index, query), [0], "{query}");
        }
        assert!(found(&index, "dannyocean").is_empty());
    }

    #[test]
    fn more_texts_than_bits_in_a_machine_word_are_distinguished() {
        let index = Index::of((0..70).map(|number| (format!("film n{number}"), "")));
        assert_eq!(found(&index, "film").len(), 70);
        assert_eq!(found(&index, "film n65"), [65]);
    }
}
