//! The encoder: one source becomes a folder of HLS renditions with a storyboard.
//!
//! The folder holds, for each rendition, a playlist (`360p.m3u8`), its initialisation segment (`360p-init.mp4`) and its
//! media segments (`360p-00000.m4s`), all cut at the same moments; a storyboard (`storyboard.jpg`); and a description of
//! all that (`encoded.json`). It may also hold a `poster.jpg`, shown as the thumbnail when no time is asked for, and
//! captions (`captions-en.vtt`).

mod ladder;
mod measure;
mod probe;

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

pub(crate) use ladder::{Rung, rungs};
pub(crate) use probe::Rate;

/// Longest source that is taken: what Mux takes.
pub const SOURCE_SECONDS_MAX: f64 = 12.0 * 3600.0;
/// Longest that one encoding may work, in real seconds.
const ENCODE_SECONDS_MAX: u64 = 2 * 3600;
/// The distance of key frames, which is the length of a segment.
const SEGMENT_SECONDS: f64 = 2.0;
/// As on Mux, for videos up to 15 minutes; here for longer ones too.
const STORYBOARD_TILES: u32 = 50;
const STORYBOARD_COLUMNS: u32 = 5;
const STORYBOARD_TILE_WIDTH: u32 = 256;

/// The names of files inside the folder of an encoded video.
const DESCRIPTION_FILE: &str = "encoded.json";
pub(crate) const STORYBOARD_FILE: &str = "storyboard.jpg";
pub(crate) const POSTER_FILE: &str = "poster.jpg";

/// The name of a poster that is `width` pixels wide, which spares making it when it is asked for.
pub(crate) fn poster_file(width: u32) -> String {
    format!("poster-{width}.jpg")
}

/// Changes whenever the same source would be encoded differently: what was made by another version is made again.
pub const ENCODER_VERSION: u32 = 1;

/// An encoded video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encoded {
    /// Seconds, as the renditions play.
    pub duration_seconds: f64,
    /// In lowest terms: `16:9`.
    pub aspect_ratio: String,
    /// Frames a second of every rendition.
    pub frame_rate: f64,
    /// Whether there is sound.
    pub has_audio: bool,
    /// The renditions, the smallest first.
    pub renditions: Vec<Rendition>,
    /// The grid of stills for previews while seeking.
    pub storyboard: Storyboard,
}

/// One of the sizes in which a video can be played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rendition {
    /// The start of the names of its files: `360p`.
    pub name: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits a second of the largest segment.
    pub bandwidth: u64,
    /// Bits a second on average.
    pub average_bandwidth: u64,
    /// As HLS's `CODECS` names them (RFC 6381): `avc1.4d401e,mp4a.40.2`.
    pub codecs: String,
}

/// The grid in `storyboard.jpg`, row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Storyboard {
    /// Pixels.
    pub tile_width: u32,
    /// Pixels.
    pub tile_height: u32,
    /// Tiles side by side.
    pub columns: u32,
    /// Tiles in all.
    pub tiles: u32,
    /// Seconds between two tiles.
    pub interval_seconds: f64,
}

/// Why a source could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The source is not a video, or a broken one; said to its owner.
    #[error("{0}")]
    Invalid(String),
    /// ffmpeg could not be run, or not in time.
    #[error("the encoder failed: {0}")]
    Encoder(String),
    /// The disk refused.
    #[error("the encoder's files: {0}")]
    Io(#[from] std::io::Error),
}

impl Encoded {
    /// Reads the description of an encoded video from its folder.
    ///
    /// # Errors
    /// When the folder is not one, or its description was written by another version of the encoder.
    pub async fn read(folder: &Path) -> std::io::Result<Self> {
        let bytes = tokio::fs::read(folder.join(DESCRIPTION_FILE)).await?;
        serde_json::from_slice(&bytes).map_err(std::io::Error::other)
    }
}

/// Encodes `source` into the folder `into`, which must exist; after an error, what is in it is the caller's to remove.
/// Used for uploads and demo media alike. Dropping the future ends the encoder.
///
/// # Errors
/// [`EncodeError::Invalid`] when the source is at fault.
pub async fn encode(source: &Path, into: &Path) -> Result<Encoded, EncodeError> {
    let probed = probe::probe(source).await?;
    let mut arguments = probe::safe_input_arguments();
    arguments.extend([OsString::from("-i"), source.as_os_str().to_owned()]);
    let input = Input {
        arguments,
        video: format!("[0:{}]", probed.video_index),
        audio: probed.audio_index.map(|index| format!("0:{index}")),
        width: probed.width,
        height: probed.height,
        rate: probed.rate,
        duration_seconds: probed.duration_seconds,
        effort: Effort { preset: "veryfast", threads: 0, background: true },
    };
    render(&input, into).await.map_err(|error| match error {
        EncodeError::Encoder(_) => EncodeError::Invalid("The input file could not be decoded".to_owned()),
        other => other,
    })
}

/// What ffmpeg reads: a file, or pictures and sound that it makes up.
pub(crate) struct Input {
    /// Up to and with the `-i`s.
    pub(crate) arguments: Vec<OsString>,
    /// The start of the filter graph that yields the pictures: a stream (`[0:0]`), filters may follow it.
    pub(crate) video: String,
    /// The stream to map as sound.
    pub(crate) audio: Option<String>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rate: Rate,
    pub(crate) duration_seconds: f64,
    pub(crate) effort: Effort,
}

/// How hard the encoder works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// x264's.
    pub(crate) preset: &'static str,
    /// Threads for each rendition and for the filters; 0 leaves it to ffmpeg.
    pub(crate) threads: u32,
    /// Whether everything else on the machine goes first.
    pub(crate) background: bool,
}

/// Renders an input into a folder, in one pass over its pictures.
pub(crate) async fn render(input: &Input, into: &Path) -> Result<Encoded, EncodeError> {
    let rungs = rungs(input.width, input.height);
    let storyboard = storyboard(input);
    let mut arguments = input.arguments.clone();
    arguments.extend(["-filter_complex_threads".into(), input.effort.threads.to_string().into()]);
    arguments.push("-filter_complex".into());
    arguments.push(graph(input, &rungs, &storyboard).into());
    arguments.extend(outputs(input, &rungs).into_iter().map(OsString::from));
    let mut command = Command::new("ffmpeg");
    if input.effort.background {
        command = Command::new("nice");
        command.args(["-n", "10", "ffmpeg"]);
    }
    run_ffmpeg(command, arguments, into, Duration::from_secs(ENCODE_SECONDS_MAX)).await?;
    let encoded = measure::measure(into, input, &rungs, storyboard).await?;
    let description = serde_json::to_vec_pretty(&encoded).map_err(std::io::Error::other)?;
    tokio::fs::write(into.join(DESCRIPTION_FILE), description).await?;
    Ok(encoded)
}

/// Runs ffmpeg in a folder; an error carries the end of what it said.
pub(crate) async fn ffmpeg(arguments: Vec<OsString>, folder: &Path, limit: Duration) -> Result<(), EncodeError> {
    run_ffmpeg(Command::new("ffmpeg"), arguments, folder, limit).await
}

async fn run_ffmpeg(
    mut command: Command,
    arguments: Vec<OsString>,
    folder: &Path,
    limit: Duration,
) -> Result<(), EncodeError> {
    command.args(["-y", "-nostdin", "-hide_banner", "-loglevel", "error"]).args(arguments).current_dir(folder);
    run(command, limit).await.map(|_| ())
}

/// Runs a program to its end and returns what it wrote; it is killed when the future is dropped.
async fn run(mut command: Command, limit: Duration) -> Result<Vec<u8>, EncodeError> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    match tokio::time::timeout(limit, output).await {
        Err(_) => Err(EncodeError::Encoder("it took too long".to_owned())),
        Ok(Err(error)) => Err(EncodeError::Io(error)),
        Ok(Ok(output)) if output.status.success() => Ok(output.stdout),
        Ok(Ok(output)) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(EncodeError::Encoder(said.lines().last().unwrap_or("no reason given").to_owned()))
        }
    }
}

fn storyboard(input: &Input) -> Storyboard {
    let frames = (input.duration_seconds * input.rate.per_second()).floor().max(1.0);
    let tiles = STORYBOARD_TILES.min(frames as u32);
    let tile_height = ladder::even(f64::from(STORYBOARD_TILE_WIDTH) * f64::from(input.height) / f64::from(input.width));
    Storyboard {
        tile_width: STORYBOARD_TILE_WIDTH,
        tile_height,
        columns: STORYBOARD_COLUMNS,
        tiles,
        interval_seconds: input.duration_seconds / f64::from(tiles),
    }
}

/// The filter graph: one steady stream of pictures, split into the renditions and the storyboard. Each rendition is made
/// from the next larger one, which is a fifth cheaper than from the source.
fn graph(input: &Input, rungs: &[Rung], storyboard: &Storyboard) -> String {
    let Storyboard { tile_width, tile_height, columns, tiles, interval_seconds } = storyboard;
    let mut graph = format!("{}fps={},setsar=1,split[board]", input.video, input.rate);
    for (index, Rung { width, height, .. }) in rungs.iter().enumerate().rev() {
        graph += &format!("[s{index}];[s{index}]scale={width}:{height}:flags=bicubic,setsar=1,format=yuv420p");
        graph += &if index > 0 { format!(",split[v{index}]") } else { "[v0]".to_owned() };
    }
    let rows = tiles.div_ceil(*columns);
    let rate = 1.0 / interval_seconds;
    graph
        + &format!(
            ";[board]fps={rate:.6}:start_time=0:round=down,scale={tile_width}:{tile_height},format=yuvj420p,\
             tile={columns}x{rows}[sheet]"
        )
}

/// The outputs: every picture stream and the sound are encoded once, and the `tee` muxer packs them into renditions.
fn outputs(input: &Input, rungs: &[Rung]) -> Vec<String> {
    let mut arguments: Vec<String> = Vec::new();
    let mut add = |words: &[&str]| arguments.extend(words.iter().map(|word| (*word).to_owned()));
    for (index, rung) in rungs.iter().enumerate() {
        add(&["-map", &format!("[v{index}]")]);
        add(&[&format!("-maxrate:v:{index}"), &format!("{}k", rung.kilobits_max)]);
        add(&[&format!("-bufsize:v:{index}"), &format!("{}k", rung.kilobits_max * 2)]);
    }
    let group = (SEGMENT_SECONDS * input.rate.per_second()).round().max(1.0).to_string();
    let Effort { preset, threads, .. } = input.effort;
    add(&[
        "-c:v",
        "libx264",
        "-preset",
        preset,
        "-threads:v",
        &threads.to_string(),
        "-profile:v",
        "main",
        "-crf",
        "24",
    ]);
    add(&["-g", &group, "-keyint_min", &group, "-sc_threshold", "0", "-flags", "+global_header"]);
    if let Some(audio) = &input.audio {
        add(&["-map", audio, "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", "48000"]);
    }
    add(&["-map_metadata", "-1", "-map_chapters", "-1", "-f", "tee", &packing(input, rungs)]);
    add(&["-map", "[sheet]", "-frames:v", "1", "-q:v", "5", "-update", "1", STORYBOARD_FILE]);
    arguments
}

fn packing(input: &Input, rungs: &[Rung]) -> String {
    let renditions = rungs.iter().enumerate().map(|(index, Rung { name, .. })| {
        let streams = if input.audio.is_some() { format!("v:{index},a:0") } else { format!("v:{index}") };
        format!(
            "[f=hls:hls_time=1:hls_playlist_type=vod:hls_segment_type=fmp4:hls_flags=independent_segments\
             :hls_fmp4_init_filename={name}-init.mp4:hls_segment_filename={name}-%05d.m4s:select=\\'{streams}\\']{name}.m3u8"
        )
    });
    renditions.collect::<Vec<_>>().join("|")
}

/// The file of that name among the playlists and segments of an encoded video: what a request may name, and no other.
pub(crate) fn file(folder: &Path, name: &str) -> Option<PathBuf> {
    let (stem, extension) = name.rsplit_once('.')?;
    let plain = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && matches!(extension, "m3u8" | "mp4" | "m4s")).then(|| folder.join(name))
}
