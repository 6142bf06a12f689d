//! The encoder: turns one source into a folder of HLS renditions with a storyboard.
//!
//! For each rendition the folder contains a playlist (`360p.m3u8`), its initialization segment (`360p-init.mp4`) and
//! its media segments (`360p-00000.m4s`), all cut at the same times; several audio tracks have renditions of their own
//! (`audio0.m3u8`). There is also a storyboard (`storyboard.jpg`) and a description of everything (`encoded.json`). It may also contain a `poster.jpg`, which is the thumbnail when no time
//! is requested, and captions (`captions-en.vtt`).

mod encoded;
mod input;
mod ladder;
mod measure;
mod probe;
mod program;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

pub(crate) use encoded::AudioRendition;
use encoded::DESCRIPTION_FILE;
pub use encoded::{Encoded, Rendition, Storyboard};
pub(crate) use input::{AudioInput, Effort, Input};
pub(crate) use ladder::{Rung, rungs};
use probe::Probed;
pub(crate) use probe::Rate;
pub use probe::SOURCE_SECONDS_MAX;
pub use program::EncodeError;
use program::run;

/// Longest time for one encoding, in real seconds.
const ENCODE_SECONDS_MAX: u64 = 2 * 3600;
/// The distance between key frames, which is the length of a segment.
const SEGMENT_SECONDS: f64 = 2.0;
/// The length of the segments of audio renditions, in seconds: they have no key frames to wait for.
const AUDIO_SEGMENT_SECONDS: f64 = 4.0;
/// The number of tiles, as at Mux for videos of up to 15 minutes; the stand-in also uses it for longer ones.
const STORYBOARD_TILES: u32 = 50;
const STORYBOARD_COLUMNS: u32 = 5;
const STORYBOARD_TILE_WIDTH: u32 = 256;

/// The names of files inside the folder of an encoded video.
pub(crate) const STORYBOARD_FILE: &str = "storyboard.jpg";
pub(crate) const POSTER_FILE: &str = "poster.jpg";

/// The name of a poster that is `width` pixels wide and generated in advance.
pub(crate) fn poster_file(width: u32) -> String {
    format!("poster-{width}.jpg")
}

/// Change this number whenever the encoder's output changes; media from another version are generated again.
pub const ENCODER_VERSION: u32 = 3;

/// Encodes `source` into the folder `into`, which must exist. After an error the caller must remove the folder's
/// content. Used for both uploads and demo media. Dropping the future stops the encoder.
///
/// # Errors
/// [`EncodeError::Invalid`] if the source is at fault.
pub async fn encode(source: &Path, into: &Path) -> Result<Encoded, EncodeError> {
    let film = match probe::probe(source).await? {
        Probed::Film(film) => film,
        Probed::Sound { duration_seconds, audio_channels } => {
            return Ok(Encoded::sound(duration_seconds, audio_channels));
        }
    };
    let mut arguments = probe::safe_input_arguments();
    arguments.extend([OsString::from("-i"), source.as_os_str().to_owned()]);
    let input = Input {
        arguments,
        video: format!("[0:{}]", film.video_index),
        // Like Mux, keeps the first audio track.
        audio: film.audio_index.into_iter().map(AudioInput::of_file).collect(),
        width: film.width,
        height: film.height,
        rate: film.rate,
        duration_seconds: film.duration_seconds,
        effort: Effort { preset: "veryfast", threads: 0, background: true },
    };
    let encoded = render(&input, into).await.map_err(|error| match error {
        EncodeError::Encoder(_) => EncodeError::Invalid("The input file could not be decoded".to_owned()),
        other => other,
    })?;
    Ok(Encoded { source_audio_channels: film.audio_channels, ..encoded })
}

/// Renders an input into a folder, decoding its video once.
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

/// Runs ffmpeg in a folder. An error contains the end of its output.
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

/// The filter graph: one video stream with a constant frame rate, split into the renditions and the storyboard. Each
/// rendition is scaled from the next larger one, which takes a fifth less time than scaling from the source.
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

/// The outputs: each video stream and the audio are encoded once, and the `tee` muxer packs them into renditions.
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
    for AudioInput { stream, .. } in &input.audio {
        add(&["-map", stream]);
    }
    if !input.audio.is_empty() {
        add(&["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", "48000"]);
    }
    add(&["-map_metadata", "-1", "-map_chapters", "-1", "-f", "tee", &packing(input, rungs)]);
    add(&["-map", "[sheet]", "-frames:v", "1", "-q:v", "5", "-update", "1", STORYBOARD_FILE]);
    arguments
}

fn packing(input: &Input, rungs: &[Rung]) -> String {
    // Without the last option a stream that is encoded faster than the others is written up to ten seconds before them,
    // and the first segments have no sound. A player then waits for several segments before it shows a picture.
    let playlist = |name: &str, seconds: f64, streams: &str| {
        format!(
            "[f=hls:hls_time={seconds}:hls_playlist_type=vod:hls_segment_type=fmp4:hls_flags=independent_segments\
             :hls_fmp4_init_filename={name}-init.mp4:hls_segment_filename={name}-%05d.m4s:max_interleave_delta=0:select=\\'{streams}\\']{name}.m3u8"
        )
    };
    let is_apart = input.has_own_audio();
    let video = rungs.iter().enumerate().map(|(index, Rung { name, .. })| {
        let with_audio = !is_apart && !input.audio.is_empty();
        // A new segment starts at the first key frame after a second.
        playlist(name, 1.0, &if with_audio { format!("v:{index},a:0") } else { format!("v:{index}") })
    });
    let audio = (0..input.audio.len()).filter(|_| is_apart);
    let audio = audio.map(|index| playlist(&input::audio_name(index), AUDIO_SEGMENT_SECONDS, &format!("a:{index}")));
    video.chain(audio).collect::<Vec<_>>().join("|")
}

/// The path of a playlist or segment of an encoded video, by name; requests may name no other files.
pub(crate) fn file(folder: &Path, name: &str) -> Option<PathBuf> {
    let (stem, extension) = name.rsplit_once('.')?;
    let plain = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && matches!(extension, "m3u8" | "mp4" | "m4s")).then(|| folder.join(name))
}
