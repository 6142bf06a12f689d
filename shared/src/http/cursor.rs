//! Cursors: opaque, authenticated, bound to their query; they hold the last sort key and id, never an offset.

use crate::http::error::{ApiError, Code};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// Bytes of the authentication code that a cursor carries.
const TAG_BYTES: usize = 16;
/// Longest cursor that is looked at.
const CURSOR_CHARACTERS_MAX: usize = 2_048;

/// Seals and opens cursors with the service's cursor key.
pub struct Cursors<'a> {
    key: &'a [u8],
}

impl<'a> Cursors<'a> {
    /// Cursors under `key`, of the secret that all functions share.
    pub fn new(key: &'a [u8]) -> Self {
        Self { key }
    }

    /// A cursor for the page after `last`, valid for `query` alone: the route and its filters in one string.
    pub fn seal(&self, query: &str, last: &impl Serialize) -> Result<String, ApiError> {
        let mut bytes = serde_json::to_vec(last).map_err(ApiError::internal)?;
        let tag = self.mac(query, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What the cursor holds; `INVALID_CURSOR` when it is not ours, was changed, or belongs to another query.
    pub fn open<T: DeserializeOwned>(&self, query: &str, cursor: &str) -> Result<T, ApiError> {
        let refuse =
            || ApiError::new(Code::InvalidCursor, "The cursor does not belong to this query; start without one.");
        if cursor.len() > CURSOR_CHARACTERS_MAX {
            return Err(refuse());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refuse())?;
        let split = bytes.len().checked_sub(TAG_BYTES).ok_or_else(refuse)?;
        let (last, tag) = bytes.split_at(split);
        self.mac(query, last).verify_truncated_left(tag).map_err(|_| refuse())?;
        serde_json::from_slice(last).map_err(|_| refuse())
    }

    fn mac(&self, query: &str, last: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key).expect("HMAC takes keys of any length");
        mac.update(query.as_bytes());
        mac.update(&[0]);
        mac.update(last);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_for_its_query_and_key_alone() {
        let cursors = Cursors::new(b"key");
        let cursor = cursors.seal("videos?q=a", &("2026-01-01", 7)).expect("JSON");
        assert_eq!(cursors.open::<(String, u32)>("videos?q=a", &cursor).ok(), Some(("2026-01-01".to_owned(), 7)));
        assert!(cursors.open::<(String, u32)>("videos?q=b", &cursor).is_err());
        assert!(Cursors::new(b"other").open::<(String, u32)>("videos?q=a", &cursor).is_err());
        for position in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(changed == cursor || cursors.open::<(String, u32)>("videos?q=a", &changed).is_err(), "{position}");
        }
        for junk in ["", "a", "!!!!", &"A".repeat(5_000)] {
            assert!(cursors.open::<(String, u32)>("videos?q=a", junk).is_err());
        }
    }
}
