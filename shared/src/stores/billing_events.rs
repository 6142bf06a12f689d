//! Marks of the events that were taken in, and the ledger.

use crate::models::ledger::Entry;
use crate::models::plan::Interval;
use crate::models::time::{day, month, sortable};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement, StoreError, Table, failed};
use crate::stores::row::{Key, read, write};
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// How long a mark is kept: Stripe delivers an event again for three days, and by hand for thirty.
const MARK_KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);

/// The mark of an event of Stripe's that was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The event.
    pub id: String,
    /// Stripe's type of it.
    pub event_type: String,
    /// Stripe's customer.
    pub customer: String,
    /// When it was taken in.
    pub received_at: Timestamp,
    /// The UTC day of that.
    pub day: String,
    /// When DynamoDB may remove it, in Unix seconds.
    pub ttl: i64,
}

impl Mark {
    /// The mark of an event that is taken in now.
    pub fn of(id: &str, event_type: &str, customer: &str, now: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            event_type: event_type.to_owned(),
            customer: customer.to_owned(),
            received_at: now,
            day: day(now),
            ttl: (now + MARK_KEPT).as_second(),
        }
    }

    /// The key of an event's mark.
    pub fn key(event_id: &str) -> Key<Self> {
        Key::two(Table::BillingEvents, ("pk", format!("EVENT#{event_id}")), ("sk", "MARK".to_owned()))
    }
}

/// An entry as it is stored.
#[derive(Serialize)]
struct EntryRow<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    day: String,
    settled: bool,
    /// The partition of [`BY_LISTING`], where it is listed.
    listing: Option<String>,
    listed_at: Option<String>,
}

/// The table `billing_events`.
#[derive(Clone, Debug)]
pub struct BillingEvents {
    database: Database,
}

impl BillingEvents {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::BillingEvents]).map(|database| Self { database })
    }

    /// A statement that marks an event; its condition fails when it is marked.
    pub fn mark(&self, mark: &Mark) -> Result<Statement, StoreError> {
        let item = write(&Mark::key(&mark.id), mark)?;
        let put = Put::builder().table_name(self.database.name(Table::BillingEvents)?).set_item(Some(item));
        put.condition_expression("attribute_not_exists(pk)").build().map(Statement::from).map_err(refused)
    }

    /// A statement that writes an entry of a customer's ledger, whatever it said before.
    pub fn enter(&self, customer: &str, entry: &Entry) -> Result<Statement, StoreError> {
        let listing = listing(entry);
        let row = EntryRow {
            entry,
            day: day(entry.at()),
            settled: entry.is_settled(),
            listed_at: listing.as_ref().map(|(_, at)| sortable(*at)),
            listing: listing.map(|(listing, _)| listing),
        };
        let item = write(&entry_key(customer, entry.id()), &row)?;
        let put = Put::builder().table_name(self.database.name(Table::BillingEvents)?).set_item(Some(item));
        put.build().map(Statement::from).map_err(refused)
    }

    /// A customer's ledger, consistently.
    pub async fn ledger(&self, customer: &str) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        let mut start = None;
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::BillingEvents)?);
            let page = query
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(format!("CUST#{customer}")))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failed)?;
            for item in page.items.unwrap_or_default() {
                entries.push(read(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(entries);
            }
        }
    }

    /// The ids of a customer's entries that are settled.
    pub async fn settled(&self, customer: &str) -> Result<HashSet<String>, StoreError> {
        let mut settled = HashSet::new();
        let mut start = None;
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::BillingEvents)?);
            let page = query
                .key_condition_expression("pk = :pk")
                .filter_expression("settled = :true")
                .projection_expression("sk")
                .expression_attribute_values(":pk", AttributeValue::S(format!("CUST#{customer}")))
                .expression_attribute_values(":true", AttributeValue::Bool(true))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failed)?;
            for mut item in page.items.unwrap_or_default() {
                if let Some(AttributeValue::S(id)) = item.remove("sk") {
                    settled.insert(id);
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(settled);
            }
        }
    }
}

/// Where an entry is listed, and as of when: invoices of our plans, by how often they come and the month they were made in.
fn listing(entry: &Entry) -> Option<(String, Timestamp)> {
    match entry {
        Entry::Invoice(one) => Some((invoices(one.interval?, &month(one.created)), one.created)),
        _ => None,
    }
}

/// The partition of the invoices of a month.
fn invoices(interval: Interval, month: &str) -> String {
    format!("INVOICES#{}#{month}", interval.name())
}

fn entry_key(customer: &str, id: &str) -> Key<Entry> {
    Key::two(Table::BillingEvents, ("pk", format!("CUST#{customer}")), ("sk", id.to_owned()))
}

fn refused(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
