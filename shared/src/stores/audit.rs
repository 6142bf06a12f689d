//! The audit log: who changed what, manually or automatically, why, and the state before.

use crate::models::ids::UserId;
use crate::models::text::Prose;
use crate::models::time::{day, sortable};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use boxed::boxed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The index of all entries by time.
pub(super) const BY_TIME: &str = "by_time";
/// The `listing` of every row: operators do little, so one partition is enough.
pub(super) const LISTING: &str = "deeds";
/// A reason as free text. The limit is that of Stripe's refund metadata.
pub type Reason = Prose<500>;

/// A row of `audit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Distinguishes the entry from others of the same time, and makes repeated writes harmless.
    pub cause: String,
    /// The user or function that did it.
    pub actor: String,
    /// The action, such as `subscription.cancel_duplicate`.
    pub action: String,
    /// The id of its subject.
    pub subject: String,
    /// The reason.
    pub reason: String,
    /// The subject's state before; a row contains no `null`.
    #[serde(default)]
    pub before: Value,
    /// The subject's state after.
    #[serde(default)]
    pub after: Value,
}

impl AuditEntry {
    /// The key of its row: by day, in time order.
    pub fn key(&self) -> Key<Self> {
        Key::composite(Table::Audit, ("day", day(self.at)), ("sk", self.place()))
    }

    /// Its position among all entries, in time order.
    pub fn place(&self) -> String {
        format!("{}#{}", sortable(self.at), self.cause)
    }
}

/// What an operator does to the catalogue, and in which request.
#[derive(Clone, Debug)]
pub struct OperatorAction {
    /// The action, such as `video.update`.
    pub name: &'static str,
    /// The operator.
    pub operator: UserId,
    /// The request's id, which makes repeated writes harmless.
    pub request_id: String,
    /// When.
    pub at: Timestamp,
}

impl OperatorAction {
    /// The entry of the action, which needs no reason from the operator.
    pub fn entry(&self, subject: String, before: Value, after: Value) -> AuditEntry {
        AuditEntry {
            at: self.at,
            cause: self.request_id.clone(),
            actor: self.operator.to_string(),
            action: self.name.to_owned(),
            subject,
            reason: "edited by an administrator".to_owned(),
            before,
            after,
        }
    }
}

/// The table `audit`.
#[derive(Clone, Debug)]
pub struct Audit {
    database: Database,
}

impl Audit {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Audit]).map(|database| Self { database })
    }

    /// A statement that writes an entry.
    pub fn note(&self, entry: &AuditEntry) -> Result<Statement, StoreError> {
        let mut item = write(&entry.key(), entry)?;
        item.insert("listing".to_owned(), AttributeValue::S(LISTING.to_owned()));
        let put = Put::builder().table_name(self.database.name(Table::Audit)?).set_item(Some(item)).build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// A page of entries, of one day or all, newest first, before a position, and whether there are more.
    #[boxed]
    pub async fn page(
        &self,
        day: Option<&str>,
        limit: usize,
        before: Option<&str>,
    ) -> Result<(Vec<AuditEntry>, bool), StoreError> {
        let mut entries = Vec::new();
        let mut start = None;
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::Audit)?);
            let query = match day {
                Some(day) => query
                    .expression_attribute_names("#partition", "day")
                    .expression_attribute_values(":partition", AttributeValue::S(day.to_owned())),
                None => query
                    .index_name(BY_TIME)
                    .expression_attribute_names("#partition", "listing")
                    .expression_attribute_values(":partition", AttributeValue::S(LISTING.to_owned())),
            };
            let query = match before {
                Some(before) => query
                    .key_condition_expression("#partition = :partition AND sk < :before")
                    .expression_attribute_values(":before", AttributeValue::S(before.to_owned())),
                None => query.key_condition_expression("#partition = :partition"),
            };
            // One more than the page size shows whether this is the last page.
            let rest = i32::try_from(limit + 1 - entries.len()).unwrap_or(i32::MAX);
            let query = query.scan_index_forward(false).limit(rest).set_exclusive_start_key(start);
            let answer = query.send().await.map_err(failed)?;
            for item in answer.items.unwrap_or_default() {
                entries.push(read(item)?);
            }
            start = answer.last_evaluated_key;
            if entries.len() > limit || start.is_none() {
                let more = entries.len() > limit;
                entries.truncate(limit);
                return Ok((entries, more));
            }
        }
    }
}
