//! Changes of videos: the row and the catalogue's snapshot in one transaction.

use crate::models::catalogue::Entry;
use crate::models::ids::VideoId;
use crate::models::poster::Images;
use crate::models::trailer::TrailerEntry;
use crate::models::video::Video;
use crate::models::video_view::AdminVideo;
use crate::services::{ConfigError, Services};
use crate::stores::audit::{AuditEntry, OperatorAction};
use crate::stores::backoff::jitter_ms;
use crate::stores::catalogue::{Edit, SnapshotWriter};
use crate::stores::database::{Database, Statement};
use crate::stores::error::StoreError;
use crate::stores::row::{Key, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put};
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// The most videos per transaction, which may have 100 statements: two for each video, and those for chunks.
pub const CHANGES_MAX: usize = 40;
/// The most attempts if the same video or the snapshot is changed meanwhile.
const TRIES_MAX: u32 = 5;
/// The longest pause before the second attempt, in milliseconds; it doubles each time.
const WAIT_MS: u64 = 50;
/// The longest event id that is used as a key directly, in bytes. DynamoDB allows 2,048, and Mux's ids are much shorter
/// than this.
const EVENT_ID_BYTES_MAX: usize = 512;
/// How long a webhook's mark is kept: Mux retries an event for a day.
const MARK_KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);

/// A video before and after; `None` means no row.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The row as it was read.
    pub before: Option<Video>,
    /// The row to write.
    pub after: Option<Video>,
}

impl Change {
    /// The audit entry of a change by an operator. Posters are omitted because they contain tokens.
    pub fn audit_entry(&self, action: &OperatorAction) -> AuditEntry {
        let state = |video: &Option<Video>| {
            let mut state = video.as_ref().map(|video| json!(AdminVideo::from(video))).unwrap_or_default();
            if let Some(fields) = state.as_object_mut() {
                fields.remove("poster");
            }
            state
        };
        let subject = self.after.as_ref().or(self.before.as_ref()).map(|video| video.id.to_string());
        action.entry(subject.unwrap_or_default(), state(&self.before), state(&self.after))
    }
}

/// The mark of a processed Mux event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessedEvent {
    /// When.
    pub received_at: Timestamp,
    /// When DynamoDB may remove it, in Unix seconds.
    pub ttl: i64,
}

impl ProcessedEvent {
    /// The key of an event's mark. An id that is too long for a key is hashed.
    pub fn key(event_id: &str) -> Key<Self> {
        let name = if event_id.len() <= EVENT_ID_BYTES_MAX { event_id.to_owned() } else { sha256(event_id) };
        Key::simple(Table::Catalogue, "pk", format!("EVENT#{name}"))
    }
}

/// The tables `videos` and `catalogue`, changed together.
#[derive(Clone, Debug)]
pub struct Publisher {
    database: Database,
    writer: SnapshotWriter,
}

impl Publisher {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let database = services.database(&[Table::Videos, Table::Catalogue])?;
        Ok(Self { database, writer: SnapshotWriter::connect(services)? })
    }

    /// Changes a video with a rule that returns the new state; `None` deletes it. An unchanged row is not written.
    /// `beside` returns statements that belong to the change. Returns the change; `None` if the video does not exist.
    /// After losing a race, it reads again.
    ///
    /// # Errors
    /// The rule's own; [`StoreError::Condition`] if a statement of `beside` failed its condition;
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
        Err(StoreError::Unavailable("other changes came first at every attempt".into()).into())
    }

    /// Writes changes of at most [`CHANGES_MAX`] videos, preceded by `beside`, in one transaction.
    /// [`StoreError::Condition`] if a row or the snapshot was changed meanwhile.
    #[boxed]
    pub async fn commit(&self, beside: Vec<Statement>, changes: &[Change]) -> Result<(), StoreError> {
        let mut statements = beside;
        for change in changes {
            statements.extend(self.row(change)?);
            statements.extend(self.images(change)?);
        }
        let edits: Vec<Edit> = changes.iter().filter_map(edit).collect();
        if edits.is_empty() {
            return self.database.transact(statements).await;
        }
        let mut snapshot = self.writer.prepare(&edits).await?;
        statements.append(&mut snapshot.statements);
        self.database.transact(statements).await?;
        self.writer.sweep(&snapshot).await;
        Ok(())
    }

    /// Changes a series in the snapshot, and writes the statements that `beside` returns, in one transaction. Retries
    /// when the snapshot was changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Condition`] if a statement of `beside` failed its condition; [`StoreError::Unavailable`] after too
    /// many lost races.
    pub async fn change_series(
        &self,
        edit: &Edit,
        beside: impl Fn() -> Result<Vec<Statement>, StoreError>,
    ) -> Result<(), StoreError> {
        for tries in 0..TRIES_MAX {
            if tries > 0 {
                tokio::time::sleep(Duration::from_millis(jitter_ms(WAIT_MS << tries))).await;
            }
            let mut statements = beside()?;
            let count = statements.len();
            let mut snapshot = self.writer.prepare(std::slice::from_ref(edit)).await?;
            statements.append(&mut snapshot.statements);
            match self.database.transact(statements).await {
                Ok(()) => {
                    self.writer.sweep(&snapshot).await;
                    return Ok(());
                }
                Err(StoreError::Condition(failed)) if (0..count).all(|index| !failed.at(index)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("other changes came first at every attempt".into()))
    }

    /// Whether a Mux event was already processed.
    #[boxed]
    pub async fn is_marked(&self, event_id: &str) -> Result<bool, StoreError> {
        Ok(self.database.get(&ProcessedEvent::key(event_id)).await?.is_some())
    }

    /// A statement that marks a Mux event; its condition fails if it is already marked.
    pub fn mark(&self, event_id: &str, now: Timestamp) -> Result<Statement, StoreError> {
        let mark = ProcessedEvent { received_at: now, ttl: (now + MARK_KEPT).as_second() };
        let put = Put::builder().table_name(self.database.name(Table::Catalogue)?);
        let put = put.set_item(Some(write(&ProcessedEvent::key(event_id), &mark)?));
        put.condition_expression("attribute_not_exists(pk)").build().map(Statement::from).map_err(refused)
    }

    /// The row of the video's images, if the change signed them or deletes the video.
    fn images(&self, change: &Change) -> Result<Option<Statement>, StoreError> {
        let table = self.database.name(Table::Catalogue)?;
        match change {
            Change { after: Some(Video { id, signed_images: Some(images), .. }), .. } => {
                let put = Put::builder().table_name(table).set_item(Some(write(&Images::key(*id), images)?));
                put.build().map(Statement::from).map(Some).map_err(refused)
            }
            Change { before: Some(Video { id, .. }), after: None } => {
                let delete = Delete::builder().table_name(table).set_key(Some(Images::key(*id).item()));
                delete.build().map(Statement::from).map(Some).map_err(refused)
            }
            Change { .. } => Ok(None),
        }
    }

    fn row(&self, change: &Change) -> Result<Option<Statement>, StoreError> {
        let table = self.database.name(Table::Videos)?;
        let as_read = "version = :before";
        let version = |video: &Video| AttributeValue::N(video.version.to_string());
        let statement = match (&change.before, &change.after) {
            (before, Some(after)) => {
                let version_after = before.as_ref().map_or(0, |before| before.version) + 1;
                let after = Video { version: version_after, ..after.clone() }.indexed();
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

/// The snapshot's part of a change; `None` if it does not affect the snapshot.
fn edit(change: &Change) -> Option<Edit> {
    let put = |video: &Video| {
        let listed = Entry::from_video(video).map(|entry| Edit::Put(Box::new(entry)));
        listed.or_else(|| TrailerEntry::from_video(video).map(|entry| Edit::PutTrailer(Box::new(entry))))
    };
    let (before, after) = (change.before.as_ref().and_then(put), change.after.as_ref().and_then(put));
    match (before, after) {
        (before, after) if before == after => None,
        (_, Some(put)) => Some(put),
        (_, None) => change.before.as_ref().map(|video| Edit::Remove(video.id)),
    }
}

fn refused(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
