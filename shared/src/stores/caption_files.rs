//! Files of captions while Mux fetches them: rows of `catalogue` with an id that nobody can guess.

use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::StoreError;
use crate::stores::row::{Key, write};
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::Put;
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a file can be fetched: Mux fetches it at once, and retries for a while.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// The largest file, in bytes: an item may have 400 KB.
pub const CAPTION_FILE_BYTES_MAX: usize = 350 * 1024;
/// The random bytes of an id.
const ID_BYTES: usize = 32;

/// A file of captions, as WebVTT.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaptionFile {
    /// The text.
    pub vtt: String,
    /// Until when it can be fetched.
    pub expires_at: Timestamp,
    /// When DynamoDB may remove it, in Unix seconds.
    pub ttl: i64,
}

impl CaptionFile {
    /// The key of a file.
    pub fn key(id: &str) -> Key<Self> {
        Key::simple(Table::Catalogue, "pk", format!("CAPTIONS#{id}"))
    }
}

/// The files in the table `catalogue`.
#[derive(Clone, Debug)]
pub struct CaptionFiles {
    database: Database,
}

impl CaptionFiles {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Catalogue]).map(|database| Self { database })
    }

    /// Stores a file for a day, and returns its id, which alone gives access to it.
    ///
    /// # Errors
    /// If there is no randomness, or the file was not written.
    #[boxed]
    pub async fn add(&self, vtt: String, now: Timestamp) -> Result<String, StoreError> {
        let mut bytes = [0; ID_BYTES];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| StoreError::Unavailable("no random numbers".into()))?;
        let id = hex::encode(bytes);
        let expires_at = now + LIFE;
        let file = CaptionFile { vtt, expires_at, ttl: expires_at.as_second() };
        let put = Put::builder().table_name(self.database.name(Table::Catalogue)?);
        let put = put.set_item(Some(write(&CaptionFile::key(&id), &file)?));
        let put = put.build().map_err(|error| StoreError::Refused(Box::new(error)))?;
        self.database.transact(vec![Statement::from(put)]).await?;
        Ok(id)
    }
}
