//! The audit: who changed what by hand or by rule, why, and what it was before.

use crate::models::time::{day, sortable};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement, StoreError, Table};
use crate::stores::row::{Key, write};
use aws_sdk_dynamodb::types::Put;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// The subject before.
    pub before: Value,
    /// The subject after.
    pub after: Value,
}

impl Deed {
    /// The key of its row: by day, in order of time.
    pub fn key(&self) -> Key<Self> {
        let sort = format!("{}#{}", sortable(self.at), self.cause);
        Key::two(Table::Audit, ("day", day(self.at)), ("sk", sort))
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
        let item = write(&deed.key(), deed)?;
        let put = Put::builder().table_name(self.database.name(Table::Audit)?).set_item(Some(item)).build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }
}
