//! The content types of bodies.

use lambda_http::http::{HeaderMap, HeaderName, header};

/// The content types of pictures.
pub(super) const IMAGE_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// The content types of captions: WebVTT, the two in use for SubRip, and plain text.
pub(super) const CAPTIONS_TYPES: [&str; 4] = ["text/vtt", "application/x-subrip", "text/srt", "text/plain"];

/// Whether the headers declare the body as uncompressed JSON in UTF-8.
pub fn is_json(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().map_or(Some(""), |value| value.to_str().ok());
        first.filter(|_| values.next().is_none())
    };
    let is_plain = text(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity"));
    is_plain && text(header::CONTENT_TYPE).is_some_and(is_json_type)
}

/// Whether the headers declare the body as uncompressed captions.
pub fn is_captions(headers: &HeaderMap) -> bool {
    is_plain_file(headers, &CAPTIONS_TYPES)
}

/// Whether the headers declare the body as a picture in a format that is accepted.
pub fn is_image(headers: &HeaderMap) -> bool {
    is_plain_file(headers, &IMAGE_TYPES)
}

/// Whether the headers declare the body as an uncompressed file of one of these types.
fn is_plain_file(headers: &HeaderMap, types: &[&str]) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    types.iter().any(|known| known.eq_ignore_ascii_case(essence)) && !headers.contains_key(header::CONTENT_ENCODING)
}

/// `application/json`, with at most one `charset=utf-8` and any other parameters (RFC 9110 §8.3).
fn is_json_type(value: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let mut charsets = 0;
    let parameters_fit = parts.filter(|parameter| !parameter.is_empty()).all(|parameter| {
        let Some((name, value)) = parameter.split_once('=') else { return false };
        if !name.eq_ignore_ascii_case("charset") {
            return !name.is_empty() && !value.is_empty() && !name.contains(char::is_whitespace);
        }
        charsets += 1;
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        unquoted.eq_ignore_ascii_case("utf-8")
    });
    is_json && parameters_fit && charsets <= 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::http::HeaderValue;

    fn takes(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        is_json(&map)
    }

    #[test]
    fn only_utf_8_json_is_accepted() {
        for right in [
            "application/json",
            "Application/JSON",
            "application/json;charset=utf-8",
            "application/json; charset=UTF-8",
            "application/json; Charset=\"utf-8\"",
            "application/json ; x=y; charset=Utf-8",
            "application/json;",
        ] {
            assert!(takes(&[("content-type", right)]), "{right}");
        }
        for wrong in [
            "",
            "json",
            "application/json+x",
            "application/x+json",
            "application/jsonp",
            "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/json; charset=utf8",
            "application/json; charset=",
            "application/json; charset",
            "application/json; charset=latin1",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json; charset=utf-8; charset=utf-8",
            "application/json; charset=\"utf-8",
            "application/json; charset = utf-8",
        ] {
            assert!(!takes(&[("content-type", wrong)]), "{wrong}");
        }
        assert!(takes(&[("content-type", "application/json"), ("content-encoding", "identity")]));
        assert!(!takes(&[("content-type", "application/json"), ("content-encoding", "gzip")]));
        assert!(!takes(&[("content-type", "application/json"), ("content-type", "text/plain")]));
        assert!(!takes(&[]));
    }
}
