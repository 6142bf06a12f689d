//! The steps of every request: key, version, parameters, idempotency, one change of the state, and Stripe's headers.

use super::{Form, route};
use crate::error::{ApiError, Result};
use crate::render::{API_VERSION, expand};
use crate::stand_in::StripeStandIn;
use crate::state::Replay;
use crate::tx::{Origin, Tx};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const BODY_MAX: usize = 1 << 20;
const KEY_LENGTH_MAX: usize = 255;
/// Releases that differ from [`API_VERSION`] only by additions share its name.
const RELEASE: &str = "endive";

/// A parsed request.
struct Call {
    method: Method,
    path: String,
    form: Form,
    expand: Vec<String>,
    key: Option<String>,
    request_id: String,
}

/// A response.
struct Answer {
    status: StatusCode,
    body: String,
    /// The id of the original request, if this one repeats it.
    replayed: Option<String>,
    should_retry: bool,
}

/// Responds to a request to `/v1`.
pub(crate) async fn answer(State(stand_in): State<StripeStandIn>, request: Request) -> Response {
    let request_id = stand_in.new_request_id();
    let key = header_text(request.headers(), "idempotency-key").map(str::to_owned);
    let answered = match understand(&stand_in, request, request_id.clone()).await {
        Ok(call) => once(&stand_in, &call),
        Err(error) => Err(error),
    };
    respond(answered.unwrap_or_else(|error| refusal(&error)), &request_id, key.as_deref())
}

/// Stripe's response to an injected fault, outside of any request.
pub(crate) fn fault(error: &ApiError) -> Response {
    respond(refusal(error), "req_fault", None)
}

async fn understand(stand_in: &StripeStandIn, request: Request, request_id: String) -> Result<Call> {
    let (parts, body) = request.into_parts();
    authorize(stand_in.api_key(), &parts.headers)?;
    check_version(&parts.headers)?;
    let body = to_bytes(body, BODY_MAX).await.map_err(|_| ApiError::too_large())?;
    let content_type = header_text(&parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !body.is_empty() && !content_type.starts_with("application/x-www-form-urlencoded") {
        return Err(ApiError::invalid(
            "Invalid request: the body has to be form-encoded (application/x-www-form-urlencoded).",
        ));
    }
    let mut encoded = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
    if !body.is_empty() {
        encoded.push(b'&');
        encoded.extend_from_slice(&body);
    }
    let mut form = Form::parse(&encoded)?;
    let expand = form.texts("expand")?;
    let key = header_text(&parts.headers, "idempotency-key").filter(|_| parts.method == Method::POST);
    if key.is_some_and(|key| key.len() > KEY_LENGTH_MAX) {
        let message =
            format!("The idempotency key provided is too long, maximum length is {KEY_LENGTH_MAX} characters.");
        return Err(ApiError::idempotency(message));
    }
    let path = parts.uri.path().trim_start_matches("/v1").trim_matches('/').to_owned();
    Ok(Call { method: parts.method, path, form, expand, key: key.map(str::to_owned), request_id })
}

/// Handles a call, or repeats its earlier response.
fn once(stand_in: &StripeStandIn, call: &Call) -> Result<Answer> {
    let Some(key) = call.key.clone() else { return run(stand_in, call, None) };
    let fingerprint = fingerprint(call);
    let _claim = stand_in.claim_key(&key).ok_or_else(|| {
        let message = format!("There is currently another in-progress request using this Idempotent Key ({key}).");
        ApiError::conflict(message).code("idempotency_key_in_use")
    })?;
    if let Some(earlier) = stand_in.replay(&key) {
        return replay(earlier, call, &fingerprint);
    }
    run(stand_in, call, Some((key, fingerprint)))
}

fn run(stand_in: &StripeStandIn, call: &Call, keep: Option<(String, String)>) -> Result<Answer> {
    let origin = Origin { request_id: Some(call.request_id.clone()), idempotency_key: call.key.clone() };
    stand_in.change(origin, |tx| {
        let answer = match execute(tx, call) {
            Ok(value) => Answer {
                status: StatusCode::OK,
                // Stripe indents its JSON. The stand-in does not, because that is a third of the bytes and nobody reads
                // it here.
                body: value.to_string(),
                replayed: None,
                should_retry: false,
            },
            Err(error) if error.keeps_changes => refusal(&error),
            Err(error) => return Err(error),
        };
        if let Some((key, fingerprint)) = keep {
            tx.put(Replay {
                key,
                created: tx.now,
                fingerprint,
                status: answer.status.as_u16(),
                body: answer.body.clone(),
                request_id: call.request_id.clone(),
            });
        }
        Ok(answer)
    })
}

fn execute(tx: &mut Tx<'_>, call: &Call) -> Result<Value> {
    let segments: Vec<String> = call
        .path
        .split('/')
        .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let mut value = route::dispatch(tx, &call.method, &segments, call.form.clone())?;
    expand(&mut value, &call.expand, tx.view())?;
    Ok(value)
}

fn replay(earlier: Replay, call: &Call, fingerprint: &str) -> Result<Answer> {
    let (endpoint, key) = (endpoint_of(&earlier.fingerprint), &earlier.key);
    if endpoint != endpoint_of(fingerprint) {
        return Err(ApiError::idempotency(format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{endpoint}' vs '{} /v1/{}'). Try using a key other than '{key}' if you meant to execute a different request.",
            call.method, call.path
        )));
    }
    if earlier.fingerprint != fingerprint {
        return Err(ApiError::idempotency(format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
        )));
    }
    Ok(Answer {
        status: StatusCode::from_u16(earlier.status).unwrap_or(StatusCode::OK),
        body: earlier.body,
        replayed: Some(earlier.request_id),
        should_retry: false,
    })
}

/// What a repeated request must match: the endpoint, a line break, and a digest of the parameters in any order.
fn fingerprint(call: &Call) -> String {
    let parameters = format!("{:?} {:?}", call.form, call.expand);
    format!("{} /v1/{}\n{}", call.method, call.path, hex::encode(Sha256::digest(parameters)))
}

fn endpoint_of(fingerprint: &str) -> &str {
    fingerprint.split('\n').next().unwrap_or_default()
}

fn authorize(api_key: &str, headers: &HeaderMap) -> Result<()> {
    let missing = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.";
    let given = header_text(headers, header::AUTHORIZATION.as_str()).ok_or_else(|| ApiError::unauthorized(missing))?;
    let key = match given.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim().to_owned(),
        // With basic authentication the key is the user name.
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = STANDARD.decode(encoded.trim()).unwrap_or_default();
            String::from_utf8_lossy(&decoded).split(':').next().unwrap_or_default().to_owned()
        }
        _ => return Err(ApiError::unauthorized(missing)),
    };
    if bool::from(key.as_bytes().ct_eq(api_key.as_bytes())) {
        return Ok(());
    }
    let shown: String = key.chars().take(8).chain("****".chars()).collect();
    Err(ApiError::unauthorized(format!("Invalid API Key provided: {shown}")))
}

fn check_version(headers: &HeaderMap) -> Result<()> {
    match header_text(headers, "stripe-version") {
        Some(version) if version.rsplit('.').next() != Some(RELEASE) => Err(ApiError::invalid(format!(
            "Invalid Stripe API version: {version}. This stand-in speaks {API_VERSION}."
        ))),
        _ => Ok(()),
    }
}

fn refusal(error: &ApiError) -> Answer {
    Answer {
        status: error.status,
        body: serde_json::to_string_pretty(&error.body()).unwrap_or_default(),
        replayed: None,
        should_retry: error.should_retry(),
    }
}

fn respond(answer: Answer, request_id: &str, key: Option<&str>) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set("content-type", "application/json");
    set("cache-control", "no-cache, no-store");
    set("request-id", request_id);
    set("stripe-version", API_VERSION);
    if let Some(key) = key {
        set("idempotency-key", key);
    }
    if let Some(original) = &answer.replayed {
        set("idempotent-replayed", "true");
        set("original-request", original);
    }
    if !answer.status.is_success() {
        set("stripe-should-retry", if answer.should_retry { "true" } else { "false" });
    }
    if answer.status == StatusCode::UNAUTHORIZED {
        set("www-authenticate", "Basic realm=\"Stripe\"");
    }
    response
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use standin::clock::Clock;
    use standin::deliveries::Deliveries;
    use standin::documents::Documents;
    use standin::timeline::Timeline;

    fn stand_in() -> StripeStandIn {
        let timeline = Timeline::new(Clock::default());
        let documents = Documents::open(None).unwrap();
        let deliveries = Deliveries::open(&timeline, documents.clone()).unwrap();
        StripeStandIn::open(Config {
            base_url: "http://127.0.0.1:3001".to_owned(),
            api_key: "sk_test_x".to_owned(),
            webhook_secret: "whsec_x".to_owned(),
            webhook_url: "http://127.0.0.1:9/".to_owned(),
            timeline,
            deliveries,
            documents,
        })
        .unwrap()
    }

    async fn create_customer(stand_in: &StripeStandIn) -> StatusCode {
        let request = http::Request::post("/v1/customers")
            .header("authorization", "Bearer sk_test_x")
            .header("idempotency-key", "k1")
            .body(Body::empty())
            .unwrap();
        answer(State(stand_in.clone()), request).await.status()
    }

    #[tokio::test]
    async fn a_key_that_is_in_use_is_409_until_its_request_is_answered() {
        let stand_in = stand_in();
        let claim = stand_in.claim_key("k1");
        assert_eq!(create_customer(&stand_in).await, StatusCode::CONFLICT);
        drop(claim);
        assert_eq!(create_customer(&stand_in).await, StatusCode::OK);
    }
}
