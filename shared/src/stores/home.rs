//! The operator's choices for the home screen: one row of the table `catalogue`, which the home screen reads anyway.

use crate::models::home::HomeLayout;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::StoreError;
use crate::stores::row::{Key, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use serde::{Deserialize, Serialize};

/// The row with the operator's choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeRow {
    /// The operator's choices.
    pub layout: HomeLayout,
    /// Incremented by every change, so the second of two concurrent writers is refused.
    version: u64,
}

impl HomeRow {
    /// The key of the row.
    pub fn key() -> Key<Self> {
        Key::simple(Table::Catalogue, "pk", "HOME")
    }
}

/// Write access to the row.
#[derive(Clone, Debug)]
pub struct HomeLayouts {
    database: Database,
}

impl HomeLayouts {
    /// The row's table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Catalogue]).map(|database| Self { database })
    }

    /// A statement that replaces the layout of the row as it was read. Its condition fails if the row has changed since.
    pub fn put(&self, before: &HomeRow, layout: HomeLayout) -> Result<Statement, StoreError> {
        let row = HomeRow { layout, version: before.version + 1 };
        let put = Put::builder()
            .table_name(self.database.name(Table::Catalogue)?)
            .set_item(Some(write(&HomeRow::key(), &row)?))
            .condition_expression("attribute_not_exists(pk) OR version = :before")
            .expression_attribute_values(":before", AttributeValue::N(before.version.to_string()));
        put.build().map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }
}
