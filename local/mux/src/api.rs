//! The API: `/video/v1` and `/system/v1`, behind HTTP Basic authentication.

mod assets;
mod signing_keys;
pub(crate) mod tracks;
mod uploads;

use crate::answer::Refusal;
use crate::model::AssetSettings;
use crate::state::Mux;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Largest body of an API call.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Mux's own limit.
const PASSTHROUGH_CHARACTERS_MAX: usize = 255;
const PAGE_ITEMS: usize = 25;
const PAGE_ITEMS_MAX: usize = 100;

pub(crate) fn router(mux: &Arc<Mux>) -> Router {
    let video = Router::new()
        .route("/uploads", post(uploads::create).get(uploads::list))
        .route("/uploads/{id}", get(uploads::retrieve))
        .route("/uploads/{id}/cancel", put(uploads::cancel))
        .route("/assets", post(assets::create).get(assets::list))
        .route("/assets/{id}", get(assets::retrieve).patch(assets::update).delete(assets::delete))
        .route("/assets/{id}/playback-ids", post(assets::create_playback_id))
        .route(
            "/assets/{id}/playback-ids/{playback_id}",
            get(assets::retrieve_playback_id).delete(assets::delete_playback_id),
        )
        .route("/assets/{id}/tracks", post(tracks::create))
        .route("/assets/{id}/tracks/{track_id}", axum::routing::delete(tracks::delete))
        .route("/playback-ids/{playback_id}", get(assets::find_playback_id))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method);
    let system = Router::new()
        .route("/signing-keys", post(signing_keys::create).get(signing_keys::list))
        .route("/signing-keys/{id}", get(signing_keys::retrieve).delete(signing_keys::delete))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method);
    Router::new()
        .nest("/video/v1", video)
        .nest("/system/v1", system)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(mux.clone(), authenticate))
        .with_state(mux.clone())
}

async fn unknown() -> Refusal {
    Refusal::not_found()
}

async fn wrong_method() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This path has other methods")
}

async fn authenticate(State(mux): State<Arc<Mux>>, request: Request, next: Next) -> Response {
    if is_authentic(&mux, request.headers()) {
        next.run(request).await
    } else {
        Refusal::unauthorized().into_response()
    }
}

fn is_authentic(mux: &Mux, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| {
        let (scheme, credentials) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(credentials.trim()).ok())?
    });
    let expected = format!("{}:{}", mux.token_id, mux.token_secret);
    given.is_some_and(|given| bool::from(given.ct_eq(expected.as_bytes())))
}

/// A body as JSON, whatever its content type says.
fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid(error.to_string()))
}

/// What Mux limits in an asset's settings.
fn check_settings(settings: &AssetSettings) -> Result<(), Refusal> {
    check_passthrough(settings.passthrough.as_deref())
}

fn check_passthrough(passthrough: Option<&str>) -> Result<(), Refusal> {
    let characters = passthrough.map_or(0, |text| text.chars().count());
    if characters > PASSTHROUGH_CHARACTERS_MAX {
        return Err(Refusal::invalid(format!("passthrough: at most {PASSTHROUGH_CHARACTERS_MAX} characters")));
    }
    Ok(())
}

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize)]
struct Page {
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    page: Option<usize>,
    #[serde(default)]
    upload_id: Option<String>,
}

impl Page {
    /// The asked part of `items`.
    fn of<T>(&self, items: Vec<T>) -> Vec<T> {
        let limit = self.limit.unwrap_or(PAGE_ITEMS).clamp(1, PAGE_ITEMS_MAX);
        let skipped = self.page.unwrap_or(1).max(1).saturating_sub(1).saturating_mul(limit);
        items.into_iter().skip(skipped).take(limit).collect()
    }
}

type PageQuery = Result<Query<Page>, axum::extract::rejection::QueryRejection>;

fn page(query: PageQuery) -> Result<Page, Refusal> {
    query.map(|Query(page)| page).map_err(|error| Refusal::invalid(error.body_text()))
}
