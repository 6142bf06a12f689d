//! The audit: who changed what by hand or by rule, why, and what it was before.

use crate::models::time::{day, sortable};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement, StoreError, Table, failed};
use crate::stores::row::{Key, read, write};
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// The index of all deeds by their time.
const BY_TIME: &str = "by_time";
/// What every row has as `listing`: operators do little, so one partition holds them all.
const LISTING: &str = "deeds";
/// Longest reason; Stripe keeps as much beside a refund.
const REASON_CHARACTERS_MAX: usize = 500;

/// Why somebody did something, in their words: not blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl TryFrom<String> for Reason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        if text.is_empty() { Err("must not be blank") } else { Ok(Self(text.to_owned())) }
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl JsonSchema for Reason {
    fn schema_name() -> Cow<'static, str> {
        "Reason".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": REASON_CHARACTERS_MAX })
    }
}

/// A row of `audit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// What tells it from others of the same moment, and makes writing it again harmless.
    pub cause: String,
    /// The user who did it, or the function.
    pub actor: String,
    /// What was done: `subscription.cancel_duplicate`.
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The subject before; a row holds no `null`.
    #[serde(default)]
    pub before: Value,
    /// The subject after.
    #[serde(default)]
    pub after: Value,
}

impl Deed {
    /// The key of its row: by day, in order of time.
    pub fn key(&self) -> Key<Self> {
        Key::two(Table::Audit, ("day", day(self.at)), ("sk", self.place()))
    }

    /// Its place among all others, in order of time.
    pub fn place(&self) -> String {
        format!("{}#{}", sortable(self.at), self.cause)
    }
}

/// The table `audit`.
#[derive(Clone, Debug)]
pub struct Audit {
    database: Database,
}

impl Audit {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Audit]).map(|database| Self { database })
    }

    /// A statement that notes a deed.
    pub fn note(&self, deed: &Deed) -> Result<Statement, StoreError> {
        let mut item = write(&deed.key(), deed)?;
        item.insert("listing".to_owned(), AttributeValue::S(LISTING.to_owned()));
        let put = Put::builder().table_name(self.database.name(Table::Audit)?).set_item(Some(item)).build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// A page of deeds, of a day or of all days, newest first, before a place, and whether there are more.
    pub async fn page(
        &self,
        day: Option<&str>,
        limit: usize,
        before: Option<&str>,
    ) -> Result<(Vec<Deed>, bool), StoreError> {
        let mut deeds = Vec::new();
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
            // One more than the page holds tells whether it is the last.
            let rest = i32::try_from(limit + 1 - deeds.len()).unwrap_or(i32::MAX);
            let query = query.scan_index_forward(false).limit(rest).set_exclusive_start_key(start);
            let answer = query.send().await.map_err(failed)?;
            for item in answer.items.unwrap_or_default() {
                deeds.push(read(item)?);
            }
            start = answer.last_evaluated_key;
            if deeds.len() > limit || start.is_none() {
                let more = deeds.len() > limit;
                deeds.truncate(limit);
                return Ok((deeds, more));
            }
        }
    }
}
