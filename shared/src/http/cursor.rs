//! Cursors: opaque, authenticated, bound to their query. They contain the last sort key and id, never an offset.

use crate::http::error::{ApiError, Code};
use crate::models::format::CURSOR_FORMAT;
use crate::models::number::BoundedInteger;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::borrow::Cow;

/// The bytes of a cursor's authentication code.
const TAG_BYTES: usize = 16;
/// The longest cursor that is accepted: twice the size of a title in any script.
const CURSOR_CHARACTERS_MAX: usize = 4_096;

/// A cursor as a client sends it back. An empty one means the first page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl JsonSchema for Cursor {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": CURSOR_FORMAT, "maxLength": CURSOR_CHARACTERS_MAX })
    }
}

/// The most items per page; 20 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct PageSize(BoundedInteger<1, 100>);

impl PageSize {
    /// The number.
    pub fn get(self) -> u32 {
        self.0.to_u32()
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(BoundedInteger::constant::<20>())
    }
}

/// Seals and opens cursors with the service's cursor key.
pub struct Cursors<'a> {
    key: &'a [u8],
}

impl<'a> Cursors<'a> {
    /// Uses `key`, from the secret that all functions share.
    pub fn new(key: &'a [u8]) -> Self {
        Self { key }
    }

    /// The cursor for the page after `last`, valid only for `query`: the route and its filters in one string.
    pub fn seal(&self, query: &str, last: &impl Serialize) -> Result<String, ApiError> {
        let mut bytes = serde_json::to_vec(last).map_err(ApiError::internal)?;
        let tag = self.mac(query, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position after which the page starts; `None` for the first page.
    pub fn after<T: DeserializeOwned>(&self, query: &str, cursor: Option<&Cursor>) -> Result<Option<T>, ApiError> {
        cursor.filter(|cursor| !cursor.0.is_empty()).map(|cursor| self.open(query, &cursor.0)).transpose()
    }

    /// The content of a cursor; `INVALID_CURSOR` if it is not ours, was altered, or belongs to another query.
    fn open<T: DeserializeOwned>(&self, query: &str, cursor: &str) -> Result<T, ApiError> {
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
    fn a_cursor_is_valid_only_for_its_query_and_key() {
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
        let empty = Some(&Cursor::default());
        assert_eq!(cursors.after::<(String, u32)>("videos?q=a", empty).ok(), Some(None));
        for junk in ["", "a", "!!!!", &"A".repeat(5_000)] {
            assert!(cursors.open::<(String, u32)>("videos?q=a", junk).is_err());
        }
    }
}
