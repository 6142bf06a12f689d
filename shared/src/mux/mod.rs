//! Mux: signed playback, the API, and its webhooks.

pub mod client;
pub mod signer;
pub mod webhook;

use crate::http::error::{ApiError, Code};
use crate::secrets::SecretError;
use serde::Deserialize;
use std::error::Error;

/// The secret `mux`: the API's credentials, and the keys of webhooks and signed playback.
#[derive(Deserialize)]
pub struct MuxSecret {
    /// The user of the API's HTTP Basic authentication.
    pub token_id: String,
    /// Its password.
    pub token_secret: String,
    /// Any of these signs a webhook; several during a rotation.
    #[serde(default)]
    pub webhook_secrets: Vec<String>,
    /// Names the signing key: `kid`.
    #[serde(default)]
    pub signing_key_id: String,
    /// The signing key: an RSA key in PEM (PKCS#1 or PKCS#8), plain or in base64 as Mux hands it out.
    #[serde(default)]
    pub signing_private_key: String,
}

/// Why something at Mux did not work. No text of it holds what Mux answered, or any of the secret.
#[derive(Debug, thiserror::Error)]
pub enum MuxError {
    /// There is no such thing at Mux.
    #[error("Mux does not know it")]
    NotFound,
    /// Busy, slow or down: a repetition may succeed.
    #[error("Mux is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Refused, with the HTTP status: our request or our credentials are wrong.
    #[error("Mux refused the call with status {0}")]
    Refused(u16),
    /// Our credentials could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The signing key is not an RSA key in PEM.
    #[error("the signing key of Mux cannot be used: {0}")]
    Key(&'static str),
}

impl From<MuxError> for ApiError {
    fn from(error: MuxError) -> Self {
        match error {
            MuxError::NotFound | MuxError::Unavailable(_) | MuxError::Refused(_) => {
                let message = "The video provider is unavailable; please try again.";
                Self::new(Code::VideoProviderUnavailable, message).because(error)
            }
            MuxError::Secret(_) => Self::unavailable(error),
            MuxError::Key(_) => Self::internal(error),
        }
    }
}
