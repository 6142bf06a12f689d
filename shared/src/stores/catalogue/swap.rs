//! Changing the snapshot: new chunks beside the old, and a version item that names them instead.

use super::chunks::{self, Encoded};
use super::{ChunkRef, Version};
use crate::models::catalogue::Entry;
use crate::models::ids::VideoId;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Failed, Statement, StoreError, Table, failed};
use crate::stores::row::{Item, write};
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use futures::future::join_all;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A change of one video in the snapshot.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Shows it so. Its view count stays what it was.
    Put(Box<Entry>),
    /// Takes it out.
    Remove(VideoId),
    /// Sets its view count, if it is there.
    Views(VideoId, u64),
}

impl Edit {
    fn id(&self) -> VideoId {
        match self {
            Self::Put(entry) => entry.video.id,
            Self::Remove(id) | Self::Views(id, _) => *id,
        }
    }
}

/// A change of the snapshot, ready to be written.
#[derive(Debug)]
pub struct Swap {
    /// To be written in one transaction, with whatever belongs to them. One fails its condition when the snapshot was
    /// changed meanwhile.
    pub statements: Vec<Statement>,
    /// Chunks that nothing names once that is done.
    replaced: Vec<String>,
}

/// Changes the snapshot.
#[derive(Clone, Debug)]
pub struct Swapper {
    database: Database,
}

impl Swapper {
    /// The catalogue as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Catalogue]).map(|database| Self { database })
    }

    /// Prepares a change: reads the chunks that hold the videos, and no others.
    /// [`StoreError::Condition`] when the snapshot changes under it.
    pub async fn prepare(&self, edits: &[Edit]) -> Result<Swap, StoreError> {
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
        Ok(Swap { statements, replaced })
    }

    /// Changes the snapshot alone. [`StoreError::Condition`] when it was changed meanwhile.
    pub async fn swap(&self, edits: &[Edit]) -> Result<(), StoreError> {
        let mut swap = self.prepare(edits).await?;
        self.database.transact(std::mem::take(&mut swap.statements)).await?;
        self.sweep(&swap).await;
        Ok(())
    }

    /// Removes what a written swap replaced. What is left over takes a little room and nothing else; a reader that meets
    /// a missing chunk reads the version item again.
    pub async fn sweep(&self, swap: &Swap) {
        let Ok(table) = self.database.name(Table::Catalogue) else { return };
        let client = self.database.client();
        let delete = |id: &String| client.delete_item().table_name(table).set_key(Some(chunks::key(id).item())).send();
        for outcome in join_all(swap.replaced.iter().map(delete)).await {
            let _ = outcome.map_err(failed);
        }
    }
}

/// The edits by the index of the chunk that they belong to; 0 where there is no chunk yet.
fn by_chunk<'a>(version: &Version, edits: &'a [Edit]) -> BTreeMap<usize, Vec<&'a Edit>> {
    let mut by_chunk: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        let behind = version.chunks.partition_point(|chunk| chunk.first <= edit.id());
        by_chunk.entry(behind.saturating_sub(1)).or_default().push(edit);
    }
    by_chunk
}

/// The next version item, and the bodies of the chunks that are new in it, by id.
struct Rebuilt {
    version: Version,
    bodies: Vec<(String, Vec<u8>)>,
}

fn rebuilt(
    version: &Version,
    edits: &BTreeMap<usize, Vec<&Edit>>,
    mut old: HashMap<String, Vec<Entry>>,
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
            let id = Uuid::new_v4().to_string();
            next.chunks.extend(entries.first().map(|entry| ChunkRef { id: id.clone(), first: entry.video.id }));
            bodies.push((id, body));
        }
    }
    Ok(Rebuilt { version: next, bodies })
}

fn edited(entries: Vec<Entry>, edits: &[&Edit]) -> Vec<Entry> {
    let mut entries: BTreeMap<VideoId, Entry> = entries.into_iter().map(|entry| (entry.video.id, entry)).collect();
    for edit in edits {
        match edit {
            Edit::Put(entry) => {
                let views = entries.get(&entry.video.id).map_or(entry.views, |before| before.views);
                entries.insert(entry.video.id, Entry { views, ..Entry::clone(entry) });
            }
            Edit::Remove(id) => {
                entries.remove(id);
            }
            Edit::Views(id, views) => {
                if let Some(entry) = entries.get_mut(id) {
                    entry.views = *views;
                }
            }
        }
    }
    entries.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::plan::RequiredPlan;
    use crate::models::video::PublicVideo;

    fn id(number: u128) -> VideoId {
        VideoId::from_uuid(Uuid::from_u128(number))
    }

    fn entry(number: u128, title: &str) -> Entry {
        let video = PublicVideo {
            id: id(number),
            title: title.to_owned(),
            description: String::new(),
            category: "drama".to_owned(),
            required_plan: RequiredPlan::Free,
            duration: None,
            poster: None,
            series_id: None,
            season: None,
            episode: None,
            published_at: None,
        };
        Entry { video, publish_at: None, views: 3 }
    }

    fn version(chunks: &[(&str, u128)]) -> Version {
        let chunks = chunks.iter().map(|(name, first)| ChunkRef { id: (*name).to_owned(), first: id(*first) });
        Version { version: 7, chunks: chunks.collect() }
    }

    #[test]
    fn a_change_rewrites_only_the_chunk_that_holds_the_video() {
        let before = version(&[("a", 10), ("b", 20), ("c", 30)]);
        let edits = [Edit::Put(Box::new(entry(25, "New")))];
        let edits = by_chunk(&before, &edits);
        assert_eq!(edits.keys().copied().collect::<Vec<_>>(), [1]);
        let old = HashMap::from([("b".to_owned(), vec![entry(20, "Old"), entry(29, "Last")])]);
        let Rebuilt { version: next, bodies } = rebuilt(&before, &edits, old).expect("JSON");
        assert_eq!((next.version, bodies.len()), (8, 1));
        assert_eq!((&next.chunks[0], &next.chunks[2]), (&before.chunks[0], &before.chunks[2]));
        assert_eq!((next.chunks[1].first, &next.chunks[1].id), (id(20), &bodies[0].0));
        assert_ne!(next.chunks[1].id, "b");
    }

    #[test]
    fn videos_before_the_first_chunk_join_it_and_an_empty_chunk_is_gone() {
        let before = version(&[("a", 10), ("b", 20)]);
        let edits = [Edit::Put(Box::new(entry(5, "Early"))), Edit::Remove(id(20))];
        let old = HashMap::from([("a".to_owned(), vec![entry(10, "A")]), ("b".to_owned(), vec![entry(20, "B")])]);
        let Rebuilt { version: next, bodies } = rebuilt(&before, &by_chunk(&before, &edits), old).expect("JSON");
        assert_eq!((next.chunks.len(), next.chunks[0].first, bodies.len()), (1, id(5), 1));
        let none = Version::default();
        let Rebuilt { version: first, bodies } =
            rebuilt(&none, &by_chunk(&none, &edits), HashMap::new()).expect("JSON");
        assert_eq!((first.version, first.chunks.len(), bodies.len()), (1, 1, 1));
    }

    #[test]
    fn an_edited_video_keeps_its_views_and_one_that_is_gone_gets_none() {
        let shown = Entry { views: 0, ..entry(1, "Renamed") };
        let edits = [Edit::Put(Box::new(shown)), Edit::Views(id(2), 9), Edit::Views(id(3), 9)];
        let after = edited(vec![entry(1, "Named"), entry(2, "Other")], &edits.iter().collect::<Vec<_>>());
        let seen: Vec<(&str, u64)> = after.iter().map(|one| (one.video.title.as_str(), one.views)).collect();
        assert_eq!(seen, [("Renamed", 3), ("Other", 9)]);
    }
}
