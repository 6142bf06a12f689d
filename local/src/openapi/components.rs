//! The parts that operations share: headers, security schemes, examples of errors.

use super::examples::Examples;
use super::responses;
use serde_json::{Map, Value, json};
use shared::endpoint::{Access, Signature};
use shared::http::error::Code;
use shared::openapi::ErrorSchemas;

/// The introduction, which applies to all operations.
pub(super) const INTRODUCTION: &str = "\
A subscription video service. Every response is `{success, data}` or `{success, error}`; if a schema omits `data`, it is \
`null`. `/api/v1/…` is an alias of `/api/…`. Public GET endpoints also support HEAD. The components `NotFound` and \
`MethodNotAllowed` describe the responses for an unknown path or method.

Unknown fields of a body are refused; unknown query parameters are ignored. An empty free-text query parameter or \
cursor counts as omitted. A character is a Unicode code point; text is stored trimmed and normalized to NFC. Ids are UUIDs in \
lower case with hyphens; any other id is not found. Times are RFC 3339, money is an integer in minor units.

Text has one of these formats: `line` is one line that is not blank, `optional-line` may be blank, `paragraphs` and \
`optional-paragraphs` may have line breaks. Invisible characters are refused in all of them, unless the script or emoji needs them. \
`device-time` is RFC 3339 with any year, and `deliverable-email` is an address to which the service can send.";

/// The body of a success that has no data.
pub(super) const EMPTY_RESPONSE: &str = "EmptyResponse";

/// The name of a success's body: `ListVideosResponse`.
pub(super) fn response_name(function: &str) -> String {
    let capitalized = |word: &str| word[..1].to_uppercase() + &word[1..];
    function.split('-').map(capitalized).collect::<String>() + "Response"
}

/// The components, except for the schemas.
pub(super) fn shared(errors: &ErrorSchemas, examples: &Examples) -> Value {
    json!({
        "schemas": {},
        "parameters": { "IfNoneMatch": if_none_match() },
        "headers": headers(),
        "responses": {
            "NotFound": responses::error(&[Code::NotFound], &["XRequestId"], errors, examples),
            "MethodNotAllowed": responses::error(&[Code::MethodNotAllowed], &["XRequestId", "Allow"], errors, examples),
        },
        "examples": error_examples(examples),
        "securitySchemes": security_schemes(),
    })
}

/// The security requirement of an operation.
pub(super) fn security(access: Access) -> Value {
    match access {
        Access::Open => json!([]),
        Access::Signature(signature) => json!([{ scheme(signature): [] }]),
        Access::Session { .. } | Access::Admin | Access::RecentAdmin => json!([{ "session": [] }]),
    }
}

fn scheme(signature: Signature) -> &'static str {
    match signature {
        Signature::Stripe => "stripe_signature",
        Signature::Mux => "mux_signature",
    }
}

fn security_schemes() -> Value {
    let signed = |signature: Signature, by: &str| {
        let description = format!(
            "{by}'s signature of the raw body: `t=<seconds>,v1=<HMAC-SHA256 in hex>`, computed with the webhook's secret over \
             `<seconds>.<body>`."
        );
        json!({ "type": "apiKey", "in": "header", "name": signature.header(), "description": description })
    };
    json!({
        "session": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The token of a sign-in, valid for 7 days. `refresh-token` exchanges it for a new one, up to 30 days \
                            after it expired.",
        },
        scheme(Signature::Stripe): signed(Signature::Stripe, "Stripe"),
        scheme(Signature::Mux): signed(Signature::Mux, "Mux"),
    })
}

fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of a response that the client has. If it is still current, the response is 304 without a body.",
        "schema": { "type": "string" },
        "example": "W/\"V5-EiPxoUDZAIXMxUfDwTg\"",
    })
}

fn headers() -> Value {
    let header = |description: &str, schema: Value, example: Value| json!({ "description": description, "schema": schema, "example": example });
    let text = || json!({ "type": "string" });
    json!({
        "XRequestId": header("The request's id, by which the operator can find it in the logs.", text(), json!("JKJaXmPLvHcES02=")),
        "CacheControl": header(
            "Public responses may be cached for a minute; all others must not be stored.",
            text(),
            json!("public, max-age=60, stale-while-revalidate=300"),
        ),
        "ETag": header("Identifies this response, for `If-None-Match`.", text(), json!("W/\"V5-EiPxoUDZAIXMxUfDwTg\"")),
        "RetryAfter": header("The number of seconds after which to try again.", json!({ "type": "integer", "minimum": 0 }), json!(60)),
        "RateLimit": header(
            "The state of the limit: its name, the remaining requests `r`, and the seconds `t` until more are allowed.",
            text(),
            json!("\"user\";r=993;t=60"),
        ),
        "RateLimitPolicy": header(
            "The limit: its name, the requests `q` in a window of `w` seconds.",
            text(),
            json!("\"user\";q=1000;w=900"),
        ),
        "WwwAuthenticate": header("`Bearer`: a token is required.", text(), json!("Bearer")),
        "Allow": header("The methods that the path supports.", text(), json!("GET, HEAD")),
    })
}

fn error_examples(examples: &Examples) -> Map<String, Value> {
    let mut all = Map::new();
    for code in Code::ALL {
        if let Some(body) = examples.error(*code) {
            all.insert(code.name().to_owned(), json!({ "summary": code.meaning(), "value": body }));
        }
    }
    all
}
