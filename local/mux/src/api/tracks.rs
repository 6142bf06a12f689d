//! `/video/v1/assets/{id}/tracks`: captions and subtitles, fetched from a URL or generated from the sound.

use super::input::{check_passthrough, parse};
use crate::answer::{Refusal, data};
use crate::encode;
use crate::ids;
use crate::model::{Status, TextTrack};
use crate::shapes;
use crate::state::Mux;
use crate::subtitles;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use std::ffi::OsString;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Largest subtitle file that is accepted, in bytes.
const TEXT_BYTES_MAX: usize = 4 << 20;
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);
pub(super) const TRACKS_MAX: usize = 64;

#[derive(Deserialize)]
struct NewTrack {
    url: String,
    #[serde(rename = "type")]
    kind: String,
    language_code: String,
    name: Option<String>,
    #[serde(default)]
    closed_captions: Option<bool>,
    passthrough: Option<String>,
}

pub(super) async fn create(
    State(mux): State<Arc<Mux>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let new: NewTrack = parse(&body)?;
    if new.kind != "text" {
        return Err(Refusal::invalid("type: only text tracks can be added here"));
    }
    if !ids::is_id(&new.language_code) {
        return Err(Refusal::invalid("language_code: not a BCP 47 code"));
    }
    if !new.url.starts_with("http://") && !new.url.starts_with("https://") {
        return Err(Refusal::invalid("url: not a URL from which a file can be fetched"));
    }
    check_passthrough(new.passthrough.as_deref())?;
    let track = TextTrack {
        id: ids::id(),
        status: Status::Preparing,
        name: new.name.unwrap_or_else(|| new.language_code.clone()),
        language_code: new.language_code,
        closed_captions: new.closed_captions.unwrap_or(false),
        passthrough: new.passthrough,
        source_url: Some(new.url),
        is_generated: false,
        vtt: None,
    };
    let asset = mux.assets.get(&id).ok_or_else(Refusal::not_found)?;
    if asset.tracks.iter().any(|one| one.name == track.name) {
        return Err(Refusal::invalid("name: another text track of the asset has this name"));
    }
    let added = mux.assets.change(&id, |asset| {
        asset.tracks.push(track.clone());
        asset.tracks.len() <= TRACKS_MAX
    });
    added.ok_or_else(|| Refusal::invalid(format!("An asset has at most {TRACKS_MAX} text tracks")))?;
    let shape = shapes::text_track(&track);
    mux.track_event("created", &id, &shape);
    prepare(&mux, id, track);
    Ok(data(StatusCode::CREATED, &shape))
}

#[derive(Deserialize)]
struct TrackChange {
    name: Option<String>,
    language_code: Option<String>,
    closed_captions: Option<bool>,
    passthrough: Option<String>,
}

pub(super) async fn update(
    State(mux): State<Arc<Mux>>,
    Path((id, track_id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let change: TrackChange = parse(&body)?;
    if change.language_code.as_ref().is_some_and(|code| !ids::is_id(code)) {
        return Err(Refusal::invalid("language_code: not a BCP 47 code"));
    }
    check_passthrough(change.passthrough.as_deref())?;
    let (mut is_taken, mut updated) = (false, None);
    mux.assets.change(&id, |asset| {
        let is_other = |one: &TextTrack| one.id != track_id && Some(&one.name) == change.name.as_ref();
        is_taken = asset.tracks.iter().any(is_other);
        let Some(track) = asset.tracks.iter_mut().find(|one| one.id == track_id).filter(|_| !is_taken) else {
            return false;
        };
        track.name = change.name.unwrap_or_else(|| track.name.clone());
        track.language_code = change.language_code.unwrap_or_else(|| track.language_code.clone());
        track.closed_captions = change.closed_captions.unwrap_or(track.closed_captions);
        track.passthrough = change.passthrough.or_else(|| track.passthrough.clone());
        updated = Some(track.clone());
        true
    });
    if is_taken {
        return Err(Refusal::invalid("name: another text track of the asset has this name"));
    }
    Ok(data(StatusCode::OK, &shapes::text_track(&updated.ok_or_else(Refusal::not_found)?)))
}

pub(super) async fn delete(
    State(mux): State<Arc<Mux>>,
    Path((id, track_id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let mut removed = None;
    mux.assets.change(&id, |asset| {
        let at = asset.tracks.iter().position(|track| track.id == track_id);
        removed = at.map(|at| asset.tracks.remove(at));
        removed.is_some()
    });
    let track = removed.ok_or_else(Refusal::not_found)?;
    mux.track_event("deleted", &id, &shapes::text_track(&track));
    Ok(StatusCode::NO_CONTENT)
}

/// Resumes the preparation of tracks that an earlier run left unfinished.
pub(crate) fn resume(mux: &Arc<Mux>) {
    for asset in mux.assets.all() {
        for track in asset.tracks.into_iter().filter(|track| track.status == Status::Preparing) {
            prepare(mux, asset.id.clone(), track);
        }
    }
}

pub(crate) fn prepare(mux: &Arc<Mux>, asset_id: String, track: TextTrack) {
    let (weak, http, work_folder) = (Arc::downgrade(mux), mux.http.clone(), mux.work_folder());
    tokio::spawn(async move {
        let vtt = match track.source_url {
            Some(url) => fetch(&http, &url, &work_folder).await,
            None if track.is_generated => {
                let film = weak.upgrade().and_then(|mux| mux.assets.get(&asset_id)?.encoded);
                film.and_then(|film| subtitles::text(&film, &track.language_code))
            }
            None => None,
        };
        let _ = tokio::fs::remove_dir_all(&work_folder).await;
        finish(&weak, &asset_id, &track.id, vtt);
    });
}

fn finish(mux: &Weak<Mux>, asset_id: &str, track_id: &str, vtt: Option<String>) {
    let Some(mux) = mux.upgrade() else { return };
    let status = if vtt.is_some() { Status::Ready } else { Status::Errored };
    let changed = mux.assets.change(asset_id, |asset| {
        let Some(track) = asset.tracks.iter_mut().find(|track| track.id == track_id) else { return false };
        (track.status, track.vtt) = (status, vtt);
        true
    });
    let tracks = changed.map(|asset| asset.tracks).unwrap_or_default();
    if let Some(track) = tracks.iter().find(|track| track.id == track_id) {
        mux.track_event(
            if status == Status::Ready { "ready" } else { "errored" },
            asset_id,
            &shapes::text_track(track),
        );
    }
}

/// The text at `url` as WebVTT; SubRip is converted.
async fn fetch(http: &reqwest::Client, url: &str, work_folder: &std::path::Path) -> Option<String> {
    let response = http.get(url).timeout(FETCH_TIMEOUT).send().await.ok()?.error_for_status().ok()?;
    let text = response.bytes().await.ok().filter(|bytes| bytes.len() <= TEXT_BYTES_MAX)?;
    let text = String::from_utf8(text.to_vec()).ok()?;
    let text = text.trim_start_matches('\u{feff}');
    if text.starts_with("WEBVTT") {
        return Some(text.to_owned());
    }
    tokio::fs::create_dir_all(work_folder).await.ok()?;
    tokio::fs::write(work_folder.join("in.srt"), text).await.ok()?;
    let arguments = ["-f", "srt", "-i", "in.srt", "-f", "webvtt", "out.vtt"].map(OsString::from).to_vec();
    encode::ffmpeg(arguments, work_folder, FETCH_TIMEOUT).await.ok()?;
    tokio::fs::read_to_string(work_folder.join("out.vtt")).await.ok()
}
