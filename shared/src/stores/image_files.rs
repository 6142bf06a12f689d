//! The files of operators' own pictures: rows of `catalogue` with an id that nobody can guess.

use crate::models::poster::OwnPicture;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::StoreError;
use crate::stores::publisher::Change;
use crate::stores::row::{Key, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a file is kept that no video shows: lists that were read before may still name it.
const UNUSED_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// The largest file, in bytes: an item may have 400 KB, and the file is stored as base64.
pub const IMAGE_FILE_BYTES_MAX: usize = 280 * 1024;

/// A picture in one width, as JPEG.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImageFile {
    /// The bytes, as base64.
    jpeg: String,
    /// When DynamoDB may remove it, in Unix seconds; absent while a video shows it.
    ttl: Option<i64>,
}

impl ImageFile {
    /// The key of a file.
    pub fn key(id: &str) -> Key<Self> {
        Key::simple(Table::Catalogue, "pk", format!("IMAGE#{id}"))
    }

    /// The bytes of a JPEG.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the row contains something else.
    pub fn bytes(&self) -> Result<Vec<u8>, StoreError> {
        STANDARD.decode(&self.jpeg).map_err(|error| StoreError::Corrupt(Box::new(error)))
    }
}

/// The files in the table `catalogue`.
#[derive(Clone, Debug)]
pub struct ImageFiles {
    database: Database,
}

impl ImageFiles {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Catalogue]).map(|database| Self { database })
    }

    /// Stores the copies of a picture, each with its width. They are kept for a day, or for as long as a video shows
    /// the picture: see [`Self::follow`].
    #[boxed]
    pub async fn add(&self, picture: &OwnPicture, copies: &[(u32, Vec<u8>)], now: Timestamp) -> Result<(), StoreError> {
        let mut statements = Vec::new();
        for (width, jpeg) in copies {
            let file = ImageFile { jpeg: STANDARD.encode(jpeg), ttl: Some(ttl(now)) };
            let key = ImageFile::key(&picture.file_id(*width));
            let put = Put::builder().table_name(self.database.name(Table::Catalogue)?);
            let put = put.set_item(Some(write(&key, &file)?)).build().map_err(refused)?;
            statements.push(Statement::from(put));
        }
        self.database.transact(statements).await
    }

    /// The statements that belong to a change of a video: the files of its new picture stay, and those of its former
    /// picture are removed after a day.
    pub fn follow(&self, change: &Change, now: Timestamp) -> Result<Vec<Statement>, StoreError> {
        let before = change.before.as_ref().and_then(|video| video.poster_source.picture());
        let after = change.after.as_ref().and_then(|video| video.poster_source.picture());
        if before == after {
            return Ok(Vec::new());
        }
        let kept = after.map(OwnPicture::file_ids).unwrap_or_default();
        let unused = before.map(OwnPicture::file_ids).unwrap_or_default();
        let kept = kept.iter().map(|id| self.update(id, None));
        kept.chain(unused.iter().map(|id| self.update(id, Some(ttl(now))))).collect()
    }

    fn update(&self, id: &str, ttl: Option<i64>) -> Result<Statement, StoreError> {
        let table = self.database.name(Table::Catalogue)?;
        let update = Update::builder().table_name(table).set_key(Some(ImageFile::key(id).item()));
        let update = update.expression_attribute_names("#ttl", "ttl");
        let update = match ttl {
            None => update.update_expression("REMOVE #ttl").condition_expression("attribute_exists(jpeg)"),
            Some(ttl) => update
                .update_expression("SET #ttl = :ttl")
                .expression_attribute_values(":ttl", AttributeValue::N(ttl.to_string())),
        };
        update.build().map(Statement::from).map_err(refused)
    }
}

fn ttl(now: Timestamp) -> i64 {
    (now + UNUSED_LIFE).as_second()
}

fn refused(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
