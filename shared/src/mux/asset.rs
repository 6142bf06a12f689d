//! Mux's uploads and assets, in the format that API responses and webhooks share.

use crate::models::captions::SpokenLanguage;
use crate::models::video::{AudioTrack, CaptionStatus, CaptionTrack, Video, VideoQuality};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The longest accepted id of Mux, in bytes.
const ID_BYTES_MAX: usize = 255;
/// The longest text from Mux that is stored, in characters, such as a name or a reason.
const TEXT_CHARS_MAX: usize = 500;
/// The most tracks of an asset that are stored.
const TRACKS_MAX: usize = 100;
/// The longest asset, in seconds: twice Mux's limit.
const DURATION_SECONDS_MAX: f64 = 86_400.0;
/// The shortest asset that counts as a film, in seconds: a still image has one frame or none.
const FILM_SECONDS_MIN: f64 = 0.5;

/// What a new asset shall be.
#[derive(Clone, Debug)]
pub struct NewAsset<'a> {
    /// A text that every report about the asset repeats: the id of its video.
    passthrough: String,
    /// Its title on Mux's pages.
    title: &'a str,
    quality: VideoQuality,
    captions: Option<&'a SpokenLanguage>,
}

impl<'a> NewAsset<'a> {
    /// The asset of a video's new file, in an encoding quality; with the language in which Mux generates captions from
    /// its sound, if any.
    pub fn of_video(video: &'a Video, quality: VideoQuality, captions: Option<&'a SpokenLanguage>) -> Self {
        Self { passthrough: video.id.to_string(), title: &video.title, quality, captions }
    }

    /// Mux's settings of the asset, which plays only with signed tokens. An upload has no URL to fetch its file from.
    pub(super) fn settings(&self, url: Option<&str>) -> Value {
        let mut settings = json!({
            "playback_policies": ["signed"],
            "passthrough": self.passthrough,
            "meta": { "title": self.title, "external_id": self.passthrough },
            "video_quality": self.quality,
        });
        let mut input = Map::new();
        input.extend(url.map(|url| ("url".to_owned(), url.into())));
        input.extend(self.captions.map(|language| {
            let name = language.captions_name();
            ("generated_subtitles".to_owned(), json!([{ "language_code": language.as_str(), "name": name }]))
        }));
        if !input.is_empty() {
            settings["inputs"] = json!([input]);
        }
        settings
    }
}

/// A direct upload.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Upload {
    /// Mux's id.
    pub id: String,
    /// The URL to upload the file to; absent once the upload has ended.
    #[serde(default)]
    pub url: Option<String>,
    /// `waiting`, `asset_created`, `errored`, `cancelled` or `timed_out`.
    #[serde(default)]
    pub status: String,
    /// The asset that it became.
    #[serde(default)]
    pub asset_id: Option<String>,
    #[serde(default)]
    new_asset_settings: Value,
}

impl Upload {
    /// An upload with only its id known.
    pub fn unknown(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    /// Whether its ids have the format of Mux's ids.
    pub fn is_sane(&self) -> bool {
        is_id(&self.id) && self.asset_id.as_deref().is_none_or(is_id)
    }

    /// The passthrough that we gave its asset.
    pub fn passthrough(&self) -> Option<&str> {
        self.new_asset_settings["passthrough"].as_str()
    }
}

/// An asset, in the format that API responses and webhooks share.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Asset {
    /// Mux's id.
    pub id: String,
    /// `preparing`, `ready` or `errored`.
    #[serde(default)]
    pub status: String,
    /// In seconds.
    #[serde(default)]
    pub duration: Option<f64>,
    /// The passthrough that we gave it.
    #[serde(default)]
    pub passthrough: Option<String>,
    /// The direct upload that it came from.
    #[serde(default)]
    pub upload_id: Option<String>,
    #[serde(default)]
    resolution_tier: Option<String>,
    #[serde(default)]
    playback_ids: Vec<PlaybackId>,
    #[serde(default)]
    tracks: Vec<Track>,
    #[serde(default)]
    errors: Errors,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct PlaybackId {
    id: String,
    policy: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Track {
    #[serde(default)]
    pub(super) id: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    language_code: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    text_source: Option<String>,
    #[serde(default)]
    max_channels: Option<u32>,
    #[serde(default)]
    primary: bool,
}

impl Track {
    pub(super) fn caption(&self) -> CaptionTrack {
        let language = self.language_code.as_deref().map_or_else(|| "und".to_owned(), shortened);
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        CaptionTrack {
            track_id: self.id.clone(),
            name: name.map_or_else(|| language.clone(), shortened),
            language,
            status: match self.status.as_deref() {
                Some("preparing") => CaptionStatus::Preparing,
                Some("errored") => CaptionStatus::Errored,
                _ => CaptionStatus::Ready,
            },
            is_generated: self.text_source.as_deref().is_some_and(|source| source.starts_with("generated")),
        }
    }
}

/// A track of the file from which an asset was made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SourceTrack {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    channels: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct SourceInput {
    #[serde(default)]
    pub(super) file: Option<SourceFile>,
}

#[derive(Deserialize)]
pub(super) struct SourceFile {
    #[serde(default)]
    pub(super) tracks: Vec<SourceTrack>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Errors {
    #[serde(default)]
    messages: Vec<String>,
}

impl Asset {
    /// An asset with only its id known.
    pub fn unknown(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    /// Whether its ids have the format of Mux's ids.
    pub fn is_sane(&self) -> bool {
        is_id(&self.id)
            && self.upload_id.as_deref().is_none_or(is_id)
            && self.playback_ids.iter().all(|playback_id| is_id(&playback_id.id))
            && self.tracks.iter().all(|track| track.id.len() <= ID_BYTES_MAX)
    }

    /// The playback id that needs a signed token.
    fn signed_playback_id(&self) -> Option<&str> {
        self.playback_ids
            .iter()
            .find(|playback_id| playback_id.policy == "signed")
            .map(|playback_id| playback_id.id.as_str())
    }

    /// The duration in seconds, if Mux knows it.
    pub fn seconds(&self) -> Option<f64> {
        self.duration.filter(|seconds| (0.0..=DURATION_SECONDS_MAX).contains(seconds))
    }

    /// The playback id of a ready asset.
    ///
    /// # Errors
    /// Why it is not a film that viewers can play.
    pub fn film(&self) -> Result<&str, &'static str> {
        let has = |kind: &str| self.tracks.iter().any(|track| track.kind == kind);
        if self.resolution_tier.as_deref() == Some("audio-only") || (has("audio") && !has("video")) {
            return Err("The file has no picture, only sound. Upload a video file.");
        }
        if self.seconds().is_some_and(|seconds| seconds < FILM_SECONDS_MIN) {
            return Err("The file has no length: it is a still image, or empty. Upload a video file.");
        }
        self.signed_playback_id().ok_or("Mux made no signed playback id for the file. Upload it again.")
    }

    /// The text tracks, including those that are not ready.
    pub fn captions(&self) -> Vec<CaptionTrack> {
        let texts =
            self.tracks.iter().filter(|track| track.kind == "text" && track.status.as_deref() != Some("deleted"));
        texts.take(TRACKS_MAX).map(Track::caption).collect()
    }

    /// The audio track that plays by default.
    pub fn primary_audio_track(&self) -> Option<&str> {
        let audio = || self.tracks.iter().filter(|track| track.kind == "audio" && is_id(&track.id));
        audio().find(|track| track.primary).or_else(|| audio().next()).map(|track| track.id.as_str())
    }

    /// The audio tracks that play.
    pub fn audio(&self) -> Vec<AudioTrack> {
        let audio = |track: &Track| AudioTrack {
            language: track.language_code.as_deref().filter(|code| *code != "und").map(shortened),
            name: track.name.as_deref().filter(|name| !name.is_empty()).map(shortened),
            channels: None,
            kept_channels: track.max_channels,
            kept: true,
        };
        self.tracks.iter().filter(|track| track.kind == "audio").take(TRACKS_MAX).map(audio).collect()
    }

    /// Why it could not be encoded.
    pub fn error_reason(&self) -> String {
        let reason = self.errors.messages.join(" ");
        if reason.is_empty() { "The file could not be encoded.".to_owned() } else { shortened(&reason) }
    }
}

/// The audio tracks that play, and those of the file that Mux dropped: it keeps the first ones.
pub fn with_source(kept: &[AudioTrack], source: &[SourceTrack]) -> Vec<AudioTrack> {
    let mut all = kept.to_vec();
    for (index, track) in source.iter().filter(|track| track.kind == "audio").take(TRACKS_MAX).enumerate() {
        match all.get_mut(index) {
            Some(kept) => kept.channels = track.channels,
            None => all.push(AudioTrack { channels: track.channels, ..AudioTrack::default() }),
        }
    }
    all
}

pub(super) fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_BYTES_MAX
}

fn shortened(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}
