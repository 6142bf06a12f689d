//! Chunks: gzipped JSON entries, small enough for one item and for reading many in one batch.

use crate::models::catalogue::Listed;
use crate::stores::database::Database;
use crate::stores::error::StoreError;
use crate::stores::row::Key;
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures::future::try_join_all;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use std::collections::HashMap;
use std::io::{Read, Write};

/// The largest compressed chunk: an item may have 400 KB.
const CHUNK_BYTES_MAX: usize = 300 * 1024;
/// The largest decompressed chunk, which bounds what is read into memory.
const PLAIN_BYTES_MAX: u64 = 64 << 20;
/// Chunks per batch, which may return 16 MB.
const BATCH_CHUNKS_MAX: usize = 48;

/// A chunk's row.
#[derive(Deserialize)]
pub(super) struct Chunk {
    body: Body,
}

/// Gzipped JSON.
struct Body(Vec<u8>);

/// The key of a chunk.
pub(super) fn key(id: &str) -> Key<Chunk> {
    Key::simple(Table::Catalogue, "pk", format!("CHUNK#{id}"))
}

/// The chunk as its item.
pub(super) fn item(id: &str, body: Vec<u8>) -> Item {
    let mut item = key(id).item();
    item.insert("body".to_owned(), AttributeValue::B(Blob::new(body)));
    item
}

/// Reads chunks concurrently; chunks that no longer exist are missing from the result.
pub(super) async fn read(database: &Database, ids: &[&str]) -> Result<HashMap<String, Vec<Listed>>, StoreError> {
    let batches = ids.chunks(BATCH_CHUNKS_MAX).map(async |ids| {
        let chunks = database.read(ids.iter().map(|id| key(id)).collect::<Vec<_>>()).await?;
        let found = ids.iter().zip(chunks).filter_map(|(id, chunk)| Some((id, chunk?)));
        found.map(|(id, chunk)| Ok(((*id).to_owned(), chunk.entries()?))).collect::<Result<Vec<_>, StoreError>>()
    });
    Ok(try_join_all(batches).await?.into_iter().flatten().collect())
}

/// Entries, and the chunk body that they are compressed into.
pub(super) struct Encoded<'a> {
    pub(super) entries: &'a [Listed],
    pub(super) body: Vec<u8>,
}

/// Compresses entries into as many bodies as necessary.
pub(super) fn encode(entries: &[Listed]) -> Result<Vec<Encoded<'_>>, StoreError> {
    encode_within(entries, CHUNK_BYTES_MAX)
}

fn encode_within(entries: &[Listed], bytes_max: usize) -> Result<Vec<Encoded<'_>>, StoreError> {
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

impl Chunk {
    fn entries(&self) -> Result<Vec<Listed>, StoreError> {
        let mut json = Vec::new();
        GzDecoder::new(self.body.0.as_slice()).take(PLAIN_BYTES_MAX).read_to_end(&mut json).map_err(corrupt)?;
        serde_json::from_slice(&json).map_err(corrupt)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Body;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("bytes")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Body, E> {
                Ok(Body(bytes.to_vec()))
            }

            fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Body, E> {
                Ok(Body(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

fn corrupt(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Corrupt(cause.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::catalogue::Entry;
    use crate::models::ids::SeriesId;
    use crate::models::series::SeriesEntry;
    use crate::models::video_view::PublicVideo;
    use crate::stores::row::read as read_row;
    use std::sync::Arc;
    use uuid::Uuid;

    fn decode(item: Item) -> Result<Vec<Listed>, StoreError> {
        read_row::<Chunk>(item)?.entries()
    }

    fn entries(count: u128) -> Vec<Listed> {
        let video = |number| PublicVideo {
            description: "Été à Łódź".to_owned(),
            episode: Some(3),
            published_at: Some("2026-01-02T03:04:05Z".parse().expect("a time")),
            ..PublicVideo::sample(number, &format!("Film {number}"))
        };
        let entry = |number| Listed::Video(Arc::new(Entry { video: video(number), publish_at: None, views: 7 }));
        (0..count).map(entry).collect()
    }

    #[test]
    fn chunks_that_grow_too_large_are_split_and_lose_nothing() {
        let all = entries(100);
        let bodies = encode_within(&all, 500).expect("JSON");
        assert!(bodies.len() > 2);
        let mut read = Vec::new();
        for Encoded { entries, body } in bodies {
            assert!(body.len() <= 500);
            let decoded = decode(item("a", body)).expect("a chunk");
            assert_eq!(decoded, entries);
            read.extend(decoded);
        }
        assert_eq!(read, all);
    }

    #[test]
    fn a_series_and_a_video_are_distinguished_when_read_back() {
        let series = SeriesEntry {
            series: SeriesId::from_uuid(Uuid::from_u128(9)),
            title: "Harbour Nine".to_owned(),
            description: String::new(),
            category: "drama".to_owned(),
        };
        let all = [entries(1).remove(0), Listed::Series(Arc::new(series))];
        let body = encode(&all).expect("JSON").remove(0).body;
        assert_eq!(decode(item("a", body)).expect("a chunk"), all);
    }

    #[test]
    fn no_entries_give_no_chunk_and_one_entry_is_never_split() {
        assert!(encode(&[]).expect("JSON").is_empty());
        assert_eq!(encode_within(&entries(1), 10).expect("JSON").len(), 1);
    }

    #[test]
    fn an_invalid_chunk_is_refused() {
        for body in [Vec::new(), b"junk".to_vec()] {
            assert!(matches!(decode(item("a", body)), Err(StoreError::Corrupt(_))));
        }
        assert!(matches!(decode(key("a").item()), Err(StoreError::Corrupt(_))));
    }
}
