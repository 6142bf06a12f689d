//! Watchlists: the table `watchlist`, and its index by time.
//!
//! Each viewer also has a row that counts their videos. The transactions that add and remove a video update it. So the limit
//! on a list's length is exact, and neither adding nor listing counts rows. The row has no time, so it is not in the index.

use crate::models::ids::VideoId;
use crate::models::time::{sortable, to_millisecond};
use crate::models::viewer::ViewerKey;
use crate::models::watchlist::{WATCHLIST_MAX, Watchlisted};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, Update};
use boxed::boxed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The index of a viewer's videos by the time at which they were added.
const BY_ADDED: &str = "by_added";
/// The sort key of the row that counts a viewer's videos.
pub(super) const COUNT: &str = "COUNT";

impl Watchlisted {
    /// The key of a video on a viewer's watchlist.
    pub fn key(viewer: ViewerKey, video_id: VideoId) -> Key<Self> {
        Key::composite(Table::Watchlist, ("user_id", viewer.to_string()), ("video_id", video_id.to_string()))
    }
}

/// Where a page of a list continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageStart {
    video_id: VideoId,
    added_at: String,
}

/// The result of adding a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// The video is on the list, since now or since it was first added.
    Listed(Watchlisted),
    /// The list is full.
    Full,
}

/// The table `watchlist`.
#[derive(Clone, Debug)]
pub struct Watchlists {
    database: Database,
}

impl Watchlists {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Watchlist]).map(|database| Self { database })
    }

    /// Adds a video, unless it is on the list already or the list is full.
    #[boxed]
    pub async fn add(&self, viewer: ViewerKey, video_id: VideoId, now: Timestamp) -> Result<Added, StoreError> {
        let row = Watchlisted { viewer, video_id, added_at: to_millisecond(now) };
        let put = Put::builder()
            .table_name(self.database.name(Table::Watchlist)?)
            .set_item(Some(write(&Watchlisted::key(viewer, video_id), &row)?))
            .condition_expression("attribute_not_exists(user_id)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build();
        let count = self
            .count(viewer, 1)?
            .condition_expression("attribute_not_exists(#count) OR #count < :max")
            .expression_attribute_values(":max", AttributeValue::N(WATCHLIST_MAX.to_string()))
            .build();
        match self.database.transact(vec![put.map_err(refused)?.into(), count.map_err(refused)?.into()]).await {
            Ok(()) => Ok(Added::Listed(row)),
            Err(StoreError::Condition(failed)) => match failed.row(0)? {
                Some(before) => Ok(Added::Listed(before)),
                None => Ok(Added::Full),
            },
            Err(error) => Err(error),
        }
    }

    /// Removes a video, if it is on the list.
    #[boxed]
    pub async fn remove(&self, viewer: ViewerKey, video_id: VideoId) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .table_name(self.database.name(Table::Watchlist)?)
            .set_key(Some(Watchlisted::key(viewer, video_id).item()))
            .condition_expression("attribute_exists(user_id)")
            .build();
        let delete: Statement = delete.map_err(refused)?.into();
        let count = self.count(viewer, -1)?.build().map_err(refused)?;
        match self.database.transact(vec![delete, count.into()]).await {
            Ok(()) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Up to `limit` videos after `after`, most recently added first; and where the next page starts.
    #[boxed]
    pub async fn newest(
        &self,
        viewer: ViewerKey,
        limit: u32,
        after: Option<PageStart>,
    ) -> Result<(Vec<Watchlisted>, Option<PageStart>), StoreError> {
        let start = after.map(|after| {
            let mut key = Watchlisted::key(viewer, after.video_id).item();
            key.insert("added_at".to_owned(), AttributeValue::S(after.added_at));
            key
        });
        let query = self.database.client().query().table_name(self.database.name(Table::Watchlist)?);
        let query = query
            .index_name(BY_ADDED)
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", AttributeValue::S(viewer.to_string()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let answer = query.send().await.map_err(failed)?;
        let rows = answer.items.unwrap_or_default().into_iter().map(read).collect::<Result<Vec<Watchlisted>, _>>()?;
        let last = answer.last_evaluated_key.and(rows.last());
        let next = last.map(|row| PageStart { video_id: row.video_id, added_at: sortable(row.added_at) });
        Ok((rows, next))
    }

    /// An update of the row that counts a viewer's videos.
    fn count(
        &self,
        viewer: ViewerKey,
        change: i32,
    ) -> Result<aws_sdk_dynamodb::types::builders::UpdateBuilder, StoreError> {
        let key: Item = [("user_id", viewer.to_string()), ("video_id", COUNT.to_owned())]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
            .into();
        let update = Update::builder().table_name(self.database.name(Table::Watchlist)?).set_key(Some(key));
        let update = update.update_expression("ADD #count :change").expression_attribute_names("#count", "count");
        Ok(update.expression_attribute_values(":change", AttributeValue::N(change.to_string())))
    }
}

fn refused(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
