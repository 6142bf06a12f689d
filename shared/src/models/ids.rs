//! Ids: UUIDv7 strings, a type for each noun, so that one cannot stand for another.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::{NoContext, Uuid};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id of the moment `now`: ids sort by their time.
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }

            /// The id made of given bits: for ids that follow from something else.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        /// Reads the one form that we write: lower case with hyphens.
        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                let uuid = Uuid::try_parse(text)?;
                if uuid.hyphenated().to_string() == text { Ok(Self(uuid)) } else { Uuid::try_parse("").map(Self) }
            }
        }
    )*};
}

ids! {
    /// A user.
    UserId
    /// A sign-in session.
    SessionId
    /// A video.
    VideoId
    /// One playback: its lease and its view.
    PlaybackId
    /// A series of videos.
    SeriesId
}

/// A UUIDv7 whose time is `now`.
pub fn uuid_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}
