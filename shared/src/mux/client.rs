//! Mux's API: direct uploads and assets.

use crate::models::video::CaptionTrack;
use crate::mux::{MuxError, MuxSecret};
use crate::secrets::Secret;
use crate::services::{ConfigError, Services};
use crate::telemetry::{TRACE_HEADER, Trace};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// Limits of a call: to connect, and from start to end. Two of them fit into a handler's time.
const CONNECT: Duration = Duration::from_secs(1);
const CALL: Duration = Duration::from_secs(3);
/// How often a call that can be repeated is tried.
const TRIES_MAX: u32 = 2;
/// How long an upload's URL works: a working day and a slow line.
pub const UPLOAD_SECONDS: i64 = 24 * 3_600;

/// A client of Mux's API.
#[derive(Clone)]
pub struct Mux {
    http: reqwest::Client,
    base_url: String,
    secret: Secret<MuxSecret>,
}

/// A direct upload.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Upload {
    /// Mux's id.
    pub id: String,
    /// Where the file is put; absent when it takes none any more.
    #[serde(default)]
    pub url: Option<String>,
    /// The asset that it became.
    #[serde(default)]
    pub asset_id: Option<String>,
    #[serde(default)]
    new_asset_settings: Value,
}

impl Upload {
    /// What we called its asset.
    pub fn passthrough(&self) -> Option<&str> {
        self.new_asset_settings["passthrough"].as_str()
    }
}

/// An asset, in the shape that API answers and webhooks share.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Asset {
    /// Mux's id.
    pub id: String,
    /// `preparing`, `ready` or `errored`.
    #[serde(default)]
    pub status: String,
    /// Seconds.
    #[serde(default)]
    pub duration: Option<f64>,
    /// What we called it.
    #[serde(default)]
    pub passthrough: Option<String>,
    /// The direct upload that it came from.
    #[serde(default)]
    pub upload_id: Option<String>,
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
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    language_code: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Errors {
    #[serde(default)]
    messages: Vec<String>,
}

impl Asset {
    /// The playback id that only a signed token opens.
    pub fn signed_playback_id(&self) -> Option<&str> {
        self.playback_ids.iter().find(|one| one.policy == "signed").map(|one| one.id.as_str())
    }

    /// The text tracks that can be shown.
    pub fn captions(&self) -> Vec<CaptionTrack> {
        let shown = |track: &&Track| track.kind == "text" && track.status.as_deref().is_none_or(|one| one == "ready");
        let caption = |track: &Track| {
            let language = track.language_code.clone().unwrap_or_else(|| "und".to_owned());
            let name = track.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| language.clone());
            CaptionTrack { track_id: track.id.clone(), language, name }
        };
        self.tracks.iter().filter(shown).map(caption).collect()
    }

    /// Why it could not be encoded.
    pub fn error_reason(&self) -> String {
        let reason = self.errors.messages.join(" ");
        if reason.is_empty() { "The file could not be encoded.".to_owned() } else { reason }
    }
}

impl Mux {
    /// A client with the function's own secret.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let base_url = services.mux_base_url()?;
        let http = services.third_party(&base_url).connect_timeout(CONNECT).timeout(CALL).build();
        let http = http.map_err(|error| services.unusable(&format!("no HTTP client: {error}")))?;
        Ok(Self { http, base_url, secret: services.mux_secret()? })
    }

    /// Opens a direct upload whose asset plays by signed tokens alone and carries `passthrough`. Browsers may use it from
    /// `cors_origin`, for [`UPLOAD_SECONDS`].
    pub async fn create_upload(&self, passthrough: &str, title: &str, cors_origin: &str) -> Result<Upload, MuxError> {
        let body = json!({
            "cors_origin": cors_origin,
            "timeout": UPLOAD_SECONDS,
            "new_asset_settings": {
                "playback_policies": ["signed"],
                "passthrough": passthrough,
                "meta": { "title": title, "external_id": passthrough },
                "video_quality": "basic",
            },
        });
        // Not repeated: the first try may have opened one.
        answer(self.call(Method::POST, "/video/v1/uploads").await?.json(&body)).await
    }

    /// An upload as it stands now.
    pub async fn upload(&self, id: &str) -> Result<Upload, MuxError> {
        self.repeated(Method::GET, &format!("/video/v1/uploads/{}", segment(id))).await
    }

    /// Takes an upload's URL out of use. [`MuxError::Refused`] when it has become an asset.
    pub async fn cancel_upload(&self, id: &str) -> Result<(), MuxError> {
        let path = format!("/video/v1/uploads/{}/cancel", segment(id));
        self.repeated::<Upload>(Method::PUT, &path).await.map(|_| ())
    }

    /// An asset as it stands now.
    pub async fn asset(&self, id: &str) -> Result<Asset, MuxError> {
        self.repeated(Method::GET, &format!("/video/v1/assets/{}", segment(id))).await
    }

    /// Deletes an asset with all that plays it; one that is not there is deleted.
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

/// What `{"data": …}` holds. Neither text nor body of a failure is kept: it may repeat what was sent.
async fn answer<T: DeserializeOwned>(call: RequestBuilder) -> Result<T, MuxError> {
    #[derive(Deserialize)]
    struct Success {
        data: Value,
    }
    let unreadable = |_| MuxError::Unavailable("an unreadable answer".into());
    let answer = call.send().await.map_err(|error| MuxError::Unavailable(failure(&error).into()))?;
    match answer.status() {
        StatusCode::NO_CONTENT => serde_json::from_value(Value::Null).map_err(|_| MuxError::Refused(204)),
        status if status.is_success() => {
            let body = answer.bytes().await.map_err(|error| MuxError::Unavailable(failure(&error).into()))?;
            let success: Success = serde_json::from_slice(&body).map_err(unreadable)?;
            serde_json::from_value(success.data).map_err(unreadable)
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
        "the connection broke"
    }
}

/// An id as one segment of a path: ids that webhooks tell are not ours to trust.
fn segment(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}
