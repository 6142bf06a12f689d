//! The catalogue's snapshot: published videos and all series in compressed chunks, and one version item that lists the
//! chunks. (The table also holds the marks of processed Mux events; see `publisher.rs`.)
//!
//! A list request reads the version item in parallel with the limiter, and loads chunks only if the version has
//! changed. Publishing writes the changed chunks under new ids and swaps the version item in the transaction that
//! changes the video's row. So the row and the snapshot cannot drift apart, and a reader never sees a partial change.

mod chunks;
mod snapshot_writer;

pub use snapshot_writer::{Edit, SnapshotChange, SnapshotWriter};

use crate::models::catalogue::{Listed, Snapshot};
use crate::services::{ConfigError, Services};
use crate::stores::database::Database;
use crate::stores::error::StoreError;
use crate::stores::row::{BatchGet, BatchResult, Key, Keys, MayFail};
use crate::stores::table::Table;
use boxed::boxed;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// How often a reader starts over if chunks are replaced while it reads.
const READ_TRIES_MAX: usize = 3;

/// The version item: the snapshot's chunks, in the order of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Incremented by every swap, which is conditional on it.
    version: u64,
    chunks: Vec<ChunkRef>,
}

/// A chunk, and the first id in it: a video or series belongs to the last chunk that starts at or before its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ChunkRef {
    id: String,
    first: Uuid,
}

impl Version {
    /// The key of the version item.
    pub fn key() -> Key<Self> {
        Key::simple(Table::Catalogue, "pk", "VERSION")
    }

    /// The same key, for an endpoint that serves its last snapshot while DynamoDB is unavailable.
    pub fn lenient_key() -> MayFail<Key<Self>> {
        MayFail(Self::key())
    }
}

/// The rows of an endpoint that needs only the catalogue: the version item, as with [`Version::lenient_key`].
pub struct CatalogueVersion;

impl Keys for CatalogueVersion {
    type Rows = <MayFail<Key<Version>> as Keys>::Rows;

    const FIXED: Self = Self;

    fn add_to(&self, batch: &mut BatchGet) {
        Version::lenient_key().add_to(batch);
    }

    fn rows(self, found: &BatchResult) -> Result<Self::Rows, StoreError> {
        Version::lenient_key().rows(found)
    }
}

type Chunk = Arc<[Listed]>;

/// The snapshot, cached between requests.
pub struct Catalogue {
    database: Database,
    cached: Mutex<Option<Arc<Cached>>>,
    /// One request loads it, and the others wait.
    loading: tokio::sync::Mutex<()>,
}

struct Cached {
    version: Version,
    chunks: HashMap<String, Chunk>,
    snapshot: Arc<Snapshot>,
}

impl Catalogue {
    /// The catalogue with this function's settings, loaded while the function starts. If that fails, the first request
    /// retries.
    #[boxed]
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let catalogue = Self::unloaded(services)?;
        let _ = catalogue.latest().await;
        Ok(catalogue)
    }

    /// The catalogue for a function that few of its requests need: the first of these loads it.
    pub fn unloaded(services: &Services) -> Result<Self, ConfigError> {
        let database = services.database(&[Table::Catalogue])?;
        Ok(Self { database, cached: Mutex::default(), loading: tokio::sync::Mutex::default() })
    }

    /// Builds the index for searches while the function starts, and not during its first search.
    pub fn prepare_search(&self) {
        if let Some(cached) = self.cached() {
            cached.snapshot.index();
        }
    }

    /// The snapshot of a version item that was read with [`Version::lenient_key`]. While DynamoDB is unavailable, the
    /// last snapshot that was read.
    #[boxed]
    pub async fn current(&self, version: Result<Option<Version>, StoreError>) -> Result<Arc<Snapshot>, StoreError> {
        let found = match version {
            Ok(version) => self.at(version.unwrap_or_default()).await,
            Err(error) => Err(error),
        };
        match (found, self.cached()) {
            (Err(StoreError::Unavailable(_)), Some(cached)) => Ok(cached.snapshot.clone()),
            (found, _) => found,
        }
    }

    /// The current snapshot: one read, and a second if it changed.
    #[boxed]
    pub async fn latest(&self) -> Result<Arc<Snapshot>, StoreError> {
        let version = self.database.get(&Version::key()).await?;
        self.at(version.unwrap_or_default()).await
    }

    async fn at(&self, mut version: Version) -> Result<Arc<Snapshot>, StoreError> {
        let cached_at = |version: &Version| self.cached().filter(|cached| cached.version == *version);
        if let Some(cached) = cached_at(&version) {
            return Ok(cached.snapshot.clone());
        }
        let _turn = self.loading.lock().await;
        for _ in 0..READ_TRIES_MAX {
            if let Some(cached) = cached_at(&version) {
                return Ok(cached.snapshot.clone());
            }
            match self.load(&version).await? {
                Some(chunks) => return Ok(self.keep(version, chunks)),
                None => version = self.database.get(&Version::key()).await?.unwrap_or_default(),
            }
        }
        Err(StoreError::Unavailable("the catalogue changed faster than it was read".into()))
    }

    /// The chunks of a version, read unless cached; `None` if one was replaced meanwhile.
    async fn load(&self, version: &Version) -> Result<Option<HashMap<String, Chunk>>, StoreError> {
        let cached = self.cached();
        let cached_chunk = |id: &String| cached.as_ref().and_then(|cached| cached.chunks.get(id).cloned());
        let ids = || version.chunks.iter().map(|chunk| &chunk.id);
        let missing: Vec<&str> = ids().filter(|id| cached_chunk(id).is_none()).map(String::as_str).collect();
        let mut read = chunks::read(&self.database, &missing).await?;
        let chunk = |id: &String| Some((id.clone(), cached_chunk(id).or_else(|| Some(read.remove(id)?.into()))?));
        Ok(ids().map(chunk).collect())
    }

    fn keep(&self, version: Version, chunks: HashMap<String, Chunk>) -> Arc<Snapshot> {
        let of_version = version.chunks.iter().filter_map(|chunk| chunks.get(&chunk.id));
        let snapshot = Arc::new(Snapshot::build(of_version.flat_map(|chunk| chunk.iter())));
        let cached = Arc::new(Cached { version, chunks, snapshot: snapshot.clone() });
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached);
        snapshot
    }

    fn cached(&self) -> Option<Arc<Cached>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
