//! The durable state of the stand-ins: named JSON documents in one SQLite file.

use rusqlite::{Connection, params};
use serde::{Serialize, de::DeserializeOwned};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

const PUT: &str = "INSERT OR REPLACE INTO documents (kind, id, body) VALUES (?1, ?2, ?3)";
const REMOVE: &str = "DELETE FROM documents WHERE kind = ?1 AND id = ?2";

/// A store of JSON documents by kind and id. Once [`Documents::put`] has returned, the document survives a kill.
///
/// A stand-in loads its state into memory at the start, and writes every change through.
#[derive(Clone)]
pub struct Documents(Option<Arc<Mutex<Connection>>>);

/// Documents to be written and removed together.
pub struct Batch<'a> {
    documents: &'a Documents,
    changes: Vec<Change>,
}

struct Change {
    kind: String,
    id: String,
    /// The JSON; `None` removes the document.
    body: Option<String>,
}

impl Documents {
    /// Opens the file, or creates it. Without a file nothing is stored, so nothing is ever found.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let Some(file) = file else { return Ok(Self(None)) };
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
                                                   PRIMARY KEY (kind, id)) WITHOUT ROWID;",
        )?;
        Ok(Self(Some(Arc::new(Mutex::new(connection)))))
    }

    /// Every document of a kind, ordered by id. A document that cannot be read as `T` is an error: state is never
    /// dropped silently.
    pub fn all<T: DeserializeOwned>(&self, kind: &str) -> rusqlite::Result<Vec<(String, T)>> {
        let Some(connection) = self.connection() else { return Ok(Vec::new()) };
        let mut query = connection.prepare_cached("SELECT id, body FROM documents WHERE kind = ?1 ORDER BY id")?;
        let rows = query.query_map([kind], |row| {
            let body: String = row.get(1)?;
            let value = serde_json::from_str(&body).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(error))
            })?;
            Ok((row.get(0)?, value))
        })?;
        rows.collect()
    }

    /// Writes or replaces a document.
    ///
    /// # Panics
    /// If the disk cannot be written. A stand-in that responds and then loses the data would be worse than one that
    /// stops.
    pub fn put(&self, kind: &str, id: &str, value: &impl Serialize) {
        if let Some(connection) = self.connection() {
            run(&connection, PUT, params![kind, id, body(value)]);
        }
    }

    /// An empty batch.
    pub fn batch(&self) -> Batch<'_> {
        Batch { documents: self, changes: Vec::new() }
    }

    /// Removes a document; does nothing if it does not exist.
    ///
    /// # Panics
    /// Like [`Documents::put`].
    pub fn remove(&self, kind: &str, id: &str) {
        if let Some(connection) = self.connection() {
            run(&connection, REMOVE, params![kind, id]);
        }
    }

    /// Removes all documents whose kind starts with `prefix`; used by a reset.
    ///
    /// # Panics
    /// Like [`Documents::put`].
    pub fn clear(&self, prefix: &str) {
        if let Some(connection) = self.connection() {
            run(&connection, "DELETE FROM documents WHERE substr(kind, 1, length(?1)) = ?1", params![prefix]);
        }
    }

    fn connection(&self) -> Option<MutexGuard<'_, Connection>> {
        Some(self.0.as_ref()?.lock().expect("no panic while held"))
    }
}

impl Batch<'_> {
    /// Writes or replaces a document.
    pub fn put(&mut self, kind: &str, id: &str, value: &impl Serialize) {
        // Without a file nothing needs to be serialized.
        if self.documents.0.is_some() {
            self.changes.push(Change { kind: kind.to_owned(), id: id.to_owned(), body: Some(body(value)) });
        }
    }

    /// Removes a document; does nothing if it does not exist.
    pub fn remove(&mut self, kind: &str, id: &str) {
        self.changes.push(Change { kind: kind.to_owned(), id: id.to_owned(), body: None });
    }

    /// The number of changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether there are no changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Makes all changes, or none if the process is killed meanwhile.
    ///
    /// # Panics
    /// Like [`Documents::put`].
    pub fn write(self) {
        let Some(mut connection) = self.documents.connection().filter(|_| !self.is_empty()) else { return };
        let mut write = || {
            let transaction = connection.transaction()?;
            for change in &self.changes {
                match &change.body {
                    Some(body) => transaction.prepare_cached(PUT)?.execute(params![change.kind, change.id, body])?,
                    None => transaction.prepare_cached(REMOVE)?.execute(params![change.kind, change.id])?,
                };
            }
            transaction.commit()
        };
        write().expect("the data directory is writable");
    }
}

fn body(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("state is JSON")
}

fn run(connection: &Connection, statement: &str, values: impl rusqlite::Params) {
    let result = connection.prepare_cached(statement).and_then(|mut query| query.execute(values));
    result.expect("the data directory is writable");
}
