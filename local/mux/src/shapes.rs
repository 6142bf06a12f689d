//! Objects in the format of the API and the webhooks.

use crate::encode::AudioRendition;
use crate::model::{Asset, KeyRecord, Status, TextTrack, Upload, UploadStatus};
use crate::state::Mux;
use serde_json::{Map, Value, json};

/// Where an object is shown: the API gives an asset's `created_at` as a string, a webhook as a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Api,
    Webhook,
}

/// A direct upload; includes its URL only while it accepts a file.
pub(crate) fn upload(mux: &Mux, upload: &Upload) -> Value {
    let mut shape = json!({
        "id": upload.id,
        "status": upload.status,
        "timeout": upload.timeout_seconds,
        "cors_origin": upload.cors_origin,
        "new_asset_settings": upload.settings,
        "test": false,
    });
    if upload.status == UploadStatus::Waiting {
        shape["url"] = mux.upload_url(upload).into();
    }
    if let Some(asset_id) = &upload.asset_id {
        shape["asset_id"] = asset_id.as_str().into();
    }
    shape
}

/// An asset with its tracks and playback ids.
pub(crate) fn asset(asset: &Asset, shape: Shape) -> Value {
    let seconds = asset.created_at.as_second();
    let created_at = if shape == Shape::Api { json!(seconds.to_string()) } else { json!(seconds) };
    let (state, progress) = match asset.status {
        Status::Preparing => ("transcoding", 0),
        Status::Ready => ("completed", 100),
        Status::Errored => ("errored", 0),
    };
    let mut fields = json!({
        "id": asset.id,
        "status": asset.status,
        "created_at": created_at,
        "playback_ids": asset.playback_ids,
        "video_quality": asset.settings.video_quality.as_deref().unwrap_or("basic"),
        "encoding_tier": "baseline",
        "max_resolution_tier": "1080p",
        "master_access": "none",
        "mp4_support": "none",
        "ingest_type": if asset.upload_id.is_some() { "on_demand_direct_upload" } else { "on_demand_url" },
        "progress": { "state": state, "progress": progress },
        "tracks": tracks(asset),
    });
    if let Some(encoded) = &asset.encoded {
        fields["duration"] = encoded.duration_seconds.into();
        if encoded.is_sound() {
            fields["max_stored_resolution"] = "Audio only".into();
            fields["resolution_tier"] = "audio-only".into();
        } else {
            fields["aspect_ratio"] = encoded.aspect_ratio.as_str().into();
            fields["max_stored_frame_rate"] = encoded.frame_rate.into();
            let lines = encoded.renditions.last().map_or(0, |largest| largest.width.min(largest.height));
            fields["max_stored_resolution"] = "HD".into();
            fields["resolution_tier"] = if lines > 720 { "1080p" } else { "720p" }.into();
        }
    }
    for (name, value) in [
        ("upload_id", asset.upload_id.as_deref().map(Value::from)),
        ("passthrough", asset.settings.passthrough.as_deref().map(Value::from)),
        ("meta", asset.settings.meta.clone().map(Value::from)),
        ("errors", asset.error.as_deref().map(|message| json!({ "type": "invalid_input", "messages": [message] }))),
    ] {
        if let Some(value) = value {
            fields[name] = value;
        }
    }
    fields
}

/// All tracks of an asset.
pub(crate) fn tracks(asset: &Asset) -> Vec<Value> {
    let mut tracks = Vec::new();
    if let Some(encoded) = &asset.encoded {
        if let Some(largest) = encoded.renditions.last() {
            tracks.push(json!({
                "type": "video", "id": format!("{}-v", asset.id), "duration": encoded.duration_seconds,
                "status": "ready", "max_width": largest.width, "max_height": largest.height,
                "max_frame_rate": encoded.frame_rate,
            }));
        }
        for (index, AudioRendition { name, language, label }) in encoded.audio.iter().enumerate() {
            tracks.push(json!({
                "type": "audio", "id": format!("{}-{name}", asset.id), "duration": encoded.duration_seconds,
                "status": "ready", "primary": index == 0, "max_channels": 2, "name": label,
                "language_code": language.as_deref().unwrap_or("und"),
            }));
        }
        if encoded.has_audio && encoded.audio.is_empty() {
            tracks.push(json!({
                "type": "audio", "id": format!("{}-a", asset.id), "duration": encoded.duration_seconds, "status": "ready",
                "primary": true, "max_channels": 2, "language_code": "und", "name": "Default",
            }));
        }
    }
    tracks.extend(asset.tracks.iter().map(text_track));
    tracks
}

/// The source of an asset, in the format of `input-info`.
pub(crate) fn input_info(asset: &Asset) -> Value {
    let Some(encoded) = &asset.encoded else { return json!([]) };
    let video = (!encoded.is_sound()).then(|| json!({ "type": "video", "frame_rate": encoded.frame_rate }));
    // Assets that were encoded before the stand-in recorded a source's tracks list only the track that was kept.
    let audio = match (&encoded.source_audio_channels[..], encoded.has_audio) {
        ([], true) => vec![2; encoded.audio.len().max(1)],
        (channels, _) => channels.to_vec(),
    };
    let audio = audio.into_iter().map(|channels| json!({ "type": "audio", "channels": channels }));
    json!([{ "settings": {}, "file": { "tracks": video.into_iter().chain(audio).collect::<Vec<_>>() } }])
}

/// A track of captions or subtitles.
pub(crate) fn text_track(track: &TextTrack) -> Value {
    let mut shape = Map::new();
    let mut add = |name: &str, value: Value| shape.insert(name.to_owned(), value);
    add("type", "text".into());
    add("text_type", "subtitles".into());
    add("text_source", if track.is_generated { "generated_vod" } else { "uploaded" }.into());
    add("id", track.id.as_str().into());
    add("status", json!(track.status));
    add("name", track.name.as_str().into());
    add("language_code", track.language_code.as_str().into());
    add("closed_captions", track.closed_captions.into());
    if let Some(passthrough) = &track.passthrough {
        add("passthrough", passthrough.as_str().into());
    }
    shape.into()
}

/// A signing key without its private half, which is shown only once.
pub(crate) fn signing_key(key: &KeyRecord) -> Value {
    json!({ "id": key.id, "created_at": key.created_at.as_second().to_string() })
}
