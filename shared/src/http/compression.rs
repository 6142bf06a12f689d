//! Compressed response bodies.

use flate2::Compression;
use flate2::write::GzEncoder;
use lambda_http::http::HeaderMap;
use lambda_http::http::header;
use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The smallest body worth compressing, in bytes.
const BODY_BYTES_MIN: usize = 1_024;
/// On a list of videos, level 5 makes the body 3 % smaller and takes twice the time.
const LEVEL: Compression = Compression::new(2);
/// How many compressed bodies are cached: the pages that most visitors ask for.
const CACHED_MAX: usize = 16;
/// The largest compressed body that is cached, in bytes, so that all cached ones need 4 MB at most.
const CACHED_BYTES_MAX: usize = 256 * 1_024;

/// The compressed body, if compression is worthwhile and the client accepts gzip.
pub fn compressed(headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    is_worthwhile(headers, body).then(|| gzip(body)).flatten()
}

fn is_worthwhile(headers: &HeaderMap, body: &[u8]) -> bool {
    body.len() >= BODY_BYTES_MIN && takes_gzip(headers)
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), LEVEL);
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// The bodies that were compressed last, by entity tag, for responses that are the same for everybody. Compression takes
/// more time than anything else in a request for a list of videos.
#[derive(Debug, Default)]
pub struct CompressedBodies(Mutex<VecDeque<(String, Vec<u8>)>>);

impl CompressedBodies {
    /// As [`compressed`], for a body with this entity tag. Equal tags mean equal bodies.
    pub fn compressed(&self, headers: &HeaderMap, body: &[u8], etag: &str) -> Option<Vec<u8>> {
        if !is_worthwhile(headers, body) {
            return None;
        }
        if let Some(cached) = self.cached(etag) {
            return Some(cached);
        }
        let smaller = gzip(body)?;
        if smaller.len() <= CACHED_BYTES_MAX {
            let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Another request may have added it meanwhile.
            cache.retain(|(tag, _)| tag != etag);
            cache.truncate(CACHED_MAX - 1);
            cache.push_front((etag.to_owned(), smaller.clone()));
        }
        Some(smaller)
    }

    /// A cached body, which becomes the one used last.
    fn cached(&self, etag: &str) -> Option<Vec<u8>> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = cache.iter().position(|(tag, _)| tag == etag)?;
        let entry = cache.remove(found)?;
        let body = entry.1.clone();
        cache.push_front(entry);
        Some(body)
    }
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

    #[test]
    fn a_body_with_a_known_tag_is_not_compressed_again() {
        let bodies = CompressedBodies::default();
        let (first, other) = (vec![b'a'; BODY_BYTES_MIN], vec![b'b'; BODY_BYTES_MIN]);

        bodies.compressed(&accepting("gzip"), &first, "tag");

        assert_eq!(bodies.compressed(&accepting("gzip"), &other, "tag"), gzip(&first));
        assert_eq!(bodies.compressed(&accepting("br"), &first, "tag"), None, "a client without gzip");
    }

    #[test]
    fn the_bodies_used_last_stay_in_the_cache() {
        let bodies = CompressedBodies::default();
        let body = |number: usize| format!("{number:04}").repeat(500).into_bytes();
        let compress = |number: usize| bodies.compressed(&accepting("gzip"), &body(number), &number.to_string());
        let cached = || bodies.0.lock().expect("no panic").iter().map(|(tag, _)| tag.clone()).collect::<Vec<_>>();

        for number in 0..CACHED_MAX {
            assert_eq!(compress(number), gzip(&body(number)));
        }
        assert_eq!(compress(0), gzip(&body(0)));
        assert_eq!(compress(CACHED_MAX), gzip(&body(CACHED_MAX)));

        assert_eq!(cached().len(), CACHED_MAX);
        assert_eq!(cached()[..2], [CACHED_MAX.to_string(), "0".to_owned()], "the one used last is not the first to go");
        assert!(!cached().contains(&"1".to_owned()));
    }

    #[test]
    fn a_large_body_is_compressed_and_not_cached() {
        let bodies = CompressedBodies::default();
        // Digits of a linear congruential generator, which gzip cannot make much smaller.
        let mut state = 1_u64;
        let mut digit = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        let body: Vec<u8> = (0..2 * CACHED_BYTES_MAX).map(|_| digit()).collect();

        assert_eq!(bodies.compressed(&accepting("gzip"), &body, "large"), gzip(&body));

        assert!(bodies.0.lock().expect("no panic").is_empty());
    }
}
