//! The API: `/video/v1` and `/system/v1`, behind HTTP Basic authentication.

mod assets;
pub(crate) mod generated;
mod input;
mod signing_keys;
pub(crate) mod tracks;
mod uploads;

use crate::answer::Refusal;
use crate::state::Mux;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The largest body of an API call, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
pub(crate) fn router(mux: &Arc<Mux>) -> Router {
    let video = Router::new()
        .route("/uploads", post(uploads::create).get(uploads::list))
        .route("/uploads/{id}", get(uploads::retrieve))
        .route("/uploads/{id}/cancel", put(uploads::cancel))
        .route("/assets", post(assets::create).get(assets::list))
        .route("/assets/{id}", get(assets::retrieve).patch(assets::update).delete(assets::delete))
        .route("/assets/{id}/input-info", get(assets::input_info))
        .route("/assets/{id}/playback-ids", post(assets::create_playback_id))
        .route(
            "/assets/{id}/playback-ids/{playback_id}",
            get(assets::retrieve_playback_id).delete(assets::delete_playback_id),
        )
        .route("/assets/{id}/tracks", post(tracks::create))
        .route("/assets/{id}/tracks/{track_id}/generate-subtitles", post(generated::create))
        .route("/assets/{id}/tracks/{track_id}", axum::routing::patch(tracks::update).delete(tracks::delete))
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
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This path does not support this method")
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
