//! The event that an HTTP API builds from a request: payload format 2.0.

use super::routes::Matched;
use crate::template::ACCOUNT;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// Content types whose bodies are passed as text; all others are passed as base64.
const TEXT_TYPES: [&str; 3] = ["application/json", "application/javascript", "application/xml"];

/// The event of a request.
pub(super) fn build(
    parts: &Parts,
    body: &Bytes,
    matched: &Matched<'_>,
    peer: IpAddr,
    request_id: &str,
    now: Timestamp,
) -> Value {
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let host = text(&parts.headers, header::HOST.as_str()).unwrap_or_default();
    let is_text = is_text(&parts.headers) && std::str::from_utf8(body).is_ok();
    let mut event = json!({
        "version": "2.0",
        "routeKey": matched.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, peer, request_id),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split('.').next().unwrap_or_default(),
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": peer.to_string(),
                "userAgent": text(&parts.headers, header::USER_AGENT.as_str()).unwrap_or_default(),
            },
            "requestId": request_id,
            "routeKey": matched.key,
            "stage": "$default",
            "time": now.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": !body.is_empty() && !is_text,
    });
    if !body.is_empty() {
        let body = if is_text { String::from_utf8_lossy(body).into_owned() } else { STANDARD.encode(body) };
        event["body"] = body.into();
    }
    if !matched.parameters.is_empty() {
        event["pathParameters"] = json!(matched.parameters);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = query_parameters(query);
    }
    if let Some(cookies) = text(&parts.headers, header::COOKIE.as_str()) {
        event["cookies"] = cookies.split(';').map(|one| one.trim().to_owned()).collect();
    }
    event
}

/// Names are in lower case, and several values of one name are joined by a comma. Cookies have their own field.
fn headers(all: &HeaderMap, peer: IpAddr, request_id: &str) -> Map<String, Value> {
    let mut headers = Map::new();
    for name in all.keys().filter(|name| **name != header::COOKIE) {
        if let Some(value) = text(all, name.as_str()) {
            headers.insert(name.as_str().to_owned(), value.into());
        }
    }
    let forwarded = match text(all, "x-forwarded-for") {
        Some(before) => format!("{before}, {peer}"),
        None => peer.to_string(),
    };
    headers.insert("x-forwarded-for".into(), forwarded.into());
    headers.insert("x-forwarded-proto".into(), "http".into());
    headers.insert("x-amzn-trace-id".into(), format!("Root={request_id}").into());
    headers
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn is_text(headers: &HeaderMap) -> bool {
    let content_type = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_plain = !headers.contains_key(header::CONTENT_ENCODING);
    is_plain && (essence.starts_with("text/") || TEXT_TYPES.contains(&essence))
}

fn query_parameters(query: &str) -> Value {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut parameters = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        let value = match parameters.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        parameters.insert(name, value.into());
    }
    Value::Object(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn event(request: http::Request<&'static [u8]>) -> Value {
        let (parts, body) = request.into_parts();
        let matched =
            Matched { key: "POST /api/x/{id}", function: "x", parameters: BTreeMap::from([("id", "1".into())]) };
        build(&parts, &Bytes::from_static(body), &matched, IpAddr::from([127, 0, 0, 1]), "r-1", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_event_equals_the_one_of_api_gateway() {
        let request = http::Request::post("/api/x/1?a=1&a=2&b=x+y%26").header("Host", "127.0.0.1:1");
        let request = request.header("X-Twice", "one").header("X-Twice", "two").header("cookie", "a=1; b=2");
        let event =
            event(request.header("content-type", "application/json; charset=utf-8").body(b"{}".as_slice()).unwrap());
        assert_eq!(event["rawPath"], "/api/x/1");
        assert_eq!(event["rawQueryString"], "a=1&a=2&b=x+y%26");
        assert_eq!(event["queryStringParameters"], json!({ "a": "1,2", "b": "x y&" }));
        assert_eq!(event["headers"]["x-twice"], "one,two");
        assert_eq!(event["headers"]["cookie"], Value::Null);
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["pathParameters"], json!({ "id": "1" }));
        assert_eq!(event["requestContext"]["stage"], "$default");
        assert_eq!(event["requestContext"]["time"], "01/Jan/1970:00:00:00 +0000");
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        assert_eq!(request.uri().query(), Some("a=1&a=2&b=x+y%26"));
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
    }

    #[test]
    fn bodies_that_are_no_text_are_in_base64() {
        for (content_type, body, base64) in [
            ("application/octet-stream", b"{}".as_slice(), true),
            ("application/x-www-form-urlencoded", b"a=1".as_slice(), true),
            ("application/json", b"\xff".as_slice(), true),
            ("text/plain", b"text".as_slice(), false),
        ] {
            let request = http::Request::post("/").header("host", "a.test").header("content-type", content_type);
            let request = request.body(body).unwrap();
            let event = event(request);
            assert_eq!(event["isBase64Encoded"], base64, "{content_type}");
            let parsed = lambda_http::request::from_str(&event.to_string()).unwrap();
            assert_eq!(parsed.body().as_ref(), body, "{content_type}");
        }
    }

    #[test]
    fn a_claimed_client_address_does_not_become_the_source() {
        let request = http::Request::get("/").header("x-forwarded-for", "1.2.3.4").body(b"".as_slice()).unwrap();
        let event = event(request);
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(event["headers"]["x-forwarded-for"], "1.2.3.4, 127.0.0.1");
    }
}
