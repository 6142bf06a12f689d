//! Leases, views and view counters: the table `streams`.

use crate::models::ids::{PlaybackId, UserId, VideoId};
use crate::models::streams::{Slot, Slots};
use crate::models::time::{Day, day, month};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, StoreError, Table, failed};
use crate::stores::row::{Key, write};
use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Counters of a video's views: a hit's plays would meet on one.
pub const VIEW_SHARDS: u8 = 8;
/// The index of playbacks by month and day on which they started; it has their keys alone.
const BY_DAY: &str = "by_day";
/// How long the slots of somebody who stopped watching are kept.
const SLOTS_KEPT: SignedDuration = SignedDuration::from_hours(24);

impl Slots {
    /// The key of a user's slots.
    pub fn key(user_id: UserId) -> Key<Self> {
        Key::one(Table::Streams, "pk", format!("USER#{user_id}"))
    }
}

/// A playback: the view, counted once, and what its heartbeats covered. Business figures are derived from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct View {
    /// Which.
    pub playback_session_id: PlaybackId,
    /// Whose.
    pub user_id: UserId,
    /// Of what.
    pub video_id: VideoId,
    /// When it started.
    pub started_at: Timestamp,
    /// The UTC day of that.
    pub day: String,
    /// The UTC month of that.
    #[serde(default)]
    pub month: String,
    /// Seconds that its heartbeats covered.
    pub watched_seconds: f64,
    /// Whether it came to the video's end.
    pub completed: bool,
}

impl View {
    /// The key of a playback's row.
    pub fn key(id: PlaybackId) -> Key<Self> {
        Key::one(Table::Streams, "pk", format!("PLAYBACK#{id}"))
    }

    /// The view that starts with a slot.
    pub fn of(slot: &Slot, user_id: UserId) -> Self {
        Self {
            playback_session_id: slot.playback_session_id,
            user_id,
            video_id: slot.video_id,
            started_at: slot.started_at,
            day: day(slot.started_at),
            month: month(slot.started_at),
            watched_seconds: 0.0,
            completed: false,
        }
    }
}

/// One counter of a video's views.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ViewCount {
    /// How many it counted.
    pub views: u64,
}

impl ViewCount {
    /// The key of one of a video's counters.
    pub fn key(video_id: VideoId, shard: u8) -> Key<Self> {
        Key::one(Table::Streams, "pk", format!("VIEWS#{video_id}#{shard}"))
    }
}

/// The table `streams`.
#[derive(Clone, Debug)]
pub struct Streams {
    database: Database,
}

impl Streams {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Streams]).map(|database| Self { database })
    }

    /// A user's slots as they stand now; none is no slots.
    pub async fn of(&self, user_id: UserId) -> Result<Slots, StoreError> {
        Ok(self.database.get(&Slots::key(user_id)).await?.unwrap_or_default())
    }

    /// The playbacks that started from one day to another of the same month, each with its day.
    pub async fn started(&self, from: Day, to: Day) -> Result<Vec<(Day, PlaybackId)>, StoreError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::Streams)?);
            let page = query
                .index_name(BY_DAY)
                .key_condition_expression("#month = :month AND #day BETWEEN :from AND :to")
                .expression_attribute_names("#month", "month")
                .expression_attribute_names("#day", "day")
                .expression_attribute_values(":month", AttributeValue::S(month(from.start())))
                .expression_attribute_values(":from", AttributeValue::S(from.to_string()))
                .expression_attribute_values(":to", AttributeValue::S(to.to_string()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failed)?;
            for item in page.items.unwrap_or_default() {
                let text = |name: &str| item.get(name)?.as_s().ok();
                let id = text("pk").and_then(|pk| pk.strip_prefix("PLAYBACK#")?.parse().ok());
                let day = text("day").and_then(|day| day.parse().ok());
                found.push(day.zip(id).ok_or_else(|| StoreError::Corrupt("a day of what is no playback".into()))?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Keeps the slots with a playback that starts: the lease, the view and its count, all or none.
    /// [`StoreError::Condition`] when they were changed meanwhile.
    pub async fn start(&self, user_id: UserId, slots: &Slots, slot: &Slot, now: Timestamp) -> Result<(), StoreError> {
        let table = self.database.name(Table::Streams)?;
        let view = write(&View::key(slot.playback_session_id), &View::of(slot, user_id))?;
        let view =
            Put::builder().table_name(table).set_item(Some(view)).condition_expression("attribute_not_exists(pk)");
        let shard = slot.playback_session_id.to_string().bytes().last().unwrap_or_default() % VIEW_SHARDS;
        let count = Update::builder()
            .table_name(table)
            .set_key(Some(ViewCount::key(slot.video_id, shard).item()))
            .update_expression("ADD #views :one")
            .expression_attribute_names("#views", "views")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let statements = vec![
            self.slots(user_id, slots, now)?.into(),
            view.build().map_err(refused)?.into(),
            count.build().map_err(refused)?.into(),
        ];
        self.database.transact(statements).await
    }

    /// Keeps the slots with a heartbeat's gain, side by side: what one of the two lost, the next heartbeat writes again.
    /// [`StoreError::Condition`] when the slots were changed meanwhile.
    pub async fn renew(
        &self,
        user_id: UserId,
        slots: &Slots,
        slot: &Slot,
        completed: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let expression = match completed {
            true => "SET watched_seconds = :seconds, completed = :completed",
            false => "SET watched_seconds = :seconds",
        };
        let view = self.database.client().update_item().table_name(self.database.name(Table::Streams)?);
        let mut view = view
            .set_key(Some(View::key(slot.playback_session_id).item()))
            .update_expression(expression)
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":seconds", AttributeValue::N(slot.watched_seconds.to_string()));
        if completed {
            view = view.expression_attribute_values(":completed", AttributeValue::Bool(true));
        }
        let (kept, counted) = tokio::join!(self.keep(user_id, slots, now), view.send());
        kept?;
        match counted.map_err(failed) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Keeps the slots alone. [`StoreError::Condition`] when they were changed meanwhile.
    pub async fn keep(&self, user_id: UserId, slots: &Slots, now: Timestamp) -> Result<(), StoreError> {
        let put = self.slots(user_id, slots, now)?;
        let call = self.database.client().put_item().table_name(put.table_name()).set_item(Some(put.item().clone()));
        let call = call.set_condition_expression(put.condition_expression().map(str::to_owned));
        let call = call.set_expression_attribute_values(put.expression_attribute_values().cloned());
        call.send().await.map(|_| ()).map_err(failed)
    }

    fn slots(&self, user_id: UserId, slots: &Slots, now: Timestamp) -> Result<Put, StoreError> {
        let mut item = write(&Slots::key(user_id), slots)?;
        item.insert("ttl".to_owned(), AttributeValue::N((now + SLOTS_KEPT).as_second().to_string()));
        let put = Put::builder()
            .table_name(self.database.name(Table::Streams)?)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR version = :before")
            .expression_attribute_values(":before", AttributeValue::N((slots.version - 1).to_string()));
        put.build().map_err(refused)
    }
}

fn refused(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
