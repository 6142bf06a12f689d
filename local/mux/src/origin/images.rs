//! Images: stills of a video and its storyboard, generated with ffmpeg on the first request, then cached.

use super::access::{self, Access};
use super::{files, storyboards};
use crate::answer::Refusal;
use crate::encode::{self, EncodeError, POSTER_FILE, STORYBOARD_FILE};
use crate::state::Mux;
use crate::tokens::Audience;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs;

/// Longest side of an image, in pixels.
const SIDE_MAX: f64 = 2048.0;
/// The most images cached per asset; beyond that the cache is emptied.
const KEPT_MAX: usize = 2000;
const IMAGE_SECONDS_MAX: u64 = 30;
/// For an animated image: Mux's defaults and bounds.
const ANIMATED_SECONDS: f64 = 5.0;
const ANIMATED_SECONDS_MAX: f64 = 10.0;
const ANIMATED_RATE: f64 = 15.0;
const ANIMATED_RATE_MAX: f64 = 30.0;
const ANIMATED_WIDTH: f64 = 640.0;

/// `GET /{playback_id}/{file}?token=`: `thumbnail.jpg`, `storyboard.jpg`, `storyboard.vtt`, `animated.gif` and so on.
pub(super) async fn image(
    State(mux): State<Arc<Mux>>,
    Path((playback_id, file)): Path<(String, String)>,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (kind, extension) = file.split_once('.').ok_or_else(Refusal::not_found)?;
    let audience = match (kind, extension) {
        ("thumbnail", "jpg" | "png" | "webp") => Audience::Thumbnail,
        ("animated", "gif" | "webp") => Audience::Gif,
        ("storyboard", "jpg" | "png" | "webp" | "vtt" | "json") => Audience::Storyboard,
        _ => return Err(Refusal::not_found()),
    };
    let access = access::open(&mux, &playback_id, audience, &query)?;
    let recipe = match (audience, extension) {
        (Audience::Storyboard, "vtt") => return Ok(storyboards::vtt(&mux, &playback_id, &access)),
        (Audience::Storyboard, "json") => return Ok(storyboards::json(&mux, &playback_id, &access)),
        (Audience::Storyboard, _) => {
            Recipe { source: Source::Picture(STORYBOARD_FILE.to_owned()), filters: String::new() }
        }
        (Audience::Gif, _) => animation(&access),
        _ => thumbnail(&mux, &access).await,
    };
    let path = made(&mux, &access, &recipe, extension).await?;
    let content_type = match extension {
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        _ => "image/jpeg",
    };
    files::serve(&path, content_type, &headers).await
}

/// How an image is generated.
struct Recipe {
    source: Source,
    /// Filters; empty to leave the picture unchanged.
    filters: String,
}

/// The source of an image.
#[derive(Debug)]
enum Source {
    /// A picture in the asset's folder.
    Picture(String),
    /// A time in the video in seconds, and a duration for an animated image.
    Video { start: f64, length: Option<f64> },
}

impl Recipe {
    /// The file name in the cache, which contains everything that affects the image.
    fn name(&self, extension: &str) -> String {
        let text = format!("{:?} {}", self.source, self.filters);
        format!("{}.{extension}", &hex::encode(Sha256::digest(text))[..32])
    }

    /// ffmpeg's arguments, to be run in the asset's folder.
    async fn arguments(&self, folder: &FsPath, access: &Access, output: &FsPath) -> io::Result<Vec<OsString>> {
        let mut arguments: Vec<String> = ["-protocol_whitelist", "file,concat", "-i"].map(str::to_owned).to_vec();
        match &self.source {
            Source::Picture(name) => arguments.push(name.clone()),
            Source::Video { start, length } => {
                let (start, length) = (*start, *length);
                let name = access.encoded.renditions.last().map_or("", |rendition| rendition.name.as_str());
                let (input, offset) = excerpt(folder, name, start, length.unwrap_or(0.0)).await?;
                arguments.extend([input, "-an".to_owned(), "-ss".to_owned(), format!("{offset:.3}")]);
            }
        }
        match self.source {
            Source::Video { length: Some(length), .. } => arguments.extend(["-t".to_owned(), length.to_string()]),
            _ => arguments.extend(["-frames:v", "1", "-update", "1"].map(str::to_owned)),
        }
        if !self.filters.is_empty() {
            arguments.extend(["-vf".to_owned(), self.filters.clone()]);
        }
        match output.extension().and_then(|extension| extension.to_str()) {
            Some("jpg") => arguments.extend(["-q:v", "3"].map(str::to_owned)),
            Some("webp") => arguments.extend(["-c:v", "libwebp", "-loop", "0"].map(str::to_owned)),
            _ => {}
        }
        let mut arguments: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
        arguments.push(output.as_os_str().to_owned());
        Ok(arguments)
    }
}

/// The segments of a rendition that contain the requested times, as one input, and the start time of that input.
/// We do not seek in the playlist itself, because ffmpeg 5.1 then loses the video of fragmented MP4.
async fn excerpt(folder: &FsPath, rendition: &str, start: f64, length: f64) -> io::Result<(String, f64)> {
    let playlist = fs::read_to_string(folder.join(format!("{rendition}.m3u8"))).await?;
    let mut input = format!("concat:{rendition}-init.mp4");
    let (mut at, mut seconds, mut offset) = (0.0, 0.0, None);
    for line in playlist.lines() {
        if let Some(length) = line.strip_prefix("#EXTINF:") {
            seconds = length.trim_end_matches(',').parse().unwrap_or(0.0);
        } else if !line.starts_with('#') {
            if at + seconds > start && at <= start + length {
                input += &format!("|{line}");
                offset.get_or_insert(start - at);
            }
            at += seconds;
        }
    }
    offset.map(|offset: f64| (input, offset.max(0.0))).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// A still at `time`; by default the media's poster, or a still from the middle.
async fn thumbnail(mux: &Mux, access: &Access) -> Recipe {
    let filters = fitted(access);
    let time = access.number("time");
    if time.is_none() {
        let folder = mux.asset_folder(&access.asset);
        let there = async |name: &str| fs::try_exists(folder.join(name)).await.unwrap_or(false);
        if let (Some(width), None) = (access.number("width"), access.number("height")) {
            let sized = encode::poster_file(width as u32);
            if there(&sized).await {
                return Recipe { source: Source::Picture(sized), filters: String::new() };
            }
        }
        if there(POSTER_FILE).await {
            return Recipe { source: Source::Picture(POSTER_FILE.to_owned()), filters };
        }
    }
    let start = within_video(access, time.unwrap_or(access.encoded.duration_seconds / 2.0));
    Recipe { source: Source::Video { start, length: None }, filters }
}

fn animation(access: &Access) -> Recipe {
    let start = within_video(access, access.number("start").unwrap_or(0.0));
    let end = access.number("end").unwrap_or(start + ANIMATED_SECONDS);
    let rate = access.number("fps").unwrap_or(ANIMATED_RATE).clamp(1.0, ANIMATED_RATE_MAX);
    let scale = match fitted(access) {
        none if none.is_empty() => format!("scale={ANIMATED_WIDTH}:-2"),
        scale => scale,
    };
    let length = Some((end - start).clamp(0.25, ANIMATED_SECONDS_MAX));
    Recipe { source: Source::Video { start, length }, filters: format!("fps={rate},{scale}") }
}

/// The time clamped to the video, to the millisecond.
fn within_video(access: &Access, seconds: f64) -> f64 {
    let last = access.encoded.duration_seconds - 1.0 / access.encoded.frame_rate.max(1.0);
    (seconds.clamp(0.0, last.max(0.0)) * 1000.0).floor() / 1000.0
}

/// Filters for `width`, `height` and `fit_mode`, as Mux defines them.
fn fitted(access: &Access) -> String {
    let side = |name| access.number(name).map(|pixels| pixels.clamp(16.0, SIDE_MAX).round());
    match (side("width"), side("height"), access.word("fit_mode").unwrap_or("preserve")) {
        (None, None, _) => String::new(),
        (Some(width), None, _) => format!("scale={width}:-2"),
        (None, Some(height), _) => format!("scale=-2:{height}"),
        (Some(width), Some(height), "stretch") => format!("scale={width}:{height},setsar=1"),
        (Some(width), Some(height), "crop" | "smartcrop") => {
            format!("scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}")
        }
        (Some(width), Some(height), "pad") => {
            format!("scale={width}:{height}:force_original_aspect_ratio=decrease,pad={width}:{height}:-1:-1:black")
        }
        (Some(width), Some(height), _) => format!("scale={width}:{height}:force_original_aspect_ratio=decrease"),
    }
}

/// The file of an image, generated if it is not cached.
async fn made(mux: &Mux, access: &Access, recipe: &Recipe, extension: &str) -> Result<PathBuf, Refusal> {
    let media = mux.asset_folder(&access.asset);
    if let Source::Picture(name) = &recipe.source
        && recipe.filters.is_empty()
        && name.ends_with(extension)
    {
        return Ok(media.join(name));
    }
    let folder = mux.image_folder(&access.asset);
    let kept = folder.join(recipe.name(extension));
    if fs::try_exists(&kept).await? {
        return Ok(kept);
    }
    let _turn = mux.image_turns.acquire().await.map_err(|error| Refusal::internal(&error))?;
    if fs::try_exists(&kept).await? {
        return Ok(kept);
    }
    let work = mux.work_folder();
    fs::create_dir_all(&work).await?;
    let fresh = work.join(format!("image.{extension}"));
    let made = make(recipe, access, &media, &fresh).await;
    let result = match made {
        Ok(()) => keep(&fresh, &folder, &kept).await.map_err(Refusal::from),
        Err(error) => Err(Refusal::internal(&error)),
    };
    let _ = fs::remove_dir_all(&work).await;
    result.map(|()| kept)
}

async fn make(recipe: &Recipe, access: &Access, media: &FsPath, output: &FsPath) -> Result<(), EncodeError> {
    let arguments = recipe.arguments(media, access, output).await?;
    encode::ffmpeg(arguments, media, Duration::from_secs(IMAGE_SECONDS_MAX)).await
}

/// Moves a finished image into the cache. A full cache is emptied first: images can be generated again.
async fn keep(fresh: &FsPath, folder: &FsPath, kept: &FsPath) -> io::Result<()> {
    fs::create_dir_all(folder).await?;
    let mut entries = fs::read_dir(folder).await?;
    let mut count = 0;
    while entries.next_entry().await?.is_some() {
        count += 1;
    }
    if count >= KEPT_MAX {
        fs::remove_dir_all(folder).await?;
        fs::create_dir_all(folder).await?;
    }
    fs::rename(fresh, kept).await
}
