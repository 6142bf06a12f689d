//! Leases, views and view counters: the table `streams`.

use crate::models::ids::{PlaybackId, ProfileId, SessionId, UserId, VideoId};
use crate::models::streams::{Slot, Slots};
use crate::models::time::{Day, day, month};
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::backoff::Backoff;
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use boxed::boxed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The number of counters for a video's views, so plays of a popular video do not all update the same item.
pub const VIEW_SHARDS: u8 = 8;
/// The keys-only index of playbacks by the month and day on which they started.
const BY_DAY: &str = "by_day";

impl Slots {
    /// The key of a user's slots.
    pub fn key(user_id: UserId) -> Key<Self> {
        Key::simple(Table::Streams, "pk", format!("USER#{user_id}"))
    }
}

/// A playback: one view, and the time that its heartbeats covered. Business metrics are derived from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct View {
    /// The id.
    pub playback_session_id: PlaybackId,
    /// The user.
    pub user_id: UserId,
    /// The profile that started it, unless it is the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_id: Option<ProfileId>,
    /// The video.
    pub video_id: VideoId,
    /// When it started.
    pub started_at: Timestamp,
    /// The UTC day of the start.
    pub day: String,
    /// The UTC month of the start.
    #[serde(default)]
    pub month: String,
    /// The seconds that its heartbeats covered.
    pub watched_seconds: f64,
    /// Whether it reached the end of the video.
    pub completed: bool,
}

impl View {
    /// The key of a playback's row.
    pub fn key(id: PlaybackId) -> Key<Self> {
        Key::simple(Table::Streams, "pk", format!("PLAYBACK#{id}"))
    }

    /// Whether another profile of the viewer's account started it.
    pub fn is_of_another_profile(&self, viewer: ViewerKey) -> bool {
        self.user_id == viewer.user_id() && self.profile_id != viewer.added()
    }

    /// The view of a new slot.
    pub fn new(slot: &Slot, user_id: UserId) -> Self {
        Self {
            playback_session_id: slot.playback_session_id,
            user_id,
            profile_id: slot.profile,
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
    /// Its count.
    pub views: u64,
}

impl ViewCount {
    /// The key of one of a video's counters.
    pub fn key(video_id: VideoId, shard: u8) -> Key<Self> {
        Key::simple(Table::Streams, "pk", format!("VIEWS#{video_id}#{shard}"))
    }
}

/// The table `streams`.
#[derive(Clone, Debug)]
pub struct Streams {
    database: Database,
}

impl Streams {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Streams]).map(|database| Self { database })
    }

    /// A user's current slots; a missing row has no slots.
    #[boxed]
    pub async fn slots(&self, user_id: UserId) -> Result<Slots, StoreError> {
        Ok(self.database.get(&Slots::key(user_id)).await?.unwrap_or_default())
    }

    /// The view of a playback, if there is one.
    #[boxed]
    pub async fn view_of(&self, id: PlaybackId) -> Result<Option<View>, StoreError> {
        self.database.get(&View::key(id)).await
    }

    /// The playbacks that started between two days of the same month, each with its day.
    #[boxed]
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

    /// Writes the start of a playback in one transaction: the slots with its lease, the view and its count, and the
    /// `positions` of leases that were dropped for it. [`StoreError::Condition`] if the slots or a position's row were
    /// changed meanwhile.
    #[boxed]
    pub async fn start(
        &self,
        user_id: UserId,
        slots: &Slots,
        slot: &Slot,
        positions: Vec<Statement>,
    ) -> Result<(), StoreError> {
        let mut statements = vec![self.put_slots(user_id, slots)?.into()];
        statements.extend(self.view(user_id, slot)?);
        statements.extend(positions);
        self.database.transact(statements).await
    }

    /// Statements that add a view and count it.
    fn view(&self, user_id: UserId, slot: &Slot) -> Result<[Statement; 2], StoreError> {
        let table = self.database.name(Table::Streams)?;
        let view = write(&View::key(slot.playback_session_id), &View::new(slot, user_id))?;
        let view =
            Put::builder().table_name(table).set_item(Some(view)).condition_expression("attribute_not_exists(pk)");
        let shard = slot.playback_session_id.to_string().bytes().last().unwrap_or_default() % VIEW_SHARDS;
        let count = Update::builder()
            .table_name(table)
            .set_key(Some(ViewCount::key(slot.video_id, shard).item()))
            .update_expression("ADD #views :one")
            .expression_attribute_names("#views", "views")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        Ok([view.build().map_err(refused)?.into(), count.build().map_err(refused)?.into()])
    }

    /// Writes the slots and a heartbeat's watched time in parallel. If one of the two fails, the next heartbeat writes
    /// it again. [`StoreError::Condition`] if the slots were changed meanwhile.
    #[boxed]
    pub async fn renew(&self, user_id: UserId, slots: &Slots, slot: &Slot, completed: bool) -> Result<(), StoreError> {
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
        let (kept, counted) = tokio::join!(self.keep(user_id, slots), view.send());
        kept?;
        match counted.map_err(failed) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Like [`Streams::start`], for a playback that replaces the lease in the slot of its own sign-in session. No lease
    /// is added, so other changes do not conflict. [`StoreError::Condition`] if the slot no longer exists, or its lease
    /// was renewed since its position was read.
    #[boxed]
    pub async fn replace(
        &self,
        user_id: UserId,
        (place, own): (usize, &Slot),
        slot: &Slot,
        positions: Vec<Statement>,
    ) -> Result<(), StoreError> {
        let lease = |slot: &Slot| -> Result<AttributeValue, StoreError> {
            serde_dynamo::to_attribute_value(slot).map_err(|error| StoreError::Corrupt(Box::new(error)))
        };
        let update = Update::builder()
            .table_name(self.database.name(Table::Streams)?)
            .set_key(Some(Slots::key(user_id).item()))
            .update_expression(format!("SET leases[{place}] = :slot ADD version :one"))
            .expression_attribute_values(":slot", lease(slot)?)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let update = match positions.is_empty() {
            true => update
                .condition_expression(format!("leases[{place}].s = :sid"))
                .expression_attribute_values(":sid", AttributeValue::B(slot.sid.uuid().as_bytes().to_vec().into())),
            false => update
                .condition_expression(format!("leases[{place}] = :own"))
                .expression_attribute_values(":own", lease(own)?),
        };
        let mut statements = vec![update.build().map_err(refused)?.into()];
        statements.extend(self.view(user_id, slot)?);
        statements.extend(positions);
        self.database.transact(statements).await
    }

    /// Ends the leases of ended sign-in sessions, starting from the slots as they were read.
    pub async fn release(
        &self,
        user_id: UserId,
        slots: Slots,
        is_ended: impl Fn(SessionId) -> bool + Send + Sync,
    ) -> Result<(), StoreError> {
        self.amend(user_id, slots, |slots| slots.release(&is_ended)).await
    }

    /// Changes a user's slots with a rule that returns whether it changed anything. `slots` are the slots as they were read.
    pub async fn amend(
        &self,
        user_id: UserId,
        mut slots: Slots,
        change: impl Fn(&mut Slots) -> bool + Send + Sync,
    ) -> Result<(), StoreError> {
        let mut backoff = Backoff::default();
        while change(&mut slots) {
            match self.keep(user_id, &slots).await {
                Err(StoreError::Condition(_)) => backoff.wait().await?,
                kept => return kept,
            }
            slots = self.slots(user_id).await?;
        }
        Ok(())
    }

    /// Ends all leases of a user whose sessions have all ended.
    #[boxed]
    pub async fn release_all(&self, user_id: UserId) -> Result<(), StoreError> {
        let slots = self.slots(user_id).await?;
        self.release(user_id, slots, |_| true).await
    }

    /// Writes only the slots. [`StoreError::Condition`] if they were changed meanwhile.
    #[boxed]
    pub async fn keep(&self, user_id: UserId, slots: &Slots) -> Result<(), StoreError> {
        let put = self.put_slots(user_id, slots)?;
        let call = self.database.client().put_item().table_name(put.table_name()).set_item(Some(put.item().clone()));
        let call = call.set_condition_expression(put.condition_expression().map(str::to_owned));
        let call = call.set_expression_attribute_values(put.expression_attribute_values().cloned());
        call.send().await.map(|_| ()).map_err(failed)
    }

    fn put_slots(&self, user_id: UserId, slots: &Slots) -> Result<Put, StoreError> {
        let item = write(&Slots::key(user_id), slots)?;
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
