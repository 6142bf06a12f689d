//! Mux: signed playback, the API, and its webhooks.

pub mod asset;
pub mod client;
pub mod intake;
pub mod signer;
pub mod source_url;
pub mod webhook;

use crate::http::error::{ApiError, Code};
use crate::secrets::SecretError;
use serde::Deserialize;
use std::error::Error;

/// The secret `mux`: the API's credentials, and the keys for webhooks and signed playback.
#[derive(Deserialize)]
pub struct MuxSecret {
    /// The user of the API's HTTP Basic authentication.
    pub token_id: String,
    /// Its password.
    pub token_secret: String,
    /// The secrets that sign webhooks. Any of them is accepted; there are several during a rotation.
    #[serde(default)]
    pub webhook_secrets: Vec<String>,
    /// The signing key's id: `kid`.
    #[serde(default)]
    pub signing_key_id: String,
    /// The signing key: an RSA key in PEM (PKCS#1 or PKCS#8), plain or base64-encoded as Mux shows it.
    #[serde(default)]
    pub signing_private_key: String,
}

/// Why a request to Mux failed. No text contains Mux's response or any part of the secret.
#[derive(Debug, thiserror::Error)]
pub enum MuxError {
    /// It does not exist at Mux.
    #[error("Mux has no such object")]
    NotFound,
    /// Mux is busy, slow or down; a retry may succeed.
    #[error("Mux is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Mux refused the call with this HTTP status: our request or our credentials are wrong.
    #[error("Mux refused the call with status {0}")]
    Refused(u16),
    /// The response does not have the documented format.
    #[error("Mux's response could not be read")]
    Unreadable,
    /// Our credentials could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The signing key is not an RSA key in PEM.
    #[error("Mux's signing key cannot be used: {0}")]
    Key(&'static str),
}

impl MuxError {
    /// Whether the cause is the request's object, so a retry would also fail. Problems with our credentials do not
    /// count as permanent: every call fails until somebody fixes them.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::NotFound | Self::Unreadable => true,
            Self::Refused(status) => !matches!(status, 401 | 403),
            Self::Unavailable(_) | Self::Secret(_) | Self::Key(_) => false,
        }
    }
}

impl From<MuxError> for ApiError {
    fn from(error: MuxError) -> Self {
        match error {
            MuxError::NotFound | MuxError::Unavailable(_) | MuxError::Refused(_) | MuxError::Unreadable => {
                let message = "The video provider is unavailable; please try again.";
                Self::new(Code::VideoProviderUnavailable, message).because(error)
            }
            MuxError::Secret(_) => Self::unavailable(error),
            MuxError::Key(_) => Self::internal(error),
        }
    }
}
