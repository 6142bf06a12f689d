//! Generated subtitles of an asset: when it is created, and later.

use super::input::parse;
use super::tracks::{TRACKS_MAX, prepare};
use crate::answer::{Refusal, data};
use crate::model::{Asset, Status, TextTrack};
use crate::shapes;
use crate::state::Mux;
use crate::subtitles::{NewSubtitles, check};
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

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
