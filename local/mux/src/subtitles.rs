//! Generated subtitles. Mux recognises the speech of a film; the stand-in recognises nothing, and writes sentences that fit
//! any film, so that captions can be seen and their states tested.

use crate::answer::Refusal;
use crate::encode::Encoded;
use crate::ids;
use crate::model::{AssetSettings, Status, TextTrack};
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;

/// The languages that Mux recognises.
const LANGUAGES: [&str; 23] = [
    "auto", "en", "es", "it", "pt", "de", "fr", "pl", "ru", "nl", "ca", "tr", "sv", "uk", "no", "fi", "sk", "el", "cs",
    "hr", "da", "ro", "bg",
];
/// How often somebody speaks, and for how long, in seconds.
const SENTENCE_EVERY_SECONDS: f64 = 6.0;
const SENTENCE_SECONDS: f64 = 4.0;
/// The most sentences: those of a film of ten hours.
const SENTENCES_MAX: usize = 6_000;

/// Generated subtitles, as a client requests them.
#[derive(Deserialize)]
pub(crate) struct NewSubtitles {
    language_code: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    passthrough: Option<String>,
}

impl NewSubtitles {
    /// The track before it is generated.
    pub(crate) fn track(self) -> TextTrack {
        TextTrack {
            id: ids::id(),
            status: Status::Preparing,
            name: self.name.unwrap_or_else(|| self.language_code.clone()),
            language_code: self.language_code,
            closed_captions: false,
            passthrough: self.passthrough,
            source_url: None,
            is_generated: true,
            vtt: None,
        }
    }
}

/// The subtitles that the settings of a new asset request.
///
/// # Errors
/// If Mux does not offer them.
pub(crate) fn requested(settings: &AssetSettings) -> Result<Vec<NewSubtitles>, Refusal> {
    let wanted = settings.inputs.first().map_or(&Value::Null, |input| &input["generated_subtitles"]);
    if wanted.is_null() {
        return Ok(Vec::new());
    }
    let wanted: Vec<NewSubtitles> = serde_json::from_value(wanted.clone())
        .map_err(|error| Refusal::invalid(format!("generated_subtitles: {error}")))?;
    check(wanted)
}

/// The subtitles, if Mux offers all of them.
pub(crate) fn check(wanted: Vec<NewSubtitles>) -> Result<Vec<NewSubtitles>, Refusal> {
    match wanted.iter().find(|one| !LANGUAGES.contains(&one.language_code.as_str())) {
        Some(one) => {
            Err(Refusal::invalid(format!("generated_subtitles: {} is not a supported language", one.language_code)))
        }
        None => Ok(wanted),
    }
}

/// The tracks of a new asset that must be generated once it is ready.
pub(crate) fn tracks(settings: &AssetSettings) -> Vec<TextTrack> {
    requested(settings).unwrap_or_default().into_iter().map(NewSubtitles::track).collect()
}

/// The text of a film's generated subtitles as WebVTT; `None` if the film has no sound.
pub(crate) fn text(film: &Encoded, language: &str) -> Option<String> {
    if !film.has_audio {
        return None;
    }
    let sentences = sentences(language);
    let mut vtt = "WEBVTT\n".to_owned();
    let starts = (0..SENTENCES_MAX).map(|index| index as f64 * SENTENCE_EVERY_SECONDS);
    for (index, start) in starts.take_while(|start| *start < film.duration_seconds).enumerate() {
        let end = (start + SENTENCE_SECONDS).min(film.duration_seconds);
        let sentence = sentences[index % sentences.len()];
        let _ = write!(vtt, "\n{} --> {}\n{sentence}\n", clock(start), clock(end));
    }
    Some(vtt)
}

fn sentences(language: &str) -> [&'static str; 4] {
    match language {
        "de" => ["Kannst du mich hören?", "Ja. Ganz leise, aber ja.", "Dann lass uns anfangen.", "[Musik]"],
        "es" => ["¿Me oyes?", "Sí. Muy bajo, pero sí.", "Entonces empecemos.", "[Música]"],
        "fr" => ["Tu m'entends ?", "Oui. Tout bas, mais oui.", "Alors commençons.", "[Musique]"],
        _ => ["Can you hear me?", "Yes. Very faintly, but yes.", "Then let us begin.", "[Music]"],
    }
}

fn clock(seconds: f64) -> String {
    let whole = seconds.floor() as u64;
    let milliseconds = ((seconds - seconds.floor()) * 1000.0) as u64;
    format!("{:02}:{:02}:{:02}.{milliseconds:03}", whole / 3600, whole / 60 % 60, whole % 60)
}
