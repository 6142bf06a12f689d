//! Who watched what, and how far: the table `watch_history` and its sparse index of what to continue.

use crate::models::ids::{UserId, VideoId};
use crate::models::time::sortable;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, StoreError, Table, failed};
use crate::stores::row::{Item, Key, read};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The index of what was begun and not completed; its key is taken away from a row that is neither.
const CONTINUE_WATCHING: &str = "continue_watching";

/// A row of `watch_history`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchHistory {
    /// Who.
    pub user_id: UserId,
    /// What.
    pub video_id: VideoId,
    /// How far, in seconds.
    pub progress: f64,
    /// Whether it was watched to its end.
    #[serde(default)]
    pub completed: bool,
    /// When it was watched last, by our clock.
    pub last_watched_at: Timestamp,
    /// The client's time of that, in Unix milliseconds: the latest wins.
    pub client_time: i64,
}

impl WatchHistory {
    /// The key of a user's row of a video.
    pub fn key(user_id: UserId, video_id: VideoId) -> Key<Self> {
        Key::two(Table::WatchHistory, ("user_id", user_id.to_string()), ("video_id", video_id.to_string()))
    }
}

/// Where a page of the index goes on.
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
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::WatchHistory]).map(|database| Self { database })
    }

    /// Keeps a position unless a later one is there; returns the row as it stands then. `continues` puts it among what to
    /// continue. Repeating it changes nothing.
    pub async fn record(&self, row: &WatchHistory, continues: bool) -> Result<WatchHistory, StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::WatchHistory)?);
        let set = "SET progress = :progress, completed = :completed, last_watched_at = :now, client_time = :time";
        let (expression, continue_at) = match continues {
            true => (format!("{set}, continue_at = :continue"), Some(AttributeValue::S(sortable(row.last_watched_at)))),
            false => (format!("{set} REMOVE continue_at"), None),
        };
        let update = update
            .set_key(Some(WatchHistory::key(row.user_id, row.video_id).item()))
            .update_expression(expression)
            .condition_expression("attribute_not_exists(client_time) OR client_time < :time")
            .set_expression_attribute_values(continue_at.map(|value| Item::from([(":continue".to_owned(), value)])))
            .expression_attribute_values(":progress", AttributeValue::N(row.progress.to_string()))
            .expression_attribute_values(":completed", AttributeValue::Bool(row.completed))
            .expression_attribute_values(":now", AttributeValue::S(row.last_watched_at.to_string()))
            .expression_attribute_values(":time", AttributeValue::N(row.client_time.to_string()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(written) => read(written.attributes.unwrap_or_default()),
            Err(error) => match later(&error) {
                Some(item) => read(item),
                None => Err(failed(error)),
            },
        }
    }

    /// What a user may continue, newest first, and where the next page goes on.
    pub async fn to_continue(
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

/// The row with a later time, when that is why an update was refused.
fn later<R>(error: &SdkError<UpdateItemError, R>) -> Option<Item> {
    match error.as_service_error()? {
        UpdateItemError::ConditionalCheckFailedException(refused) => refused.item().cloned(),
        _ => None,
    }
}
