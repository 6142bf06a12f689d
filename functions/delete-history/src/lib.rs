//! `DELETE /api/history`: deletes the viewer's history of one video, or all of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ids::VideoId;
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::streams::Streams;
use shared::stores::watch_history::Histories;

/// Deletes the history.
pub struct DeleteHistory {
    histories: Histories,
    streams: Streams,
}

/// What to delete.
#[derive(Deserialize, JsonSchema)]
pub struct HistoryQuery {
    /// The video whose history is deleted; if omitted, the whole history is deleted.
    video_id: Option<VideoId>,
}

/// The result of a deletion.
#[derive(Serialize, JsonSchema)]
pub struct DeletedHistory {
    /// The number of videos that were removed from the history.
    deleted: usize,
    /// Whether the deletion is complete. Tens of thousands of videos take more than one request: repeat it until this is `true`.
    is_complete: bool,
}

impl Endpoint for DeleteHistory {
    type Caller = Viewer;
    type Input = Query<HistoryQuery>;
    type Reads = Key<Slots>;
    type Output = DeletedHistory;
    const SUMMARY: &'static str = "Deletes the viewer's history of one video, or all of it.";
    const TAG: Tag = Tag::Library;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { histories: Histories::connect(services)?, streams: Streams::connect(services)? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<DeletedHistory>, ApiError> {
        let viewer = call.caller.viewer;
        let Query(HistoryQuery { video_id }) = call.input;
        let deleted = match video_id {
            Some(video_id) => self.histories.delete(viewer, video_id).await?,
            None => self.histories.delete_all(viewer).await?,
        };
        // The leases are cleared after the rows, so that no position remains that could be written later.
        let slots = call.rows.unwrap_or_default();
        self.streams.amend(viewer.user_id(), slots, |slots| slots.forget(viewer, video_id)).await?;
        Ok(Reply::new(DeletedHistory { deleted: deleted.rows, is_complete: deleted.is_all }))
    }
}
