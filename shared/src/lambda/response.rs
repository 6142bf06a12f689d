//! Builds the response: envelope, headers, entity tag, compression.

use super::handler::Rules;
use crate::endpoint::{Cache, Reply};
use crate::http::compression::{CompressedBodies, compressed};
use crate::http::error::ApiError;
use crate::http::headers::{ALWAYS, DISTRIBUTION, FOREVER, NO_STORE, PUBLIC, etag, has_current};
use crate::models::html::escaped;
use crate::stores::rate_limits::{RateLimitDecision, WINDOW_SECONDS};
use crate::web::files::HTML;
use lambda_http::http::StatusCode;
use lambda_http::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use lambda_http::{Body, Response};
use serde_json::json;

/// A response before it has its common headers.
pub(super) struct EncodedResponse {
    pub(super) status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    public: bool,
}

/// Builds the response to a success, compressed if the client accepts it.
pub(super) fn encode(
    reply: Reply<Vec<u8>>,
    request_headers: &HeaderMap,
    rules: &Rules,
    bodies: &CompressedBodies,
) -> Result<EncodedResponse, ApiError> {
    let Rules { content_type, .. } = *rules;
    // A missing title may be published a moment later.
    let (status, cache) = reply.status.map_or((rules.status, rules.cache), |status| (status, Cache::NoStore));
    let body = reply.output;
    let public = matches!(cache, Cache::Public | Cache::Distribution | Cache::Forever);
    let mut headers = HeaderMap::new();
    let cache_control = match cache {
        Cache::NoStore | Cache::Tagged => NO_STORE,
        Cache::Public => PUBLIC,
        Cache::Distribution => DISTRIBUTION,
        Cache::Forever => FOREVER,
    };
    headers.insert(header::CACHE_CONTROL, cache_control);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if status == StatusCode::SERVICE_UNAVAILABLE.as_u16() {
        headers.insert(header::RETRY_AFTER, 1.into());
    }
    let vary = if public { "Accept-Encoding, Origin" } else { "Accept-Encoding" };
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    let tag = (cache != Cache::NoStore).then(|| etag(&body));
    if let Some(tag) = &tag {
        headers.insert(header::ETAG, HeaderValue::try_from(tag).map_err(ApiError::internal)?);
        if has_current(request_headers, tag) {
            headers.remove(header::CONTENT_TYPE);
            return Ok(EncodedResponse { status: 304, headers, body: Vec::new(), public });
        }
    }
    // Pictures do not become smaller.
    let may_compress = !reply.carries_token && !content_type.starts_with("image/");
    let compress = || match &tag {
        Some(tag) if public => bodies.compressed(request_headers, &body, tag),
        _ => compressed(request_headers, &body),
    };
    let body = match may_compress.then(compress).flatten() {
        Some(smaller) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            smaller
        }
        None => body,
    };
    Ok(EncodedResponse { status, headers, body, public })
}

impl EncodedResponse {
    /// Builds the response to an error: an HTML page if the endpoint returns pages.
    pub(super) fn error(error: &ApiError, request_id: &str, rules: &Rules) -> Self {
        let (content_type, body) = if rules.content_type == HTML {
            (HTML, page(error))
        } else {
            ("application/json", json(error, request_id))
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if error.code.asks_for_token() {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = error.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = error.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        Self { status: error.code.status().as_u16(), headers, body: body.into_bytes(), public: false }
    }

    /// The response to `HEAD`: the headers of the response to `GET`, including its length, without the body (RFC 9110
    /// §9.3.2).
    pub(super) fn without_body(mut self) -> Self {
        if self.status != 304 {
            self.headers.insert(header::CONTENT_LENGTH, self.body.len().into());
        }
        self.body = Vec::new();
        self
    }

    /// Converts it to a response for Lambda.
    pub(super) fn into_response(mut self, request_id: &str, decision: Option<&RateLimitDecision>) -> Response<Body> {
        self.headers.extend(ALWAYS.map(|(name, value)| (Some(name), value)));
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                self.headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-request-id", request_id.to_owned());
        if let Some(decision) = decision.filter(|_| !self.public) {
            set("ratelimit-policy", format!("\"{}\";q={};w={WINDOW_SECONDS}", decision.name, decision.limit));
            set("ratelimit", format!("\"{}\";r={};t={}", decision.name, decision.remaining, decision.reset_seconds));
        }
        let body = match String::from_utf8(self.body) {
            Ok(text) if text.is_empty() => Body::Empty,
            Ok(text) => Body::Text(text),
            Err(bytes) => Body::Binary(bytes.into_bytes()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        *response.headers_mut() = self.headers;
        response
    }
}

/// An error in the standard format.
fn json(error: &ApiError, request_id: &str) -> String {
    let mut error_body = json!({ "code": error.code, "message": error.message, "request_id": request_id });
    if let Some(details) = error.details.json() {
        error_body["details"] = details;
    }
    json!({ "success": false, "error": error_body }).to_string()
}

/// An error as a page, for a browser that asked for one.
fn page(error: &ApiError) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>Marquee</title>\n<p>{}</p>\n</html>\n",
        escaped(&error.message)
    )
}
