//! A viewer's marks: a video is marked as watched or as not watched, in its row and in the leases of running playbacks.

use crate::models::ids::VideoId;
use crate::models::progress::WatchHistory;
use crate::models::streams::Slots;
use crate::models::video::Video;
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::error::StoreError;
use crate::stores::row::Key;
use crate::stores::streams::Streams;
use crate::stores::watch_history::Histories;

/// The keys of the rows that a mark depends on.
pub type MarkKeys = (Key<Video>, Key<WatchHistory>, Key<Slots>);

/// The tables that hold the marks.
#[derive(Clone, Debug)]
pub struct WatchedMarks {
    histories: Histories,
    streams: Streams,
}

impl WatchedMarks {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { histories: Histories::connect(services)?, streams: Streams::connect(services)? })
    }

    /// The keys of the rows that a viewer's mark of a video depends on.
    pub fn keys(viewer: ViewerKey, id: VideoId) -> MarkKeys {
        (Video::key(id), WatchHistory::key(viewer, id), Slots::key(viewer.user_id()))
    }

    /// Changes a video's mark with a rule that gets the newest row, including a position that a lease carries; `None`
    /// leaves it unchanged. `before` and `slots` are the rows as they were read. Returns the final row.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] after too many lost races.
    pub async fn change(
        &self,
        (viewer, video): (ViewerKey, &Video),
        before: Option<WatchHistory>,
        slots: Option<Slots>,
        mark: impl Fn(Option<&WatchHistory>) -> Option<WatchHistory>,
    ) -> Result<Option<WatchHistory>, StoreError> {
        let slots = slots.unwrap_or_default();
        let rule = |before: Option<&WatchHistory>| {
            let newest = before.cloned().map(|row| row.with(slots.position(viewer, video.id)));
            Some((mark(newest.as_ref())?, false))
        };
        let Some(row) = self.histories.change(before, rule).await? else { return Ok(None) };
        // A running playback would notice the changed row by itself; this informs it before its next report.
        self.streams.amend(viewer.user_id(), slots, |slots| slots.adopt(&row, video.duration)).await?;
        Ok(Some(row))
    }
}
