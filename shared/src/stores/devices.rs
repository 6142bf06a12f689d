//! The devices from which an account has signed in, in the table `sessions`.

use crate::models::device::Device;
use crate::models::ids::UserId;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::StoreError;
use crate::stores::row::{Key, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How long a device is known. This is longer than any session, and bounds the number of an account's rows.
const KNOWN: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A row of `sessions` for a device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KnownDevice {
    /// When it first signed in.
    pub seen_at: Timestamp,
    /// Until when it is known, in Unix seconds; DynamoDB removes the row days later.
    pub ttl: i64,
}

impl KnownDevice {
    /// The key of a device's row: a hash, so it reveals neither the address nor the software.
    pub fn key(user_id: UserId, device: &Device) -> Key<Self> {
        let hash = hex::encode(Sha256::digest(device.fingerprint().as_bytes()));
        Key::composite(Table::Sessions, ("pk", format!("USER#{user_id}")), ("sk", format!("DEVICE#{hash}")))
    }
}

/// The devices of accounts.
#[derive(Clone, Debug)]
pub struct Devices {
    database: Database,
}

impl Devices {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Sessions]).map(|database| Self { database })
    }

    /// A statement that records a device, for a registration.
    pub fn add(&self, user_id: UserId, device: &Device, now: Timestamp) -> Result<Statement, StoreError> {
        let put = self.put(user_id, device, now)?.build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Records a device together with `notice`, unless it is already known; of two concurrent sign-ins, one sends a
    /// notice.
    #[boxed]
    pub async fn greet(
        &self,
        user_id: UserId,
        device: &Device,
        notice: Statement,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let put = self
            .put(user_id, device, now)?
            .condition_expression("attribute_not_exists(pk) OR #ttl <= :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()));
        let put = put.build().map_err(|error| StoreError::Refused(Box::new(error)))?;
        match self.database.transact(vec![put.into(), notice]).await {
            Err(StoreError::Condition(_)) => Ok(()),
            result => result,
        }
    }

    fn put(&self, user_id: UserId, device: &Device, now: Timestamp) -> Result<PutBuilder, StoreError> {
        let row = KnownDevice { seen_at: now, ttl: (now + KNOWN).as_second() };
        let item: Item = write(&KnownDevice::key(user_id, device), &row)?;
        Ok(Put::builder().table_name(self.database.name(Table::Sessions)?).set_item(Some(item)))
    }
}
