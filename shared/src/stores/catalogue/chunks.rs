//! Chunks: entries as gzip of JSON, small enough for an item and for a batch of many.

use crate::models::catalogue::Entry;
use crate::stores::database::{Database, StoreError, Table};
use crate::stores::row::{Item, Key, Wanted};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures::future::try_join_all;
use std::collections::HashMap;
use std::io::{Read, Write};

/// Largest chunk, compressed: an item holds 400 KB at most.
const CHUNK_BYTES_MAX: usize = 300 * 1024;
/// Largest chunk, decompressed: no more is ever read into memory.
const PLAIN_BYTES_MAX: u64 = 64 << 20;
/// Chunks of one batch, which answers 16 MB at most.
const BATCH_CHUNKS_MAX: usize = 48;

/// The key of a chunk.
pub(super) fn key(id: &str) -> Key<()> {
    Key::one(Table::Catalogue, "pk", format!("CHUNK#{id}"))
}

/// The chunk as its item.
pub(super) fn item(id: &str, body: Vec<u8>) -> Item {
    let mut item = key(id).item();
    item.insert("body".to_owned(), AttributeValue::B(Blob::new(body)));
    item
}

/// Reads chunks, all at once; those that are not there any more are missing.
pub(super) async fn read(database: &Database, ids: &[&str]) -> Result<HashMap<String, Vec<Entry>>, StoreError> {
    let batches = ids.chunks(BATCH_CHUNKS_MAX).map(async |ids| {
        let rows = database.read(&ids.iter().fold(Wanted::default(), |wanted, id| wanted.and(&key(id)))).await?;
        let found = ids.iter().filter_map(|id| Some((id, rows.item(&key(id))?)));
        found.map(|(id, item)| Ok(((*id).to_owned(), decode(item)?))).collect::<Result<Vec<_>, StoreError>>()
    });
    Ok(try_join_all(batches).await?.into_iter().flatten().collect())
}

/// Entries, and the chunk's body that they are compressed into.
pub(super) struct Encoded<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) body: Vec<u8>,
}

/// Compresses entries into as many bodies as it takes.
pub(super) fn encode(entries: &[Entry]) -> Result<Vec<Encoded<'_>>, StoreError> {
    encode_within(entries, CHUNK_BYTES_MAX)
}

fn encode_within(entries: &[Entry], bytes_max: usize) -> Result<Vec<Encoded<'_>>, StoreError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let json = serde_json::to_vec(entries).map_err(corrupt)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let body = encoder.write_all(&json).and_then(|()| encoder.finish()).map_err(corrupt)?;
    if body.len() <= bytes_max || entries.len() == 1 {
        return Ok(vec![Encoded { entries, body }]);
    }
    let (left, right) = entries.split_at(entries.len() / 2);
    let mut bodies = encode_within(left, bytes_max)?;
    bodies.extend(encode_within(right, bytes_max)?);
    Ok(bodies)
}

fn decode(item: &Item) -> Result<Vec<Entry>, StoreError> {
    let Some(AttributeValue::B(body)) = item.get("body") else { return Err(corrupt("a chunk without a body")) };
    let mut json = Vec::new();
    GzDecoder::new(body.as_ref()).take(PLAIN_BYTES_MAX).read_to_end(&mut json).map_err(corrupt)?;
    serde_json::from_slice(&json).map_err(corrupt)
}

fn corrupt(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Corrupt(cause.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ids::VideoId;
    use crate::models::plan::RequiredPlan;
    use crate::models::video::PublicVideo;
    use uuid::Uuid;

    fn entries(count: u128) -> Vec<Entry> {
        let video = |number| PublicVideo {
            id: VideoId::from_uuid(Uuid::from_u128(number)),
            title: format!("Film {number}"),
            description: "Été à Łódź".to_owned(),
            category: "drama".to_owned(),
            required_plan: RequiredPlan::Basic,
            duration: Some(1_800.04),
            poster: None,
            series_id: None,
            season: None,
            episode: Some(3),
            published_at: Some("2026-01-02T03:04:05Z".parse().expect("a time")),
        };
        (0..count).map(|number| Entry { video: video(number), publish_at: None, views: 7 }).collect()
    }

    #[test]
    fn chunks_that_grow_too_large_are_split_and_lose_nothing() {
        let all = entries(100);
        let bodies = encode_within(&all, 500).expect("JSON");
        assert!(bodies.len() > 2);
        let mut read = Vec::new();
        for Encoded { entries, body } in bodies {
            assert!(body.len() <= 500);
            let decoded = decode(&item("a", body)).expect("a chunk");
            assert_eq!(decoded, entries);
            read.extend(decoded);
        }
        assert_eq!(read, all);
    }

    #[test]
    fn no_entries_are_no_chunk_and_one_is_never_split() {
        assert!(encode(&[]).expect("JSON").is_empty());
        assert_eq!(encode_within(&entries(1), 10).expect("JSON").len(), 1);
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        for body in [Vec::new(), b"junk".to_vec()] {
            assert!(matches!(decode(&item("a", body)), Err(StoreError::Corrupt(_))));
        }
        assert!(matches!(decode(&key("a").item()), Err(StoreError::Corrupt(_))));
    }
}
