//! `/system/v1/signing-keys`: the keys that sign playback tokens.

use super::input::{PageQuery, page};
use crate::answer::{Refusal, data};
use crate::model::KeyRecord;
use crate::shapes;
use crate::state::Mux;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;

pub(super) async fn create(State(mux): State<Arc<Mux>>) -> Result<Response, Refusal> {
    let (key, record) = mux.add_key(false);
    let mut shape = shapes::signing_key(&record);
    shape["private_key"] = key.private_key_base64_pem.into();
    Ok(data(StatusCode::CREATED, &shape))
}

pub(super) async fn retrieve(State(mux): State<Arc<Mux>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(data(StatusCode::OK, &shapes::signing_key(&live(&mux, &id)?)))
}

pub(super) async fn delete(State(mux): State<Arc<Mux>>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    live(&mux, &id)?;
    mux.keys.change(&id, |key| {
        key.deleted = true;
        true
    });
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(State(mux): State<Arc<Mux>>, query: PageQuery) -> Result<Response, Refusal> {
    let page = page(query)?;
    let mut keys: Vec<KeyRecord> = mux.keys.all().into_iter().filter(|key| !key.deleted).collect();
    keys.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    let shown = page.select(keys).iter().map(shapes::signing_key).collect();
    Ok(data(StatusCode::OK, &shown))
}

fn live(mux: &Mux, id: &str) -> Result<KeyRecord, Refusal> {
    mux.keys.get(id).filter(|key| !key.deleted).ok_or_else(Refusal::not_found)
}
