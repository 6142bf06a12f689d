//! The headers of every response, and entity tags.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{self, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

/// `Cache-Control` of a response that is the same for everybody.
pub const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=60, stale-while-revalidate=300");
/// `Cache-Control` of a page: CloudFront keeps it for a minute, and no browser shows an old one.
pub const DISTRIBUTION: HeaderValue = HeaderValue::from_static("public, max-age=0, s-maxage=60, must-revalidate");
/// `Cache-Control` of a response that never changes.
pub const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// `Cache-Control` of any other response.
pub const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The headers of every response.
pub const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-site")),
];

/// The entity tag of a body. It is weak, because compression changes the bytes.
pub fn etag(body: &[u8]) -> String {
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..16]))
}

/// Whether the client already has the response with this tag (RFC 9110 §13.1.2: weak comparison).
pub fn has_current(headers: &HeaderMap, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
}
