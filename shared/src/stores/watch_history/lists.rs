//! Lists of a viewer's history. They merge the pages of both indexes, and sort in the newer positions that leases carry.

use crate::models::ids::VideoId;
use crate::models::progress::WatchHistory;
use crate::models::streams::Slots;
use crate::models::time::sortable;
use crate::models::viewer::ViewerKey;
use crate::stores::error::{StoreError, failed};
use crate::stores::row::read;
use crate::stores::table::Table;
use crate::stores::watch_history::{Histories, HistoryIndex};
use aws_sdk_dynamodb::types::AttributeValue;
use boxed::boxed;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

/// The most rows to read from a whole history. If it is longer, as many are read from each index.
const WHOLE_MAX: i32 = 2_000;
const LATEST_MAX: u32 = 50;

/// Where a page of a list continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageStart {
    video_id: VideoId,
    at: String,
}

impl Histories {
    /// The videos that a viewer may continue, newest first, and where the next page starts. A lease's position is newer
    /// than its row's place in the index, so such a video moves to its correct place.
    #[boxed]
    pub async fn to_continue(
        &self,
        viewer: ViewerKey,
        limit: u32,
        after: Option<PageStart>,
        slots: &Slots,
    ) -> Result<(Vec<WatchHistory>, Option<PageStart>), StoreError> {
        let (listed, carried) = tokio::try_join!(
            self.index_page(HistoryIndex::Continue, viewer, limit, after.clone()),
            self.newer_in_leases(viewer, slots.continued(viewer), slots),
        )?;
        let carried = carried.into_iter().filter(|row| !row.completed).collect();
        Ok(with_lease_positions(listed, carried, after.as_ref(), usize::try_from(limit).unwrap_or(usize::MAX)))
    }

    /// Everything that a viewer has watched, newest first, and where the next page starts. As in [`Self::to_continue`],
    /// positions in leases count. A lease without a row adds none.
    #[boxed]
    pub async fn recent(
        &self,
        viewer: ViewerKey,
        limit: u32,
        after: Option<PageStart>,
        slots: &Slots,
    ) -> Result<(Vec<WatchHistory>, Option<PageStart>), StoreError> {
        let (to_continue, watched, carried) = tokio::try_join!(
            self.index_page(HistoryIndex::Continue, viewer, limit, after.clone()),
            self.index_page(HistoryIndex::Watched, viewer, limit, after.clone()),
            self.newer_in_leases(viewer, slots.carried(viewer), slots),
        )?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(with_lease_positions(merge_indexes(to_continue, watched, limit), carried, after.as_ref(), limit))
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
            self.index_page(HistoryIndex::Continue, viewer, LATEST_MAX, None),
            self.index_page(HistoryIndex::Watched, viewer, LATEST_MAX, None),
            self.newer_in_leases(viewer, slots.carried(viewer), slots),
        )?;
        let (rows, complete_from) = newest_videos;
        let others = carried.into_iter().chain(to_continue.0).chain(watched.0);
        let mut seen = HashSet::new();
        let all = rows.into_iter().chain(others).filter(|row| seen.insert(row.video_id));
        Ok((all.map(|row| with_lease(row, slots)).collect(), complete_from))
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
        let complete_from = answer.last_evaluated_key.and(rows.last()).map(|row| row.video_id);
        Ok((rows, complete_from))
    }

    /// The rows whose newest position is in a lease, updated with that position.
    async fn newer_in_leases(
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
    async fn index_page(
        &self,
        listing: HistoryIndex,
        viewer: ViewerKey,
        limit: u32,
        after: Option<PageStart>,
    ) -> Result<(Vec<WatchHistory>, Option<PageStart>), StoreError> {
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
        let next = answer.last_evaluated_key.and(rows.last()).map(PageStart::new);
        Ok((rows, next))
    }
}

impl PageStart {
    fn new(row: &WatchHistory) -> Self {
        Self { video_id: row.video_id, at: sortable(row.last_watched_at) }
    }

    /// The place in the list.
    fn place(&self) -> (&str, VideoId) {
        (&self.at, self.video_id)
    }
}

fn with_lease(row: WatchHistory, slots: &Slots) -> WatchHistory {
    let position = slots.position(row.viewer, row.video_id);
    row.with(position)
}

/// Merges a page of each index into one page. A row that moved between the two reads may be in both.
fn merge_indexes(
    (mut rows, next): (Vec<WatchHistory>, Option<PageStart>),
    (others, other_next): (Vec<WatchHistory>, Option<PageStart>),
    limit: usize,
) -> (Vec<WatchHistory>, Option<PageStart>) {
    rows.extend(others);
    rows.sort_by(|one, other| PageStart::new(other).place().cmp(&PageStart::new(one).place()));
    let mut seen = HashSet::new();
    rows.retain(|row| seen.insert(row.video_id));
    let more = rows.len() > limit || next.is_some() || other_next.is_some();
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(PageStart::new);
    (rows, next)
}

/// A page of an index after moving up the rows whose newest position is in a lease.
fn with_lease_positions(
    (mut rows, next): (Vec<WatchHistory>, Option<PageStart>),
    moved: Vec<WatchHistory>,
    after: Option<&PageStart>,
    limit: usize,
) -> (Vec<WatchHistory>, Option<PageStart>) {
    rows.retain(|row| moved.iter().all(|other| other.video_id != row.video_id));
    rows.extend(moved.into_iter().filter(|row| {
        let here = PageStart::new(row);
        after.is_none_or(|after| here.place() < after.place())
            && next.as_ref().is_none_or(|next| here.place() > next.place())
    }));
    rows.sort_by(|one, other| PageStart::new(other).place().cmp(&PageStart::new(one).place()));
    let next = if rows.len() > limit { rows.get(limit.saturating_sub(1)).map(PageStart::new) } else { next };
    rows.truncate(limit);
    (rows, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device_clock::DeviceClocks;
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
        let (mut found, mut after): (Vec<VideoId>, Option<PageStart>) = (Vec::new(), None);
        loop {
            let is_left =
                |row: &&WatchHistory| after.as_ref().is_none_or(|after| PageStart::new(row).place() < after.place());
            let rows: Vec<_> = listed.iter().filter(is_left).take(limit).cloned().collect();
            let next = (rows.len() == limit).then(|| PageStart::new(&rows[limit - 1]));
            let (page, next) = with_lease_positions((rows, next), moved.to_vec(), after.as_ref(), limit);
            assert!(page.len() <= limit);
            found.extend(page.iter().map(|row| row.video_id));
            let Some(next) = next else { return found };
            after = Some(next);
        }
    }

    /// All pages of the merged indexes.
    fn pages_of_both(one: &[WatchHistory], other: &[WatchHistory], limit: usize) -> Vec<VideoId> {
        let page_of = |rows: &[WatchHistory], after: &Option<PageStart>| {
            let is_left =
                |row: &&WatchHistory| after.as_ref().is_none_or(|after| PageStart::new(row).place() < after.place());
            let rows: Vec<_> = rows.iter().filter(is_left).take(limit).cloned().collect();
            let next = (rows.len() == limit).then(|| PageStart::new(&rows[limit - 1]));
            (rows, next)
        };
        let (mut found, mut after): (Vec<VideoId>, Option<PageStart>) = (Vec::new(), None);
        loop {
            let (page, next) = merge_indexes(page_of(one, &after), page_of(other, &after), limit);
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
        let both = merge_indexes((vec![moved.clone()], None), (vec![moved.clone(), at_once.clone()], None), 5);
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
