//! Calls to Mux's API.

use crate::models::captions::SpokenLanguage;
use crate::models::video::{CaptionTrack, Obsolete};
use crate::mux::asset::{Asset, NewAsset, SourceInput, SourceTrack, Track, Upload, is_id};
use crate::mux::{MuxError, MuxSecret};
use crate::secrets::Secret;
use crate::services::{ConfigError, Services};
use crate::telemetry::{TRACE_HEADER, Trace};
use boxed::boxed;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
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
