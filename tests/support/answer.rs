//! A response of the service.

use serde_json::Value;
use std::fmt;

/// The response to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
    json: Value,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await.expect("a complete response");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, json }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The error code; empty on success.
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    /// The error's `details`; null if there are none.
    pub fn details(&self) -> &Value {
        &self.json["error"]["details"]
    }

    /// The `data` of a success.
    pub fn data(&self) -> &Value {
        &self.json["data"]
    }

    /// The cursor of the next page; `None` on the last.
    pub fn next_cursor(&self) -> Option<&str> {
        self.json["pagination"]["next_cursor"].as_str()
    }

    /// The whole body as JSON; null if it is not JSON.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The whole body.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// All headers, name and value.
    pub fn headers(&self) -> Vec<(String, String)> {
        let pairs = self.headers.iter();
        pairs.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
    }

    /// The request id, by which its calls are found.
    pub fn request_id(&self) -> String {
        self.header("x-request-id").to_owned()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.text)
    }
}
