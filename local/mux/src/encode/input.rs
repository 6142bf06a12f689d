//! The input of an encoding, and its effort.

use super::probe::Rate;
use std::ffi::OsString;

/// The input of ffmpeg: a file, or generated video and audio.
pub(crate) struct Input {
    /// The arguments up to and including the `-i`s.
    pub(crate) arguments: Vec<OsString>,
    /// The start of the filter graph for the video: a stream (`[0:0]`), optionally followed by filters.
    pub(crate) video: String,
    /// The audio tracks. A single one is part of every rendition; several become renditions of their own, so a player
    /// can choose.
    pub(crate) audio: Vec<AudioInput>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rate: Rate,
    pub(crate) duration_seconds: f64,
    pub(crate) effort: Effort,
}

impl Input {
    /// Whether the audio tracks become renditions of their own.
    pub(super) fn has_own_audio(&self) -> bool {
        self.audio.len() > 1
    }
}

/// The name of an audio rendition.
pub(super) fn audio_name(index: usize) -> String {
    format!("audio{index}")
}

/// An audio track of the input.
pub(crate) struct AudioInput {
    /// The stream to map.
    pub(crate) stream: String,
    /// BCP 47, if it is known.
    pub(crate) language: Option<String>,
    /// Its name for viewers, if it has one.
    pub(crate) name: Option<String>,
}

impl AudioInput {
    /// A track of the only input file.
    pub(crate) fn of_file(index: u32) -> Self {
        Self { stream: format!("0:{index}"), language: None, name: None }
    }
}

/// The encoder's effort and use of the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// x264's preset.
    pub(crate) preset: &'static str,
    /// Threads for each rendition and for the filters; 0 lets ffmpeg decide.
    pub(crate) threads: u32,
    /// Whether other processes on the machine have priority.
    pub(crate) background: bool,
}
