//! Captions from an operator: WebVTT or SubRip, checked and written as WebVTT; and the languages of generated ones.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use std::fmt::Write;

/// The most captions of one film.
const CUES_MAX: usize = 20_000;
/// The largest accepted time, in milliseconds: a day.
const TIME_MS_MAX: u64 = 24 * 3_600_000;
/// How far after the end of the film a caption may start, in milliseconds: the durations of files are rounded.
const SLACK_MS: f64 = 1_000.0;

/// Why captions were refused, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptionsRefused {
    /// The bytes are not text in UTF-8 or UTF-16.
    Encoding,
    /// The text is neither WebVTT nor SubRip.
    Format,
    /// There are too many captions.
    TooMany,
    /// A line is wrong.
    Line(usize, &'static str),
    /// The caption at a line starts after the end of the film.
    BeyondEnd(usize),
}

impl fmt::Display for CaptionsRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => formatter.write_str("is not text in UTF-8 or UTF-16"),
            Self::Format => formatter.write_str("is neither WebVTT (.vtt) nor SubRip (.srt)"),
            Self::TooMany => write!(formatter, "has more than {CUES_MAX} captions"),
            Self::Line(line, issue) => write!(formatter, "line {line}: {issue}"),
            Self::BeyondEnd(line) => write!(formatter, "line {line}: the caption starts after the end of the film"),
        }
    }
}

/// One caption, with its times in milliseconds.
struct Cue<'a> {
    start: u64,
    end: u64,
    /// WebVTT's settings, such as `line:0`.
    settings: Vec<&'a str>,
    text: String,
}

/// The captions in `bytes` as WebVTT, in the order of their times. Captions may overlap, because two people may speak
/// at once. Styles, notes, regions and unknown settings of WebVTT are dropped.
///
/// # Errors
/// The first thing that is wrong with them.
pub fn as_webvtt(bytes: &[u8], film_seconds: Option<f64>) -> Result<String, CaptionsRefused> {
    let text = decoded(bytes).ok_or(CaptionsRefused::Encoding)?.replace("\r\n", "\n").replace('\r', "\n");
    let is_webvtt = is_webvtt(&text);
    let mut cues = cues(&text, is_webvtt, film_seconds)?;
    if cues.is_empty() {
        return Err(CaptionsRefused::Format);
    }
    cues.sort_by_key(|cue| (cue.start, cue.end));
    let mut vtt = String::from("WEBVTT\n");
    for Cue { start, end, settings, text } in cues {
        let settings: String = settings.iter().flat_map(|setting| [" ", setting]).collect();
        let _ = write!(vtt, "\n{} --> {}{settings}\n{text}\n", clock(start), clock(end));
    }
    Ok(vtt)
}

/// The languages in which Mux recognises speech: codes of ISO 639-1.
const SPOKEN_LANGUAGES: [&str; 22] = [
    "en", "es", "it", "pt", "de", "fr", "pl", "ru", "nl", "ca", "tr", "sv", "uk", "no", "fi", "sk", "el", "cs", "hr",
    "da", "ro", "bg",
];

/// A language in which Mux can generate captions from the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpokenLanguage(&'static str);

impl SpokenLanguage {
    /// The name of generated captions for viewers. Players show it as it is, in every language of theirs.
    pub fn captions_name(&self) -> String {
        format!("{} (auto)", language_name(self.0))
    }

    /// The code of ISO 639-1.
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for SpokenLanguage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = Cow::<'de, str>::deserialize(deserializer)?;
        let known = SPOKEN_LANGUAGES.into_iter().find(|known| *known == code);
        known.map(Self).ok_or_else(|| serde::de::Error::custom("is not a language that Mux recognises"))
    }
}

impl JsonSchema for SpokenLanguage {
    fn schema_name() -> Cow<'static, str> {
        "SpokenLanguage".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "enum": SPOKEN_LANGUAGES,
            "description": "A language in which Mux can generate captions from the sound.",
        })
    }
}

/// The name of a language in itself, for the languages that viewers know by name; otherwise its tag.
pub fn language_name(tag: &str) -> &str {
    let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    // A region or script is not part of these names, so its tag says more.
    if primary.len() < tag.len() {
        return tag;
    }
    match primary.as_str() {
        "ar" => "العربية",
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fr" => "Français",
        "it" => "Italiano",
        "ja" => "日本語",
        "ko" => "한국어",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "ru" => "Русский",
        "sv" => "Svenska",
        "tr" => "Türkçe",
        "uk" => "Українська",
        "zh" => "中文",
        _ => tag,
    }
}

/// The text, by its byte order mark: UTF-16, else UTF-8.
fn decoded(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        rest.is_empty().then(|| String::from_utf16(&units).ok())?
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    text.filter(|text| !text.contains('\0'))
}

fn is_webvtt(text: &str) -> bool {
    text.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', ' ', '\t']))
}

fn is_timing(line: &str) -> bool {
    line.contains("-->")
}

fn cues(text: &str, is_webvtt: bool, film_seconds: Option<f64>) -> Result<Vec<Cue<'_>>, CaptionsRefused> {
    let mut lines = text.lines().zip(1..).peekable();
    let mut cues = Vec::new();
    if is_webvtt {
        // The header ends at the first blank line, or at the first caption.
        while lines.next_if(|(line, _)| !line.trim().is_empty() && !is_timing(line)).is_some() {}
    }
    while let Some((line, number)) = lines.next() {
        let first = line.trim();
        if first.is_empty() {
            continue;
        }
        let (timing, number) = if is_timing(first) {
            (first, number)
        } else if let Some((next, number)) = lines.next_if(|(next, _)| is_timing(next)) {
            (next.trim(), number)
        } else if is_webvtt {
            // A note, a style or a region.
            lines.by_ref().find(|(line, _)| line.trim().is_empty());
            continue;
        } else if cues.is_empty() {
            return Err(CaptionsRefused::Format);
        } else {
            return Err(CaptionsRefused::Line(number, "a time was expected, such as 00:01:02,500 --> 00:01:04,000"));
        };
        let mut spoken = Vec::new();
        while let Some((line, number)) = lines.next_if(|(line, _)| !line.trim().is_empty()) {
            if is_timing(line) {
                return Err(CaptionsRefused::Line(number, "a blank line is missing before this caption"));
            }
            spoken.push(line.trim_end());
        }
        let cue = cue(timing, number, &spoken, is_webvtt)?;
        if film_seconds.is_some_and(|seconds| cue.start as f64 > seconds * 1_000.0 + SLACK_MS) {
            return Err(CaptionsRefused::BeyondEnd(number));
        }
        if !cue.text.is_empty() {
            cues.push(cue);
        }
        if cues.len() > CUES_MAX {
            return Err(CaptionsRefused::TooMany);
        }
    }
    Ok(cues)
}

fn cue<'a>(timing: &'a str, line: usize, spoken: &[&str], is_webvtt: bool) -> Result<Cue<'a>, CaptionsRefused> {
    let refused = |issue| CaptionsRefused::Line(line, issue);
    let (start, rest) = timing.split_once("-->").ok_or_else(|| refused("the times are missing"))?;
    let rest = rest.trim_start();
    let (end, settings) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    if is_timing(settings) {
        return Err(refused("a caption has two times, not more"));
    }
    let time = |text: &str| milliseconds(text.trim()).ok_or_else(|| refused("a time is not like 00:01:02.500"));
    let (start, end) = (time(start)?, time(end)?);
    if end <= start {
        return Err(refused("the caption ends before it starts"));
    }
    let text = spoken.join("\n");
    // The numbers after SubRip's times are positions in pixels, which WebVTT does not have.
    let (settings, text) = if is_webvtt {
        (settings.split_whitespace().filter(|setting| is_setting(setting)).collect(), text)
    } else {
        (Vec::new(), from_subrip(&text))
    };
    Ok(Cue { start, end, settings, text })
}

/// Whether a word is a setting of WebVTT. Players ignore other words, and regions are dropped.
fn is_setting(word: &str) -> bool {
    let is_value = |value: &str| value.bytes().all(|one| one.is_ascii_alphanumeric() || b"%,.-".contains(&one));
    word.split_once(':').is_some_and(|(name, value)| {
        ["vertical", "line", "position", "size", "align"].contains(&name) && !value.is_empty() && is_value(value)
    })
}

/// `[hh:]mm:ss.ttt`; SubRip has a comma. Negative times do not fit.
fn milliseconds(text: &str) -> Option<u64> {
    let (clock, thousandths) = text.split_once(['.', ','])?;
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let is_number = digits.contains(&text.len()) && text.bytes().all(|one| one.is_ascii_digit());
        is_number.then(|| text.parse::<u64>().ok())?
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes, seconds] => (number(hours, 1..=3)?, number(minutes, 1..=2)?, number(seconds, 1..=2)?),
        [minutes, seconds] => (0, number(minutes, 1..=2)?, number(seconds, 1..=2)?),
        _ => return None,
    };
    let time = ((hours * 60 + minutes) * 60 + seconds) * 1_000 + number(thousandths, 3..=3)?;
    (minutes < 60 && seconds < 60 && time <= TIME_MS_MAX).then_some(time)
}

fn clock(ms: u64) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

/// SubRip's text as WebVTT's: bold, italic and underlined stay, other markup goes, and other signs are escaped.
fn from_subrip(text: &str) -> String {
    let mut vtt = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let after = &rest[sign.len_utf8()..];
        let tag = |close: char| after.split_once(close).filter(|(tag, _)| !tag.contains(['<', '{', '\n']));
        rest = match (sign, tag('>'), tag('}')) {
            ('<', Some((tag, next)), _) if is_kept(tag) => {
                let _ = write!(vtt, "<{}>", tag.to_ascii_lowercase());
                next
            }
            ('<', Some((tag, next)), _) if tag.trim_start_matches('/').starts_with("font") => next,
            ('{', _, Some((tag, next))) if tag.starts_with('\\') => next,
            _ => {
                match sign {
                    '<' => vtt += "&lt;",
                    '>' => vtt += "&gt;",
                    '&' => vtt += "&amp;",
                    other => vtt.push(other),
                }
                after
            }
        };
    }
    vtt
}

fn is_kept(tag: &str) -> bool {
    ["b", "i", "u"].iter().any(|kept| tag.trim_start_matches('/').eq_ignore_ascii_case(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> CaptionsRefused {
        as_webvtt(text.as_bytes(), Some(60.0)).expect_err(text)
    }

    #[test]
    fn subrip_becomes_webvtt() {
        let srt = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500 X1:0\r\n<I>Salt</I> & <font color=\"red\">sea</font>\r\n{\\an8}2 < 3\r\n\r\n\
                   2\r\n00:00:02,000 --> 00:00:04,000\r\nAt once\r\n";
        let vtt = as_webvtt(srt.as_bytes(), Some(60.0)).expect("captions");
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>Salt</i> &amp; sea\n2 &lt; 3\n\n\
                        00:00:02.000 --> 00:00:04.000\nAt once\n";
        assert_eq!(vtt, expected);
        assert_eq!(as_webvtt(vtt.as_bytes(), Some(60.0)).as_deref(), Ok(expected), "repeating it changes nothing");
    }

    #[test]
    fn webvtt_keeps_its_settings_and_is_sorted() {
        let vtt = "WEBVTT Kind: captions\nX: y\n\nSTYLE\n::cue { color: red }\n\nNOTE later\n\nb\n00:05.000 --> 00:06.000 line:0\nB\n\n\
                   00:01.000 --> 00:07.000\n<v Ada>A & a\n";
        let expected =
            "WEBVTT\n\n00:00:01.000 --> 00:00:07.000\n<v Ada>A & a\n\n00:00:05.000 --> 00:00:06.000 line:0\nB\n";
        assert_eq!(as_webvtt(vtt.as_bytes(), None).as_deref(), Ok(expected));
    }

    #[test]
    fn a_caption_right_after_the_header_is_kept() {
        let vtt = "WEBVTT\nKind: captions\n00:01.000 --> 00:02.000\nFirst\n\n00:03.000 --> 00:04.000\nSecond\n";
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nFirst\n\n00:00:03.000 --> 00:00:04.000\nSecond\n";
        assert_eq!(as_webvtt(vtt.as_bytes(), None).as_deref(), Ok(expected));
    }

    #[test]
    fn only_known_settings_are_kept() {
        let vtt =
            "WEBVTT\n\n00:01.000 --> 00:02.000 banana <script> position:10%,line-left region:a align:start line:\nA\n";
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 position:10%,line-left align:start\nA\n";
        assert_eq!(as_webvtt(vtt.as_bytes(), None).as_deref(), Ok(expected));
    }

    #[test]
    fn utf_16_is_decoded_by_its_byte_order_mark() {
        let text = "WEBVTT\n\n00:01.000 --> 00:02.000\nGrüße\n";
        let utf_16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
        };
        for bytes in [utf_16([0xff, 0xfe], u16::to_le_bytes), utf_16([0xfe, 0xff], u16::to_be_bytes)] {
            assert!(as_webvtt(&bytes, None).is_ok_and(|vtt| vtt.contains("Grüße")));
        }
        assert_eq!(as_webvtt(&utf_16([0xff, 0xfe], u16::to_le_bytes)[..9], None), Err(CaptionsRefused::Encoding));
        assert_eq!(as_webvtt(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff", None), Err(CaptionsRefused::Encoding));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for text in ["", "WEBVTT", "WEBVTTX\n\n00:01.000 --> 00:02.000\nA", "%PDF-1.7\nnot captions", "{\"a\": 1}"] {
            assert_eq!(refused(text), CaptionsRefused::Format, "{text}");
        }
        for (time, line) in [
            ("00:02.000 --> 00:01.000", 3),
            ("00:02.000 --> 00:02.000", 3),
            ("-00:02.000 --> 00:03.000", 3),
            ("00:61.000 --> 01:03.000", 3),
            ("00:02 --> 00:03", 3),
            ("00:02.000 -->", 3),
            ("00:02.000 --> 00:03.000 --> 00:04.000", 3),
        ] {
            let text = format!("WEBVTT\n\n{time}\nA\n");
            assert!(matches!(refused(&text), CaptionsRefused::Line(at, _) if at == line), "{time}");
        }
        assert_eq!(refused("WEBVTT\n\n01:02.000 --> 01:03.000\nA\n"), CaptionsRefused::BeyondEnd(3));
        let glued = "WEBVTT\n\n00:01.000 --> 00:02.000\nA\n00:03.000 --> 00:04.000\nB\n";
        assert!(matches!(refused(glued), CaptionsRefused::Line(5, _)));
        let srt = "1\n00:00:01,000 --> 00:00:02,000\nA\n\nlost\nwords\n";
        assert!(matches!(refused(srt), CaptionsRefused::Line(5, _)));
    }
}
