//! Ids: UUIDv7 strings with a type for each noun, so they cannot be mixed up.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use uuid::{NoContext, Uuid};

/// The schema's `format` for one of our ids.
pub const ID_FORMAT: &str = "uuid";
/// The longest provider id that is accepted: Stripe promises no more than 255.
const PROVIDER_ID_CHARACTERS_MAX: usize = 255;

/// Parses an id in the only form that we write, lower case with hyphens; `None` for any other.
pub fn read_id(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    let mut written = Uuid::encode_buffer();
    (*uuid.hyphenated().encode_lower(&mut written) == *text).then_some(uuid)
}

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id for the time `now`: ids sort by their time.
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }

            /// The UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The id with a given UUID, for ids that are derived from something else.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                read_id(text).map(Self).ok_or(NotAnId)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "format": ID_FORMAT,
                    "description": concat!($($doc),*).trim(),
                })
            }
        }
    )*};
}

ids! {
    /// A user.
    UserId
    /// A profile of an account.
    ProfileId
    /// A sign-in session.
    SessionId
    /// A video.
    VideoId
    /// One playback: its lease and its view.
    PlaybackId
    /// A series of videos.
    SeriesId
    /// A video or a series.
    TitleId
}

/// Whether a text can be an id of Stripe's or Mux's: letters, digits, `_` and `-`, and short enough for the key of a
/// row.
pub fn is_provider_id(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=PROVIDER_ID_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(is_sign)
}

/// A text that is not one of our ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an id of this service: a UUID in lower case with hyphens")]
pub struct NotAnId;

/// The id of an object at Stripe or Mux. It is safe in a URL path and as a table key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderId(String);

impl ProviderId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderId {
    type Err = NotAProviderId;

    fn from_str(text: &str) -> Result<Self, NotAProviderId> {
        if is_provider_id(text) { Ok(Self(text.to_owned())) } else { Err(NotAProviderId) }
    }
}

/// A text that is not an id of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an id of the provider")]
pub struct NotAProviderId;

impl JsonSchema for ProviderId {
    fn schema_name() -> Cow<'static, str> {
        "ProviderId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": PROVIDER_ID_CHARACTERS_MAX,
            "pattern": "^[A-Za-z0-9_-]+$",
            "description": "An id at Stripe or Mux.",
        })
    }
}

/// A UUIDv7 with the time `now`.
pub fn uuid_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form() {
        let id = "01890000-0000-7000-8000-0000000000ab";
        assert_eq!(serde_json::from_value::<VideoId>(id.into()).ok(), id.parse().ok());
        assert!(id.parse::<VideoId>().is_ok());
        let upper = id.to_uppercase();
        let others = [
            upper.as_str(),
            "{01890000-0000-7000-8000-0000000000ab}",
            "urn:uuid:01890000-0000-7000-8000-0000000000ab",
            "0189000000007000800000000000 00ab",
            "01890000000070008000000000000ab0",
            " 01890000-0000-7000-8000-0000000000ab",
            "",
            "\0",
        ];
        for other in others {
            assert!(other.parse::<VideoId>().is_err(), "{other}");
            assert!(serde_json::from_value::<VideoId>(other.into()).is_err(), "{other}");
        }
    }

    #[test]
    fn a_providers_id_fits_a_key_and_a_path() {
        assert!("evt_1Aa0".parse::<ProviderId>().is_ok() && "x".repeat(255).parse::<ProviderId>().is_ok());
        for other in ["", "a/b", "..", "a b", "a\0", "é", "a?b", "a%2fb", &"x".repeat(256)] {
            assert!(other.parse::<ProviderId>().is_err(), "{other}");
        }
    }
}
