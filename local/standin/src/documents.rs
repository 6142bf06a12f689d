//! Durable state of the stand-ins: named JSON documents in one SQLite file, or in memory.

use rusqlite::{Connection, params};
use serde::{Serialize, de::DeserializeOwned};
use std::path::Path;
use std::sync::{Arc, Mutex};

const PUT: &str = "INSERT OR REPLACE INTO documents (kind, id, body) VALUES (?1, ?2, ?3)";
const REMOVE: &str = "DELETE FROM documents WHERE kind = ?1 AND id = ?2";

/// A store of JSON documents by kind and id. What [`Documents::put`] returned from survives a kill.
///
/// A stand-in keeps its working state in memory, loads it at start, and writes every changed object through.
#[derive(Clone)]
pub struct Documents(Arc<Mutex<Connection>>);

/// A document to be written or removed, as part of one [`Documents::write`].
#[derive(Clone, Debug)]
pub struct Change {
    kind: String,
    id: String,
    /// `None` removes it.
    body: Option<String>,
}

impl Change {
    /// Writes a document, replacing an older one.
    pub fn put(kind: &str, id: &str, value: &impl Serialize) -> Self {
        let body = serde_json::to_string(value).expect("state is JSON");
        Self { kind: kind.to_owned(), id: id.to_owned(), body: Some(body) }
    }

    /// Removes a document; an absent one is no error.
    pub fn remove(kind: &str, id: &str) -> Self {
        Self { kind: kind.to_owned(), id: id.to_owned(), body: None }
    }
}

impl Documents {
    /// Opens the file, creating it when it is absent; `None` keeps everything in memory.
    pub fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match file {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
                                                   PRIMARY KEY (kind, id)) WITHOUT ROWID;",
        )?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Every document of a kind, ordered by id. A document that no longer reads as `T` is an error: state is never
    /// dropped in silence.
    pub fn all<T: DeserializeOwned>(&self, kind: &str) -> rusqlite::Result<Vec<(String, T)>> {
        let connection = self.0.lock().expect("no panic while held");
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

    /// Writes a document, replacing an older one.
    pub fn put(&self, kind: &str, id: &str, value: &impl Serialize) {
        let body = serde_json::to_string(value).expect("state is JSON");
        self.run(PUT, params![kind, id, body]);
    }

    /// Writes and removes several documents: all of them or, when the process is killed on the way, none.
    ///
    /// # Panics
    /// As [`Documents::put`] does: when the disk refuses.
    pub fn write(&self, changes: &[Change]) {
        let mut connection = self.0.lock().expect("no panic while held");
        let mut write = || {
            let transaction = connection.transaction()?;
            for change in changes {
                match &change.body {
                    Some(body) => transaction.prepare_cached(PUT)?.execute(params![change.kind, change.id, body])?,
                    None => transaction.prepare_cached(REMOVE)?.execute(params![change.kind, change.id])?,
                };
            }
            transaction.commit()
        };
        write().expect("the data directory is writable");
    }

    /// Removes a document; an absent one is no error.
    pub fn remove(&self, kind: &str, id: &str) {
        self.run(REMOVE, params![kind, id]);
    }

    /// Removes all documents whose kind starts with `prefix`: a reset.
    pub fn clear(&self, prefix: &str) {
        self.run("DELETE FROM documents WHERE substr(kind, 1, length(?1)) = ?1", params![prefix]);
    }

    /// # Panics
    /// When the disk refuses: a stand-in that answers without having kept its word would be worse than one that stops.
    fn run(&self, statement: &str, values: impl rusqlite::Params) {
        let connection = self.0.lock().expect("no panic while held");
        let result = connection.prepare_cached(statement).and_then(|mut query| query.execute(values));
        result.expect("the data directory is writable");
    }
}
