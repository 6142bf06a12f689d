//! A viewer's playback preferences, the same on every device.

use crate::models::patch::Field;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The schema's `format` for a language tag.
pub const LANGUAGE_TAG_FORMAT: &str = "language-tag";

/// A language tag (BCP 47) such as `en` or `pt-BR`. Tags have no case, so each is kept in the one that is usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct LanguageTag(String);

impl From<String> for LanguageTag {
    fn from(tag: String) -> Self {
        Self(in_usual_case(&tag))
    }
}

/// A language tag in the usual case (RFC 5646 §2.1.1): languages in lower case, scripts such as `Hant` capitalized, and
/// regions such as `BR` in upper case. After a single letter, the meaning of a subtag is another one.
fn in_usual_case(tag: &str) -> String {
    let mut is_private = false;
    let mut usual = String::with_capacity(tag.len());
    for (at, part) in tag.split('-').enumerate() {
        let mut part = part.to_ascii_lowercase();
        match part.len() {
            1 => is_private = true,
            2 if at > 0 && !is_private => part.make_ascii_uppercase(),
            4 if at > 0 && !is_private => part[..1].make_ascii_uppercase(),
            _ => {}
        }
        if at > 0 {
            usual.push('-');
        }
        usual += &part;
    }
    usual
}

/// Whether a text is a language of two or three letters, followed by at most four subtags.
pub fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_language = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphabetic()));
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphanumeric());
    is_language && parts.clone().count() <= 4 && parts.all(is_subtag)
}

impl JsonSchema for LanguageTag {
    fn schema_name() -> Cow<'static, str> {
        "LanguageTag".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": LANGUAGE_TAG_FORMAT,
            "maxLength": 35,
            "description": "A language tag (BCP 47) such as `en` or `pt-BR`.",
        })
    }
}

impl LanguageTag {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A viewer's preferences; the defaults for a user who has set none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Preferences {
    /// Whether captions are on.
    pub captions: bool,
    /// The language of captions; `null` leaves the choice to the player.
    pub caption_language: Option<LanguageTag>,
    /// The language of the audio; `null` plays the original language.
    pub audio_language: Option<LanguageTag>,
    /// The playback speed; 1 is normal.
    pub speed: f64,
    /// The volume, from 0 (silent) to 1.
    pub volume: f64,
    /// Whether the next episode starts automatically.
    pub autoplay: bool,
    /// The language of the app; `null` follows the device.
    pub interface_language: Option<LanguageTag>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            captions: false,
            caption_language: None,
            audio_language: None,
            speed: 1.0,
            volume: 1.0,
            autoplay: true,
            interface_language: None,
        }
    }
}

/// The changes. Omitted fields stay the same; `null` clears a language.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PreferenceEdits {
    /// Whether captions are on.
    captions: Field<bool>,
    /// The language of captions.
    caption_language: Field<Option<LanguageTag>>,
    /// The language of the audio.
    audio_language: Field<Option<LanguageTag>>,
    /// The playback speed; 1 is normal. Stored with two decimals.
    #[schemars(range(min = 0.25, max = 4.0))]
    speed: Field<f64>,
    /// The volume, from 0 (silent) to 1. Stored with two decimals.
    #[schemars(range(min = 0.0, max = 1.0))]
    volume: Field<f64>,
    /// Whether the next episode starts automatically.
    autoplay: Field<bool>,
    /// The language of the app.
    interface_language: Field<Option<LanguageTag>>,
}

impl Preferences {
    /// The preferences after edits.
    #[must_use]
    pub fn edited(&self, edits: &PreferenceEdits) -> Self {
        let mut after = self.clone();
        edits.captions.apply(&mut after.captions);
        edits.caption_language.apply(&mut after.caption_language);
        edits.audio_language.apply(&mut after.audio_language);
        edits.speed.apply(&mut after.speed);
        edits.volume.apply(&mut after.volume);
        edits.autoplay.apply(&mut after.autoplay);
        edits.interface_language.apply(&mut after.interface_language);
        after.speed = hundredths(after.speed);
        after.volume = hundredths(after.volume);
        after
    }
}

/// A number with two decimals: finer steps of volume and speed are not useful.
fn hundredths(number: f64) -> f64 {
    // Adding 0 turns negative zero into zero.
    (number * 100.0).round() / 100.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_tag_has_one_spelling() {
        for (tag, usual) in [
            ("EN", "en"),
            ("pt-br", "pt-BR"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("sl-ROZAJ-biske", "sl-rozaj-biske"),
            ("en-us-X-Us-Kids", "en-US-x-us-kids"),
        ] {
            assert_eq!(LanguageTag::from(tag.to_owned()).as_str(), usual);
        }
    }

    #[test]
    fn two_decimals_are_kept() {
        assert_eq!(hundredths(0.333_333), 0.33);
        assert_eq!(hundredths(1.0e-140), 0.0);
        assert_eq!(hundredths(1.75), 1.75);
    }
}
