//! `/video/v1/uploads`: direct uploads.

use super::input::{PageQuery, check_settings, page, parse};
use crate::answer::{Refusal, data};
use crate::model::{AssetSettings, UploadStatus};
use crate::shapes;
use crate::state::Mux;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

/// How long an upload's URL is valid, in seconds: Mux's default and bounds.
const TIMEOUT_SECONDS: i64 = 3600;
const TIMEOUT_SECONDS_MIN: i64 = 60;
const TIMEOUT_SECONDS_MAX: i64 = 604_800;

#[derive(Deserialize)]
pub(super) struct NewUpload {
    cors_origin: Option<String>,
    timeout: Option<i64>,
    #[serde(default)]
    new_asset_settings: Option<AssetSettings>,
}

pub(super) async fn create(State(mux): State<Arc<Mux>>, body: Bytes) -> Result<Response, Refusal> {
    let new: NewUpload = parse(&body)?;
    let timeout = new.timeout.unwrap_or(TIMEOUT_SECONDS);
    if !(TIMEOUT_SECONDS_MIN..=TIMEOUT_SECONDS_MAX).contains(&timeout) {
        let bounds = format!("timeout: from {TIMEOUT_SECONDS_MIN} to {TIMEOUT_SECONDS_MAX} seconds");
        return Err(Refusal::invalid(bounds));
    }
    let settings = new.new_asset_settings.unwrap_or_default();
    check_settings(&settings)?;
    let upload = mux.add_upload(new.cors_origin.unwrap_or_default(), timeout, settings);
    Ok(data(StatusCode::CREATED, &shapes::upload(&mux, &upload)))
}

pub(super) async fn retrieve(State(mux): State<Arc<Mux>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let upload = mux.uploads.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(data(StatusCode::OK, &shapes::upload(&mux, &upload)))
}

pub(super) async fn cancel(State(mux): State<Arc<Mux>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    mux.uploads.get(&id).ok_or_else(Refusal::not_found)?;
    let ended = mux.end_upload(&id, UploadStatus::Cancelled);
    let upload = ended.ok_or_else(|| Refusal::invalid("Only an upload in status waiting can be cancelled"))?;
    Ok(data(StatusCode::OK, &shapes::upload(&mux, &upload)))
}

pub(super) async fn list(State(mux): State<Arc<Mux>>, query: PageQuery) -> Result<Response, Refusal> {
    let page = page(query)?;
    let mut uploads = mux.uploads.all();
    uploads.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    let shown = page.select(uploads).iter().map(|upload| shapes::upload(&mux, upload)).collect();
    Ok(data(StatusCode::OK, &shown))
}
