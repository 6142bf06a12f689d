//! Viewers' positions in videos: the table `watch_history` and its two sparse indexes. A row is in one of them at most: in
//! Continue watching, or in the index of other watched videos. The history is both indexes together. So changing a row does
//! not write to both indexes unless the row moves.

use crate::models::device_clock::DeviceClocks;
use crate::models::ids::VideoId;
use crate::models::position::{Position, RowMark};
use crate::models::progress::WatchHistory;
use crate::models::streams::{Slot, Slots};
use crate::models::time::sortable;
use crate::models::user::User;
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::backoff::Backoff;
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, ReturnValue, ReturnValuesOnConditionCheckFailure, Update, WriteRequest,
};
use boxed::boxed;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The time limit for the deletions of one call, well within a request's deadline.
const DELETING_MAX: Duration = Duration::from_secs(4);
/// The most rows to read from a whole history. If it is longer, as many are read from each index.
const WHOLE_MAX: i32 = 2_000;
const LATEST_MAX: u32 = 50;
/// The number of keys to read at once for deletion.
const DELETED_PAGE: i32 = 500;
/// The most keys of one `BatchWriteItem`.
const WRITES_MAX: usize = 25;
/// The most attempts at a batch of deletions that DynamoDB processes only partly.
const BATCH_TRIES_MAX: u32 = 6;

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

/// Where a page of a list continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    video_id: VideoId,
    at: String,
}

/// What one call deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The number of rows.
    pub rows: usize,
    /// Whether none are left.
    pub is_all: bool,
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

    /// Statements that write the positions of dropped leases. Each fails if another write has changed its row.
    pub fn settling(&self, user: &User, dropped: &[Slot]) -> Result<Vec<Statement>, StoreError> {
        let ahead = dropped.iter().filter(|slot| slot.position.is_ahead && is_kept(user, slot));
        let update = |slot: &Slot| {
            let (ids, playback) = ((slot.viewer(user.id), slot.video_id), slot.playback_session_id.uuid());
            self.update(ids, playback, &slot.position, slot.position.row).map(Statement::from)
        };
        ahead.map(update).collect()
    }

    /// Writes the position of a lease that will be dropped, merged with what others have written to its row.
    #[boxed]
    pub async fn settle(&self, user: &User, slot: &Slot) -> Result<(), StoreError> {
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

    /// The videos that a viewer may continue, newest first, and where the next page starts. A lease's position is newer
    /// than its row's place in the index, so such a video moves to its correct place.
    #[boxed]
    pub async fn to_continue(
        &self,
        viewer: ViewerKey,
        limit: u32,
        after: Option<After>,
        slots: &Slots,
    ) -> Result<(Vec<WatchHistory>, Option<After>), StoreError> {
        let (listed, carried) = tokio::try_join!(
            self.listed(HistoryIndex::Continue, viewer, limit, after.clone()),
            self.carried(viewer, slots.continued(viewer), slots),
        )?;
        let carried = carried.into_iter().filter(|row| !row.completed).collect();
        Ok(merged(listed, carried, after.as_ref(), usize::try_from(limit).unwrap_or(usize::MAX)))
    }

    /// Everything that a viewer has watched, newest first, and where the next page starts. As in [`Self::to_continue`],
    /// positions in leases count. A lease without a row adds none.
    #[boxed]
    pub async fn recent(
        &self,
        viewer: ViewerKey,
        limit: u32,
        after: Option<After>,
        slots: &Slots,
    ) -> Result<(Vec<WatchHistory>, Option<After>), StoreError> {
        let (to_continue, watched, carried) = tokio::try_join!(
            self.listed(HistoryIndex::Continue, viewer, limit, after.clone()),
            self.listed(HistoryIndex::Watched, viewer, limit, after.clone()),
            self.carried(viewer, slots.carried(viewer), slots),
        )?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(merged(joined(to_continue, watched, limit), carried, after.as_ref(), limit))
    }

    /// A viewer's whole history in one round trip, unordered. A very long history is returned in part: the rows of the newest
    /// videos, the lowest id of these videos, and the most recently watched videos.
    #[boxed]
    pub async fn whole(
        &self,
        viewer: ViewerKey,
        slots: &Slots,
    ) -> Result<(Vec<WatchHistory>, Option<VideoId>), StoreError> {
        let (newest_videos, to_continue, watched, carried) = tokio::try_join!(
            self.newest_videos(viewer),
            self.listed(HistoryIndex::Continue, viewer, LATEST_MAX, None),
            self.listed(HistoryIndex::Watched, viewer, LATEST_MAX, None),
            self.carried(viewer, slots.carried(viewer), slots),
        )?;
        let (rows, known_from) = newest_videos;
        let others = carried.into_iter().chain(to_continue.0).chain(watched.0);
        let mut seen = HashSet::new();
        let all = rows.into_iter().chain(others).filter(|row| seen.insert(row.video_id));
        Ok((all.map(|row| with_lease(row, slots)).collect(), known_from))
    }

    /// The rows of the newest videos; and the id of the last one, if there are more.
    async fn newest_videos(&self, viewer: ViewerKey) -> Result<(Vec<WatchHistory>, Option<VideoId>), StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::WatchHistory)?);
        let query = query
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", AttributeValue::S(viewer.to_string()))
            .projection_expression("user_id, video_id, progress, completed, last_watched_at, cleared_at, version")
            .scan_index_forward(false)
            .limit(WHOLE_MAX);
        let answer = query.send().await.map_err(failed)?;
        let rows = answer.items.unwrap_or_default().into_iter().map(read).collect::<Result<Vec<WatchHistory>, _>>()?;
        let known_from = answer.last_evaluated_key.and(rows.last()).map(|row| row.video_id);
        Ok((rows, known_from))
    }

    /// The rows whose newest position is in a lease, updated with that position.
    async fn carried(
        &self,
        viewer: ViewerKey,
        videos: BTreeSet<VideoId>,
        slots: &Slots,
    ) -> Result<Vec<WatchHistory>, StoreError> {
        let keys: Vec<_> = videos.into_iter().map(|video_id| WatchHistory::key(viewer, video_id)).collect();
        let rows = self.database.read(keys).await?.into_iter().flatten();
        let newer = rows.filter_map(|row| {
            let newest = row.clone().with(slots.position(row.viewer, row.video_id));
            (newest.last_watched_at > row.last_watched_at).then_some(newest)
        });
        Ok(newer.collect())
    }

    /// A page of an index.
    async fn listed(
        &self,
        listing: HistoryIndex,
        viewer: ViewerKey,
        limit: u32,
        after: Option<After>,
    ) -> Result<(Vec<WatchHistory>, Option<After>), StoreError> {
        let start = after.map(|after| {
            let mut key = WatchHistory::key(viewer, after.video_id).item();
            key.insert(listing.attribute().to_owned(), AttributeValue::S(after.at));
            key
        });
        let query = self.database.client().query().table_name(self.database.name(Table::WatchHistory)?);
        let query = query
            .index_name(listing.index())
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", AttributeValue::S(viewer.to_string()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let answer = query.send().await.map_err(failed)?;
        let rows = answer.items.unwrap_or_default().into_iter().map(read).collect::<Result<Vec<WatchHistory>, _>>()?;
        let next = answer.last_evaluated_key.and(rows.last()).map(After::new);
        Ok((rows, next))
    }

    /// Deletes a viewer's row for a video.
    #[boxed]
    pub async fn delete(&self, viewer: ViewerKey, video_id: VideoId) -> Result<Deleted, StoreError> {
        let call = self.database.client().delete_item().table_name(self.database.name(Table::WatchHistory)?);
        let call = call.set_key(Some(WatchHistory::key(viewer, video_id).item()));
        let before = call.return_values(ReturnValue::AllOld).send().await.map_err(failed)?.attributes;
        Ok(Deleted { rows: usize::from(before.is_some_and(|row| !row.is_empty())), is_all: true })
    }

    /// Deletes as many of a viewer's rows as fit into one request. The caller repeats this until none are left.
    #[boxed]
    pub async fn delete_all(&self, viewer: ViewerKey) -> Result<Deleted, StoreError> {
        let started = Instant::now();
        let mut rows = 0;
        loop {
            let (keys, is_last) = self.keys(viewer).await?;
            futures::future::try_join_all(keys.chunks(WRITES_MAX).map(|keys| self.delete_batch(keys))).await?;
            rows += keys.len();
            if is_last || started.elapsed() >= DELETING_MAX {
                return Ok(Deleted { rows, is_all: is_last });
            }
        }
    }

    /// The keys of a viewer's first rows, and whether there are no others.
    async fn keys(&self, viewer: ViewerKey) -> Result<(Vec<Item>, bool), StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::WatchHistory)?);
        let query = query
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", AttributeValue::S(viewer.to_string()))
            .projection_expression(Table::WatchHistory.keys().join(", "))
            .consistent_read(true)
            .limit(DELETED_PAGE);
        let answer = query.send().await.map_err(failed)?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key.is_none()))
    }

    async fn delete_batch(&self, keys: &[Item]) -> Result<(), StoreError> {
        let refused = |error| StoreError::Refused(Box::new(error));
        let mut writes = Vec::new();
        for key in keys {
            let delete = DeleteRequest::builder().set_key(Some(key.clone())).build().map_err(refused)?;
            writes.push(WriteRequest::builder().delete_request(delete).build());
        }
        let table = self.database.name(Table::WatchHistory)?;
        let mut left = HashMap::from([(table.to_owned(), writes)]);
        let mut backoff = Backoff::default();
        for _ in 0..BATCH_TRIES_MAX {
            let call = self.database.client().batch_write_item().set_request_items(Some(left));
            left = call.send().await.map_err(failed)?.unprocessed_items.unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
            backoff.wait().await?;
        }
        Err(StoreError::Unavailable("some rows were not deleted after several attempts".into()))
    }
}

impl After {
    fn new(row: &WatchHistory) -> Self {
        Self { video_id: row.video_id, at: sortable(row.last_watched_at) }
    }

    /// The place in the list.
    fn place(&self) -> (&str, VideoId) {
        (&self.at, self.video_id)
    }
}

/// Whether a lease's position belongs in a history: not if its profile was deleted.
fn is_kept(user: &User, slot: &Slot) -> bool {
    slot.profile.is_none_or(|id| user.profile(id).is_some())
}

fn with_lease(row: WatchHistory, slots: &Slots) -> WatchHistory {
    let position = slots.position(row.viewer, row.video_id);
    row.with(position)
}

/// Merges a page of each index into one. A row that moved between the two reads may be in both.
fn joined(
    (mut rows, next): (Vec<WatchHistory>, Option<After>),
    (others, other_next): (Vec<WatchHistory>, Option<After>),
    limit: usize,
) -> (Vec<WatchHistory>, Option<After>) {
    rows.extend(others);
    rows.sort_by(|one, other| After::new(other).place().cmp(&After::new(one).place()));
    let mut seen = HashSet::new();
    rows.retain(|row| seen.insert(row.video_id));
    let more = rows.len() > limit || next.is_some() || other_next.is_some();
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(After::new);
    (rows, next)
}

/// A page of the index with those rows in their new places that have moved up.
fn merged(
    (mut rows, next): (Vec<WatchHistory>, Option<After>),
    moved: Vec<WatchHistory>,
    after: Option<&After>,
    limit: usize,
) -> (Vec<WatchHistory>, Option<After>) {
    rows.retain(|row| moved.iter().all(|other| other.video_id != row.video_id));
    rows.extend(moved.into_iter().filter(|row| {
        let here = After::new(row);
        after.is_none_or(|after| here.place() < after.place())
            && next.as_ref().is_none_or(|next| here.place() > next.place())
    }));
    rows.sort_by(|one, other| After::new(other).place().cmp(&After::new(one).place()));
    let next = if rows.len() > limit { rows.get(limit.saturating_sub(1)).map(After::new) } else { next };
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
    use crate::models::ids::UserId;
    use jiff::Timestamp;

    fn row(video: i64, second: i64) -> WatchHistory {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("in range");
        WatchHistory {
            viewer: ViewerKey::first(UserId::new(at(0))),
            video_id: VideoId::new(at(video)),
            progress: 300.0,
            completed: false,
            last_watched_at: at(second),
            cleared_at: None,
            clocks: DeviceClocks::default(),
            version: 1,
        }
    }

    /// All pages of an index with the rows `listed`, some of which have moved up to `moved`.
    fn pages(listed: &[WatchHistory], moved: &[WatchHistory], limit: usize) -> Vec<VideoId> {
        let (mut found, mut after): (Vec<VideoId>, Option<After>) = (Vec::new(), None);
        loop {
            let is_left =
                |row: &&WatchHistory| after.as_ref().is_none_or(|after| After::new(row).place() < after.place());
            let rows: Vec<_> = listed.iter().filter(is_left).take(limit).cloned().collect();
            let next = (rows.len() == limit).then(|| After::new(&rows[limit - 1]));
            let (page, next) = merged((rows, next), moved.to_vec(), after.as_ref(), limit);
            assert!(page.len() <= limit);
            found.extend(page.iter().map(|row| row.video_id));
            let Some(next) = next else { return found };
            after = Some(next);
        }
    }

    /// All pages of the merged indexes.
    fn pages_of_both(one: &[WatchHistory], other: &[WatchHistory], limit: usize) -> Vec<VideoId> {
        let page_of = |rows: &[WatchHistory], after: &Option<After>| {
            let is_left =
                |row: &&WatchHistory| after.as_ref().is_none_or(|after| After::new(row).place() < after.place());
            let rows: Vec<_> = rows.iter().filter(is_left).take(limit).cloned().collect();
            let next = (rows.len() == limit).then(|| After::new(&rows[limit - 1]));
            (rows, next)
        };
        let (mut found, mut after): (Vec<VideoId>, Option<After>) = (Vec::new(), None);
        loop {
            let (page, next) = joined(page_of(one, &after), page_of(other, &after), limit);
            assert!(page.len() <= limit);
            found.extend(page.iter().map(|row| row.video_id));
            let Some(next) = next else { return found };
            after = Some(next);
        }
    }

    #[test]
    fn two_indexes_form_one_list_without_gaps_at_any_page_size() {
        let all: Vec<_> = (1..=9).rev().map(|place| row(place, place * 10)).collect();
        let expected: Vec<_> = all.iter().map(|row| row.video_id).collect();
        for split in [0b0, 0b1_1111_1111, 0b1_0101_0101, 0b0_0001_1111, 0b1_1110_0000, 0b0_1000_0110] {
            let is_first = |place: &usize| split & (1 << place) != 0;
            let rows_in_index = |wanted: bool| -> Vec<WatchHistory> {
                (0..9).filter(|place| is_first(place) == wanted).map(|place| all[place].clone()).collect()
            };
            for limit in 1..=10 {
                assert_eq!(
                    pages_of_both(&rows_in_index(true), &rows_in_index(false), limit),
                    expected,
                    "{split:b}, pages of {limit}"
                );
            }
        }
        let (moved, at_once) = (row(1, 10), row(2, 5));
        let both = joined((vec![moved.clone()], None), (vec![moved.clone(), at_once.clone()], None), 5);
        assert_eq!((both.0, both.1), (vec![moved, at_once], None), "a row that moved between the reads is listed once");
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
