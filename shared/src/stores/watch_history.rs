//! Users' positions in videos: the table `watch_history` and its sparse index for Continue watching.

use crate::models::device_clock::DeviceClocks;
use crate::models::ids::{UserId, VideoId};
use crate::models::position::{Position, RowMark};
use crate::models::progress::WatchHistory;
use crate::models::streams::{Slot, Slots};
use crate::models::time::sortable;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, Update};
use boxed::boxed;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most attempts if other reports of the same user and video arrive meanwhile.
const TRIES_MAX: usize = 5;
/// The index of started but uncompleted videos; all other rows lack its key.
const CONTINUE_WATCHING: &str = "continue_watching";

impl WatchHistory {
    /// The key of a user's row for a video.
    pub fn key(user_id: UserId, video_id: VideoId) -> Key<Self> {
        Key::two(Table::WatchHistory, ("user_id", user_id.to_string()), ("video_id", video_id.to_string()))
    }
}

/// Where a page of the index continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    video_id: VideoId,
    continue_at: String,
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

    /// A user's row for a video.
    #[boxed]
    pub async fn of(&self, user_id: UserId, video_id: VideoId) -> Result<Option<WatchHistory>, StoreError> {
        self.database.read(WatchHistory::key(user_id, video_id)).await
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
        for _ in 0..TRIES_MAX {
            let Some((after, continues)) = rule(before.as_ref()) else { return Ok(before) };
            match self.put(before.as_ref(), &after, continues).await? {
                Outcome::Written => return Ok(Some(after)),
                Outcome::Changed(row) => before = row,
            }
        }
        Err(StoreError::Unavailable("other reports came first at every attempt".into()))
    }

    #[boxed]
    async fn put(
        &self,
        before: Option<&WatchHistory>,
        after: &WatchHistory,
        continues: bool,
    ) -> Result<Outcome, StoreError> {
        let mut item = write(&WatchHistory::key(after.user_id, after.video_id), after)?;
        if continues {
            item.insert("continue_at".to_owned(), AttributeValue::S(sortable(after.last_watched_at)));
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
        ids: (UserId, VideoId),
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

    /// Statements that write the positions of dropped leases. Each fails if another write has changed its row.
    pub fn settling(&self, user_id: UserId, dropped: &[Slot]) -> Result<Vec<Statement>, StoreError> {
        let ahead = dropped.iter().filter(|slot| slot.position.is_ahead);
        let update = |slot: &Slot| {
            let (ids, playback) = ((user_id, slot.video_id), slot.playback_session_id.uuid());
            self.update(ids, playback, &slot.position, slot.position.row).map(Statement::from)
        };
        ahead.map(update).collect()
    }

    /// Writes the position of a lease that will be dropped, merged with what others have written to its row.
    #[boxed]
    pub async fn settle(&self, user_id: UserId, slot: &Slot) -> Result<(), StoreError> {
        let (ids, playback) = ((user_id, slot.video_id), slot.playback_session_id.uuid());
        let before = self.of(user_id, slot.video_id).await?;
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
        (user_id, video_id): (UserId, VideoId),
        playback: Uuid,
        position: &Position,
        before: RowMark,
    ) -> Result<Update, StoreError> {
        let Some(last_watched_at) = position.last_watched_at else {
            return Err(StoreError::Corrupt("a position without a report".into()));
        };
        let corrupt = |error| StoreError::Corrupt(Box::new(error));
        let clocks = serde_dynamo::to_attribute_value(DeviceClocks::of(playback, position.clock)).map_err(corrupt)?;
        let mut set =
            "SET progress = :progress, completed = :completed, last_watched_at = :at, version = :after".to_owned();
        let mut update = Update::builder()
            .table_name(self.database.name(Table::WatchHistory)?)
            .set_key(Some(WatchHistory::key(user_id, video_id).item()))
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
        update = if position.row.is_listed {
            set.push_str(", continue_at = :continue_at");
            update.expression_attribute_values(":continue_at", AttributeValue::S(sortable(last_watched_at)))
        } else {
            set.push_str(" REMOVE continue_at");
            update
        };
        update.update_expression(set).build().map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// The videos that a user may continue, newest first, and where the next page starts. A lease's position is newer
    /// than its row's place in the index, so such a video moves to its correct place.
    #[boxed]
    pub async fn to_continue(
        &self,
        user_id: UserId,
        limit: u32,
        after: Option<After>,
        slots: &Slots,
    ) -> Result<(Vec<WatchHistory>, Option<After>), StoreError> {
        let videos = slots.continued();
        let keys: Vec<_> = videos.iter().map(|video_id| WatchHistory::key(user_id, *video_id)).collect();
        let (listed, carried) = tokio::try_join!(self.listed(user_id, limit, after.clone()), self.database.read(keys))?;
        let carried = carried.into_iter().flatten().filter(|row| !row.completed).filter_map(|row| {
            let newest = row.clone().with(slots.position(row.video_id));
            (newest.last_watched_at > row.last_watched_at).then_some(newest)
        });
        Ok(merged(listed, carried.collect(), after.as_ref(), usize::try_from(limit).unwrap_or(usize::MAX)))
    }

    /// A page of the index.
    async fn listed(
        &self,
        user_id: UserId,
        limit: u32,
        after: Option<After>,
    ) -> Result<(Vec<WatchHistory>, Option<After>), StoreError> {
        let start = after.map(|after| {
            let mut key = WatchHistory::key(user_id, after.video_id).item();
            key.insert("continue_at".to_owned(), AttributeValue::S(after.continue_at));
            key
        });
        let query = self.database.client().query().table_name(self.database.name(Table::WatchHistory)?);
        let query = query
            .index_name(CONTINUE_WATCHING)
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", AttributeValue::S(user_id.to_string()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let answer = query.send().await.map_err(failed)?;
        let next = answer.last_evaluated_key.map(serde_dynamo::from_item).transpose();
        let rows = answer.items.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok((rows, next.map_err(|error| StoreError::Corrupt(Box::new(error)))?))
    }
}

impl After {
    fn of(row: &WatchHistory) -> Self {
        Self { video_id: row.video_id, continue_at: sortable(row.last_watched_at) }
    }

    /// The place in the list.
    fn place(&self) -> (&str, VideoId) {
        (&self.continue_at, self.video_id)
    }
}

/// A page of the index, with the rows that moved up in their new places.
fn merged(
    (mut rows, next): (Vec<WatchHistory>, Option<After>),
    moved: Vec<WatchHistory>,
    after: Option<&After>,
    limit: usize,
) -> (Vec<WatchHistory>, Option<After>) {
    rows.retain(|row| moved.iter().all(|other| other.video_id != row.video_id));
    rows.extend(moved.into_iter().filter(|row| {
        let here = After::of(row);
        after.is_none_or(|after| here.place() < after.place())
            && next.as_ref().is_none_or(|next| here.place() > next.place())
    }));
    rows.sort_by(|one, other| After::of(other).place().cmp(&After::of(one).place()));
    let next = if rows.len() > limit { rows.get(limit.saturating_sub(1)).map(After::of) } else { next };
    rows.truncate(limit);
    (rows, next)
}

/// The result of a conditional write.
pub enum Outcome {
    /// The row was written.
    Written,
    /// The row was changed meanwhile; its current state.
    Changed(Option<WatchHistory>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn row(video: i64, second: i64) -> WatchHistory {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("in range");
        WatchHistory {
            user_id: UserId::new(at(0)),
            video_id: VideoId::new(at(video)),
            progress: 300.0,
            completed: false,
            last_watched_at: at(second),
            clocks: DeviceClocks::default(),
            version: 1,
        }
    }

    /// All pages of an index with the rows `listed`, some of which have moved up to `moved`.
    fn pages(listed: &[WatchHistory], moved: &[WatchHistory], limit: usize) -> Vec<VideoId> {
        let (mut found, mut after): (Vec<VideoId>, Option<After>) = (Vec::new(), None);
        loop {
            let is_left =
                |row: &&WatchHistory| after.as_ref().is_none_or(|after| After::of(row).place() < after.place());
            let rows: Vec<_> = listed.iter().filter(is_left).take(limit).cloned().collect();
            let next = (rows.len() == limit).then(|| After::of(&rows[limit - 1]));
            let (page, next) = merged((rows, next), moved.to_vec(), after.as_ref(), limit);
            assert!(page.len() <= limit);
            found.extend(page.iter().map(|row| row.video_id));
            let Some(next) = next else { return found };
            after = Some(next);
        }
    }

    #[test]
    fn carried_positions_are_listed_in_their_places_and_once_whatever_the_size_of_a_page() {
        let listed: Vec<_> = (1..=7).rev().map(|place| row(place, place * 10)).collect();
        let at = |video: usize, second| WatchHistory {
            last_watched_at: row(0, second).last_watched_at,
            ..listed[video].clone()
        };
        for moved in [vec![], vec![at(6, 100)], vec![at(6, 35), at(3, 65)], vec![at(0, 71), at(1, 72), at(2, 73)]] {
            let mut expected = listed.clone();
            for row in &moved {
                expected.retain(|other| other.video_id != row.video_id);
                expected.push(row.clone());
            }
            expected.sort_by_key(|row| std::cmp::Reverse(row.last_watched_at));
            let expected: Vec<_> = expected.iter().map(|row| row.video_id).collect();
            for limit in 1..=8 {
                assert_eq!(pages(&listed, &moved, limit), expected, "{} moved, pages of {limit}", moved.len());
            }
        }
    }
}
