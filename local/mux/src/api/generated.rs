//! Generated subtitles: Mux recognises the speech of an asset. The stand-in recognises nothing, and writes sentences that
//! fit any film, so that captions can be seen and their states tested.

use super::input::parse;
use super::tracks::{TRACKS_MAX, prepare};
use crate::answer::{Refusal, data};
use crate::ids;
use crate::model::{Asset, AssetSettings, Status, TextTrack};
use crate::shapes;
use crate::state::Mux;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;
use std::sync::Arc;

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
pub(super) struct NewSubtitles {
    language_code: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    passthrough: Option<String>,
}

impl NewSubtitles {
    fn track(self) -> TextTrack {
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
pub(super) fn requested(settings: &AssetSettings) -> Result<Vec<NewSubtitles>, Refusal> {
    let wanted = settings.inputs.first().map_or(&Value::Null, |input| &input["generated_subtitles"]);
    if wanted.is_null() {
        return Ok(Vec::new());
    }
    let wanted: Vec<NewSubtitles> = serde_json::from_value(wanted.clone())
        .map_err(|error| Refusal::invalid(format!("generated_subtitles: {error}")))?;
    check(wanted)
}

fn check(wanted: Vec<NewSubtitles>) -> Result<Vec<NewSubtitles>, Refusal> {
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

/// Generates the tracks that an asset was created with.
pub(crate) fn start(mux: &Arc<Mux>, asset_id: &str) {
    for track in mux.assets.get(asset_id).map(|asset| asset.tracks).unwrap_or_default() {
        if track.is_generated && track.status == Status::Preparing {
            mux.track_event("created", asset_id, &shapes::text_track(&track));
            prepare(mux, asset_id.to_owned(), track);
        }
    }
}

#[derive(Deserialize)]
struct Request {
    generated_subtitles: Vec<NewSubtitles>,
}

/// `POST …/tracks/{track_id}/generate-subtitles`, where the track is an audio track of a ready asset.
pub(super) async fn create(
    State(mux): State<Arc<Mux>>,
    Path((id, track_id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let Request { generated_subtitles } = parse(&body)?;
    let new: Vec<TextTrack> = check(generated_subtitles)?.into_iter().map(NewSubtitles::track).collect();
    let asset = mux.assets.get(&id).ok_or_else(Refusal::not_found)?;
    if !is_sound(&asset, &track_id) {
        return Err(Refusal::invalid("Subtitles can be generated only from an audio track of a ready asset"));
    }
    if new.iter().any(|track| asset.tracks.iter().any(|one| one.name == track.name)) {
        return Err(Refusal::invalid("name: another text track of the asset has this name"));
    }
    let added = mux.assets.change(&id, |asset| {
        asset.tracks.extend(new.iter().cloned());
        asset.tracks.len() <= TRACKS_MAX
    });
    added.ok_or_else(|| Refusal::invalid(format!("An asset has at most {TRACKS_MAX} text tracks")))?;
    let shown: Vec<Value> = new.iter().map(shapes::text_track).collect();
    for track in new {
        mux.track_event("created", &id, &shapes::text_track(&track));
        prepare(&mux, id.clone(), track);
    }
    Ok(data(StatusCode::CREATED, &Value::Array(shown)))
}

fn is_sound(asset: &Asset, track_id: &str) -> bool {
    asset.status == Status::Ready
        && shapes::tracks(asset).iter().any(|track| track["type"] == "audio" && track["id"] == track_id)
}

/// The text of a track as WebVTT; `None` if there is no sound.
pub(crate) fn text(mux: &Mux, asset_id: &str, track: &TextTrack) -> Option<String> {
    let encoded = mux.assets.get(asset_id)?.encoded.filter(|encoded| encoded.has_audio)?;
    let sentences = sentences(&track.language_code);
    let mut vtt = "WEBVTT\n".to_owned();
    let starts = (0..SENTENCES_MAX).map(|index| index as f64 * SENTENCE_EVERY_SECONDS);
    for (index, start) in starts.take_while(|start| *start < encoded.duration_seconds).enumerate() {
        let end = (start + SENTENCE_SECONDS).min(encoded.duration_seconds);
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
