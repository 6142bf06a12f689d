//! The deletion of history rows.

use crate::models::ids::VideoId;
use crate::models::progress::WatchHistory;
use crate::models::viewer::ViewerKey;
use crate::stores::backoff::Backoff;
use crate::stores::error::{StoreError, failed};
use crate::stores::table::{Item, Table};
use crate::stores::watch_history::Histories;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, ReturnValue, WriteRequest};
use boxed::boxed;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The time limit for the deletions of one call, well within a request's deadline.
const DELETING_MAX: Duration = Duration::from_secs(4);
/// The number of keys to read at once for deletion.
const DELETED_PAGE: i32 = 500;
/// The most keys of one `BatchWriteItem`.
const WRITES_MAX: usize = 25;
/// The most attempts at a batch of deletions that DynamoDB processes only partly.
const BATCH_TRIES_MAX: u32 = 6;

/// What one call deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The number of rows.
    pub rows: usize,
    /// Whether none are left.
    pub is_all: bool,
}

impl Histories {
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
