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
/// How many compressed bodies are kept: the pages that most visitors ask for.
const KEPT_MAX: usize = 16;
/// The largest compressed body that is kept, in bytes, so that all kept ones need 4 MB at most.
const KEPT_BYTES_MAX: usize = 256 * 1_024;

/// The compressed body, if compression is worthwhile and the client accepts gzip.
pub fn compressed(headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    (body.len() >= BODY_BYTES_MIN && takes_gzip(headers)).then(|| gzip(body)).flatten()
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
        if body.len() < BODY_BYTES_MIN || !takes_gzip(headers) {
            return None;
        }
        if let Some(known) = self.known(etag) {
            return Some(known);
        }
        let smaller = gzip(body)?;
        if smaller.len() <= KEPT_BYTES_MAX {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.truncate(KEPT_MAX - 1);
            kept.push_front((etag.to_owned(), smaller.clone()));
        }
        Some(smaller)
    }

    /// A kept body, which becomes the one used last.
    fn known(&self, etag: &str) -> Option<Vec<u8>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|(tag, _)| tag == etag)?;
        let entry = kept.remove(found)?;
        let body = entry.1.clone();
        kept.push_front(entry);
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
    fn the_bodies_used_last_are_compressed_once() {
        let bodies = CompressedBodies::default();
        let body = |number: usize| format!("{number:04}").repeat(500).into_bytes();
        let compress = |number: usize| bodies.compressed(&accepting("gzip"), &body(number), &number.to_string());
        let kept = || bodies.0.lock().expect("no panic").iter().map(|(tag, _)| tag.clone()).collect::<Vec<_>>();

        for number in 0..KEPT_MAX {
            assert_eq!(compress(number), gzip(&body(number)));
        }
        assert_eq!(compress(0), gzip(&body(0)));
        assert_eq!(compress(KEPT_MAX), gzip(&body(KEPT_MAX)));

        assert_eq!(kept().len(), KEPT_MAX);
        assert_eq!(kept()[..2], [KEPT_MAX.to_string(), "0".to_owned()], "the one used last is not the first to go");
        assert!(!kept().contains(&"1".to_owned()));
        assert_eq!(bodies.compressed(&accepting("br"), &body(0), "0"), None, "a client without gzip");
    }

    #[test]
    fn a_large_body_is_compressed_and_not_kept() {
        let bodies = CompressedBodies::default();
        // Digits of a linear congruential generator, which gzip cannot make much smaller.
        let mut state = 1_u64;
        let mut digit = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        let body: Vec<u8> = (0..2 * KEPT_BYTES_MAX).map(|_| digit()).collect();

        assert_eq!(bodies.compressed(&accepting("gzip"), &body, "large"), gzip(&body));

        assert!(bodies.0.lock().expect("no panic").is_empty());
    }
}
