//! Changes of the snapshot: new chunks are written beside the old ones, and the version item is switched to them.

use super::chunks::{self, Encoded};
use super::{ChunkRef, Version};
use crate::models::catalogue::{Entry, Listed};
use crate::models::ids::{SeriesId, VideoId};
use crate::models::series::SeriesEntry;
use crate::models::trailer::TrailerEntry;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{Failed, StoreError, failed};
use crate::stores::row::write;
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use boxed::boxed;
use futures::future::join_all;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// A change of one video or series in the snapshot.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Adds or updates a video. Its view count stays the same.
    Put(Box<Entry>),
    /// Adds or updates a trailer.
    PutTrailer(Box<TrailerEntry>),
    /// Removes a video or a trailer.
    Remove(VideoId),
    /// Sets a video's view count, if the video exists.
    Views(VideoId, u64),
    /// Adds or updates a series.
    PutSeries(Box<SeriesEntry>),
    /// Removes a series.
    RemoveSeries(SeriesId),
}

impl Edit {
    fn id(&self) -> Uuid {
        match self {
            Self::Put(entry) => entry.video.id.uuid(),
            Self::Remove(id) | Self::Views(id, _) => id.uuid(),
            Self::PutTrailer(entry) => entry.trailer.uuid(),
            Self::PutSeries(entry) => entry.series.uuid(),
            Self::RemoveSeries(id) => id.uuid(),
        }
    }
}

/// A change of the snapshot, ready to be written.
#[derive(Debug)]
pub struct SnapshotChange {
    /// Statements to write in one transaction, together with related statements. One of them fails its condition if the
    /// snapshot was changed meanwhile.
    pub statements: Vec<Statement>,
    /// Chunks that are no longer referenced afterwards.
    replaced: Vec<String>,
}

/// Changes the snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotWriter {
    database: Database,
}

impl SnapshotWriter {
    /// The catalogue, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Catalogue]).map(|database| Self { database })
    }

    /// Prepares a change: reads only the chunks that contain the videos. [`StoreError::Condition`] if the snapshot
    /// changes meanwhile.
    #[boxed]
    pub async fn prepare(&self, edits: &[Edit]) -> Result<SnapshotChange, StoreError> {
        let version: Version = self.database.get(&Version::key()).await?.unwrap_or_default();
        let by_chunk = by_chunk(&version, edits);
        let ids: Vec<&str> = by_chunk.keys().filter_map(|at| version.chunks.get(*at)).map(|chunk| &*chunk.id).collect();
        let old = chunks::read(&self.database, &ids).await?;
        if old.len() < ids.len() {
            return Err(StoreError::Condition(Failed::default()));
        }
        let replaced = ids.into_iter().map(str::to_owned).collect();
        let Rebuilt { version: next, bodies } = rebuilt(&version, &by_chunk, old)?;
        let table = self.database.name(Table::Catalogue)?;
        let put = |item: Item| Put::builder().table_name(table).set_item(Some(item));
        let named = put(write(&Version::key(), &next)?);
        let named = match version.version {
            0 => named.condition_expression("attribute_not_exists(pk)"),
            before => named
                .condition_expression("version = :before")
                .expression_attribute_values(":before", AttributeValue::N(before.to_string())),
        };
        let bodies = bodies.into_iter().map(|(id, body)| put(chunks::item(&id, body)));
        let puts = std::iter::once(named).chain(bodies).map(|put| put.build().map(Statement::from));
        let statements = puts.collect::<Result<_, _>>().map_err(|error| StoreError::Refused(Box::new(error)))?;
        Ok(SnapshotChange { statements, replaced })
    }

    /// Changes only the snapshot. [`StoreError::Condition`] if it was changed meanwhile.
    #[boxed]
    pub async fn write(&self, edits: &[Edit]) -> Result<(), StoreError> {
        let mut change = self.prepare(edits).await?;
        self.database.transact(std::mem::take(&mut change.statements)).await?;
        self.sweep(&change).await;
        Ok(())
    }

    /// Removes the chunks that a swap replaced. If this fails, leftovers only take a little space. A reader that misses
    /// a chunk reads the version item again.
    #[boxed]
    pub async fn sweep(&self, change: &SnapshotChange) {
        let Ok(table) = self.database.name(Table::Catalogue) else { return };
        let client = self.database.client();
        let delete = |id: &String| client.delete_item().table_name(table).set_key(Some(chunks::key(id).item())).send();
        for outcome in join_all(change.replaced.iter().map(delete)).await {
            let _ = outcome.map_err(failed);
        }
    }
}

/// The edits by the index of their chunk; 0 if there is no chunk yet.
fn by_chunk<'a>(version: &Version, edits: &'a [Edit]) -> BTreeMap<usize, Vec<&'a Edit>> {
    let mut by_chunk: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        let behind = version.chunks.partition_point(|chunk| chunk.first <= edit.id());
        by_chunk.entry(behind.saturating_sub(1)).or_default().push(edit);
    }
    by_chunk
}

/// The next version item, and the bodies of its new chunks, by id.
struct Rebuilt {
    version: Version,
    bodies: Vec<(String, Vec<u8>)>,
}

fn rebuilt(
    version: &Version,
    edits: &BTreeMap<usize, Vec<&Edit>>,
    mut old: HashMap<String, Vec<Listed>>,
) -> Result<Rebuilt, StoreError> {
    let mut next = Version { version: version.version + 1, chunks: Vec::new() };
    let mut bodies = Vec::new();
    for at in 0..version.chunks.len().max(1) {
        let chunk = version.chunks.get(at);
        let Some(edits) = edits.get(&at) else {
            next.chunks.extend(chunk.cloned());
            continue;
        };
        let entries = edited(chunk.and_then(|chunk| old.remove(&chunk.id)).unwrap_or_default(), edits);
        for Encoded { entries, body } in chunks::encode(&entries)? {
            #[expect(clippy::disallowed_methods, reason = "the id of a chunk has no order and no time")]
            let id = Uuid::new_v4().to_string();
            next.chunks.extend(entries.first().map(|entry| ChunkRef { id: id.clone(), first: entry.id() }));
            bodies.push((id, body));
        }
    }
    Ok(Rebuilt { version: next, bodies })
}

fn edited(entries: Vec<Listed>, edits: &[&Edit]) -> Vec<Listed> {
    let mut entries: BTreeMap<Uuid, Listed> = entries.into_iter().map(|entry| (entry.id(), entry)).collect();
    for edit in edits {
        let id = edit.id();
        match edit {
            Edit::Put(entry) => {
                let views = views_of(entries.get(&id)).unwrap_or(entry.views);
                entries.insert(id, video(entry, views));
            }
            Edit::Views(_, views) => {
                if let Some(Listed::Video(entry)) = entries.get(&id).cloned() {
                    entries.insert(id, video(&entry, *views));
                }
            }
            Edit::PutTrailer(entry) => {
                entries.insert(id, Listed::Trailer(Arc::new(TrailerEntry::clone(entry))));
            }
            Edit::PutSeries(entry) => {
                entries.insert(id, Listed::Series(Arc::new(SeriesEntry::clone(entry))));
            }
            Edit::Remove(_) | Edit::RemoveSeries(_) => {
                entries.remove(&id);
            }
        }
    }
    entries.into_values().collect()
}

fn views_of(listed: Option<&Listed>) -> Option<u64> {
    match listed {
        Some(Listed::Video(entry)) => Some(entry.views),
        _ => None,
    }
}

fn video(entry: &Entry, views: u64) -> Listed {
    Listed::Video(Arc::new(Entry { views, ..entry.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::video_view::PublicVideo;

    fn id(number: u128) -> VideoId {
        VideoId::from_uuid(Uuid::from_u128(number))
    }

    fn entry(number: u128, title: &str) -> Entry {
        Entry { video: PublicVideo::sample(number, title), publish_at: None, views: 3 }
    }

    fn listed(number: u128, title: &str) -> Listed {
        Listed::Video(Arc::new(entry(number, title)))
    }

    fn version(chunks: &[(&str, u128)]) -> Version {
        let chunks =
            chunks.iter().map(|(name, first)| ChunkRef { id: (*name).to_owned(), first: Uuid::from_u128(*first) });
        Version { version: 7, chunks: chunks.collect() }
    }

    #[test]
    fn a_change_rewrites_only_the_videos_chunk() {
        let before = version(&[("a", 10), ("b", 20), ("c", 30)]);
        let edits = [Edit::Put(Box::new(entry(25, "New")))];
        let edits = by_chunk(&before, &edits);
        assert_eq!(edits.keys().copied().collect::<Vec<_>>(), [1]);
        let old = HashMap::from([("b".to_owned(), vec![listed(20, "Old"), listed(29, "Last")])]);
        let Rebuilt { version: next, bodies } = rebuilt(&before, &edits, old).expect("JSON");
        assert_eq!((next.version, bodies.len()), (8, 1));
        assert_eq!((&next.chunks[0], &next.chunks[2]), (&before.chunks[0], &before.chunks[2]));
        assert_eq!((next.chunks[1].first, &next.chunks[1].id), (Uuid::from_u128(20), &bodies[0].0));
        assert_ne!(next.chunks[1].id, "b");
    }

    #[test]
    fn videos_before_the_first_chunk_join_it_and_an_empty_chunk_is_dropped() {
        let before = version(&[("a", 10), ("b", 20)]);
        let edits = [Edit::Put(Box::new(entry(5, "Early"))), Edit::Remove(id(20))];
        let old = HashMap::from([("a".to_owned(), vec![listed(10, "A")]), ("b".to_owned(), vec![listed(20, "B")])]);
        let Rebuilt { version: next, bodies } = rebuilt(&before, &by_chunk(&before, &edits), old).expect("JSON");
        assert_eq!((next.chunks.len(), next.chunks[0].first, bodies.len()), (1, Uuid::from_u128(5), 1));
        let none = Version::default();
        let Rebuilt { version: first, bodies } =
            rebuilt(&none, &by_chunk(&none, &edits), HashMap::new()).expect("JSON");
        assert_eq!((first.version, first.chunks.len(), bodies.len()), (1, 1, 1));
    }

    #[test]
    fn an_edited_video_keeps_its_views_and_a_removed_one_gets_none() {
        let shown = Entry { views: 0, ..entry(1, "Renamed") };
        let edits = [Edit::Put(Box::new(shown)), Edit::Views(id(2), 9), Edit::Views(id(3), 9)];
        let after = edited(vec![listed(1, "Named"), listed(2, "Other")], &edits.iter().collect::<Vec<_>>());
        let title = |listed: &Listed| match listed {
            Listed::Video(entry) => (entry.video.title.clone(), entry.views),
            Listed::Series(entry) => (entry.title.clone(), 0),
            Listed::Trailer(entry) => panic!("no trailer was listed: {entry:?}"),
        };
        let seen: Vec<(String, u64)> = after.iter().map(title).collect();
        assert_eq!(seen, [("Renamed".to_owned(), 3), ("Other".to_owned(), 9)]);
    }
}
