//! Adoption of media that were encoded before the stand-in started: registers them without moving them.

use crate::encode::Encoded;
use crate::ids;
use crate::model::{Asset, AssetSettings, PlaybackId, Policy, Status, TextTrack};
use crate::state::Mux;
use std::path::Path;

/// Why a folder cannot be registered as an asset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// An id contains characters other than letters, digits, `-` and `_`.
    #[error("{0:?} is not a valid id")]
    Id(String),
    /// The folder contains no encoded video.
    #[error("no encoded video: {0}")]
    Folder(#[from] std::io::Error),
}

pub(crate) async fn adopt(
    mux: &Mux,
    folder: &Path,
    asset_id: &str,
    playback_id: &str,
    passthrough: &str,
) -> Result<Encoded, AdoptError> {
    if let Some(wrong) = [asset_id, playback_id].into_iter().find(|id| !ids::is_id(id)) {
        return Err(AdoptError::Id(wrong.to_owned()));
    }
    let folder = tokio::fs::canonicalize(folder).await?;
    let encoded = Encoded::read(&folder).await?;
    mux.adopt(Asset {
        id: asset_id.to_owned(),
        status: Status::Ready,
        created_at: mux.now(),
        settings: AssetSettings {
            playback_policies: vec![Policy::Signed],
            passthrough: Some(passthrough.to_owned()),
            ..AssetSettings::default()
        },
        playback_ids: vec![PlaybackId { id: playback_id.to_owned(), policy: Policy::Signed }],
        tracks: captions(&folder, asset_id).await?,
        upload_id: None,
        source: None,
        adopted: Some(folder),
        encoded: Some(encoded.clone()),
        error: None,
    });
    Ok(encoded)
}

/// The text tracks in a folder: `captions-en.vtt`.
async fn captions(folder: &Path, asset_id: &str) -> std::io::Result<Vec<TextTrack>> {
    let mut tracks = Vec::new();
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name();
        let language = name.to_str().and_then(|name| name.strip_prefix("captions-")?.strip_suffix(".vtt"));
        if let Some(language) = language.filter(|language| ids::is_id(language)) {
            tracks.push(TextTrack {
                id: format!("{asset_id}-{language}"),
                status: Status::Ready,
                name: language_name(language).to_owned(),
                language_code: language.to_owned(),
                closed_captions: true,
                passthrough: None,
                source_url: None,
                is_generated: false,
                vtt: Some(tokio::fs::read_to_string(entry.path()).await?),
            });
        }
    }
    tracks.sort_by(|one, other| one.language_code.cmp(&other.language_code));
    Ok(tracks)
}

fn language_name(code: &str) -> &str {
    match code {
        "en" => "English",
        "de" => "Deutsch",
        "es" => "Español",
        "fr" => "Français",
        other => other,
    }
}
