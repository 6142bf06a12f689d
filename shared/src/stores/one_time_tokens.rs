//! One-time tokens for links in emails: stored as hashes, short-lived, redeemed exactly once.

use crate::models::email::Email;
use crate::models::ids::UserId;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::Delete;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

/// The lifetime of a token.
pub const ONE_TIME_TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(30);
/// The random bytes of a token. It cannot be guessed, so it needs neither a salt nor a slow hash.
const SECRET_BYTES: usize = 32;

/// The token itself, as in the email and in the request. It cannot be printed, and no table contains it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct OneTimeSecret(String);

impl OneTimeSecret {
    /// The token with these random bytes.
    pub fn from_random(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The token as text, for the link.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OneTimeSecret(…)")
    }
}

impl JsonSchema for OneTimeSecret {
    fn schema_name() -> Cow<'static, str> {
        "OneTimeToken".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 200, "description": "The token from an emailed link." })
    }
}

/// The purpose of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Setting a new password.
    ResetPassword,
    /// Confirming an address: the account's own, or the one that replaces it.
    VerifyEmail,
}

/// The user and purpose of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The user.
    pub user_id: UserId,
    /// The purpose.
    pub purpose: Purpose,
    /// The version of the password when the token was made: changing the password invalidates all earlier tokens.
    pub credential_version: u64,
    /// A hash of the address to which the link is sent: the link is only valid for that address. Links that were sent
    /// before there were such hashes have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

impl Grant {
    /// A grant for the reader of an email to this address.
    pub fn of(user_id: UserId, purpose: Purpose, credential_version: u64, address: &Email) -> Self {
        Self { user_id, purpose, credential_version, address: Some(hash_of(address)) }
    }

    /// Whether its link was sent to this address.
    pub fn is_of(&self, address: &Email) -> bool {
        self.address.as_ref().is_none_or(|hash| *hash == hash_of(address))
    }
}

/// A hash instead of the address, because the rows of tokens outlive accounts by some days.
fn hash_of(address: &Email) -> String {
    hex::encode(Sha256::digest(address.key().as_bytes()))
}

/// A row of `sessions` for a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OneTimeToken {
    /// Its user and purpose.
    pub grant: Grant,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When DynamoDB may remove it, in Unix seconds, which may be days later.
    pub ttl: i64,
}

impl OneTimeToken {
    /// The key of a token's row: its hash.
    pub fn key(secret: &OneTimeSecret) -> Key<Self> {
        let hash = hex::encode(Sha256::digest(secret.0.as_bytes()));
        Key::composite(Table::Sessions, ("pk", format!("TOKEN#{hash}")), ("sk", "TOKEN".to_owned()))
    }

    /// Its grant, if it is for `purpose` and has not expired.
    pub fn grant_for(&self, purpose: Purpose, now: Timestamp) -> Option<Grant> {
        (self.grant.purpose == purpose && now < self.expires_at).then(|| self.grant.clone())
    }
}

/// One-time tokens in the table `sessions`.
#[derive(Clone, Debug)]
pub struct OneTimeTokens {
    database: Database,
}

impl OneTimeTokens {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Sessions]).map(|database| Self { database })
    }

    /// Stores a token's hash; it is valid for [`ONE_TIME_TOKEN_LIFE`] from now.
    #[boxed]
    pub async fn keep(&self, secret: &OneTimeSecret, grant: Grant, now: Timestamp) -> Result<(), StoreError> {
        let expires_at = now + ONE_TIME_TOKEN_LIFE;
        let item = write(&OneTimeToken::key(secret), &OneTimeToken { grant, expires_at, ttl: expires_at.as_second() })?;
        let put = self.database.client().put_item().table_name(self.database.name(Table::Sessions)?);
        put.set_item(Some(item)).send().await.map(|_| ()).map_err(failed)
    }

    /// A statement that redeems a token; its condition fails if it was already redeemed. The caller must check first
    /// whether it has expired.
    pub fn redeem(&self, secret: &OneTimeSecret) -> Result<Statement, StoreError> {
        let delete = Delete::builder()
            .table_name(self.database.name(Table::Sessions)?)
            .set_key(Some(OneTimeToken::key(secret).item()))
            .condition_expression("attribute_exists(pk)")
            .build();
        delete.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn no_row_contains_the_token_itself() {
        let secret = OneTimeSecret::from_random([7; SECRET_BYTES]);
        let key = format!("{:?}", OneTimeToken::key(&secret).item());
        assert!(!key.contains(secret.as_str()) && key.contains("TOKEN#"));
        assert!(!format!("{secret:?}").contains(secret.as_str()));
        assert_eq!(secret.as_str().len(), 43);
    }

    #[test]
    fn a_token_expires_by_its_time_and_not_by_ttl() {
        let user_id = UserId::new(at(0));
        let address: Email = "ada@viewers.test".parse().expect("an address");
        let grant = Grant::of(user_id, Purpose::ResetPassword, 1, &address);
        let token = OneTimeToken { grant: grant.clone(), expires_at: at(1_800), ttl: 1_800 };
        assert_eq!(token.grant_for(Purpose::ResetPassword, at(1_799)), Some(grant));
        assert_eq!(token.grant_for(Purpose::ResetPassword, at(1_800)), None);
    }
}
