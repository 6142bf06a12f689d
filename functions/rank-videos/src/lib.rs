//! Folds the views counted so far into the catalogue, for `sort=popular`. It runs by itself every few minutes.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::ids::VideoId;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Edit, Swapper};
use shared::stores::database::{Database, StoreError, Table};
use shared::stores::row::Wanted;
use shared::stores::streams::{VIEW_SHARDS, ViewCount};

/// Videos whose counters are read in one batch of at most 100 keys.
const VIDEOS_READ_MAX: usize = 12;
/// Batches under way at once.
const READS_AT_ONCE: usize = 8;
/// Videos of one swap: their chunks fit into a transaction.
const VIDEOS_SWAPPED_MAX: usize = 1_000;
/// Tries against whoever publishes meanwhile.
const TRIES_MAX: usize = 8;

/// Counts views.
pub struct RankVideos {
    database: Database,
    catalogue: Catalogue,
    swapper: Swapper,
}

/// The schedule's event, of which nothing is needed.
#[derive(Deserialize)]
pub struct Tick {}

/// What was done.
#[derive(Serialize)]
pub struct Ranked {
    counted: usize,
    changed: usize,
}

impl Job for RankVideos {
    type Input = Tick;
    type Output = Ranked;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Streams])?,
            catalogue: Catalogue::connect(services).await?,
            swapper: Swapper::connect(services)?,
        })
    }

    async fn run(&self, _: Tick, _: Timestamp) -> Result<Ranked, ApiError> {
        let snapshot = self.catalogue.latest().await?;
        let known: Vec<(VideoId, u64)> = snapshot.entries().map(|entry| (entry.video.id, entry.views)).collect();
        let batches: Vec<_> = known.chunks(VIDEOS_READ_MAX).map(|videos| self.count(videos)).collect();
        let counted: Vec<Vec<Edit>> = stream::iter(batches).buffered(READS_AT_ONCE).try_collect().await?;
        let edits: Vec<Edit> = counted.into_iter().flatten().collect();
        for edits in edits.chunks(VIDEOS_SWAPPED_MAX) {
            self.swap(edits).await?;
        }
        Ok(Ranked { counted: known.len(), changed: edits.len() })
    }
}

impl RankVideos {
    /// The edits of those whose count has changed.
    async fn count(&self, videos: &[(VideoId, u64)]) -> Result<Vec<Edit>, StoreError> {
        let keys = |id: VideoId| (0..VIEW_SHARDS).map(move |shard| ViewCount::key(id, shard));
        let wanted =
            videos.iter().flat_map(|(id, _)| keys(*id)).fold(Wanted::default(), |wanted, key| wanted.and(&key));
        let rows = self.database.read(&wanted).await?;
        let mut edits = Vec::new();
        for (id, before) in videos {
            let mut views = 0;
            for key in keys(*id) {
                views += rows.get(&key)?.map_or(0, |counter| counter.views);
            }
            if views != *before {
                edits.push(Edit::Views(*id, views));
            }
        }
        Ok(edits)
    }

    async fn swap(&self, edits: &[Edit]) -> Result<(), StoreError> {
        for _ in 0..TRIES_MAX {
            match self.swapper.swap(edits).await {
                Err(StoreError::Condition(_)) => {}
                result => return result,
            }
        }
        Err(StoreError::Unavailable("the catalogue changed under every try".into()))
    }
}
