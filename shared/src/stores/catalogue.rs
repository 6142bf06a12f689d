//! The catalogue's snapshot: published videos in compressed chunks, and one version item that names them.
//!
//! A list reads the version item, beside the limiter, and loads chunks only when it changed. Whoever publishes writes the
//! chunks that change under new ids and swaps the version item, in the transaction that changes the video's row: row and
//! snapshot cannot drift apart, and a reader never sees half of a change.

mod chunks;
mod swap;

pub use swap::{Edit, Swap, Swapper};

use crate::models::catalogue::{Entry, Snapshot};
use crate::models::ids::VideoId;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, StoreError, Table};
use crate::stores::row::{Key, Rows};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Times that a reader starts over when chunks were replaced under it.
const READ_TRIES_MAX: usize = 3;

/// The version item: which chunks the snapshot consists of, in the order of their videos' ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Grows by one with every swap: a swap conditions on it.
    version: u64,
    chunks: Vec<ChunkRef>,
}

/// A chunk, and the first video in it: a video belongs to the last chunk that does not start behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ChunkRef {
    id: String,
    first: VideoId,
}

impl Version {
    /// The key of the version item.
    pub fn key() -> Key<Self> {
        Key::one(Table::Catalogue, "pk", "VERSION")
    }
}

type Chunk = Arc<[Arc<Entry>]>;

/// The snapshot as a function keeps it between requests.
pub struct Catalogue {
    database: Database,
    kept: Mutex<Option<Arc<Kept>>>,
    /// One loads, the others wait for it.
    loading: tokio::sync::Mutex<()>,
}

struct Kept {
    version: Version,
    chunks: HashMap<String, Chunk>,
    snapshot: Arc<Snapshot>,
}

impl Catalogue {
    /// The catalogue as this function was given it, loaded while the function starts; when that fails, the first request
    /// tries again.
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let database = services.database(&[Table::Catalogue])?;
        let catalogue = Self { database, kept: Mutex::default(), loading: tokio::sync::Mutex::default() };
        let _ = catalogue.latest().await;
        Ok(catalogue)
    }

    /// The snapshot of the version item among `rows`, which the endpoint asked for by [`Version::key`]. While DynamoDB is
    /// unavailable, the one that was read last.
    pub async fn current(&self, rows: &Rows) -> Result<Arc<Snapshot>, StoreError> {
        let found = match rows.get(&Version::key()) {
            Ok(version) => self.at(version.unwrap_or_default()).await,
            Err(error) => Err(error),
        };
        match (found, self.kept()) {
            (Err(StoreError::Unavailable(_)), Some(kept)) => Ok(kept.snapshot.clone()),
            (found, _) => found,
        }
    }

    /// The snapshot as it stands now: one read, and a second where it changed.
    pub async fn latest(&self) -> Result<Arc<Snapshot>, StoreError> {
        let version = self.database.get(&Version::key()).await?;
        self.at(version.unwrap_or_default()).await
    }

    async fn at(&self, mut version: Version) -> Result<Arc<Snapshot>, StoreError> {
        let kept_at = |version: &Version| self.kept().filter(|kept| kept.version == *version);
        if let Some(kept) = kept_at(&version) {
            return Ok(kept.snapshot.clone());
        }
        let _turn = self.loading.lock().await;
        for _ in 0..READ_TRIES_MAX {
            if let Some(kept) = kept_at(&version) {
                return Ok(kept.snapshot.clone());
            }
            match self.load(&version).await? {
                Some(chunks) => return Ok(self.keep(version, chunks)),
                None => version = self.database.get(&Version::key()).await?.unwrap_or_default(),
            }
        }
        Err(StoreError::Unavailable("the catalogue changed faster than it was read".into()))
    }

    /// The chunks of a version, read where they are not kept already; `None` when one was replaced meanwhile.
    async fn load(&self, version: &Version) -> Result<Option<HashMap<String, Chunk>>, StoreError> {
        let kept = self.kept();
        let known = |id: &String| kept.as_ref().and_then(|kept| kept.chunks.get(id).cloned());
        let ids = || version.chunks.iter().map(|chunk| &chunk.id);
        let missing: Vec<&str> = ids().filter(|id| known(id).is_none()).map(String::as_str).collect();
        let mut read = chunks::read(&self.database, &missing).await?;
        let chunk = |id: &String| Some((id.clone(), known(id).or_else(|| Some(shared(read.remove(id)?)))?));
        Ok(ids().map(chunk).collect())
    }

    fn keep(&self, version: Version, chunks: HashMap<String, Chunk>) -> Arc<Snapshot> {
        let of_version = version.chunks.iter().filter_map(|chunk| chunks.get(&chunk.id));
        let snapshot = Arc::new(Snapshot::of(of_version.flat_map(|chunk| chunk.iter().cloned()).collect()));
        let kept = Arc::new(Kept { version, chunks, snapshot: snapshot.clone() });
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        snapshot
    }

    fn kept(&self) -> Option<Arc<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn shared(entries: Vec<Entry>) -> Chunk {
    entries.into_iter().map(Arc::new).collect()
}
