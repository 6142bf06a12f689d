//! Mux's API: direct uploads and assets.

use crate::models::captions::SpokenLanguage;
use crate::models::video::{AudioTrack, CaptionStatus, CaptionTrack, Obsolete, Video, VideoQuality};
use crate::mux::{MuxError, MuxSecret};
use crate::secrets::Secret;
use crate::services::{ConfigError, Services};
use crate::telemetry::{TRACE_HEADER, Trace};
use boxed::boxed;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The timeouts of a call: for connecting, and in total. Two calls fit into a handler's deadline.
const CONNECT: Duration = Duration::from_secs(1);
const CALL: Duration = Duration::from_secs(3);
/// The most attempts of a repeatable call.
const TRIES_MAX: u32 = 2;
/// How long an upload's URL is valid: long enough for a slow connection.
pub const UPLOAD_SECONDS: i64 = 24 * 3_600;

/// A client of Mux's API.
#[derive(Clone)]
pub struct Mux {
    http: reqwest::Client,
    base_url: String,
    secret: Secret<MuxSecret>,
}

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
    fn settings(&self, url: Option<&str>) -> Value {
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
struct Track {
    #[serde(default)]
    id: String,
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
    fn caption(&self) -> CaptionTrack {
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
struct SourceInput {
    #[serde(default)]
    file: Option<SourceFile>,
}

#[derive(Deserialize)]
struct SourceFile {
    #[serde(default)]
    tracks: Vec<SourceTrack>,
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
    pub fn signed_playback_id(&self) -> Option<&str> {
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

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_BYTES_MAX
}

fn shortened(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

impl Mux {
    /// A client with this function's credentials.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let base_url = services.mux_base_url()?;
        let http = services.third_party(&base_url).connect_timeout(CONNECT).timeout(CALL).build();
        let http = http.map_err(|error| services.unusable(&format!("no HTTP client: {error}")))?;
        Ok(Self { http, base_url, secret: services.mux_secret()? })
    }

    /// Opens a direct upload of an asset. Browsers may use it from `cors_origin`, for [`UPLOAD_SECONDS`]. Returns its id
    /// and its URL.
    #[boxed]
    pub async fn create_upload(&self, new: &NewAsset<'_>, cors_origin: &str) -> Result<(String, String), MuxError> {
        let body = json!({
            "cors_origin": cors_origin,
            "timeout": UPLOAD_SECONDS,
            "new_asset_settings": new.settings(None),
        });
        // Not retried: the first attempt may have opened an upload.
        let upload: Upload = answer(self.call(Method::POST, "/video/v1/uploads").await?.json(&body)).await?;
        let url = upload.url.filter(|_| is_id(&upload.id)).ok_or(MuxError::Unreadable)?;
        Ok((upload.id, url))
    }

    /// Creates an asset whose file Mux fetches from a URL. Returns its id. [`MuxError::Refused`] if Mux does not accept
    /// the URL.
    #[boxed]
    pub async fn import(&self, new: &NewAsset<'_>, url: &str) -> Result<String, MuxError> {
        // Not retried: the first attempt may have created an asset.
        let call = self.call(Method::POST, "/video/v1/assets").await?.json(&new.settings(Some(url)));
        let asset: Asset = answer(call).await?;
        if is_id(&asset.id) { Ok(asset.id) } else { Err(MuxError::Unreadable) }
    }

    /// Whether this is the local platform, whose stand-in for Mux is called without TLS.
    pub fn is_local_platform(&self) -> bool {
        self.base_url.starts_with("http://")
    }

    /// Lets Mux generate captions from an audio track of an asset. Mux reports later whether it could.
    #[boxed]
    pub async fn generate_captions(
        &self,
        asset_id: &str,
        audio_track_id: &str,
        language: &SpokenLanguage,
        name: &str,
    ) -> Result<CaptionTrack, MuxError> {
        let path =
            format!("/video/v1/assets/{}/tracks/{}/generate-subtitles", segment(asset_id), segment(audio_track_id));
        let body = json!({ "generated_subtitles": [{ "language_code": language.as_str(), "name": name }] });
        // Not retried: the first attempt may have added the track.
        let tracks: Vec<Track> = answer(self.call(Method::POST, &path).await?.json(&body)).await?;
        let track = tracks.first().filter(|track| is_id(&track.id)).ok_or(MuxError::Unreadable)?;
        Ok(CaptionTrack { is_generated: true, ..track.caption() })
    }

    /// The current state of an upload.
    #[boxed]
    pub async fn upload(&self, id: &str) -> Result<Upload, MuxError> {
        self.repeated(Method::GET, &format!("/video/v1/uploads/{}", segment(id))).await
    }

    /// Cancels an upload. [`MuxError::Refused`] if it has become an asset.
    async fn cancel_upload(&self, id: &str) -> Result<(), MuxError> {
        let path = format!("/video/v1/uploads/{}/cancel", segment(id));
        self.repeated::<Upload>(Method::PUT, &path).await.map(|_| ())
    }

    /// The current state of an asset.
    #[boxed]
    pub async fn asset(&self, id: &str) -> Result<Asset, MuxError> {
        self.repeated(Method::GET, &format!("/video/v1/assets/{}", segment(id))).await
    }

    /// The tracks of the file from which an asset was made.
    #[boxed]
    pub async fn source_tracks(&self, id: &str) -> Result<Vec<SourceTrack>, MuxError> {
        let path = format!("/video/v1/assets/{}/input-info", segment(id));
        let inputs: Vec<SourceInput> = self.repeated(Method::GET, &path).await?;
        Ok(inputs.into_iter().filter_map(|input| input.file).flat_map(|file| file.tracks).collect())
    }

    /// Deletes an upload: it no longer accepts a file, and the asset that it may have become is deleted.
    #[boxed]
    pub async fn delete_upload(&self, id: &str) -> Result<(), MuxError> {
        match self.cancel_upload(id).await {
            Ok(()) | Err(MuxError::NotFound) => Ok(()),
            // It is no longer waiting for a file: it may have become an asset.
            Err(MuxError::Refused(400..=499)) => match self.upload(id).await {
                Ok(Upload { asset_id: Some(asset_id), .. }) => self.delete_asset(&asset_id).await,
                Ok(_) | Err(MuxError::NotFound) => Ok(()),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Deletes what is no longer needed.
    #[boxed]
    pub async fn delete(&self, obsolete: &Obsolete) -> Result<(), MuxError> {
        match obsolete {
            Obsolete::Asset(id) => self.delete_asset(id).await,
            Obsolete::Upload(id) => self.delete_upload(id).await,
            Obsolete::Captions { asset_id, track_id, successor, name } => {
                self.delete_track(asset_id, track_id).await?;
                self.rename_track(asset_id, successor, name).await
            }
        }
    }

    /// Adds captions to an asset. Mux fetches them from `url`, and reports later whether it could read them.
    #[boxed]
    pub async fn add_captions(
        &self,
        asset_id: &str,
        url: &str,
        language: &str,
        name: &str,
    ) -> Result<CaptionTrack, MuxError> {
        let body = json!({
            "url": url,
            "type": "text",
            "text_type": "subtitles",
            "language_code": language,
            "name": name,
            "closed_captions": true,
        });
        let path = format!("/video/v1/assets/{}/tracks", segment(asset_id));
        // Not retried: the first attempt may have added the track.
        let track: Track = answer(self.call(Method::POST, &path).await?.json(&body)).await?;
        if is_id(&track.id) { Ok(track.caption()) } else { Err(MuxError::Unreadable) }
    }

    /// Deletes a track of an asset. A track that does not exist counts as deleted.
    #[boxed]
    pub async fn delete_track(&self, asset_id: &str, track_id: &str) -> Result<(), MuxError> {
        let path = format!("/video/v1/assets/{}/tracks/{}", segment(asset_id), segment(track_id));
        match self.repeated::<Value>(Method::DELETE, &path).await {
            Ok(_) | Err(MuxError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Renames a text track. If Mux refuses, because another track has the name or the track is gone, the track keeps
    /// the name that it has.
    #[boxed]
    async fn rename_track(&self, asset_id: &str, track_id: &str, name: &str) -> Result<(), MuxError> {
        let path = format!("/video/v1/assets/{}/tracks/{}", segment(asset_id), segment(track_id));
        match answer::<Value>(self.call(Method::PATCH, &path).await?.json(&json!({ "name": name }))).await {
            Err(error) if !error.is_permanent() => Err(error),
            _ => Ok(()),
        }
    }

    /// Deletes an asset with all its playback ids. An asset that does not exist counts as deleted.
    #[boxed]
    pub async fn delete_asset(&self, id: &str) -> Result<(), MuxError> {
        match self.repeated::<Value>(Method::DELETE, &format!("/video/v1/assets/{}", segment(id))).await {
            Ok(_) | Err(MuxError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn repeated<T: DeserializeOwned>(&self, method: Method, path: &str) -> Result<T, MuxError> {
        let mut tries = 1;
        loop {
            match answer(self.call(method.clone(), path).await?).await {
                Err(MuxError::Unavailable(_)) if tries < TRIES_MAX => tries += 1,
                answer => return answer,
            }
        }
    }

    async fn call(&self, method: Method, path: &str) -> Result<RequestBuilder, MuxError> {
        let secret = self.secret.get().await?;
        let call = self.http.request(method, format!("{}{path}", self.base_url));
        let call = call.basic_auth(&secret.token_id, Some(&secret.token_secret));
        Ok(match Trace::request_id() {
            Some(request_id) => call.header(TRACE_HEADER, request_id),
            None => call,
        })
    }
}

/// The content of `{"data": …}`. The body of a failure is dropped, because it may repeat what was sent.
async fn answer<T: DeserializeOwned>(call: RequestBuilder) -> Result<T, MuxError> {
    let answer = call.send().await.map_err(|error| MuxError::Unavailable(failure(&error).into()))?;
    match answer.status() {
        StatusCode::NO_CONTENT => serde_json::from_value(Value::Null).map_err(|_| MuxError::Refused(204)),
        status if status.is_success() => {
            let body = answer.bytes().await.map_err(|error| MuxError::Unavailable(failure(&error).into()))?;
            // A truncated response may be complete next time; a response in another format is a permanent failure.
            let torn = |_| MuxError::Unavailable("the response is not JSON".into());
            let mut body: Value = serde_json::from_slice(&body).map_err(torn)?;
            let data = body.get_mut("data").map(Value::take).ok_or(MuxError::Unreadable)?;
            serde_json::from_value(data).map_err(|_| MuxError::Unreadable)
        }
        StatusCode::NOT_FOUND => Err(MuxError::NotFound),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Err(MuxError::Unavailable("too many requests".into()))
        }
        status if status.is_server_error() => Err(MuxError::Unavailable(format!("status {}", status.as_u16()).into())),
        status => Err(MuxError::Refused(status.as_u16())),
    }
}

fn failure(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "could not be reached"
    } else {
        "the connection was closed"
    }
}

/// An id as one path segment, escaped because ids from webhooks are not trusted.
fn segment(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}
