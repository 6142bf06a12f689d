//! Sign-in sessions: a token is valid only while its session is a live row.

use crate::models::ids::{ProfileId, SessionId, UserId};
use crate::models::session::Session;
use crate::models::user::User;
use crate::services::{ConfigError, Services};
use crate::stores::backoff::Backoff;
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use boxed::boxed;
use jiff::Timestamp;

/// The most sessions in a device list.
pub const SESSIONS_MAX: usize = 200;

impl Session {
    /// The key of a session's row.
    pub fn key(user_id: UserId, id: SessionId) -> Key<Self> {
        let partition = ("pk", format!("USER#{user_id}"));
        Key::composite(Table::Sessions, partition, ("sk", format!("SESSION#{id}")))
    }
}

/// The outcome of selecting a profile.
#[derive(Debug)]
pub enum SelectedProfile {
    /// The session with a token of the profile.
    Session(Session),
    /// The session has ended.
    Ended,
    /// The profile was switched several times within a second.
    TooSoon,
}

/// The table `sessions`.
#[derive(Clone, Debug)]
pub struct Sessions {
    database: Database,
}

impl Sessions {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Sessions]).map(|database| Self { database })
    }

    /// A statement that adds a session.
    pub fn add(&self, session: &Session) -> Result<Statement, StoreError> {
        let item = write(&Session::key(session.user_id, session.id), session)?;
        let put = Put::builder().table_name(self.database.name(Table::Sessions)?).set_item(Some(item)).build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Adds a session in a separate write.
    #[boxed]
    pub async fn put(&self, session: &Session) -> Result<(), StoreError> {
        let item = write(&Session::key(session.user_id, session.id), session)?;
        let call =
            self.database.client().put_item().table_name(self.database.name(Table::Sessions)?).set_item(Some(item));
        call.send().await.map(|_| ()).map_err(failed)
    }

    /// A user's live sessions, newest first; at most [`SESSIONS_MAX`].
    #[boxed]
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

    /// Ends a session; `false` if it did not exist.
    #[boxed]
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

    /// Records that a session was used; a session that ended meanwhile is not revived.
    #[boxed]
    pub async fn touch(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        let update = self.used(session, now)?.update_expression("SET last_used_at = :now, #ttl = :ttl");
        match update.condition_expression("attribute_exists(pk)").send().await.map_err(failed) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The session after the exchange of the token that was issued at `presented`. It has a new token, unless another
    /// request has just exchanged the same one. `None` if the session has ended.
    #[boxed]
    pub async fn renew(
        &self,
        session: &Session,
        presented: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        if presented < session.token_issued_at {
            // Another tab has just exchanged it, and perhaps its successor too.
            return Ok(Some(session.clone()));
        }
        match self.replace(session, session.exchanged(now), now).await {
            Ok(after) => Ok(Some(after)),
            Err(StoreError::Condition(_)) => self.database.get(&Session::key(session.user_id, session.id)).await,
            Err(error) => Err(error),
        }
    }

    /// The session after the exchange of its token for one of the given profile. A switch to another profile always makes
    /// a newer token, so the old profile's tokens expire.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] after too many lost races.
    #[boxed]
    pub async fn select(
        &self,
        session: &Session,
        profile_id: ProfileId,
        now: Timestamp,
    ) -> Result<SelectedProfile, StoreError> {
        let mut session = session.clone();
        let mut backoff = Backoff::default();
        loop {
            let Some(after) = session.switched(profile_id, now) else { return Ok(SelectedProfile::TooSoon) };
            match self.replace(&session, after, now).await {
                Err(StoreError::Condition(_)) => backoff.wait().await?,
                written => return written.map(SelectedProfile::Session),
            }
            let Some(present) = self.database.get(&Session::key(session.user_id, session.id)).await? else {
                return Ok(SelectedProfile::Ended);
            };
            session = present;
        }
    }

    /// Writes a session's new token, unless the session has ended or another token was written meanwhile.
    async fn replace(&self, before: &Session, after: Session, now: Timestamp) -> Result<Session, StoreError> {
        let exchanged = after.exchanged_tokens.iter().map(|issued| AttributeValue::N(issued.to_string())).collect();
        let profile = after.viewer().profile_id();
        self.used(before, now)?
            .update_expression(
                "SET last_used_at = :now, #ttl = :ttl, token_issued_at = :issued, exchanged_tokens = :exchanged, \
                 profile_id = :profile",
            )
            .condition_expression("token_issued_at = :before")
            .expression_attribute_values(":issued", AttributeValue::S(after.token_issued_at.to_string()))
            .expression_attribute_values(":exchanged", AttributeValue::L(exchanged))
            .expression_attribute_values(":profile", AttributeValue::S(profile.to_string()))
            .expression_attribute_values(":before", AttributeValue::S(before.token_issued_at.to_string()))
            .send()
            .await
            .map_err(failed)?;
        Ok(after)
    }

    fn used(&self, session: &Session, now: Timestamp) -> Result<UpdateItemFluentBuilder, StoreError> {
        let used = Session { last_used_at: now, ..session.clone() };
        let update = self.database.client().update_item().table_name(self.database.name(Table::Sessions)?);
        Ok(update
            .set_key(Some(Session::key(session.user_id, session.id).item()))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", AttributeValue::S(now.to_string()))
            .expression_attribute_values(":ttl", AttributeValue::N(used.ends_at().as_second().to_string())))
    }
}
