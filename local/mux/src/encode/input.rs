//! The input of an encoding, and its effort.

use super::probe::Rate;
use std::ffi::OsString;

/// The input of ffmpeg: a file, or generated video and audio.
pub(crate) struct Input {
    /// The arguments up to and including the `-i`s.
    pub(crate) arguments: Vec<OsString>,
    /// The start of the filter graph for the video: a stream (`[0:0]`), optionally followed by filters.
    pub(crate) video: String,
    /// The stream to map as audio.
    pub(crate) audio: Option<String>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rate: Rate,
    pub(crate) duration_seconds: f64,
    pub(crate) effort: Effort,
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
