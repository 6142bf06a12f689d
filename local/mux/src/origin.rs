//! The stream and image origin: what `stream.mux.com` and `image.mux.com` serve.

mod access;
mod files;
mod images;
mod playlists;
mod storyboards;

use crate::state::Mux;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, Method, StatusCode, header};
use std::sync::Arc;

/// CORS headers: players on any origin may fetch, seek and upload.
const CORS_HEADERS: [(header::HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, "range, content-range, content-length, accept-ranges"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
];
const PREFLIGHT_HEADERS: [(header::HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, PUT, OPTIONS"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, content-range, range, *"),
    (header::ACCESS_CONTROL_MAX_AGE, "3600"),
];

pub(crate) fn router(mux: &Arc<Mux>) -> Router {
    Router::new()
        .route("/{file}", get(playlists::master))
        .route("/{playback_id}/{file}", get(images::image))
        .route("/{playback_id}/text/{file}", get(playlists::text))
        .route("/{playback_id}/rendition/{file}", get(playlists::media))
        .layer(middleware::from_fn(cors))
        .with_state(mux.clone())
}

/// Adds the CORS headers to every response, and answers preflights.
pub(crate) async fn cors(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    for (name, value) in CORS_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if preflight {
        for (name, value) in PREFLIGHT_HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}
