//! Fetches files by URL: the app's own page, and the pictures of titles. The URLs come from our settings and rows, never
//! from a caller.

use crate::services::{ConfigError, Services};
use crate::telemetry::{TRACE_HEADER, Trace};
use boxed::boxed;
use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use std::time::Duration;

/// The timeouts for connecting and for the whole request, well within a handler's deadline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a file could not be fetched. It does not contain the URL, which may contain a token.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is no such file.
    #[error("the file does not exist")]
    Missing,
    /// The server failed or cannot be reached.
    #[error("{0}")]
    Failed(&'static str),
    /// The response has the wrong content type or is too large.
    #[error("the response has the wrong content type or is too large")]
    Unexpected,
}

/// Fetches files.
#[derive(Clone, Debug)]
pub struct Fetcher {
    http: reqwest::Client,
}

impl Fetcher {
    /// A client for files at `origin`.
    pub fn connect(services: &Services, origin: &str) -> Result<Self, ConfigError> {
        let client = services.third_party(origin).connect_timeout(CONNECT_TIMEOUT).timeout(TOTAL_TIMEOUT).build();
        let http = client.map_err(|_| services.unusable("no HTTP client could be built"))?;
        Ok(Self { http })
    }

    /// The file at a URL. It must have this content type and at most `max` bytes.
    #[boxed]
    pub async fn file(&self, url: &str, content_type: &str, max: usize) -> Result<Bytes, FetchError> {
        let request = self.http.get(url);
        let request = match Trace::request_id() {
            Some(request_id) => request.header(TRACE_HEADER, request_id),
            None => request,
        };
        let response = request.send().await.map_err(|error| failure(&error))?;
        match response.status().as_u16() {
            200 => {}
            404 | 410 => return Err(FetchError::Missing),
            _ => return Err(FetchError::Failed("the server answered with an error")),
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_large = response.content_length().is_some_and(|length| length > max as u64);
        if kind.split(';').next().map(str::trim) != Some(content_type) || is_large {
            return Err(FetchError::Unexpected);
        }
        let bytes = response.bytes().await.map_err(|error| failure(&error))?;
        if bytes.len() > max { Err(FetchError::Unexpected) } else { Ok(bytes) }
    }
}

fn failure(error: &reqwest::Error) -> FetchError {
    FetchError::Failed(if error.is_timeout() {
        "the server timed out"
    } else if error.is_connect() {
        "the server could not be reached"
    } else {
        "the connection was closed"
    })
}
