//! Measures the encoder's output files.

use super::encoded::{AudioRendition, Encoded, Rendition, Storyboard};
use super::input::{AudioInput, Input, audio_name};
use super::ladder::Rung;
use super::program::EncodeError;
use std::path::Path;
use tokio::fs;

/// MPEG-4 AAC-LC, the profile of ffmpeg's encoder.
const AAC_CODEC: &str = "mp4a.40.2";

/// Describes the encoder's output in `folder`.
pub(super) async fn measure(
    folder: &Path,
    input: &Input,
    rungs: &[Rung],
    storyboard: Storyboard,
) -> Result<Encoded, EncodeError> {
    let mut renditions = Vec::new();
    let mut duration_seconds = 0.0;
    let audio_bandwidth = audio_bandwidth(folder, input).await?;
    for rung in rungs {
        let segments = segments(folder, &rung.name).await?;
        let seconds: f64 = segments.iter().map(|(seconds, _)| seconds).sum();
        if seconds <= 0.0 {
            return Err(EncodeError::Invalid("The input file contains no video".to_owned()));
        }
        duration_seconds = seconds;
        let bytes: u64 = segments.iter().map(|(_, bytes)| bytes).sum();
        let peak = segments.iter().map(|(seconds, bytes)| bits_per_second(*bytes, *seconds)).max();
        let init = fs::read(folder.join(format!("{}-init.mp4", rung.name))).await?;
        let video = avc_codec(&init).ok_or_else(|| EncodeError::Encoder("the output contains no H.264".to_owned()))?;
        renditions.push(Rendition {
            name: rung.name.clone(),
            width: rung.width,
            height: rung.height,
            bandwidth: peak.unwrap_or(0) + audio_bandwidth,
            average_bandwidth: bits_per_second(bytes, seconds) + audio_bandwidth,
            codecs: if input.audio.is_empty() { video } else { format!("{video},{AAC_CODEC}") },
        });
    }
    Ok(Encoded {
        duration_seconds,
        aspect_ratio: aspect_ratio(input.width, input.height),
        frame_rate: input.rate.per_second(),
        has_audio: !input.audio.is_empty(),
        source_audio_channels: Vec::new(),
        audio: audio_renditions(input),
        renditions,
        storyboard,
    })
}

/// The largest average bits per second of the audio renditions, which a player adds to those of the video.
async fn audio_bandwidth(folder: &Path, input: &Input) -> Result<u64, EncodeError> {
    let mut largest = 0;
    for audio in audio_renditions(input) {
        let segments = segments(folder, &audio.name).await?;
        let (seconds, bytes) =
            segments.iter().fold((0.0, 0), |(seconds, bytes), (length, size)| (seconds + length, bytes + size));
        largest = largest.max(bits_per_second(bytes, seconds));
    }
    Ok(largest)
}

fn audio_renditions(input: &Input) -> Vec<AudioRendition> {
    if !input.has_own_audio() {
        return Vec::new();
    }
    let rendition = |(index, audio): (usize, &AudioInput)| AudioRendition {
        name: audio_name(index),
        language: audio.language.clone(),
        label: audio.name.clone().unwrap_or_else(|| format!("Audio {}", index + 1)),
    };
    input.audio.iter().enumerate().map(rendition).collect()
}

/// Length in seconds and size in bytes of each segment of a rendition.
async fn segments(folder: &Path, name: &str) -> Result<Vec<(f64, u64)>, EncodeError> {
    let playlist = fs::read_to_string(folder.join(format!("{name}.m3u8"))).await?;
    let mut segments = Vec::new();
    let mut seconds = 0.0;
    for line in playlist.lines() {
        if let Some(length) = line.strip_prefix("#EXTINF:") {
            seconds = length.trim_end_matches(',').parse().unwrap_or(0.0);
        } else if !line.starts_with('#') && !line.is_empty() {
            segments.push((seconds, fs::metadata(folder.join(line)).await?.len()));
        }
    }
    Ok(segments)
}

fn bits_per_second(bytes: u64, seconds: f64) -> u64 {
    (bytes as f64 * 8.0 / seconds.max(0.001)).ceil() as u64
}

/// `avc1.` with profile, constraints and level, from the decoder configuration in an initialization segment.
fn avc_codec(init: &[u8]) -> Option<String> {
    let at = init.windows(4).position(|window| window == b"avcC")? + 4;
    let [_version, profile, constraints, level] = *init.get(at..)?.first_chunk()?;
    Some(format!("avc1.{profile:02x}{constraints:02x}{level:02x}"))
}

fn aspect_ratio(width: u32, height: u32) -> String {
    let (mut a, mut b) = (width, height);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    format!("{}:{}", width / a.max(1), height / a.max(1))
}
