//! The outbox: one row per cause, written in the same transaction as its cause, so one email is sent per cause.

use crate::models::email::Email;
use crate::models::email_message::EmailMessage;
use crate::models::ids::UserId;
use crate::models::language::Language;
use crate::models::mail_content::MailContent;
use crate::models::time::sortable;
use crate::services::{ConfigError, Services};
use crate::stores::database::{BATCH_KEYS_MAX, Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::one_time_tokens::Grant;
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue};
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// How long an email is claimed for sending before another process may claim it.
pub const CLAIM: SignedDuration = SignedDuration::from_secs(60);
/// How long notices about an account's security are useful: as long as sending is retried.
pub const NOTICE_LIFE: SignedDuration = RETRY_PERIOD;
/// How long sending is retried after a transient failure.
const RETRY_PERIOD: SignedDuration = SignedDuration::from_hours(3 * 24);
/// The pause after the first transient failure; it doubles each time, up to [`PAUSE_MAX`].
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The longest pause.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(4);
/// The most emails listed for an address.
const LISTED: i32 = 50;
/// The index of emails by address and time.
pub(super) const BY_RECIPIENT: &str = "by_recipient";
/// How long rows are kept after they were written. Within that time the same cause sends no second email.
const ROW_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The number of partitions of the index of unsent emails.
const SHARDS: u8 = 4;
/// The sparse index of unsent emails.
const DUE_INDEX: &str = "due";
/// Rows per page of that index.
const DUE_PAGE: i32 = 50;

/// A new email.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewMail {
    /// Its cause, such as `password-reset#…`: one email is sent per cause.
    pub cause: String,
    /// The recipient: the account's address, never one from a request.
    pub to: Recipient,
    /// Its content.
    #[serde(flatten)]
    pub content: Content,
    /// The reader's name and language, if the account no longer exists when the email is sent. Otherwise they are
    /// looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee: Option<Addressee>,
    /// The grant of the one-time token that its link needs. The token is generated when the email is sent, so no row
    /// contains it.
    pub grant: Option<Grant>,
    /// When it was caused.
    pub created_at: Timestamp,
    /// When it stops being useful; after that it is not sent.
    pub until: Timestamp,
}

/// The content of an email's row.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Data, from which the text is rendered when the email is sent.
    Data {
        /// The data.
        content: MailContent,
    },
    /// Text, as rows contained it before there were message catalogues. Emails are retried for days, so such rows may
    /// still be waiting after a new version is deployed.
    Words {
        /// The text.
        letter: EmailMessage,
    },
}

impl Content {
    /// The subject as stored in the row: the id of the message, or the subject itself.
    fn subject(&self) -> &str {
        match self {
            Self::Data { content } => content.id(),
            Self::Words { letter } => &letter.subject,
        }
    }
}

impl From<MailContent> for Content {
    fn from(content: MailContent) -> Self {
        Self::Data { content }
    }
}

/// The reader of an email about an account that no longer exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// The name to greet by.
    pub name: Option<String>,
    /// The language.
    pub language: Language,
}

/// The recipient of an email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Recipient {
    /// The address that the Stripe customer's account has when the email is sent. If the account was deleted, there is
    /// no recipient. The row contains nothing about the account.
    Customer {
        /// Stripe's customer.
        stripe_customer_id: String,
    },
    /// This address.
    Address(Email),
}

impl Recipient {
    /// Its key in the index.
    fn key(&self) -> String {
        match self {
            Self::Customer { stripe_customer_id } => stripe_customer_id.clone(),
            Self::Address(email) => email.key(),
        }
    }
}

impl From<Email> for Recipient {
    fn from(email: Email) -> Self {
        Self::Address(email)
    }
}

impl NewMail {
    /// The key of a cause's row.
    pub fn key(cause: &str) -> Key<Self> {
        Key::composite(Table::Mail, ("pk", format!("MAIL#{cause}")), ("sk", "MAIL".to_owned()))
    }
}

/// An email that was claimed for sending.
#[derive(Debug)]
pub struct Claimed {
    /// The email.
    pub mail: NewMail,
    /// How often it was claimed, including this time.
    attempts: u32,
    /// When sending it first failed.
    failing_since: Option<Timestamp>,
}

impl Claimed {
    /// When to retry after a transient failure; `None` after the last attempt.
    pub fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        let since = self.failing_since.unwrap_or(now);
        let pause = (PAUSE * (1 << self.attempts.saturating_sub(1).min(10))).min(PAUSE_MAX);
        (now < since + RETRY_PERIOD).then_some(now + pause)
    }
}

/// The state of an email's delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "EmailState")]
pub enum MailState {
    /// It is waiting to be sent or retried.
    Waiting,
    /// The provider accepted it.
    Sent,
    /// It was no longer useful before it could be sent.
    Dropped,
    /// The provider rejected it permanently, or kept rejecting it for three days.
    Refused,
}

/// An email as operators see it, without its content.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "MemberEmail")]
pub struct MailView {
    /// Its subject in English.
    pub subject: String,
    /// When it was caused.
    pub created_at: Timestamp,
    /// Its state.
    pub state: MailState,
    /// Why it was not sent, in the provider's words.
    pub failure: Option<String>,
}

/// The attributes of a row in the index by address.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    subject: String,
    listed_at: Timestamp,
    sent_at: Option<Timestamp>,
    dropped_at: Option<Timestamp>,
    refused_at: Option<Timestamp>,
    failure: Option<String>,
}

impl From<Listed> for MailView {
    fn from(row: Listed) -> Self {
        let state = match (row.sent_at, row.refused_at, row.dropped_at) {
            (Some(_), ..) => MailState::Sent,
            (_, Some(_), _) => MailState::Refused,
            (.., Some(_)) => MailState::Dropped,
            _ => MailState::Waiting,
        };
        let failure = row.failure.filter(|_| state != MailState::Sent);
        Self { subject: row.subject, created_at: row.listed_at, state, failure }
    }
}

/// A cause that concerns a user. Rows outlive accounts, so it contains a hash instead of the user's id.
pub fn cause_of(kind: &str, user: UserId, which: &str) -> String {
    let hash = hex::encode(Sha256::digest(user.to_string().as_bytes()));
    format!("{kind}#{}#{which}", &hash[..32])
}

/// A new row. `due_at` exists while the email is waiting to be sent; each claim postpones it.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    mail: &'a NewMail,
    subject: &'a str,
    recipient: String,
    listed_at: String,
    due_shard: String,
    due_at: String,
    ttl: i64,
}

/// A page of unsent emails: their causes, and the start of the next page.
pub type DuePage = (Vec<String>, Option<Item>);

/// The table `mail`.
#[derive(Clone, Debug)]
pub struct Outbox {
    database: Database,
}

impl Outbox {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Mail]).map(|database| Self { database })
    }

    /// A statement that puts an email into the outbox; its condition fails if the cause already has one.
    pub fn add(&self, mail: &NewMail) -> Result<Statement, StoreError> {
        let row = Row {
            mail,
            subject: mail.content.subject(),
            recipient: mail.to.key(),
            listed_at: sortable(mail.created_at),
            due_shard: shard_of(&mail.cause),
            due_at: sortable(mail.created_at),
            ttl: (mail.created_at + ROW_LIFE).as_second(),
        };
        let put = Put::builder()
            .table_name(self.database.name(Table::Mail)?)
            .set_item(Some(write(&NewMail::key(&mail.cause), &row)?))
            .condition_expression("attribute_not_exists(pk)")
            .build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Which of the given causes already have an email.
    #[boxed]
    pub async fn existing(&self, causes: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut existing = HashSet::new();
        for causes in causes.chunks(BATCH_KEYS_MAX) {
            let keys: Vec<_> = causes.iter().map(|cause| NewMail::key(cause).presence()).collect();
            let rows = self.database.read(keys).await?;
            existing.extend(causes.iter().zip(rows).filter(|(_, row)| row.is_some()).map(|(cause, _)| cause.clone()));
        }
        Ok(existing)
    }

    /// Claims an email for [`CLAIM`] in order to send it; `None` if it does not exist, is finished, or is claimed by
    /// another process.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if its row cannot be parsed.
    #[boxed]
    pub async fn claim(&self, cause: &str, now: Timestamp) -> Result<Option<Claimed>, StoreError> {
        #[derive(Deserialize)]
        struct Attempts {
            attempts: u32,
            failing_since: Option<Timestamp>,
        }
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
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                let Attempts { attempts, failing_since } = read(item.clone())?;
                Ok(Some(Claimed { mail: read(item)?, attempts, failing_since }))
            }
            Err(StoreError::Condition(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Records that an email was sent.
    #[boxed]
    pub async fn sent(&self, cause: &str, now: Timestamp) -> Result<(), StoreError> {
        self.done(cause, "SET sent_at = :now REMOVE due_shard, due_at, #grant", now).await
    }

    /// Records that an email is no longer useful.
    #[boxed]
    pub async fn dropped(&self, cause: &str, now: Timestamp) -> Result<(), StoreError> {
        self.done(cause, "SET dropped_at = :now REMOVE due_shard, due_at, #grant", now).await
    }

    /// Records that an email will never be sent, and why.
    #[boxed]
    pub async fn refused(&self, cause: &str, why: &str, now: Timestamp) -> Result<(), StoreError> {
        let update =
            self.update(cause, "SET refused_at = :now, failure = :why REMOVE due_shard, due_at, #grant", now)?;
        let update = update
            .expression_attribute_names("#grant", "grant")
            .expression_attribute_values(":why", AttributeValue::S(why.to_owned()));
        update.send().await.map(|_| ()).map_err(failed)
    }

    /// Records that an email could not be sent now, why, and when to retry.
    #[boxed]
    pub async fn postponed(&self, cause: &str, why: &str, due: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let expression = "SET due_at = :due, failure = :why, failing_since = if_not_exists(failing_since, :now)";
        let update = self
            .update(cause, expression, now)?
            .condition_expression("attribute_exists(due_at)")
            .expression_attribute_values(":why", AttributeValue::S(why.to_owned()))
            .expression_attribute_values(":due", AttributeValue::S(sortable(due)));
        match update.send().await.map_err(failed) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The newest emails to an account since a given time, newest first: to its address, and to its customer. Their
    /// subjects are as stored, see [`Content::subject`].
    #[boxed]
    pub async fn to_account(
        &self,
        email: &Email,
        stripe_customer_id: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<MailView>, StoreError> {
        let address = self.to_recipient(email.key(), since);
        let customer = async {
            match stripe_customer_id {
                // No other account ever had this customer.
                Some(customer) => self.to_recipient(customer.to_owned(), Timestamp::UNIX_EPOCH).await,
                None => Ok(Vec::new()),
            }
        };
        let (mut mails, more) = tokio::try_join!(address, customer)?;
        mails.extend(more);
        mails.sort_by_key(|mail| std::cmp::Reverse(mail.created_at));
        mails.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
        Ok(mails)
    }

    async fn to_recipient(&self, recipient: String, since: Timestamp) -> Result<Vec<MailView>, StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::Mail)?);
        let page = query
            .index_name(BY_RECIPIENT)
            .key_condition_expression("recipient = :to AND listed_at >= :since")
            .expression_attribute_values(":to", AttributeValue::S(recipient))
            .expression_attribute_values(":since", AttributeValue::S(sortable(since)))
            .scan_index_forward(false)
            .limit(LISTED)
            .send()
            .await
            .map_err(failed)?;
        page.items.unwrap_or_default().into_iter().map(|item| read::<Listed>(item).map(MailView::from)).collect()
    }

    /// The partitions of unsent emails.
    pub fn shards() -> impl Iterator<Item = String> {
        (0..SHARDS).map(|shard| shard.to_string())
    }

    /// A page of a partition: emails that are not claimed at `now`, oldest first.
    #[boxed]
    pub async fn due(&self, shard: &str, now: Timestamp, start: Option<Item>) -> Result<DuePage, StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::Mail)?);
        let query = query
            .index_name(DUE_INDEX)
            .key_condition_expression("due_shard = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", AttributeValue::S(shard.to_owned()))
            .expression_attribute_values(":now", AttributeValue::S(sortable(now)))
            .limit(DUE_PAGE)
            .set_exclusive_start_key(start);
        let page = query.send().await.map_err(failed)?;
        let cause = |item: Item| Some(item.get("pk")?.as_s().ok()?.strip_prefix("MAIL#")?.to_owned());
        let causes = page.items.unwrap_or_default().into_iter().filter_map(cause).collect();
        Ok((causes, page.last_evaluated_key))
    }

    async fn done(&self, cause: &str, expression: &str, now: Timestamp) -> Result<(), StoreError> {
        // The row outlives the account, so it no longer names the user once its link needs no token.
        let update = self.update(cause, expression, now)?.expression_attribute_names("#grant", "grant");
        update.send().await.map(|_| ()).map_err(failed)
    }

    fn update(&self, cause: &str, expression: &str, now: Timestamp) -> Result<UpdateItemFluentBuilder, StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::Mail)?);
        Ok(update
            .set_key(Some(NewMail::key(cause).item()))
            .update_expression(expression)
            .expression_attribute_values(":now", AttributeValue::S(now.to_string())))
    }
}

fn shard_of(cause: &str) -> String {
    (Sha256::digest(cause.as_bytes())[0] % SHARDS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_after_three_days() {
        let start = Timestamp::from_second(1_800_000_000).expect("in range");
        let mail = NewMail {
            cause: String::new(),
            to: Recipient::Address("ada@viewers.test".parse().expect("an address")),
            content: MailContent::ResetPassword.into(),
            addressee: None,
            grant: None,
            created_at: start,
            until: start + ROW_LIFE,
        };
        let mut claimed = Claimed { mail, attempts: 1, failing_since: None };
        let (mut now, mut pauses) = (start, Vec::new());
        while let Some(next) = claimed.next_try(now) {
            claimed.failing_since = claimed.failing_since.or(Some(now));
            pauses.push(next.duration_since(now).as_mins());
            now = next;
            claimed.attempts += 1;
        }
        assert_eq!(pauses[..9], [1, 2, 4, 8, 16, 32, 64, 128, 240]);
        assert!(pauses.len() < 30, "{}", pauses.len());
        let tried = now.duration_since(start);
        assert!(tried >= RETRY_PERIOD && tried < RETRY_PERIOD + 2 * PAUSE_MAX, "{tried}");
    }
}
