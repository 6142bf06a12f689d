//! Sign-in sessions: a token counts only while its session is a live row.

use crate::models::ids::{SessionId, UserId};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement, StoreError, Table, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::users::User;
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an unused session lives.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a session lives at most.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How exactly the last use is kept: one write an hour is enough for a device list.
pub const LAST_USE_GRAIN: SignedDuration = SignedDuration::from_hours(1);
/// How long tokens older than the last refresh go on, for requests under way.
const REFRESH_OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// Most sessions that a device list shows.
pub const SESSIONS_MAX: usize = 200;

/// A row of `sessions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// The version of the password that it was opened by.
    #[serde(default)]
    pub credential_version: u64,
    /// What its user called the device, or what the device calls itself.
    pub device_name: String,
    /// When it was signed in.
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    pub last_used_at: Timestamp,
    /// When its newest token was issued, in whole seconds as tokens have it.
    pub token_issued_at: Timestamp,
    /// When DynamoDB may remove it, in Unix seconds.
    pub ttl: i64,
}

impl Session {
    /// A session that starts now, opened by the password of that version.
    pub fn start(user_id: UserId, credential_version: u64, device_name: String, now: Timestamp) -> Self {
        let mut session = Self {
            id: SessionId::new(now),
            user_id,
            credential_version,
            device_name,
            created_at: now,
            last_used_at: now,
            token_issued_at: whole(now),
            ttl: 0,
        };
        session.ttl = session.ends_at().as_second();
        session
    }

    /// The key of a session's row.
    pub fn key(user_id: UserId, id: SessionId) -> Key<Self> {
        let partition = ("pk", format!("USER#{user_id}"));
        Key::two(Table::Sessions, partition, ("sk", format!("SESSION#{id}")))
    }

    /// When it ends if it is not used again.
    pub fn ends_at(&self) -> Timestamp {
        (self.created_at + SESSION_LIFE).min(self.last_used_at + SESSION_IDLE)
    }

    /// Whether it is live: TTL removes rows days late, and a changed password ends the others.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        let is_of_present_password =
            self.credential_version >= user.credential_version || user.session_kept == Some(self.id);
        now < self.ends_at() && is_of_present_password
    }

    /// Whether a token of it still counts: after a refresh older ones go on for a minute.
    pub fn admits(&self, issued_at: Timestamp, now: Timestamp) -> bool {
        issued_at >= self.token_issued_at || now < self.token_issued_at + REFRESH_OVERLAP
    }
}

/// A moment in whole seconds, as tokens have it.
fn whole(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

/// The table `sessions`.
#[derive(Clone, Debug)]
pub struct Sessions {
    database: Database,
}

impl Sessions {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Sessions]).map(|database| Self { database })
    }

    /// A statement that adds a session.
    pub fn add(&self, session: &Session) -> Result<Statement, StoreError> {
        let item = write(&Session::key(session.user_id, session.id), session)?;
        let put = Put::builder().table_name(self.database.name(Table::Sessions)?).set_item(Some(item)).build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Adds a session by itself.
    pub async fn put(&self, session: &Session) -> Result<(), StoreError> {
        let item = write(&Session::key(session.user_id, session.id), session)?;
        let call =
            self.database.client().put_item().table_name(self.database.name(Table::Sessions)?).set_item(Some(item));
        call.send().await.map(|_| ()).map_err(failed)
    }

    /// The live sessions of a user, newest first; at most [`SESSIONS_MAX`].
    pub async fn live(&self, user: &User, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let mut live = Vec::new();
        let mut start = None;
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::Sessions)?);
            let query = query
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", AttributeValue::S(format!("USER#{}", user.id)))
                .expression_attribute_values(":prefix", AttributeValue::S("SESSION#".to_owned()))
                .consistent_read(true)
                .scan_index_forward(false)
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(failed)?;
            for item in page.items.unwrap_or_default() {
                let session: Session = read(item)?;
                if session.is_live(user, now) {
                    live.push(session);
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() || live.len() >= SESSIONS_MAX {
                live.truncate(SESSIONS_MAX);
                return Ok(live);
            }
        }
    }

    /// Ends a session; `false` when it was not there.
    pub async fn end(&self, user_id: UserId, id: SessionId) -> Result<bool, StoreError> {
        let delete = self.database.client().delete_item().table_name(self.database.name(Table::Sessions)?);
        let delete =
            delete.set_key(Some(Session::key(user_id, id).item())).condition_expression("attribute_exists(pk)");
        match delete.send().await.map_err(failed) {
            Ok(_) => Ok(true),
            Err(StoreError::Condition(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Notes that a session was used, or that it has a new token; a session that ended meanwhile is not brought back.
    /// `false` when it was.
    pub async fn touch(&self, session: &Session, token: bool, now: Timestamp) -> Result<bool, StoreError> {
        let used = Session { last_used_at: now, ..session.clone() };
        let update = self.database.client().update_item().table_name(self.database.name(Table::Sessions)?);
        let mut update = update
            .set_key(Some(Session::key(session.user_id, session.id).item()))
            .update_expression(match token {
                true => "SET last_used_at = :now, #ttl = :ttl, token_issued_at = :issued",
                false => "SET last_used_at = :now, #ttl = :ttl",
            })
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", AttributeValue::S(now.to_string()))
            .expression_attribute_values(":ttl", AttributeValue::N(used.ends_at().as_second().to_string()));
        if token {
            update = update.expression_attribute_values(":issued", AttributeValue::S(whole(now).to_string()));
        }
        match update.send().await.map_err(failed) {
            Ok(_) => Ok(true),
            Err(StoreError::Condition(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
