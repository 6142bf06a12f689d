//! Pre-signed URLs: child playlists, segments and uploads carry their own expiry and a signature over path and expiry.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Signs paths of this server with its own key.
pub(crate) struct Presigner {
    key: Vec<u8>,
}

/// The query of a pre-signed URL; other parameters are ignored.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Grant {
    #[serde(default)]
    expires: i64,
    #[serde(default)]
    signature: String,
}

impl Presigner {
    pub(crate) fn new(key: Vec<u8>) -> Self {
        Self { key }
    }

    /// `path` with a query that grants access until `expires`.
    pub(crate) fn sign(&self, path: &str, expires: Timestamp) -> String {
        let expires = expires.as_second();
        format!("{path}?expires={expires}&signature={}", self.signature(path, expires))
    }

    /// Whether `grant` gives access to `path` at `now`.
    pub(crate) fn opens(&self, path: &str, grant: &Grant, now: Timestamp) -> bool {
        let expected = self.signature(path, grant.expires);
        bool::from(expected.as_bytes().ct_eq(grant.signature.as_bytes())) && now.as_second() < grant.expires
    }

    fn signature(&self, path: &str, expires: i64) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(format!("{path}\n{expires}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}
