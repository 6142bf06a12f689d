//! What `PORT` serves outside `/api`: the built web app, or a plain page if it was not built. Text is compressed, as by
//! CloudFront. Some pages come from functions, through the same gateway as the API.

use crate::template::Template;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use shared::http::compression::compressed;
use std::path::{Component, Path, PathBuf};

const PLAIN_PAGE: &str = include_str!("web/plain.html");
const PLAIN_STYLE: &str = include_str!("web/plain.css");

/// The web app's files. Clones share them.
#[derive(Clone)]
pub(crate) struct Web {
    /// The folder of the built app, if it exists.
    dist: Option<PathBuf>,
    headers: HeaderMap,
    page_patterns: Vec<String>,
}

impl Web {
    /// Serves `dist` if it contains an app, with the headers that CloudFront adds according to the template, except for the
    /// pages that come from functions.
    ///
    /// # Errors
    /// If one of the headers has an invalid value.
    pub(crate) fn new(dist: &Path, template: &Template) -> Result<Self, header::InvalidHeaderValue> {
        let value =
            |(name, value): &(&'static str, String)| Ok((HeaderName::from_static(name), HeaderValue::from_str(value)?));
        let dist = dist.join("index.html").is_file().then(|| dist.to_owned());
        let headers = template.web_headers.iter().map(value).collect::<Result<_, _>>()?;
        Ok(Self { dist, headers, page_patterns: template.page_patterns.clone() })
    }

    /// The URI under which the gateway routes the request, if the page comes from a function; otherwise `None`.
    pub(crate) fn function_page_uri(&self, uri: &Uri) -> Option<Uri> {
        let path = uri.path();
        let takes = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == pattern,
        };
        let pattern = self.page_patterns.iter().find(|pattern| takes(pattern))?;
        if pattern.ends_with('*') { page_path(path).parse().ok() } else { Some(uri.clone()) }
    }

    /// Adds the headers of the app's pages. As with CloudFront, they replace a function's own.
    pub(crate) fn add_headers(&self, response: &mut Response) {
        response.headers_mut().extend(self.headers.clone());
    }

    /// Responds to a request for a page or a file.
    pub(crate) async fn answer(&self, method: &Method, headers: &HeaderMap, path: &str) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
        }
        let mut response = match &self.dist {
            Some(dist) => app(dist, headers, path).await,
            None => plain(headers, path),
        };
        self.add_headers(&mut response);
        response
    }
}

/// The path of a title's page as in its route: two segments, without a query. `PagePaths` in the template does the same.
fn page_path(path: &str) -> String {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let kind = parts.next().unwrap_or_default();
    let rest = parts.collect::<Vec<_>>().join("-");
    format!("/{kind}/{}", if rest.is_empty() { "-" } else { &rest })
}

/// A file of the app, or its single page for every path that the app itself routes.
async fn app(dist: &Path, headers: &HeaderMap, path: &str) -> Response {
    let relative = Path::new(path.trim_start_matches('/'));
    let is_inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if is_inside && !path.ends_with('/') {
        if let Ok(bytes) = tokio::fs::read(dist.join(relative)).await {
            // The build names these files by a hash of their content.
            let cache = if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
            return file(headers, relative, bytes, cache);
        }
        if relative.extension().is_some() {
            return (StatusCode::NOT_FOUND, "not found\n").into_response();
        }
    }
    // The television's app has a page of its own.
    let page = if path == "/tv" || path.starts_with("/tv/") { "tv.html" } else { "index.html" };
    match tokio::fs::read(dist.join(page)).await {
        Ok(bytes) => file(headers, Path::new(page), bytes, "no-cache"),
        Err(_) => (StatusCode::NOT_FOUND, "the web app is being built\n").into_response(),
    }
}

fn plain(headers: &HeaderMap, path: &str) -> Response {
    match path {
        "/plain.css" => file(headers, Path::new("plain.css"), PLAIN_STYLE.into(), "no-cache"),
        "/" | "/index.html" | "/plans" | "/subscription/return" => {
            file(headers, Path::new("plain.html"), PLAIN_PAGE.into(), "no-cache")
        }
        _ => (StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

fn file(headers: &HeaderMap, path: &Path, bytes: Vec<u8>, cache: &'static str) -> Response {
    let content_type = match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let described = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, cache)];
    if !is_text(content_type) {
        return (described, Body::from(bytes)).into_response();
    }
    let varying = [(header::VARY, "Accept-Encoding")];
    match compressed(headers, &bytes) {
        Some(smaller) => {
            (described, varying, [(header::CONTENT_ENCODING, "gzip")], Body::from(smaller)).into_response()
        }
        None => (described, varying, Body::from(bytes)).into_response(),
    }
}

/// Whether a type gets smaller when it is compressed. Pictures and fonts are compressed already.
fn is_text(content_type: &str) -> bool {
    content_type.starts_with("text/") || content_type.contains("json") || content_type == "image/svg+xml"
}
