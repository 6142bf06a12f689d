//! Reads a function's response as an HTTP API does: payload format 2.0.

use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The response that a client receives for a payload; `None` if the gateway cannot read it.
pub(super) fn read(payload: &[u8]) -> Option<Response> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    if value.get("statusCode").is_none() {
        // JSON without a status is the body of a successful response.
        let mut response = Response::new(Body::from(payload.to_vec()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Some(response);
    }
    let payload = Payload::deserialize(value).ok()?;
    let body = payload.body.unwrap_or_default();
    let body = if payload.is_base64_encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(payload.status_code).ok()?;
    for (name, value) in payload.headers {
        response.headers_mut().append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    for cookie in payload.cookies {
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn answer(payload: Value) -> Option<(u16, String, String)> {
        let response = read(payload.to_string().as_bytes())?;
        let headers = format!("{:?}", response.headers());
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
        Some((status, headers, String::from_utf8(body.to_vec()).unwrap()))
    }

    #[tokio::test]
    async fn a_payload_is_read_as_api_gateway_does() {
        let payload = json!({ "statusCode": 201, "headers": { "A": "1" }, "cookies": ["b=2", "c=3"], "body": "text" });
        let (status, headers, body) = answer(payload).await.unwrap();
        assert_eq!((status, body.as_str()), (201, "text"));
        for wanted in ["\"a\": \"1\"", "\"set-cookie\": \"b=2\"", "\"set-cookie\": \"c=3\""] {
            assert!(headers.contains(wanted), "{wanted} in {headers}");
        }
        let base64 = json!({ "statusCode": 200, "body": "AGE=", "isBase64Encoded": true });
        assert_eq!(answer(base64).await.unwrap().2, "\0a");
    }

    #[tokio::test]
    async fn json_without_a_status_is_a_body() {
        let (status, headers, body) = answer(json!({ "a": 1 })).await.unwrap();
        assert_eq!((status, body.as_str()), (200, "{\"a\":1}"));
        assert!(headers.contains("application/json"), "{headers}");
    }

    #[tokio::test]
    async fn an_invalid_payload_is_not_read() {
        assert!(read(b"no JSON").is_none());
        for wrong in [
            json!({ "statusCode": "two hundred" }),
            json!({ "statusCode": 99 }),
            json!({ "statusCode": 200, "body": { "a": 1 } }),
            json!({ "statusCode": 200, "body": "?", "isBase64Encoded": true }),
            json!({ "statusCode": 200, "headers": { "not a name": "1" } }),
        ] {
            assert!(answer(wrong.clone()).await.is_none(), "{wrong}");
        }
    }
}
