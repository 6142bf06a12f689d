//! Devices that wait to be signed in, in the table `sessions`: rows found by the code that the device shows.

use crate::models::device_login::{DeviceLogin, UserCode};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::{AttributeValue, Delete};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use boxed::boxed;
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

/// The random bytes of a device's secret. It cannot be guessed, so it needs neither a salt nor a slow hash.
const SECRET_BYTES: usize = 32;

/// The secret with which a device polls. It starts with the user code, by which its row is found. It cannot be printed,
/// and no table contains it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceCode(String);

impl DeviceCode {
    /// The secret with these random bytes, for a device that shows `user_code`.
    pub fn from_random(user_code: &UserCode, bytes: [u8; SECRET_BYTES]) -> Self {
        Self(format!("{user_code}.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The code that the device shows; `None` if this was never a device's secret.
    pub fn user_code(&self) -> Option<UserCode> {
        self.0.split_once('.')?.0.parse().ok()
    }

    /// The hash that the row contains.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DeviceCode(…)")
    }
}

impl JsonSchema for DeviceCode {
    fn schema_name() -> Cow<'static, str> {
        "DeviceCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "maxLength": 200,
            "description": "The secret with which a device polls. It is never shown to anybody.",
        })
    }
}

impl DeviceLogin {
    /// The key of the row for a code: its hash. The code is public for ten minutes, but it need not appear in backups.
    pub fn key(code: &UserCode) -> Key<Self> {
        let hash = hex::encode(Sha256::digest(code.as_str().as_bytes()));
        Key::composite(Table::Sessions, ("pk", format!("DEVICE_LOGIN#{hash}")), ("sk", "DEVICE_LOGIN".to_owned()))
    }
}

/// The waiting devices in the table `sessions`.
#[derive(Clone, Debug)]
pub struct DeviceLogins {
    database: Database,
}

impl DeviceLogins {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Sessions]).map(|database| Self { database })
    }

    /// Adds a device; `false` if another one shows the same code and has not expired.
    #[boxed]
    pub async fn add(&self, code: &UserCode, login: &DeviceLogin, now: Timestamp) -> Result<bool, StoreError> {
        let put = self.database.client().put_item().table_name(self.database.name(Table::Sessions)?);
        let put = put
            .set_item(Some(write(&DeviceLogin::key(code), login)?))
            .condition_expression("attribute_not_exists(pk) OR #ttl <= :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()));
        is_written(put.send().await.map(|_| ()).map_err(failed))
    }

    /// The device that shows a code.
    #[boxed]
    pub async fn get(&self, code: &UserCode) -> Result<Option<DeviceLogin>, StoreError> {
        self.database.get(&DeviceLogin::key(code)).await
    }

    /// Replaces a row; `false` if it has changed since `before` was read.
    #[boxed]
    pub async fn replace(
        &self,
        code: &UserCode,
        before: &DeviceLogin,
        after: &DeviceLogin,
    ) -> Result<bool, StoreError> {
        let put = self.database.client().put_item().table_name(self.database.name(Table::Sessions)?);
        let put = put
            .set_item(Some(write(&DeviceLogin::key(code), after)?))
            .condition_expression("version = :version AND device_code_hash = :hash")
            .expression_attribute_values(":version", AttributeValue::N(before.version.to_string()))
            .expression_attribute_values(":hash", AttributeValue::S(before.device_code_hash.clone()));
        is_written(put.send().await.map(|_| ()).map_err(failed))
    }

    /// A statement that redeems an approval; its condition fails if it was already redeemed or withdrawn.
    pub fn redeem(&self, code: &UserCode, approved: &DeviceLogin) -> Result<Statement, StoreError> {
        let delete = Delete::builder()
            .table_name(self.database.name(Table::Sessions)?)
            .set_key(Some(DeviceLogin::key(code).item()))
            .condition_expression("version = :version AND device_code_hash = :hash")
            .expression_attribute_values(":version", AttributeValue::N(approved.version.to_string()))
            .expression_attribute_values(":hash", AttributeValue::S(approved.device_code_hash.clone()))
            .build();
        delete.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }
}

/// Whether a conditional write happened.
fn is_written(result: Result<(), StoreError>) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(true),
        Err(StoreError::Condition(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_devices_secret_leads_to_its_row_and_is_in_no_row() {
        let code: UserCode = "BCDFGHJK".parse().expect("a code");
        let secret = DeviceCode::from_random(&code, [7; SECRET_BYTES]);
        assert_eq!(secret.user_code().as_ref(), Some(&code));
        assert!(!format!("{secret:?}").contains("BCDF"));
        assert!(!format!("{:?}", DeviceLogin::key(&code)).contains("BCDF"));
        assert_eq!(secret.0.len(), 8 + 1 + 43);
        for other in ["", ".", "BCDFGHJK", "no.secret"] {
            assert_eq!(DeviceCode(other.to_owned()).user_code(), None, "{other}");
        }
    }
}
