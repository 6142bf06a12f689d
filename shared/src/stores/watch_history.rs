//! Viewers' positions in videos: the table `watch_history` and its two sparse indexes. A row is in one of them at most: in
//! Continue watching, or in the index of other watched videos. The history is both indexes together. So changing a row does
//! not write to both indexes unless the row moves.

mod deletion;
mod lists;

pub use deletion::Deleted;
pub use lists::PageStart;

use crate::models::device_clock::DeviceClocks;
use crate::models::ids::VideoId;
use crate::models::position::{Position, RowMark};
use crate::models::progress::WatchHistory;
use crate::models::streams::Slot;
use crate::models::time::sortable;
use crate::models::user::User;
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::backoff::Backoff;
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, Update};
use boxed::boxed;
use uuid::Uuid;

/// A sparse index: its name, and the attribute with the time by which it is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HistoryIndex {
    /// Started and uncompleted videos.
    Continue,
    /// Other watched videos: completed, or barely started.
    Watched,
}

impl HistoryIndex {
    /// The index that lists a row; `None` if the viewer marked the video as not watched.
    fn for_row(is_to_continue: bool, is_cleared: bool) -> Option<Self> {
        if is_to_continue { Some(Self::Continue) } else { (!is_cleared).then_some(Self::Watched) }
    }

    const fn index(self) -> &'static str {
        match self {
            Self::Continue => "continue_watching",
            Self::Watched => "watched",
        }
    }

    const fn attribute(self) -> &'static str {
        match self {
            Self::Continue => "continue_at",
            Self::Watched => "watched_at",
        }
    }
}

impl WatchHistory {
    /// The key of a viewer's row for a video.
    pub fn key(viewer: ViewerKey, video_id: VideoId) -> Key<Self> {
        Key::composite(Table::WatchHistory, ("user_id", viewer.to_string()), ("video_id", video_id.to_string()))
    }
}

/// The table `watch_history`.
#[derive(Clone, Debug)]
pub struct Histories {
    database: Database,
}

impl Histories {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::WatchHistory]).map(|database| Self { database })
    }

    /// A viewer's row for a video.
    #[boxed]
    pub async fn get(&self, viewer: ViewerKey, video_id: VideoId) -> Result<Option<WatchHistory>, StoreError> {
        self.database.read(WatchHistory::key(viewer, video_id)).await
    }

    /// Changes a row with a rule that returns its new state and whether to list it in Continue watching; `None` leaves
    /// it unchanged. `before` is the row as it was read; after losing a race, the rule gets the current row. Returns
    /// the final row.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] after too many lost races.
    pub async fn change(
        &self,
        mut before: Option<WatchHistory>,
        rule: impl Fn(Option<&WatchHistory>) -> Option<(WatchHistory, bool)>,
    ) -> Result<Option<WatchHistory>, StoreError> {
        let mut backoff = Backoff::default();
        loop {
            let Some((after, continues)) = rule(before.as_ref()) else { return Ok(before) };
            match self.put(before.as_ref(), &after, continues).await? {
                Outcome::Written => return Ok(Some(after)),
                Outcome::Changed(row) => before = row,
            }
            backoff.wait().await?;
        }
    }

    #[boxed]
    async fn put(
        &self,
        before: Option<&WatchHistory>,
        after: &WatchHistory,
        continues: bool,
    ) -> Result<Outcome, StoreError> {
        let mut item = write(&WatchHistory::key(after.viewer, after.video_id), after)?;
        if let Some(listing) = HistoryIndex::for_row(continues, after.is_cleared()) {
            item.insert(listing.attribute().to_owned(), AttributeValue::S(sortable(after.last_watched_at)));
        }
        let put = self.database.client().put_item().table_name(self.database.name(Table::WatchHistory)?);
        let put = put.set_item(Some(item));
        // Rows written before there were versions have none.
        let put = match before.map_or(0, |before| before.version) {
            0 => put.condition_expression("attribute_not_exists(version)"),
            version => put
                .condition_expression("version = :before")
                .expression_attribute_values(":before", AttributeValue::N(version.to_string())),
        };
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else { return Ok(Outcome::Written) };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                let row = refused.item().filter(|item| !item.is_empty()).cloned();
                row.map(read).transpose().map(Outcome::Changed)
            }
            _ => Err(failed(error)),
        }
    }

    /// Writes a playback's position without reading the row, if the row is still as `before` says.
    #[boxed]
    pub async fn advance(
        &self,
        ids: (ViewerKey, VideoId),
        playback: Uuid,
        position: &Position,
        before: RowMark,
    ) -> Result<Outcome, StoreError> {
        let update = self.update(ids, playback, position, before)?;
        let call = self.database.client().update_item().table_name(update.table_name());
        let call = call
            .set_key(Some(update.key().clone()))
            .update_expression(update.update_expression())
            .set_condition_expression(update.condition_expression().map(str::to_owned))
            .set_expression_attribute_values(update.expression_attribute_values().cloned())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = call.send().await else { return Ok(Outcome::Written) };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                let row = refused.item().filter(|item| !item.is_empty()).cloned();
                row.map(read).transpose().map(Outcome::Changed)
            }
            _ => Err(failed(error)),
        }
    }

    /// Statements that write the positions of dropped leases to the rows. Each fails if its row has been changed.
    pub fn lease_position_statements(&self, user: &User, dropped: &[Slot]) -> Result<Vec<Statement>, StoreError> {
        let ahead = dropped.iter().filter(|slot| slot.position.is_ahead && is_kept(user, slot));
        let update = |slot: &Slot| {
            let (ids, playback) = ((slot.viewer(user.id), slot.video_id), slot.playback_session_id.uuid());
            self.update(ids, playback, &slot.position, slot.position.row).map(Statement::from)
        };
        ahead.map(update).collect()
    }

    /// Writes the position of a lease that will be dropped, and merges it with the row's changes by others.
    #[boxed]
    pub async fn write_lease_position(&self, user: &User, slot: &Slot) -> Result<(), StoreError> {
        if !is_kept(user, slot) {
            return Ok(());
        }
        let (ids, playback) = ((slot.viewer(user.id), slot.video_id), slot.playback_session_id.uuid());
        let before = self.get(ids.0, ids.1).await?;
        let rule = |before: Option<&WatchHistory>| {
            let position = &slot.position;
            before.filter(|before| position.last_watched_at > Some(before.last_watched_at))?;
            let after = WatchHistory::joined(before, ids, playback, position, false)?;
            let continues = position.row.is_listed && !after.completed;
            Some((after, continues))
        };
        self.change(before, rule).await.map(|_| ())
    }

    fn update(
        &self,
        (viewer, video_id): (ViewerKey, VideoId),
        playback: Uuid,
        position: &Position,
        before: RowMark,
    ) -> Result<Update, StoreError> {
        let Some(last_watched_at) = position.last_watched_at else {
            return Err(StoreError::Corrupt("a position without a report".into()));
        };
        let corrupt = |error| StoreError::Corrupt(Box::new(error));
        let clocks =
            serde_dynamo::to_attribute_value(DeviceClocks::single(playback, position.clock)).map_err(corrupt)?;
        let mut set =
            "SET progress = :progress, completed = :completed, last_watched_at = :at, version = :after".to_owned();
        let mut update = Update::builder()
            .table_name(self.database.name(Table::WatchHistory)?)
            .set_key(Some(WatchHistory::key(viewer, video_id).item()))
            .expression_attribute_values(":progress", AttributeValue::N(position.progress.to_string()))
            .expression_attribute_values(":completed", AttributeValue::Bool(position.completed))
            .expression_attribute_values(":at", AttributeValue::S(last_watched_at.to_string()))
            .expression_attribute_values(":after", AttributeValue::N((before.version + 1).to_string()));
        update = match before.version {
            // Rows written before there were versions have none, and may have no clocks.
            0 => {
                set.push_str(", clocks = :clocks");
                update
                    .condition_expression("attribute_not_exists(version)")
                    .expression_attribute_values(":clocks", clocks)
            }
            version => {
                update = update
                    .condition_expression("version = :before")
                    .expression_attribute_values(":before", AttributeValue::N(version.to_string()));
                match clocks {
                    AttributeValue::L(mut clocks) if !clocks.is_empty() => {
                        set.push_str(&format!(", clocks[{}] = :clock", before.clock));
                        update.expression_attribute_values(":clock", clocks.swap_remove(0))
                    }
                    _ => update,
                }
            }
        };
        let listing = HistoryIndex::for_row(position.row.is_listed, position.is_cleared);
        if let Some(listing) = listing {
            set.push_str(&format!(", {} = :listed_at", listing.attribute()));
            update = update.expression_attribute_values(":listed_at", AttributeValue::S(sortable(last_watched_at)));
        }
        let others =
            [HistoryIndex::Continue, HistoryIndex::Watched].into_iter().filter(|other| Some(*other) != listing);
        set.push_str(&format!(" REMOVE {}", others.map(HistoryIndex::attribute).collect::<Vec<_>>().join(", ")));
        update.update_expression(set).build().map_err(|error| StoreError::Refused(Box::new(error)))
    }
}

/// Whether a lease's position belongs in a history: not if its profile was deleted.
fn is_kept(user: &User, slot: &Slot) -> bool {
    slot.profile.is_none_or(|id| user.profile(id).is_some())
}

/// The result of a conditional write.
pub enum Outcome {
    /// The row was written.
    Written,
    /// The row was changed meanwhile; its current state.
    Changed(Option<WatchHistory>),
}
