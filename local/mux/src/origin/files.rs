//! Files with byte ranges.

use crate::answer::Refusal;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_range_header::parse_range_header;
use std::io;
use std::path::Path;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

/// Bytes read from the disk at a time.
const CHUNK_BYTES: u64 = 64 * 1024;

/// Serves a file, or the one range that is requested: 206, or 416 if the file has no such bytes. A request for several
/// ranges gets the whole file, which HTTP allows.
pub(super) async fn serve(path: &Path, content_type: &'static str, asked: &HeaderMap) -> Result<Response, Refusal> {
    let mut file = File::open(path).await.map_err(|_| Refusal::not_found())?;
    let length = file.metadata().await?.len();
    let wanted = asked.get(header::RANGE).and_then(|value| parse_range_header(value.to_str().ok()?).ok());
    let range = match wanted.map(|wanted| wanted.validate(length)) {
        None => None,
        Some(Err(_)) => return Ok(unsatisfiable(length)),
        Some(Ok(ranges)) if ranges.len() == 1 => ranges.into_iter().next(),
        Some(Ok(_)) => None,
    };
    let (first, count) = range.as_ref().map_or((0, length), |range| (*range.start(), range.end() - range.start() + 1));
    file.seek(SeekFrom::Start(first)).await?;
    let mut response = Response::new(Body::from_stream(chunks(file, count)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, count.into());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    if range.is_some() {
        insert_content_range(headers, &format!("bytes {first}-{}/{length}", first + count - 1));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

fn unsatisfiable(length: u64) -> Response {
    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    insert_content_range(response.headers_mut(), &format!("bytes */{length}"));
    response
}

fn insert_content_range(headers: &mut HeaderMap, value: &str) {
    headers.insert(header::CONTENT_RANGE, HeaderValue::from_str(value).expect("digits are visible"));
}

/// The next `count` bytes of a file, read as fast as the client takes them.
fn chunks(file: File, count: u64) -> impl futures::Stream<Item = io::Result<Bytes>> {
    futures::stream::try_unfold((file, count), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let mut chunk = vec![0; usize::try_from(left.min(CHUNK_BYTES)).unwrap_or_default()];
        let read = file.read(&mut chunk).await?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        chunk.truncate(read);
        Ok(Some((Bytes::from(chunk), (file, left - read as u64))))
    })
}
