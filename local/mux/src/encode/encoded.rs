//! The description of an encoded video.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file that holds it.
pub(super) const DESCRIPTION_FILE: &str = "encoded.json";

/// An encoded video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encoded {
    /// The duration of the renditions, in seconds.
    pub duration_seconds: f64,
    /// In lowest terms: `16:9`.
    pub aspect_ratio: String,
    /// Frames per second of every rendition.
    pub frame_rate: f64,
    /// Whether there is audio.
    pub has_audio: bool,
    /// The number of channels of each audio track of the source. The first track is kept, in stereo.
    #[serde(default)]
    pub source_audio_channels: Vec<u32>,
    /// The audio renditions, the default one first; empty if the audio is part of the video's renditions.
    #[serde(default)]
    pub audio: Vec<AudioRendition>,
    /// The renditions, smallest first.
    pub renditions: Vec<Rendition>,
    /// The grid of stills for previews while seeking.
    pub storyboard: Storyboard,
}

/// One of the sizes in which a video can be played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rendition {
    /// The prefix of its file names, such as `360p`.
    pub name: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Bits per second of the largest segment.
    pub bandwidth: u64,
    /// Average bits per second.
    pub average_bandwidth: u64,
    /// In the format of HLS's `CODECS` (RFC 6381): `avc1.4d401e,mp4a.40.2`.
    pub codecs: String,
}

/// One of several audio tracks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioRendition {
    /// The prefix of its file names, such as `audio0`.
    pub name: String,
    /// BCP 47, if it is known.
    pub language: Option<String>,
    /// Its name for viewers.
    pub label: String,
}

/// The grid in `storyboard.jpg`, row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Storyboard {
    /// In pixels.
    pub tile_width: u32,
    /// In pixels.
    pub tile_height: u32,
    /// Tiles per row.
    pub columns: u32,
    /// Number of tiles.
    pub tiles: u32,
    /// Seconds between two tiles.
    pub interval_seconds: f64,
}

impl Encoded {
    /// An asset with audio but no video.
    pub(super) fn sound(duration_seconds: f64, source_audio_channels: Vec<u32>) -> Self {
        let storyboard = Storyboard { tile_width: 0, tile_height: 0, columns: 1, tiles: 0, interval_seconds: 0.0 };
        Self {
            duration_seconds,
            aspect_ratio: String::new(),
            frame_rate: 0.0,
            has_audio: true,
            source_audio_channels,
            audio: Vec::new(),
            renditions: Vec::new(),
            storyboard,
        }
    }

    /// Whether there is no video.
    pub(crate) fn is_sound(&self) -> bool {
        self.renditions.is_empty()
    }

    /// Reads the description of an encoded video from its folder.
    ///
    /// # Errors
    /// If it is not such a folder, or another version of the encoder wrote the description.
    pub async fn read(folder: &Path) -> std::io::Result<Self> {
        let bytes = tokio::fs::read(folder.join(DESCRIPTION_FILE)).await?;
        serde_json::from_slice(&bytes).map_err(std::io::Error::other)
    }
}
