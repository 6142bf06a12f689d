//! `/video/v1/assets` and the playback ids under it.

use super::input::{PageQuery, check_passthrough, check_settings, page, parse};
use crate::answer::{Refusal, data};
use crate::ids;
use crate::model::{Asset, AssetSettings, PlaybackId, Policy};
use crate::shapes::{self, Shape};
use crate::state::Mux;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The most playback ids per asset; more would be a mistake of the caller.
const PLAYBACK_IDS_MAX: usize = 100;

fn shown(status: StatusCode, asset: &Asset) -> Response {
    data(status, &shapes::asset(asset, Shape::Api))
}

fn find(mux: &Mux, id: &str) -> Result<Asset, Refusal> {
    mux.assets.get(id).ok_or_else(Refusal::not_found)
}

pub(super) async fn create(State(mux): State<Arc<Mux>>, body: Bytes) -> Result<Response, Refusal> {
    let settings: AssetSettings = parse(&body)?;
    check_settings(&settings)?;
    let url = settings.inputs.first().and_then(|input| input["url"].as_str());
    let url = url.ok_or_else(|| Refusal::invalid("inputs: the first one needs a url"))?.to_owned();
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Refusal::invalid("inputs: url must be the http or https URL of a file"));
    }
    Ok(shown(StatusCode::CREATED, &mux.add_asset(settings, url)))
}

pub(super) async fn retrieve(State(mux): State<Arc<Mux>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(shown(StatusCode::OK, &find(&mux, &id)?))
}

pub(super) async fn input_info(State(mux): State<Arc<Mux>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(data(StatusCode::OK, &shapes::input_info(&find(&mux, &id)?)))
}

pub(super) async fn list(State(mux): State<Arc<Mux>>, query: PageQuery) -> Result<Response, Refusal> {
    let page = page(query)?;
    let mut assets = mux.assets.all();
    assets.retain(|asset| page.upload_id.is_none() || asset.upload_id == page.upload_id);
    assets.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    let shown: Vec<Value> = page.select(assets).iter().map(|asset| shapes::asset(asset, Shape::Api)).collect();
    // The stand-in's lists use page numbers, so there is no next cursor.
    Ok(axum::Json(json!({ "data": shown, "next_cursor": null })).into_response())
}

#[derive(Deserialize)]
struct AssetChange {
    passthrough: Option<String>,
    meta: Option<Map<String, Value>>,
}

pub(super) async fn update(
    State(mux): State<Arc<Mux>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let wanted: AssetChange = parse(&body)?;
    check_passthrough(wanted.passthrough.as_deref())?;
    let changed = mux.assets.change(&id, |asset| {
        let settings = &mut asset.settings;
        settings.passthrough = wanted.passthrough.or(settings.passthrough.take());
        settings.meta = wanted.meta.or(settings.meta.take());
        true
    });
    let asset = changed.ok_or_else(Refusal::not_found)?;
    mux.asset_event("updated", &asset);
    Ok(shown(StatusCode::OK, &asset))
}

pub(super) async fn delete(State(mux): State<Arc<Mux>>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    mux.remove_asset(&id).map(|_| StatusCode::NO_CONTENT).ok_or_else(Refusal::not_found)
}

#[derive(Deserialize)]
struct NewPlaybackId {
    policy: Policy,
}

pub(super) async fn create_playback_id(
    State(mux): State<Arc<Mux>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let asset = find(&mux, &id)?;
    let new: NewPlaybackId = parse(&body)?;
    if asset.playback_ids.len() >= PLAYBACK_IDS_MAX {
        return Err(Refusal::invalid(format!("An asset has at most {PLAYBACK_IDS_MAX} playback ids")));
    }
    let playback_id = PlaybackId { id: ids::id(), policy: new.policy };
    let changed = mux.assets.change(&id, |asset| {
        asset.playback_ids.push(playback_id.clone());
        true
    });
    mux.asset_event("updated", &changed.ok_or_else(Refusal::not_found)?);
    Ok(data(StatusCode::CREATED, &json!(playback_id)))
}

pub(super) async fn retrieve_playback_id(
    State(mux): State<Arc<Mux>>,
    Path((id, playback_id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let asset = find(&mux, &id)?;
    let found = asset.playback_ids.iter().find(|one| one.id == playback_id).ok_or_else(Refusal::not_found)?;
    Ok(data(StatusCode::OK, &json!(found)))
}

pub(super) async fn delete_playback_id(
    State(mux): State<Arc<Mux>>,
    Path((id, playback_id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let changed = mux.assets.change(&id, |asset| {
        let before = asset.playback_ids.len();
        asset.playback_ids.retain(|one| one.id != playback_id);
        asset.playback_ids.len() < before
    });
    mux.asset_event("updated", &changed.ok_or_else(Refusal::not_found)?);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn find_playback_id(
    State(mux): State<Arc<Mux>>,
    Path(playback_id): Path<String>,
) -> Result<Response, Refusal> {
    let (asset, policy) = mux.played_by(&playback_id).ok_or_else(Refusal::not_found)?;
    let found = json!({ "id": playback_id, "policy": policy, "object": { "type": "asset", "id": asset.id } });
    Ok(data(StatusCode::OK, &found))
}
