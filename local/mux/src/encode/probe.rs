//! Examines a source with ffprobe.

use super::program::{EncodeError, run};
use serde::Deserialize;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;

/// The longest source that is accepted, as at Mux.
pub const SOURCE_SECONDS_MAX: f64 = 12.0 * 3600.0;
const PROBE_SECONDS_MAX: u64 = 30;
/// Smallest and largest side of a source, in pixels.
const SIDE_MIN: u32 = 16;
const SIDE_MAX: u32 = 8192;
/// Renditions have at most this many frames per second.
const RATE_MAX: f64 = 30.0;
/// The accepted containers. Playlists and similar formats are not accepted, because they would make ffmpeg read other
/// files.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,h264,hevc,ivf";

/// A frame rate as a fraction, such as 30000/1001.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) frames: u32,
    pub(crate) seconds: u32,
}

impl Rate {
    pub(crate) fn per_second(self) -> f64 {
        f64::from(self.frames) / f64::from(self.seconds)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.frames, self.seconds)
    }
}

/// The content of a source.
#[derive(Debug)]
pub(crate) enum Probed {
    /// Video, possibly with audio.
    Film(Film),
    /// Audio only: Mux also makes an asset of that.
    Sound { duration_seconds: f64, audio_channels: Vec<u32> },
}

/// A video that can be encoded.
#[derive(Debug)]
pub(crate) struct Film {
    pub(crate) video_index: u32,
    pub(crate) audio_index: Option<u32>,
    /// The number of channels of each audio track; the first track is kept.
    pub(crate) audio_channels: Vec<u32>,
    /// As displayed: after rotation, with square pixels.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rate: Rate,
    pub(crate) duration_seconds: f64,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    index: u32,
    codec_type: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    channels: Option<u32>,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

/// Input options that restrict ffmpeg to the given file.
pub(crate) fn safe_input_arguments() -> Vec<OsString> {
    ["-protocol_whitelist", "file", "-format_whitelist", FORMATS].map(OsString::from).to_vec()
}

/// Examines `source`.
pub(crate) async fn probe(source: &Path) -> Result<Probed, EncodeError> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-print_format", "json", "-show_streams", "-show_format"]);
    command.args(safe_input_arguments()).arg("-i").arg(source);
    let answer = run(command, Duration::from_secs(PROBE_SECONDS_MAX)).await.map_err(|error| match error {
        EncodeError::Encoder(_) => invalid("The input file is not a video file, or it is damaged"),
        other => other,
    })?;
    let report: Report = serde_json::from_slice(&answer).map_err(|_| invalid("The input file could not be read"))?;
    classify(&report)
}

fn classify(report: &Report) -> Result<Probed, EncodeError> {
    let all = |wanted: &'static str| {
        let is = move |one: &&Stream| one.codec_type.as_deref() == Some(wanted) && one.disposition.attached_pic == 0;
        report.streams.iter().filter(is)
    };
    let audio_channels: Vec<u32> = all("audio").map(|audio| audio.channels.unwrap_or(2)).collect();
    let Some(video) = all("video").next() else {
        if audio_channels.is_empty() {
            return Err(invalid("The input file has neither a video nor an audio track"));
        }
        return Ok(Probed::Sound { duration_seconds: duration(report, None)?, audio_channels });
    };
    let (width, height) = shown_size(video);
    if !(SIDE_MIN..=SIDE_MAX).contains(&width) || !(SIDE_MIN..=SIDE_MAX).contains(&height) {
        return Err(invalid(&format!(
            "The video measures {width}x{height}: each side must have {SIDE_MIN} to {SIDE_MAX} pixels"
        )));
    }
    Ok(Probed::Film(Film {
        video_index: video.index,
        audio_index: all("audio").next().map(|audio| audio.index),
        audio_channels,
        width,
        height,
        rate: encoded_rate(video.avg_frame_rate.as_deref()),
        duration_seconds: duration(report, Some(video))?,
    }))
}

fn duration(report: &Report, video: Option<&Stream>) -> Result<f64, EncodeError> {
    let durations = [report.format.duration.as_ref(), video.and_then(|video| video.duration.as_ref())];
    let seconds = durations.into_iter().flatten().find_map(|text| text.parse().ok());
    let seconds: f64 = seconds.ok_or_else(|| invalid("The input file has no duration"))?;
    if seconds > 0.0 && seconds <= SOURCE_SECONDS_MAX {
        Ok(seconds)
    } else {
        Err(invalid("The input file is empty, or longer than 12 hours"))
    }
}

fn invalid(message: &str) -> EncodeError {
    EncodeError::Invalid(message.to_owned())
}

/// The size in square pixels, after rotation: ffmpeg automatically rotates video from a phone that was held sideways.
fn shown_size(video: &Stream) -> (u32, u32) {
    let (width, height) = (video.width.unwrap_or(0), video.height.unwrap_or(0));
    let ratio = video.sample_aspect_ratio.as_deref().and_then(|text| fraction(text, ':'));
    let stretched = match ratio {
        Some((across, down)) => (f64::from(width) * f64::from(across) / f64::from(down)).round() as u32,
        None => width,
    };
    let quarter_turns =
        video.side_data_list.iter().find_map(|data| data.rotation).map_or(0, |turn| (turn / 90.0).round() as i32);
    if quarter_turns % 2 == 0 { (stretched, height) } else { (height, stretched) }
}

/// The source's own rate, halved until it is no higher than [`RATE_MAX`].
fn encoded_rate(average: Option<&str>) -> Rate {
    let Some((frames, seconds)) = average.and_then(|text| fraction(text, '/')) else {
        return Rate { frames: 30, seconds: 1 };
    };
    let mut rate = Rate { frames, seconds };
    while rate.per_second() > RATE_MAX + 0.01 && rate.seconds < u32::MAX / 2 {
        rate.seconds *= 2;
    }
    if rate.per_second() < 1.0 { Rate { frames: 1, seconds: 1 } } else { rate }
}

fn fraction(text: &str, separator: char) -> Option<(u32, u32)> {
    let (above, below) = text.split_once(separator)?;
    let (above, below) = (above.parse().ok()?, below.parse().ok()?);
    (above > 0 && below > 0).then_some((above, below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rates_above_thirty_are_halved_and_odd_ones_kept_exactly() {
        assert_eq!(encoded_rate(Some("30000/1001")), Rate { frames: 30000, seconds: 1001 });
        assert_eq!(encoded_rate(Some("60/1")), Rate { frames: 60, seconds: 2 });
        assert_eq!(encoded_rate(Some("0/0")), Rate { frames: 30, seconds: 1 });
    }

    #[test]
    fn a_phone_held_upright_records_a_portrait_video() {
        let text = r#"{"streams":[{"index":0,"codec_type":"video","width":1920,"height":1080,"avg_frame_rate":"30/1",
            "side_data_list":[{"side_data_type":"Display Matrix","rotation":-90}]}],"format":{"duration":"2.5"}}"#;
        let Probed::Film(film) = classify(&serde_json::from_str(text).unwrap()).unwrap() else { panic!("a film") };
        assert_eq!((film.width, film.height), (1080, 1920));
    }
}
