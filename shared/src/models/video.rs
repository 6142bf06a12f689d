//! Videos as clients see them, and the parts that rows and views share.

use crate::models::ids::{SeriesId, VideoId};
use crate::models::plan::RequiredPlan;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// Where a video's encoding stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoStatus {
    /// Waiting for its upload, or being encoded.
    #[default]
    Processing,
    /// Playable.
    Ready,
    /// Not playable; `error_reason` says why.
    Error,
}

impl VideoStatus {
    /// The word that rows and answers use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Error => "error",
        }
    }
}

/// A text track of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptionTrack {
    /// Mux's track id.
    pub track_id: String,
    /// BCP 47: `en`.
    pub language: String,
    /// What to call it.
    pub name: String,
}

/// A poster at three widths, as image tokens that play nothing, with a placeholder to show before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Poster {
    /// The middle width.
    pub url: String,
    /// All widths, as an `img` takes them.
    pub srcset: String,
    /// A CSS colour to show until the picture is there.
    pub placeholder: String,
}

/// A video as everybody sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Video")]
pub struct PublicVideo {
    /// Which.
    pub id: VideoId,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// The shelf that it stands on.
    pub category: String,
    /// What it asks of its viewer.
    pub required_plan: RequiredPlan,
    /// Seconds; `null` until it was encoded.
    pub duration: Option<f64>,
    /// Its images; `null` until it was encoded.
    pub poster: Option<Poster>,
    /// The series that it is an episode of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_id: Option<SeriesId>,
    /// Which season of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<u32>,
    /// Which episode of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<u32>,
    /// From when on it is shown; `null` while it is not published.
    pub published_at: Option<Timestamp>,
}

/// What operators see of a video beside what everybody sees.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Administration {
    /// Where its encoding stands.
    pub status: VideoStatus,
    /// Why it cannot be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_reason: Option<String>,
    /// Whether it was published.
    pub published: bool,
    /// Before when it is not shown, published or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_at: Option<Timestamp>,
    /// Where its credits start, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits_at: Option<f64>,
    /// Mux's asset.
    pub mux_asset_id: Option<String>,
    /// Mux's signed playback id.
    pub mux_playback_id: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A video as operators see it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AdminVideo {
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub video: PublicVideo,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub administration: Administration,
}

/// The fields that only an episode of a series has, where there is no series.
pub fn outside_series(series: Option<SeriesId>, season: Option<u32>, episode: Option<u32>) -> Vec<&'static str> {
    let given = [("season", season), ("episode", episode)];
    given.into_iter().filter(|(_, number)| series.is_none() && number.is_some()).map(|(field, _)| field).collect()
}

macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident $max:literal)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl From<$name> for String {
            fn from(line: $name) -> Self {
                line.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                line(&String::deserialize(deserializer)?).map(Self).map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": $max })
            }
        }
    )*};
}

lines! {
    /// A title as an operator gives it: one line, trimmed, not blank.
    Title 200
    /// A category as an operator gives it.
    CategoryName 50
}

fn line(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be blank");
    }
    if text.chars().any(char::is_control) { Err("must be one line") } else { Ok(text.to_owned()) }
}
