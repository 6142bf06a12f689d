//! Changing videos: the row and the catalogue's snapshot in one transaction.

use crate::models::ids::{UserId, VideoId};
use crate::models::video::AdminVideo;
use crate::services::{ConfigError, Services};
use crate::stores::audit::Deed;
use crate::stores::catalogue::{Edit, Swapper};
use crate::stores::database::{Database, Statement, StoreError, Table, jitter_ms};
use crate::stores::row::{Key, write};
use crate::stores::videos::Video;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// Most videos of one transaction: it holds 100 statements, and chunks are among them.
pub const CHANGES_MAX: usize = 80;
/// Tries against other changes of the same video or snapshot.
const TRIES_MAX: u32 = 5;
/// The longest wait before the second try, in milliseconds; it doubles with every further one.
const WAIT_MS: u64 = 50;
/// How long a webhook's mark is kept: Mux delivers an event again for a day.
const MARK_KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);

/// A video before and after; `None` is no row.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The row as it was read.
    pub before: Option<Video>,
    /// The row as it shall be.
    pub after: Option<Video>,
}

impl Change {
    /// The change as the audit notes it: who did it by which request. Posters are left out, since they are tokens.
    pub fn deed(&self, action: &str, actor: UserId, request_id: &str, now: Timestamp) -> Deed {
        let state = |video: &Option<Video>| {
            let mut state = video.as_ref().map(|video| json!(AdminVideo::from(video))).unwrap_or_default();
            if let Some(fields) = state.as_object_mut() {
                fields.remove("poster");
            }
            state
        };
        let subject = self.after.as_ref().or(self.before.as_ref()).map(|video| video.id.to_string());
        Deed {
            at: now,
            cause: request_id.to_owned(),
            actor: actor.to_string(),
            action: action.to_owned(),
            subject: subject.unwrap_or_default(),
            reason: "edited by an administrator".to_owned(),
            before: state(&self.before),
            after: state(&self.after),
        }
    }
}

/// The mark of an event of Mux's that was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When.
    pub received_at: Timestamp,
    /// When DynamoDB may remove it, in Unix seconds.
    pub ttl: i64,
}

impl Mark {
    /// The key of an event's mark.
    pub fn key(event_id: &str) -> Key<Self> {
        Key::one(Table::Catalogue, "pk", format!("EVENT#{event_id}"))
    }
}

/// The tables `videos` and `catalogue`, changed together.
#[derive(Clone, Debug)]
pub struct Publisher {
    database: Database,
    swapper: Swapper,
}

impl Publisher {
    /// The tables as this function was given them.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let database = services.database(&[Table::Videos, Table::Catalogue])?;
        Ok(Self { database, swapper: Swapper::connect(services)? })
    }

    /// Changes a video by a rule that says what becomes of it; `None` deletes it. What the rule leaves as it is is not
    /// written. `beside` gives statements that belong to the change. Returns what was changed; `None` when there is no
    /// such video. Whoever loses against another change reads again.
    ///
    /// # Errors
    /// The rule's own; [`StoreError::Condition`] when a statement of `beside` failed its condition;
    /// [`StoreError::Unavailable`] after too many lost races.
    pub async fn change<E: From<StoreError>>(
        &self,
        id: VideoId,
        rule: impl Fn(&Video) -> Result<Option<Video>, E>,
        beside: impl Fn(&Change) -> Result<Vec<Statement>, StoreError>,
    ) -> Result<Option<Change>, E> {
        for tries in 0..TRIES_MAX {
            if tries > 0 {
                tokio::time::sleep(Duration::from_millis(jitter_ms(WAIT_MS << tries))).await;
            }
            let Some(before) = self.database.get(&Video::key(id)).await? else { return Ok(None) };
            let after = rule(&before)?;
            let change = Change { after, before: Some(before) };
            if change.after == change.before {
                return Ok(Some(change));
            }
            let beside = beside(&change)?;
            let count = beside.len();
            match self.commit(beside, std::slice::from_ref(&change)).await {
                Ok(()) => return Ok(Some(change)),
                Err(StoreError::Condition(failed)) if (0..count).all(|index| !failed.at(index)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Unavailable("lost against other changes too often".into()).into())
    }

    /// Writes changes of at most [`CHANGES_MAX`] videos, and first of all `beside`, in one transaction.
    /// [`StoreError::Condition`] when a row or the snapshot was changed meanwhile.
    pub async fn commit(&self, beside: Vec<Statement>, changes: &[Change]) -> Result<(), StoreError> {
        let mut statements = beside;
        for change in changes {
            statements.extend(self.row(change)?);
        }
        let edits: Vec<Edit> = changes.iter().filter_map(edit).collect();
        if edits.is_empty() {
            return self.database.transact(statements).await;
        }
        let mut swap = self.swapper.prepare(&edits).await?;
        statements.append(&mut swap.statements);
        self.database.transact(statements).await?;
        self.swapper.sweep(&swap).await;
        Ok(())
    }

    /// Whether an event of Mux's was taken in before.
    pub async fn is_marked(&self, event_id: &str) -> Result<bool, StoreError> {
        Ok(self.database.get(&Mark::key(event_id)).await?.is_some())
    }

    /// A statement that marks an event of Mux's; its condition fails when it is marked.
    pub fn mark(&self, event_id: &str, now: Timestamp) -> Result<Statement, StoreError> {
        let mark = Mark { received_at: now, ttl: (now + MARK_KEPT).as_second() };
        let put = Put::builder().table_name(self.database.name(Table::Catalogue)?);
        let put = put.set_item(Some(write(&Mark::key(event_id), &mark)?));
        put.condition_expression("attribute_not_exists(pk)").build().map(Statement::from).map_err(refused)
    }

    fn row(&self, change: &Change) -> Result<Option<Statement>, StoreError> {
        let table = self.database.name(Table::Videos)?;
        let as_read = "version = :before";
        let version = |video: &Video| AttributeValue::N(video.version.to_string());
        let statement = match (&change.before, &change.after) {
            (before, Some(after)) => {
                let after = Video { version: before.as_ref().map_or(0, |before| before.version) + 1, ..after.clone() };
                let put = Put::builder().table_name(table).set_item(Some(write(&Video::key(after.id), &after)?));
                let put = match before {
                    Some(before) => {
                        put.condition_expression(as_read).expression_attribute_values(":before", version(before))
                    }
                    None => put.condition_expression("attribute_not_exists(id)"),
                };
                put.build().map_err(refused)?.into()
            }
            (Some(before), None) => {
                let delete = Delete::builder().table_name(table).set_key(Some(Video::key(before.id).item()));
                let delete =
                    delete.condition_expression(as_read).expression_attribute_values(":before", version(before));
                delete.build().map_err(refused)?.into()
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(statement))
    }
}

/// What a change means for the snapshot; `None` when nothing of it shows there.
fn edit(change: &Change) -> Option<Edit> {
    let before = change.before.as_ref().and_then(Video::entry);
    let after = change.after.as_ref().and_then(Video::entry);
    match (before, after) {
        (before, after) if before == after => None,
        (_, Some(entry)) => Some(Edit::Put(Box::new(entry))),
        (before, None) => before.map(|entry| Edit::Remove(entry.video.id)),
    }
}

fn refused(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
