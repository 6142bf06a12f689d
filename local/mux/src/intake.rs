//! `PUT /upload/{id}`: accepts the file of a direct upload, whole or in chunks, and lets an interrupted upload resume.
//!
//! Chunks follow the protocol of resumable uploads to Google Cloud Storage, which Mux uses: `Content-Range: bytes
//! a-b/total` is answered with 308 and `Range: bytes=0-n` until the last byte has arrived, then with 200.

use crate::answer::Refusal;
use crate::model::{Upload, UploadStatus};
use crate::origin::cors;
use crate::presign::Grant;
use crate::state::Mux;
use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use futures::StreamExt;
use http::{HeaderMap, StatusCode, header};
use std::sync::Arc;
use tokio::fs::{self, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, SeekFrom};

/// Largest file that is accepted, in bytes.
const UPLOAD_BYTES_MAX: u64 = 8 << 30;
/// How much of a refused body is still read, in bytes. If the server responds while the client is still sending, the
/// client may see a broken connection instead of the response. The largest chunk of the usual browser client is half of
/// this.
const PASSED_OVER_BYTES_MAX: usize = 1 << 30;

pub(crate) fn router(mux: &Arc<Mux>) -> Router {
    Router::new()
        .route("/upload/{id}", put(receive))
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(cors))
        .with_state(mux.clone())
}

/// The part of a file that a request carries.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// The whole file, and its length if the request gives it.
    Whole(Option<u64>),
    /// The bytes from `start` up to but not including `end`, of `total` if that is already known.
    Chunk { start: u64, end: u64, total: Option<u64> },
    /// No bytes: the client asks how many have arrived.
    Question,
}

async fn receive(
    State(mux): State<Arc<Mux>>,
    Path(id): Path<String>,
    Query(grant): Query<Grant>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let mut body = body.into_data_stream();
    let answer = take(&mux, &id, &grant, &headers, &mut body).await;
    let mut left = PASSED_OVER_BYTES_MAX;
    while let Some(Ok(bytes)) = body.next().await {
        match left.checked_sub(bytes.len()) {
            Some(less) => left = less,
            None => break,
        }
    }
    answer
}

async fn take(
    mux: &Mux,
    id: &str,
    grant: &Grant,
    headers: &HeaderMap,
    body: &mut BodyDataStream,
) -> Result<Response, Refusal> {
    let upload = mux.uploads.get(id).ok_or_else(Refusal::not_found)?;
    if !mux.presigner.opens(&format!("/upload/{id}"), grant, mux.now()) {
        return Err(Refusal::forbidden("The upload URL is wrong or has expired"));
    }
    let part = part(headers)?;
    let writer = mux.writer(id);
    let _turn = writer.lock().await;
    // Read the upload again now that it is this request's turn: the previous chunk may have been the last one.
    let upload = mux.uploads.get(&upload.id).ok_or_else(Refusal::not_found)?;
    match upload.status {
        UploadStatus::AssetCreated => return Ok(StatusCode::OK.into_response()),
        UploadStatus::Waiting => {}
        UploadStatus::Cancelled | UploadStatus::TimedOut => {
            return Err(Refusal::new(StatusCode::GONE, "invalid_parameters", "The upload has ended"));
        }
    }
    match part {
        Part::Whole(length) => whole(mux, &upload, length, body).await,
        Part::Chunk { start, end, total } => chunk(mux, &upload, start..end, total, body).await,
        Part::Question => Ok(incomplete(received(mux, &upload).await)),
    }
}

async fn whole(
    mux: &Mux,
    upload: &Upload,
    length: Option<u64>,
    body: &mut BodyDataStream,
) -> Result<Response, Refusal> {
    if length.is_some_and(|length| length > UPLOAD_BYTES_MAX) {
        return Err(too_large());
    }
    append(mux, upload, 0, 0, UPLOAD_BYTES_MAX, body).await?;
    Ok(complete(mux, upload))
}

async fn chunk(
    mux: &Mux,
    upload: &Upload,
    range: std::ops::Range<u64>,
    total: Option<u64>,
    body: &mut BodyDataStream,
) -> Result<Response, Refusal> {
    if range.end.max(total.unwrap_or(0)) > UPLOAD_BYTES_MAX {
        return Err(too_large());
    }
    if let (Some(total), Some(total_before)) = (total, upload.total_bytes)
        && total != total_before
    {
        return Err(Refusal::invalid("Content-Range: the total differs from the chunk before"));
    }
    let total = total.or(upload.total_bytes);
    if total.is_some() && upload.total_bytes.is_none() {
        mux.uploads.change(&upload.id, |upload| {
            upload.total_bytes = total;
            true
        });
    }
    let there = received(mux, upload).await;
    if range.start > there {
        // There is a gap: the response says where to continue.
        return Ok(incomplete(there));
    }
    // Skip the bytes of a repeated chunk that have already arrived.
    append(mux, upload, there, there - range.start, range.end - range.start, body).await?;
    let there = received(mux, upload).await;
    Ok(if total == Some(there) { complete(mux, upload) } else { incomplete(there) })
}

/// Writes a body to the upload's file from position `at`, without its first `skip` bytes. The body may have up to
/// `bytes_max` bytes. If the connection breaks, the bytes that arrived are kept and the upload can resume.
async fn append(
    mux: &Mux,
    upload: &Upload,
    at: u64,
    skip: u64,
    bytes_max: u64,
    body: &mut BodyDataStream,
) -> Result<(), Refusal> {
    let path = mux.upload_file(&upload.id);
    let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path).await?;
    file.set_len(at).await?;
    file.seek(SeekFrom::Start(at)).await?;
    let mut came = 0_u64;
    while let Some(bytes) = body.next().await {
        let Ok(bytes) = bytes else {
            file.flush().await?;
            return Err(Refusal::invalid("The connection broke"));
        };
        let fresh = usize::try_from(skip.saturating_sub(came)).unwrap_or(usize::MAX).min(bytes.len());
        came += bytes.len() as u64;
        if came > bytes_max {
            file.set_len(at).await?;
            return Err(too_large());
        }
        file.write_all(&bytes[fresh..]).await?;
    }
    Ok(file.flush().await?)
}

fn complete(mux: &Mux, upload: &Upload) -> Response {
    // If the upload was cancelled meanwhile, that takes precedence.
    if mux.uploads.get(&upload.id).is_some_and(|now| now.status == UploadStatus::Waiting) {
        mux.finish_upload(upload);
    }
    StatusCode::OK.into_response()
}

fn incomplete(received: u64) -> Response {
    let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
    if let Some(last) = received.checked_sub(1)
        && let Ok(range) = format!("bytes=0-{last}").parse()
    {
        response.headers_mut().insert(header::RANGE, range);
    }
    response
}

async fn received(mux: &Mux, upload: &Upload) -> u64 {
    fs::metadata(mux.upload_file(&upload.id)).await.map_or(0, |file| file.len())
}

fn too_large() -> Refusal {
    let message =
        format!("An upload has at most {UPLOAD_BYTES_MAX} bytes, and a chunk exactly those of its Content-Range");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_parameters", message)
}

fn part(headers: &HeaderMap) -> Result<Part, Refusal> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let Some(range) = headers.get(header::CONTENT_RANGE) else { return Ok(Part::Whole(length)) };
    let parsed = range.to_str().ok().and_then(content_range);
    parsed.ok_or_else(|| Refusal::invalid("Content-Range must be bytes first-last/total, or bytes */total"))
}

/// `bytes 0-499/1234`, `bytes 0-499/*` or `bytes */1234`.
fn content_range(text: &str) -> Option<Part> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let total: Option<u64> = if total == "*" { None } else { Some(total.parse().ok()?) };
    if range == "*" {
        return Some(Part::Question);
    }
    let (first, last) = range.split_once('-')?;
    let (start, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let end = last.checked_add(1)?;
    (start < end && total.is_none_or(|total| end <= total)).then_some(Part::Chunk { start, end, total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read_strictly() {
        assert_eq!(content_range("bytes 0-9/20"), Some(Part::Chunk { start: 0, end: 10, total: Some(20) }));
        assert_eq!(content_range("bytes 5-9/*"), Some(Part::Chunk { start: 5, end: 10, total: None }));
        assert_eq!(content_range("bytes */20"), Some(Part::Question));
        for wrong in
            ["bytes 9-0/20", "bytes 0-20/20", "bytes -5/20", "0-9/20", "bytes 0-9", "bytes 0-18446744073709551615/*"]
        {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }
}
