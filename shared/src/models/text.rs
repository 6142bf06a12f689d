//! Text that people type: the allowed characters, the length, and the normal form in which it is stored.
//!
//! A character is a Unicode code point, as in a JSON schema's `maxLength`: an emoji family counts as seven. Text is
//! trimmed and normalized (NFC), so two spellings that look the same are stored as the same bytes.

mod links;

pub use links::has_link;

use icu_properties::props::{
    BinaryProperty, CanonicalCombiningClass, DefaultIgnorableCodePoint, EmojiModifier, EnumeratedProperty,
    ExtendedPictographic, GeneralCategory, JoiningType,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use search::is_unspaced;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use unicode_normalization::UnicodeNormalization;

/// Zero-width joiner and non-joiner: emoji and the letters of some scripts need them.
const JOINER: char = '\u{200d}';
const NON_JOINER: char = '\u{200c}';
/// Marks word boundaries in scripts without spaces.
const ZERO_WIDTH_SPACE: char = '\u{200b}';
/// The base emoji of regional flags, and the invisible letters that follow it.
const BLACK_FLAG: char = '\u{1f3f4}';
const TAG_FIRST: char = '\u{e0020}';
const TAG_LAST: char = '\u{e007e}';
const TAG_END: char = '\u{e007f}';
/// Looks like a space, although Unicode calls it a symbol.
const BRAILLE_BLANK: char = '\u{2800}';
/// Visible signs that Unicode lists as format characters, such as the Arabic number sign.
const VISIBLE_FORMAT: [char; 13] = [
    '\u{600}',
    '\u{601}',
    '\u{602}',
    '\u{603}',
    '\u{604}',
    '\u{605}',
    '\u{6dd}',
    '\u{70f}',
    '\u{890}',
    '\u{891}',
    '\u{8e2}',
    '\u{110bd}',
    '\u{110cd}',
];

/// What text a field accepts. The rule's name is the `format` in its schema.
pub trait Rule {
    /// The name in schemas.
    const FORMAT: &'static str;
    /// Whether line breaks are allowed.
    const LINE_BREAKS: bool;
    /// Whether the text may be empty.
    const BLANK: bool;
    /// Whether it may look like a web address.
    const LINKS: bool = true;
}

/// One line that must not be blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneLine {}

impl Rule for OneLine {
    const FORMAT: &'static str = "line";
    const LINE_BREAKS: bool = false;
    const BLANK: bool = false;
}

/// One line that may be blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneLineOrBlank {}

impl Rule for OneLineOrBlank {
    const FORMAT: &'static str = "optional-line";
    const LINE_BREAKS: bool = false;
    const BLANK: bool = true;
}

/// A person's name, which may be blank: one line that does not look like a web address, because emails to addresses that
/// nobody has confirmed greet with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrBlank {}

impl Rule for NameOrBlank {
    const FORMAT: &'static str = "optional-line";
    const LINE_BREAKS: bool = false;
    const BLANK: bool = true;
    const LINKS: bool = false;
}

/// Paragraphs that must not be blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paragraphs {}

impl Rule for Paragraphs {
    const FORMAT: &'static str = "paragraphs";
    const LINE_BREAKS: bool = true;
    const BLANK: bool = false;
}

/// Paragraphs that may be blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParagraphsOrBlank {}

impl Rule for ParagraphsOrBlank {
    const FORMAT: &'static str = "optional-paragraphs";
    const LINE_BREAKS: bool = true;
    const BLANK: bool = true;
}

/// Text that follows a rule, of at most `MAX` characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Text<R, const MAX: usize> {
    text: String,
    rule: PhantomData<fn() -> R>,
}

/// A line that must not be blank, such as a title.
pub type Line<const MAX: usize> = Text<OneLine, MAX>;
/// A line that may be blank, which counts as omitted, such as a name or a search field.
pub type OptionalLine<const MAX: usize> = Text<OneLineOrBlank, MAX>;
/// The name of an account, which may be blank.
pub type AccountName = Text<NameOrBlank, 100>;
/// Paragraphs that must not be blank, such as a reason.
pub type Prose<const MAX: usize> = Text<Paragraphs, MAX>;
/// Paragraphs that may be blank, such as a description.
pub type OptionalProse<const MAX: usize> = Text<ParagraphsOrBlank, MAX>;

impl<R: Rule, const MAX: usize> Text<R, MAX> {
    /// Parses text as somebody typed it.
    ///
    /// # Errors
    /// What is wrong with it, as a message for people. It never repeats the text.
    pub fn read(typed: &str) -> Result<Self, Cow<'static, str>> {
        let text = normal(typed, R::LINE_BREAKS);
        check_normal::<R>(&text)?;
        if text.chars().count() > MAX {
            return Err(format!("must have at most {MAX} characters").into());
        }
        Ok(Self { text, rule: PhantomData })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, unless it is blank.
    pub fn given(&self) -> Option<&str> {
        Some(self.as_str()).filter(|text| !text.is_empty())
    }
}

/// Checks text against a rule, except for its length.
///
/// # Errors
/// The problem, as a message for people.
pub fn check<R: Rule>(typed: &str) -> Result<(), Cow<'static, str>> {
    check_normal::<R>(&normal(typed, R::LINE_BREAKS))
}

/// Turns text that no user can correct, such as a user agent, into a line: drops disallowed characters, and everything
/// beyond `max` characters.
pub fn cleaned(text: &str, max: usize) -> String {
    let characters: Vec<char> = normal(text, false).chars().collect();
    let allowed = (0..characters.len()).filter(|at| is_allowed(&characters, *at, false)).map(|at| characters[at]);
    let short: String = allowed.take(max).collect();
    short.trim().to_owned()
}

fn normal(typed: &str, line_breaks: bool) -> String {
    let text: String = typed.trim().nfc().collect();
    if line_breaks { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

fn check_normal<R: Rule>(text: &str) -> Result<(), Cow<'static, str>> {
    if text.is_empty() {
        return if R::BLANK { Ok(()) } else { Err("must not be blank".into()) };
    }
    let characters: Vec<char> = text.chars().collect();
    if let Some(at) = (0..characters.len()).find(|at| !is_allowed(&characters, *at, R::LINE_BREAKS)) {
        return Err(match characters[at] {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' if !R::LINE_BREAKS => "must be one line".into(),
            other => format!(
                "has an invisible or unknown character (U+{:04X}, the {} of the text); please remove it",
                u32::from(other),
                ordinal(at + 1)
            )
            .into(),
        });
    }
    if !R::LINKS && has_link(text) {
        return Err("must not contain a web address".into());
    }
    if characters.iter().any(|character| is_visible(*character)) { Ok(()) } else { Err("must not be blank".into()) }
}

fn ordinal(number: usize) -> String {
    let suffix = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// Whether the character at a position is allowed there.
fn is_allowed(characters: &[char], at: usize, line_breaks: bool) -> bool {
    let character = characters[at];
    match GeneralCategory::for_char(character) {
        GeneralCategory::Control => line_breaks && character == '\n',
        GeneralCategory::Format => is_format_in_place(characters, at),
        GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::PrivateUse
        | GeneralCategory::Surrogate
        | GeneralCategory::Unassigned => false,
        // Letters that are never drawn: the Hangul fillers.
        GeneralCategory::OtherLetter => !DefaultIgnorableCodePoint::for_char(character),
        _ => true,
    }
}

/// Whether an invisible character has a legitimate function here. Overrides of the writing direction never have one.
fn is_format_in_place(characters: &[char], at: usize) -> bool {
    let before = characters[..at].iter().rev().copied();
    let previous = before.clone().next();
    let next = characters.get(at + 1).copied();
    let base = before.clone().find(|one| !is_attached(*one));
    let both = |rule: fn(char) -> bool| base.is_some_and(rule) && next.is_some_and(rule);
    match characters[at] {
        JOINER if both(ExtendedPictographic::for_char) => true,
        JOINER | NON_JOINER => previous.is_some_and(is_virama) || both(is_joining),
        ZERO_WIDTH_SPACE => both(is_unspaced),
        TAG_FIRST..=TAG_END => is_in_flag(characters, at),
        other => VISIBLE_FORMAT.contains(&other),
    }
}

/// Whether a tag character belongs to a flag: the black flag, tags, and the end tag.
fn is_in_flag(characters: &[char], at: usize) -> bool {
    let is_tag = |one: &char| (TAG_FIRST..=TAG_LAST).contains(one);
    let starts = characters[..at].iter().rev().find(|one| !is_tag(one)) == Some(&BLACK_FLAG);
    let ends = characters[at..].iter().find(|one| !is_tag(one)) == Some(&TAG_END);
    starts && ends && (characters[at] != TAG_END || characters[at - 1] != BLACK_FLAG)
}

/// Whether a character modifies the one before it: a mark, a variation selector, a skin tone.
fn is_attached(character: char) -> bool {
    is_mark(character) || EmojiModifier::for_char(character)
}

fn is_mark(character: char) -> bool {
    matches!(
        GeneralCategory::for_char(character),
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark
    )
}

fn is_virama(character: char) -> bool {
    CanonicalCombiningClass::for_char(character) == CanonicalCombiningClass::Virama
}

/// Whether a letter changes its form next to its neighbors, so joiners matter.
fn is_joining(character: char) -> bool {
    !matches!(JoiningType::for_char(character), JoiningType::NonJoining | JoiningType::Transparent)
}

fn is_visible(character: char) -> bool {
    let is_empty = matches!(
        GeneralCategory::for_char(character),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    );
    !is_empty && character != BRAILLE_BLANK
}

impl<R, const MAX: usize> fmt::Debug for Text<R, MAX> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

impl<R, const MAX: usize> fmt::Display for Text<R, MAX> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<R, const MAX: usize> From<Text<R, MAX>> for String {
    fn from(text: Text<R, MAX>) -> Self {
        text.text
    }
}

impl<R, const MAX: usize> Serialize for Text<R, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, R: Rule, const MAX: usize> Deserialize<'de> for Text<R, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<R: Rule, const MAX: usize> JsonSchema for Text<R, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}-{MAX}", R::FORMAT).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({ "type": "string", "format": R::FORMAT, "maxLength": MAX });
        if !R::BLANK {
            schema.insert("minLength".to_owned(), 1.into());
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<String, Cow<'static, str>> {
        Line::<20>::read(text).map(String::from)
    }

    #[test]
    fn invisible_and_unknown_characters_are_refused_at_any_position() {
        let refused = [
            '\0',
            '\u{1}',
            '\t',
            '\u{7f}',
            '\u{85}',
            '\u{9f}', // controls
            '\u{202a}',
            '\u{202b}',
            '\u{202c}',
            '\u{202d}',
            '\u{202e}', // overrides and embeddings
            '\u{2066}',
            '\u{2067}',
            '\u{2068}',
            '\u{2069}',
            '\u{200e}',
            '\u{200f}',
            '\u{61c}', // isolates, direction marks
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{180e}', // lone format characters
            '\u{2028}',
            '\u{2029}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{fff9}',
            '\u{1d173}', // separators, tags, annotations
            '\u{e000}',
            '\u{f8ff}',
            '\u{f0000}',
            '\u{10ffff}',
            '\u{fffe}',
            '\u{fdd0}',
            '\u{378}', // private, unassigned
            '\u{3164}',
            '\u{115f}',
            '\u{1160}',
            '\u{ffa0}', // letters that are never drawn
        ];
        for refused in refused {
            let at_the_start = Some(format!("{refused}ab")).filter(|_| !refused.is_whitespace());
            for text in [format!("a{refused}b"), format!("ab{refused}c")].into_iter().chain(at_the_start) {
                let issue = line(&text).expect_err(&format!("U+{:04X}", u32::from(refused)));
                assert!(!issue.contains(refused), "the issue repeats U+{:04X}", u32::from(refused));
                assert!(OptionalProse::<20>::read(&text).is_err(), "U+{:04X} in prose", u32::from(refused));
            }
        }
    }

    #[test]
    fn joiners_are_accepted_only_where_emoji_and_scripts_need_them() {
        for needed in [
            "👨‍👩‍👧‍👦",                // a family
            "👩🏽‍🚀",                // a tone of skin before the joiner
            "🏳️‍🌈",                // a variation selector before the joiner
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",                // a flag made of tags
            "می\u{200c}خواهم",   // Persian
            "سفر\u{200c}ها",     // after a letter that joins to one side only
            "ක\u{dca}\u{200d}ර", // Sinhala, after a virama
            "क\u{94d}\u{200c}ष", // Devanagari
            "ភាសា\u{200b}ខ្មែរ",   // the end of a word in Khmer
            "עברית",
            "العَرَبِيَّة",
            "日本語",
            "1️⃣",
        ] {
            assert_eq!(line(needed).as_deref(), Ok(needed), "{needed}");
        }
        for lone in [
            "a\u{200d}b",
            "a\u{200c}b",
            "👩\u{200d}",
            "\u{200d}👩",
            "👩\u{200d}x",
            "א\u{200d}ב",
            "🏴\u{e0067}",
            "a\u{200b}b",
        ] {
            assert!(line(lone).is_err(), "{}", lone.escape_unicode());
        }
    }

    #[test]
    fn invisible_text_is_blank() {
        for blank in ["", "  ", "\u{a0}\u{3000}", "\u{2800}", "\u{301}", "\u{fe0f}", "\n"] {
            assert_eq!(line(blank), Err("must not be blank".into()), "{}", blank.escape_unicode());
        }
        assert_eq!(OptionalLine::<5>::read("  ").map(|text| text.given().is_some()), Ok(false));
        assert!(OptionalLine::<5>::read("\u{2800}").is_err());
    }

    #[test]
    fn text_is_stored_trimmed_and_normalized_and_counted_that_way() {
        assert_eq!(line(" \u{3000}Ame\u{301}lie\n").as_deref(), Ok("Am\u{e9}lie"));
        assert_eq!(Line::<3>::read("e\u{301}e\u{301}e\u{301}").map(String::from).as_deref(), Ok("ééé"));
        // The normalized form of this letter is longer than the letter.
        assert!(Line::<1>::read("\u{958}").is_err());
        assert!(Line::<7>::read("👨‍👩‍👧‍👦").is_ok() && Line::<6>::read("👨‍👩‍👧‍👦").is_err());
        assert!(Line::<20>::read(&"x".repeat(20)).is_ok() && Line::<20>::read(&"x".repeat(21)).is_err());
    }

    #[test]
    fn only_prose_has_line_breaks_and_in_one_form() {
        assert_eq!(line("a\nb"), Err("must be one line".into()));
        assert_eq!(line("a\u{2028}b"), Err("must be one line".into()));
        let prose = OptionalProse::<20>::read("a\r\nb\rc\n\nd").map(String::from);
        assert_eq!(prose.as_deref(), Ok("a\nb\nc\n\nd"));
        assert!(OptionalProse::<20>::read("a\u{b}b").is_err());
    }

    #[test]
    fn a_name_that_nobody_can_correct_is_cleaned() {
        assert_eq!(cleaned("  TV\0 \u{202e}box\t1 ", 80), "TV box1");
        assert_eq!(cleaned(&"é".repeat(100), 80).chars().count(), 80);
        assert_eq!(cleaned("\u{202e}", 80), "");
    }
}
