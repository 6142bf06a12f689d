//! The records of processed events and of notices; `ledger.rs` has the ledger.

mod ledger;

pub(super) use ledger::entry_key;
pub use ledger::invoices_period;

use crate::models::ids::UserId;
use crate::models::time::{Day, day, sortable};
use crate::services::{ConfigError, Services};
use crate::stores::database::{BATCH_KEYS_MAX, Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use boxed::boxed;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

/// How long a record is kept: Stripe retries an event for three days, and allows manual retries for thirty.
const MARK_KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);
/// The index of records by day, and of invoices, refunds, disputes and failed charges by month.
const BY_LISTING: &str = "by_listing";
/// The partition of events that were set aside.
const SET_ASIDE: &str = "EVENTS#SET_ASIDE";
/// The number of days whose records are read in parallel.
const DAYS_AT_ONCE: usize = 12;
/// An event may be processed only once.
const NOT_APPLIED: &str = "attribute_not_exists(pk) OR #state = :aside";

/// How an event was processed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BillingEventState")]
pub enum EventState {
    /// It was processed: Stripe's state at that time was written.
    #[default]
    Applied,
    /// It failed permanently: a retry by Stripe would not help.
    SetAside,
}

impl EventState {
    /// Its name in tables and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            EventState::Applied => "applied",
            EventState::SetAside => "set_aside",
        }
    }
}

/// The record of a Stripe event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// The event.
    pub id: String,
    /// Its type at Stripe.
    pub event_type: String,
    /// Stripe's customer, if known.
    pub customer: Option<String>,
    /// Its user, if known.
    pub user_id: Option<UserId>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// How it was processed.
    #[serde(default)]
    pub state: EventState,
    /// Why it was set aside.
    pub error: Option<String>,
    /// The UTC day on which it arrived.
    pub day: String,
    /// The partition of [`BY_LISTING`].
    pub listing: String,
    /// Its position there, in time order.
    pub listed_at: String,
    /// When DynamoDB may remove it, in Unix seconds; events that were set aside stay.
    pub ttl: Option<i64>,
}

impl EventRecord {
    /// The record of a processed event.
    pub fn applied(id: &str, event_type: &str, customer: &str, user_id: UserId, received_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            event_type: event_type.to_owned(),
            customer: Some(customer.to_owned()),
            user_id: Some(user_id),
            received_at,
            state: EventState::Applied,
            error: None,
            day: day(received_at),
            listing: events(&day(received_at)),
            listed_at: format!("{}#{id}", sortable(received_at)),
            ttl: Some((received_at + MARK_KEPT).as_second()),
        }
    }

    /// The record of an event that failed permanently.
    pub fn set_aside(
        id: &str,
        event_type: &str,
        customer: Option<&str>,
        error: String,
        received_at: Timestamp,
    ) -> Self {
        Self {
            id: id.to_owned(),
            event_type: event_type.to_owned(),
            customer: customer.map(str::to_owned),
            user_id: None,
            received_at,
            state: EventState::SetAside,
            error: Some(error),
            day: day(received_at),
            listing: SET_ASIDE.to_owned(),
            listed_at: format!("{}#{id}", sortable(received_at)),
            ttl: None,
        }
    }

    /// The record of an event that was set aside, after the problem is resolved.
    #[must_use]
    pub fn done(self) -> Self {
        let (listing, ttl) = (events(&self.day), Some((self.received_at + MARK_KEPT).as_second()));
        Self { state: EventState::Applied, error: None, listing, ttl, ..self }
    }

    /// The key of an event's record.
    pub fn key(event_id: &str) -> Key<Self> {
        Key::composite(Table::BillingEvents, ("pk", format!("EVENT#{event_id}")), ("sk", "MARK".to_owned()))
    }
}

/// The partition of a day's records.
fn events(day: &str) -> String {
    format!("EVENTS#{day}")
}

/// The causes of the notices that a customer was sent and that are not tied to a ledger entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentNotices {
    /// The causes.
    pub causes: BTreeSet<String>,
}

impl SentNotices {
    /// The key of a customer's row. Its prefix is stored, so it stays: with another one, the notices would be sent again.
    pub fn key(customer: &str) -> Key<Self> {
        Key::composite(Table::BillingEvents, ("pk", format!("TOLD#{customer}")), ("sk", "TOLD".to_owned()))
    }
}

/// The table `billing_events`.
#[derive(Clone, Debug)]
pub struct BillingEvents {
    database: Database,
}

impl BillingEvents {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::BillingEvents]).map(|database| Self { database })
    }

    /// A statement that records an event; its condition fails if the event was already processed.
    pub fn record(&self, record: &EventRecord) -> Result<Statement, StoreError> {
        let item = write(&EventRecord::key(&record.id), record)?;
        let put = Put::builder().table_name(self.database.name(Table::BillingEvents)?).set_item(Some(item));
        let put = put.condition_expression(NOT_APPLIED).expression_attribute_names("#state", "state");
        let put = put.expression_attribute_values(":aside", AttributeValue::S(EventState::SetAside.name().to_owned()));
        put.build().map(Statement::from).map_err(refused)
    }

    /// Marks an event in a separate write. An event that was already processed stays unchanged.
    #[boxed]
    pub async fn put_record(&self, record: &EventRecord) -> Result<(), StoreError> {
        match self.database.transact(vec![self.record(record)?]).await {
            Ok(()) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Which of the given events have a record in any state.
    #[boxed]
    pub async fn marked(&self, events: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut marked = HashSet::new();
        for events in events.chunks(BATCH_KEYS_MAX) {
            let keys: Vec<_> = events.iter().map(|id| EventRecord::key(id).presence()).collect();
            let rows = self.database.read(keys).await?;
            marked.extend(events.iter().zip(rows).filter(|(_, row)| row.is_some()).map(|(id, _)| id.clone()));
        }
        Ok(marked)
    }

    /// A page of records, newest first, before a position, and the position for the next page: of one day or all, in one
    /// state or any. Marks are partitioned by day, and those of a few consecutive days are read in parallel. Events
    /// that were set aside have their own partition, because they are rare and kept until somebody resolves them.
    #[boxed]
    pub async fn page(
        &self,
        day: Option<Day>,
        state: Option<EventState>,
        limit: usize,
        before: Option<&str>,
        now: Timestamp,
    ) -> Result<(Vec<EventRecord>, Option<String>), StoreError> {
        let mut records = match state {
            Some(EventState::Applied) => Vec::new(),
            _ => self.listed(SET_ASIDE, day, limit + 1, before).await?,
        };
        if state != Some(EventState::SetAside) {
            records.extend(self.applied(day, limit + 1, before, now).await?);
        }
        records.sort_by(|a, b| b.listed_at.cmp(&a.listed_at));
        let more = records.len() > limit;
        records.truncate(limit);
        let next = records.last().filter(|_| more).map(|record| record.listed_at.clone());
        Ok((records, next))
    }

    /// The newest records of processed events.
    async fn applied(
        &self,
        day: Option<Day>,
        wanted: usize,
        before: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<EventRecord>, StoreError> {
        let days: Vec<Day> = match day {
            Some(day) => vec![day],
            None => {
                let kept_days = MARK_KEPT.as_hours() / 24 + 1;
                let newest = before.and_then(|place| place.get(..10)?.parse().ok()).unwrap_or(Day::containing(now));
                let oldest = Day::containing(now).plus(-kept_days);
                (0..=oldest.days_until(newest).max(0)).map(|back| newest.plus(-back)).collect()
            }
        };
        let mut records = Vec::new();
        for days in days.chunks(DAYS_AT_ONCE) {
            let listings: Vec<String> = days.iter().map(|day| events(&day.to_string())).collect();
            let pages = listings.iter().map(|listing| self.listed(listing, None, wanted, before));
            records.extend(try_join_all(pages).await?.into_iter().flatten());
            if records.len() >= wanted {
                break;
            }
        }
        Ok(records)
    }

    /// The newest records of a partition.
    async fn listed(
        &self,
        listing: &str,
        day: Option<Day>,
        wanted: usize,
        before: Option<&str>,
    ) -> Result<Vec<EventRecord>, StoreError> {
        let from = day.map(|day| sortable(day.start())).unwrap_or_default();
        let until = day.map(|day| sortable(day.plus(1).start()));
        let until = before.map(str::to_owned).into_iter().chain(until).min().unwrap_or_else(|| "~".to_owned());
        let mut records: Vec<EventRecord> = Vec::new();
        let mut start = None;
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::BillingEvents)?);
            let page = query
                .index_name(BY_LISTING)
                .key_condition_expression("listing = :listing AND listed_at BETWEEN :from AND :until")
                .expression_attribute_values(":listing", AttributeValue::S(listing.to_owned()))
                .expression_attribute_values(":from", AttributeValue::S(format!("{from} ")))
                .expression_attribute_values(":until", AttributeValue::S(until.clone()))
                .scan_index_forward(false)
                .limit(i32::try_from(wanted + 1).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failed)?;
            for item in page.items.unwrap_or_default() {
                let record: EventRecord = read(item)?;
                // `BETWEEN` includes both ends.
                records.extend(Some(record).filter(|record| record.listed_at < until));
            }
            start = page.last_evaluated_key;
            if records.len() >= wanted || start.is_none() {
                records.truncate(wanted);
                return Ok(records);
            }
        }
    }

    /// The notices that the customers of one user were sent.
    #[boxed]
    pub async fn sent_notices(&self, customers: &[&str]) -> Result<SentNotices, StoreError> {
        let mut sent = SentNotices::default();
        for customers in customers.chunks(BATCH_KEYS_MAX) {
            let rows = self
                .database
                .read(customers.iter().map(|customer| SentNotices::key(customer)).collect::<Vec<_>>())
                .await?;
            sent.causes.extend(rows.into_iter().flatten().flat_map(|row| row.causes));
        }
        Ok(sent)
    }

    /// A statement that writes a customer's notices, replacing those that were read under their guard.
    pub fn record_notices(&self, customer: &str, sent: &SentNotices) -> Result<Statement, StoreError> {
        let item = write(&SentNotices::key(customer), sent)?;
        let put = Put::builder().table_name(self.database.name(Table::BillingEvents)?).set_item(Some(item));
        put.build().map(Statement::from).map_err(refused)
    }
}

fn refused(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
