//! The items of the catalogue's snapshot.

use crate::models::series::SeriesEntry;
use crate::models::trailer::TrailerEntry;
use crate::models::video::{Video, VideoStatus};
use crate::models::video_view::PublicVideo;
use crate::models::visibility::Visibility;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// An item of the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Listed {
    /// A published video.
    Video(Arc<Entry>),
    /// A series, whether or not any of its episodes is published.
    Series(Arc<SeriesEntry>),
    /// A published trailer.
    Trailer(Arc<TrailerEntry>),
}

impl Listed {
    /// The id by which the snapshot is sorted.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Video(entry) => entry.video.id.uuid(),
            Self::Series(entry) => entry.series.uuid(),
            Self::Trailer(entry) => entry.trailer.uuid(),
        }
    }
}

/// A published video in the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its public part.
    pub video: PublicVideo,
    /// Hidden until this time.
    pub publish_at: Option<Timestamp>,
    /// How often it was played, as of the last count.
    #[serde(default)]
    pub views: u64,
}

impl Entry {
    /// A video's entry in the snapshot; `None` if the video does not belong in it.
    pub fn from_video(video: &Video) -> Option<Self> {
        let is_listed = video.published && video.status == VideoStatus::Ready && video.trailer_of.is_none();
        is_listed.then(|| Self { video: video.into(), publish_at: video.publish_at, views: 0 })
    }

    /// Whether a list shows it.
    pub fn is_shown(&self, visible: Visibility) -> bool {
        visible.shows(&self.video.facts, self.publish_at)
    }
}
