//! Sign-in sessions: a token is valid only while its session is a live row.

use crate::models::ids::{SessionId, UserId};
use crate::models::session::Session;
use crate::models::user::User;
use crate::services::{ConfigError, Services};
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

    /// Gives a session a new token. Returns when that token was issued, or `None` if the session has ended. If one
    /// token is exchanged several times concurrently, all exchanges get the same new token.
    #[boxed]
    pub async fn exchange(&self, session: &Session, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let after = session.exchanged(now);
        let exchanged = after.exchanged_tokens.iter().map(|issued| AttributeValue::N(issued.to_string())).collect();
        let update = self
            .used(session, now)?
            .update_expression(
                "SET last_used_at = :now, #ttl = :ttl, token_issued_at = :issued, exchanged_tokens = :exchanged",
            )
            .condition_expression("token_issued_at = :before")
            .expression_attribute_values(":issued", AttributeValue::S(after.token_issued_at.to_string()))
            .expression_attribute_values(":exchanged", AttributeValue::L(exchanged))
            .expression_attribute_values(":before", AttributeValue::S(session.token_issued_at.to_string()));
        match update.send().await.map_err(failed) {
            Ok(_) => Ok(Some(after.token_issued_at)),
            Err(StoreError::Condition(_)) => {
                let present = self.database.get(&Session::key(session.user_id, session.id)).await?;
                Ok(present.map(|session| session.token_issued_at))
            }
            Err(error) => Err(error),
        }
    }

    /// The time of the newest token of a session, for a token that was issued at `presented`: a new token, unless another
    /// request has just exchanged the same one. `None` if the session has ended.
    #[boxed]
    pub async fn renew(
        &self,
        session: &Session,
        presented: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        if presented < session.token_issued_at {
            // Another tab has just exchanged it, and perhaps its successor too.
            return Ok(Some(session.token_issued_at));
        }
        self.exchange(session, now).await
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
