//! Folds new view counts into the catalogue, for `sort=popular`. Scheduled every few minutes.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::ids::VideoId;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Edit, SnapshotWriter};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::streams::{VIEW_SHARDS, ViewCount};
use shared::stores::table::Table;

/// The number of videos whose counters fit into one batch of at most 100 keys.
const VIDEOS_READ_MAX: usize = 12;
/// Concurrent batches.
const READS_AT_ONCE: usize = 8;
/// Videos per swap: their chunks fit into a transaction.
const VIDEOS_SWAPPED_MAX: usize = 1_000;
/// The most attempts at a swap if the catalogue changes meanwhile.
const TRIES_MAX: usize = 8;

/// Counts views.
pub struct RankVideos {
    database: Database,
    catalogue: Catalogue,
    writer: SnapshotWriter,
}

/// The schedule's event, which is not used.
#[derive(Deserialize)]
pub struct Tick {}

/// The result of a run.
#[derive(Serialize)]
pub struct RunReport {
    counted: usize,
    changed: usize,
}

impl Job for RankVideos {
    type Input = Tick;
    type Output = RunReport;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Streams])?,
            catalogue: Catalogue::connect(services).await?,
            writer: SnapshotWriter::connect(services)?,
        })
    }

    async fn run(&self, _: Tick, _: Timestamp) -> Result<RunReport, ApiError> {
        let snapshot = self.catalogue.latest().await?;
        let known: Vec<(VideoId, u64)> = snapshot.entries().map(|entry| (entry.video.id, entry.views)).collect();
        let batches: Vec<_> = known.chunks(VIDEOS_READ_MAX).map(|videos| self.count(videos)).collect();
        let counted: Vec<Vec<Edit>> = stream::iter(batches).buffered(READS_AT_ONCE).try_collect().await?;
        let edits: Vec<Edit> = counted.into_iter().flatten().collect();
        for edits in edits.chunks(VIDEOS_SWAPPED_MAX) {
            self.write(edits).await?;
        }
        Ok(RunReport { counted: known.len(), changed: edits.len() })
    }
}

impl RankVideos {
    /// The edits of videos whose count has changed.
    async fn count(&self, videos: &[(VideoId, u64)]) -> Result<Vec<Edit>, StoreError> {
        let shards = |id: VideoId| (0..VIEW_SHARDS).map(move |shard| ViewCount::key(id, shard)).collect::<Vec<_>>();
        let counters = self.database.read(videos.iter().map(|(id, _)| shards(*id)).collect::<Vec<_>>()).await?;
        let edit = |((id, before), shards): (&(VideoId, u64), Vec<Option<ViewCount>>)| {
            let views: u64 = shards.iter().flatten().map(|counter| counter.views).sum();
            (views != *before).then_some(Edit::Views(*id, views))
        };
        Ok(videos.iter().zip(counters).filter_map(edit).collect())
    }

    async fn write(&self, edits: &[Edit]) -> Result<(), StoreError> {
        for _ in 0..TRIES_MAX {
            match self.writer.write(edits).await {
                Err(StoreError::Condition(_)) => {}
                result => return result,
            }
        }
        Err(StoreError::Unavailable("the catalogue changed during every attempt".into()))
    }
}
