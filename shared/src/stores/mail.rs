//! The outbox: a row a cause, so that what is to be mailed is written with what caused it, and mailed once.

use crate::models::email::Email;
use crate::models::letter::Letter;
use crate::models::time::sortable;
use crate::services::{ConfigError, Services};
use crate::stores::database::{BATCH_KEYS_MAX, Database, Statement, StoreError, Table, failed};
use crate::stores::one_time_tokens::Grant;
use crate::stores::row::{Item, Key, Wanted, read, write};
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// How long whoever takes a mail has to send it before another may.
pub const CLAIM: SignedDuration = SignedDuration::from_secs(60);
/// How long rows are kept after they were written: a cause that comes again by then is not mailed again.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Partitions of the index of what is to be sent.
const SHARDS: u8 = 4;
/// The sparse index of what is to be sent.
const DUE_INDEX: &str = "due";
/// Rows of one page of it.
const DUE_PAGE: i32 = 50;

/// Something to be mailed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewMail {
    /// What it is mailed for, such as `password-reset#…`: one cause is mailed once.
    pub cause: String,
    /// To whom: the address that the account has, never one of a request.
    pub to: Email,
    /// What it says.
    pub letter: Letter,
    /// The one-time token that its link needs; it is made when the mail is sent, and so is in no row.
    pub grant: Option<Grant>,
    /// When it was caused.
    pub created_at: Timestamp,
    /// From when on it is of no use any more, and is not sent.
    pub until: Timestamp,
}

impl NewMail {
    /// The key of a cause's row.
    pub fn key(cause: &str) -> Key<Self> {
        Key::two(Table::Mail, ("pk", format!("MAIL#{cause}")), ("sk", "MAIL".to_owned()))
    }
}

/// A row as it is first written. `due_at` is there as long as the mail is to be sent; whoever takes it moves it on.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    mail: &'a NewMail,
    due_shard: String,
    due_at: String,
    ttl: i64,
}

/// A page of what is to be sent: causes, and where the next page starts.
pub type DuePage = (Vec<String>, Option<Item>);

/// The table `mail`.
#[derive(Clone, Debug)]
pub struct Outbox {
    database: Database,
}

impl Outbox {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Mail]).map(|database| Self { database })
    }

    /// A statement that puts a mail into the outbox; it fails its condition when its cause has been there before.
    pub fn add(&self, mail: &NewMail) -> Result<Statement, StoreError> {
        let row = Row {
            mail,
            due_shard: shard_of(&mail.cause),
            due_at: sortable(mail.created_at),
            ttl: (mail.created_at + KEPT).as_second(),
        };
        let put = Put::builder()
            .table_name(self.database.name(Table::Mail)?)
            .set_item(Some(write(&NewMail::key(&mail.cause), &row)?))
            .condition_expression("attribute_not_exists(pk)")
            .build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Which of some causes have been there before.
    pub async fn known(&self, causes: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut known = HashSet::new();
        for causes in causes.chunks(BATCH_KEYS_MAX) {
            let keys = causes.iter().map(|cause| NewMail::key(cause));
            let rows = self.database.read(&keys.fold(Wanted::default(), |wanted, key| wanted.and(&key))).await?;
            known.extend(causes.iter().filter(|cause| rows.is_there(&NewMail::key(cause))).cloned());
        }
        Ok(known)
    }

    /// Takes a mail to send it, for [`CLAIM`]; `None` when there is none, it is done with, or another has it.
    pub async fn claim(&self, cause: &str, now: Timestamp) -> Result<Option<NewMail>, StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::Mail)?);
        let update = update
            .set_key(Some(NewMail::key(cause).item()))
            .update_expression("SET due_at = :lapse ADD attempts :one")
            .condition_expression("due_at <= :now")
            .expression_attribute_values(":now", AttributeValue::S(sortable(now)))
            .expression_attribute_values(":lapse", AttributeValue::S(sortable(now + CLAIM)))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::AllNew);
        match update.send().await.map_err(failed) {
            Ok(answer) => answer.attributes.map(read).transpose(),
            Err(StoreError::Condition(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Notes that a mail was sent.
    pub async fn sent(&self, cause: &str, now: Timestamp) -> Result<(), StoreError> {
        self.done(cause, "SET sent_at = :now REMOVE due_shard, due_at", now).await
    }

    /// Notes that a mail is not sent any more.
    pub async fn dropped(&self, cause: &str, now: Timestamp) -> Result<(), StoreError> {
        self.done(cause, "SET dropped_at = :now REMOVE due_shard, due_at", now).await
    }

    /// The partitions of what is to be sent.
    pub fn shards() -> impl Iterator<Item = String> {
        (0..SHARDS).map(|shard| shard.to_string())
    }

    /// A page of a partition: what nobody has at `now`, oldest first.
    pub async fn due(&self, shard: &str, now: Timestamp, start: Option<Item>) -> Result<DuePage, StoreError> {
        #[derive(Deserialize)]
        struct Due {
            cause: String,
        }
        let query = self.database.client().query().table_name(self.database.name(Table::Mail)?);
        let query = query
            .index_name(DUE_INDEX)
            .key_condition_expression("due_shard = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", AttributeValue::S(shard.to_owned()))
            .expression_attribute_values(":now", AttributeValue::S(sortable(now)))
            .limit(DUE_PAGE)
            .set_exclusive_start_key(start);
        let page = query.send().await.map_err(failed)?;
        let causes = page.items.unwrap_or_default().into_iter().map(|item| read::<Due>(item).map(|due| due.cause));
        Ok((causes.collect::<Result<_, _>>()?, page.last_evaluated_key))
    }

    async fn done(&self, cause: &str, expression: &str, now: Timestamp) -> Result<(), StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::Mail)?);
        let update = update
            .set_key(Some(NewMail::key(cause).item()))
            .update_expression(expression)
            .expression_attribute_values(":now", AttributeValue::S(now.to_string()));
        update.send().await.map(|_| ()).map_err(failed)
    }
}

fn shard_of(cause: &str) -> String {
    (Sha256::digest(cause.as_bytes())[0] % SHARDS).to_string()
}
