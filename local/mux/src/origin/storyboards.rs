//! The positions of a storyboard's stills in its picture, as WebVTT and as JSON.

use super::access::Access;
use super::playlists::text_answer;
use crate::encode::Storyboard;
use crate::state::Mux;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::fmt::Write;
use url::form_urlencoded;

/// `storyboard.vtt`: a cue for each still with its position in the picture.
pub(super) fn vtt(mux: &Mux, playback_id: &str, access: &Access) -> Response {
    let url = picture_url(mux, playback_id, access);
    let Storyboard { tile_width, tile_height, interval_seconds, .. } = access.encoded.storyboard;
    let mut text = String::from("WEBVTT\n");
    for (start, x, y) in tiles(&access.encoded.storyboard) {
        let end = (start + interval_seconds).min(access.encoded.duration_seconds);
        if start >= end {
            break;
        }
        let (start, end) = (timestamp(start), timestamp(end));
        let _ = write!(text, "\n{start} --> {end}\n{url}#xywh={x},{y},{tile_width},{tile_height}\n");
    }
    text_answer("text/vtt; charset=utf-8", text)
}

/// `storyboard.json`: the same for players that do not support WebVTT.
pub(super) fn json(mux: &Mux, playback_id: &str, access: &Access) -> Response {
    let Storyboard { tile_width, tile_height, .. } = access.encoded.storyboard;
    let tiles = tiles(&access.encoded.storyboard).map(|(start, x, y)| json!({ "start": start, "x": x, "y": y }));
    axum::Json(json!({
        "url": picture_url(mux, playback_id, access),
        "tile_width": tile_width,
        "tile_height": tile_height,
        "duration": access.encoded.duration_seconds,
        "tiles": tiles.collect::<Vec<_>>(),
    }))
    .into_response()
}

/// The start time in seconds, and the position in the picture, of every still.
fn tiles(storyboard: &Storyboard) -> impl Iterator<Item = (f64, u32, u32)> {
    let Storyboard { tile_width, tile_height, columns, tiles, interval_seconds } = *storyboard;
    (0..tiles).map(move |tile| {
        (f64::from(tile) * interval_seconds, tile % columns * tile_width, tile / columns * tile_height)
    })
}

/// The picture's URL: the token of the storyboard's description is also valid for the picture.
fn picture_url(mux: &Mux, playback_id: &str, access: &Access) -> String {
    let url = format!("{}/{playback_id}/storyboard.jpg", mux.base_url);
    match &access.token {
        Some(token) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
            format!("{url}?{query}")
        }
        None => url,
    }
}

fn timestamp(seconds: f64) -> String {
    let millis = (seconds * 1000.0).round() as u64;
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", millis % 1000)
}
