//! Trailers. A trailer is a video of its own that belongs to a film or series. It is in no list, and it plays for
//! everybody: without sign-in and without a plan.

use crate::models::ids::{TitleId, VideoId};
use crate::models::poster::Poster;
use crate::models::video::{Video, VideoStatus};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A trailer as everybody sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trailer {
    /// Its title.
    pub title: String,
    /// The complete URL of its master playlist. It plays only the trailer, and is renewed before it expires.
    pub playback_url: String,
    /// In seconds; `null` if unknown.
    pub duration: Option<f64>,
    /// Its images.
    pub poster: Option<Poster>,
}

/// A published trailer in the catalogue's snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrailerEntry {
    /// The trailer's own id.
    pub trailer: VideoId,
    /// The film or series that it belongs to.
    pub trailer_of: TitleId,
    /// Hidden until this time.
    pub publish_at: Option<Timestamp>,
    /// When it was published: the latest one is shown.
    pub published_at: Option<Timestamp>,
    /// What viewers see.
    pub shown: Trailer,
}

impl TrailerEntry {
    /// A video's entry in the snapshot; `None` if it is not a published trailer.
    pub fn from_video(video: &Video) -> Option<Self> {
        let is_listed = video.published && video.status == VideoStatus::Ready;
        let (trailer_of, playback_url) = video.trailer_of.zip(video.trailer_url.clone()).filter(|_| is_listed)?;
        let shown = Trailer {
            title: video.title.clone(),
            playback_url,
            duration: video.duration,
            poster: video.poster.clone(),
        };
        let (publish_at, published_at) = (video.publish_at, video.published_at);
        Some(Self { trailer: video.id, trailer_of, publish_at, published_at, shown })
    }

    /// Whether its publish time has passed.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.publish_at.is_none_or(|at| at <= now)
    }
}
