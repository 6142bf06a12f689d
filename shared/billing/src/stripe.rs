//! Stripe's API over one pooled client.
//!
//! The requests and types are async-stripe's; the transport is ours. The library's own transport opens a connection per
//! call, never retries a call that has an idempotency key, has no timeout, and loses the status of an error that is not
//! JSON.

mod calls;
mod changes;
mod error;
mod operator;

pub use calls::{Cancellation, Checkout, CheckoutDiscount};
pub use changes::{Changed, Preview, Scope, Unpaid};
pub use error::StripeError;
pub use operator::NewRefund;

use bytes::Bytes;
use error::{Failure, refusal};
use futures::FutureExt;
use reqwest::{Client, Method, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::secrets::Secret;
use shared::services::{ConfigError, Services};
use shared::stores::backoff::jitter_ms;
use shared::telemetry::{TRACE_HEADER, Trace};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use stripe_client_core::{
    CustomizedStripeRequest, IdempotencyKey, RequestBuilder, StripeClient, StripeClientErr, StripeMethod,
    StripeRequest, VERSION,
};
use uuid::Uuid;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// The longest wait for one attempt. Stripe's slowest calls, which charge a card, take two seconds.
const ATTEMPT: Duration = Duration::from_millis(2_500);
/// The longest wait for a call with its retries: less than the handler's deadline, so the handler responds, not the
/// bootstrap.
const CALL: Duration = Duration::from_millis(5_500);
/// Most attempts of a call.
const ATTEMPTS_MAX: u32 = 3;
/// The longest idempotency key that Stripe accepts.
const KEY_CHARACTERS_MAX: usize = 255;

/// The secret `stripe`.
#[derive(Deserialize)]
pub struct Credentials {
    /// The API key; its prefix distinguishes test mode from live mode.
    pub api_key: String,
    /// The webhook signing secrets; several during a rotation.
    #[serde(default)]
    pub webhook_secrets: Vec<String>,
}

impl Credentials {
    /// Whether it is a live mode key.
    pub fn is_live(&self) -> bool {
        self.api_key.starts_with("sk_live_") || self.api_key.starts_with("rk_live_")
    }
}

/// The Stripe client. Clones share connections and key.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    base_url: Arc<str>,
    secret: Secret<Credentials>,
}

impl Stripe {
    /// Uses this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let base_url = services.stripe_base_url()?;
        let client = services.third_party(&base_url).connect_timeout(CONNECT).timeout(ATTEMPT).user_agent("marquee");
        Ok(Self {
            client: client.build().map_err(|error| services.refused(format!("no HTTP client: {error}")))?,
            base_url: base_url.into(),
            secret: services.stripe_secret()?,
        })
    }

    /// The credentials, as last read.
    pub fn secret(&self) -> &Secret<Credentials> {
        &self.secret
    }

    /// Sends a call with our own idempotency key: a repetition with the same key has no further effect.
    pub(crate) async fn send_once<R>(&self, request: R, key: &str) -> Result<R::Output, StripeError>
    where
        R: StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        let key = IdempotencyKey::new(&*key_for_stripe(key)).map_err(|_| StripeError::KeyReused)?;
        let strategy = stripe_client_core::RequestStrategy::Idempotent(key);
        request.customize().request_strategy(strategy).send(self).await
    }

    /// Reads an object as the raw bytes from Stripe.
    pub(crate) async fn read_raw(&self, path: &str) -> Result<Bytes, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, path);
        self.within(&request, None).await.map(|answer| answer.body)
    }

    /// Sends a call with our own idempotency key, and says whether Stripe replayed an earlier response.
    pub(crate) async fn send_or_replay<T>(&self, request: RequestBuilder, key: &str) -> Result<(T, bool), StripeError>
    where
        T: miniserde::Deserialize,
    {
        let answer = self.within(&request, Some(&*key_for_stripe(key))).await?;
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        let read = miniserde::json::from_str(text);
        read.map(|read| (read, answer.is_replayed)).map_err(StripeError::deserialize_err)
    }

    async fn within(&self, request: &RequestBuilder, key: Option<&str>) -> Result<Answer, StripeError> {
        // Boxed for the compiler's sake: the types of the futures that await it are deeply nested.
        let done = tokio::time::timeout(CALL, self.repeat(request, key).boxed()).await;
        done.unwrap_or(Err(StripeError::OutcomeUnknown("no response in time")))
    }

    async fn repeat(&self, request: &RequestBuilder, key: Option<&str>) -> Result<Answer, StripeError> {
        let mut attempts = 0;
        let mut refreshed = false;
        loop {
            let error = match self.attempt(request, key).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::WrongKey(_)) if !refreshed => {
                    // The key may have been rotated.
                    refreshed = true;
                    let _ = self.secret.refreshed().await;
                    continue;
                }
                Err(Failure::WrongKey(code)) => return Err(StripeError::Account { code }),
                Err(Failure::Again(error)) => error,
            };
            attempts += 1;
            if attempts == ATTEMPTS_MAX {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(50 + jitter_ms(100 << attempts))).await;
        }
    }

    async fn attempt(&self, request: &RequestBuilder, key: Option<&str>) -> Result<Answer, Failure> {
        let secret = self.secret.get().await.map_err(|_| Failure::Final(StripeError::NoKey))?;
        let mut url = format!("{}/v1{}", self.base_url, request.path);
        if let Some(query) = request.query.as_deref().filter(|query| !query.is_empty()) {
            url = format!("{url}?{query}");
        }
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let mut call = self.client.request(method, url).bearer_auth(&secret.api_key);
        call = call.header("stripe-version", VERSION.as_str());
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        if let Some(request_id) = Trace::request_id() {
            call = call.header(TRACE_HEADER, request_id);
        }
        if let Some(body) = &request.body {
            call = call.header("content-type", "application/x-www-form-urlencoded").body(body.clone());
        }
        let answer = call.send().await.map_err(|error| Failure::Again(connection_error(&error)))?;
        read(answer).await
    }
}

impl StripeClient for Stripe {
    type Err = StripeError;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, StripeError> {
        let (request, config) = request.into_pieces();
        // Reads need no key, and deletions are idempotent.
        #[expect(clippy::disallowed_methods, reason = "a key only has to differ from every other key")]
        let key = matches!(request.method, StripeMethod::Post).then(|| {
            let given = config.request_strategy.and_then(|strategy| strategy.get_key());
            given.map_or_else(|| Uuid::new_v4().to_string(), |key| key.as_str().to_owned())
        });
        self.within(&request, key.as_deref()).await.map(|answer| answer.body)
    }
}

/// The key in a form that Stripe accepts: if it is too long, its hash, so equal keys stay equal.
fn key_for_stripe(key: &str) -> Cow<'_, str> {
    match key.len() {
        0..=KEY_CHARACTERS_MAX => key.into(),
        _ => format!("sha256-{}", hex::encode(Sha256::digest(key))).into(),
    }
}

/// The response to a call.
struct Answer {
    body: Bytes,
    /// Whether the call's key was used before, so this is the earlier response.
    is_replayed: bool,
}

async fn read(answer: Response) -> Result<Answer, Failure> {
    let status = answer.status();
    let should_retry = answer.headers().get("stripe-should-retry").and_then(|value| value.to_str().ok()?.parse().ok());
    let is_replayed = answer.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
    let body = answer.bytes().await.map_err(|error| Failure::Again(connection_error(&error)))?;
    if !status.is_success() {
        return Err(refusal(status.as_u16(), &body, should_retry));
    }
    // Anything but a JSON object comes from a proxy: a retry with the same key shows what happened.
    let text = body.trim_ascii();
    if !(text.starts_with(b"{") && text.ends_with(b"}")) {
        return Err(Failure::Again(StripeError::OutcomeUnknown("the response is not JSON")));
    }
    Ok(Answer { body, is_replayed })
}

/// Drops the client's own message, because it may contain the URL with its ids.
fn connection_error(error: &reqwest::Error) -> StripeError {
    if error.is_connect() {
        StripeError::Unavailable("no connection")
    } else if error.is_timeout() {
        StripeError::OutcomeUnknown("no response in time")
    } else {
        StripeError::OutcomeUnknown("the connection was closed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_too_long_for_stripe_is_replaced_by_a_unique_shorter_one() {
        let (longest, long) = ("k".repeat(255), "k".repeat(256));
        assert_eq!(key_for_stripe(&longest), longest);
        assert_eq!(key_for_stripe(&long), key_for_stripe(&long.clone()));
        assert!(key_for_stripe(&long).len() <= KEY_CHARACTERS_MAX);
        assert_ne!(key_for_stripe(&long), key_for_stripe(&"k".repeat(257)));
    }
}
