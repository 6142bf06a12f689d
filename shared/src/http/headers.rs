//! The headers of every response, entity tags and compression.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{self, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use std::io::Write;

/// The smallest body worth compressing, in bytes.
const COMPRESSED_BYTES_MIN: usize = 1_024;

/// On a list of videos, level 5 makes the body 3 % smaller and takes twice the time.
const COMPRESSION: Compression = Compression::new(2);

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

/// The compressed body, if compression is worthwhile and the client accepts gzip.
pub fn compressed(headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    if body.len() < COMPRESSED_BYTES_MIN || !takes_gzip(headers) {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), COMPRESSION);
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// Whether the client accepts gzip (RFC 9110 §12.5.3): its own weight counts, and that of `*` only if gzip is not named.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut gzip, mut any) = (None, None);
    for coding in values.flat_map(|value| value.split(',')) {
        let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = parameters.trim().to_ascii_lowercase().strip_prefix("q=").map(|q| q.trim().parse::<f32>());
        let is_accepted = !matches!(weight, Some(Ok(q)) if q <= 0.0);
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gzip = Some(is_accepted),
            "*" => any = Some(is_accepted),
            _ => {}
        }
    }
    gzip.or(any).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(encoding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, encoding.parse().expect("a value"))])
    }

    #[test]
    fn gzip_is_sent_exactly_to_clients_that_accept_it() {
        for accepted in
            ["gzip", "GZIP", "x-gzip", "br, gzip;q=0.5", "*", "identity;q=0, *;q=0.1", "*;q=0, gzip", "gzip; Q=1"]
        {
            assert!(takes_gzip(&accepting(accepted)), "{accepted}");
        }
        for refused in
            ["", "br", "gzip;q=0", "gzip; Q=0.000", "gzip;q=0, *", "*, gzip;q=0", "*;q=0", "identity", "gzipped"]
        {
            assert!(!takes_gzip(&accepting(refused)), "{refused}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
