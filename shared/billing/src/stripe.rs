//! Stripe's API over one pooled client.
//!
//! The requests and shapes are async-stripe's; the transport is ours. Its own opens a connection a call, never retries a call
//! that has an idempotency key of ours, has no timeout, and loses the status of an error that is not JSON.

mod calls;
mod changes;
mod error;
mod operator;

pub use calls::{Cancellation, Checkout, CheckoutDiscount};
pub use changes::{Changed, Preview, Scope, Unpaid};
pub use error::StripeError;
pub use operator::Return;

use bytes::Bytes;
use error::{Failure, refusal};
use futures::FutureExt;
use reqwest::{Client, Method, Response};
use serde::Deserialize;
use shared::secrets::Secret;
use shared::services::{ConfigError, Services};
use shared::stores::database::jitter_ms;
use shared::telemetry::{TRACE_HEADER, Trace};
use std::sync::Arc;
use std::time::Duration;
use stripe_client_core::{
    CustomizedStripeRequest, IdempotencyKey, RequestBuilder, StripeClient, StripeClientErr, StripeMethod,
    StripeRequest, VERSION,
};
use uuid::Uuid;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest wait for one attempt. Stripe's slowest calls, which charge a card, take two seconds.
const ATTEMPT: Duration = Duration::from_millis(2_500);
/// Longest wait for a call with its repetitions: under the handler's deadline, so that it and not the bootstrap answers.
const CALL: Duration = Duration::from_millis(5_500);
/// Attempts of a call.
const ATTEMPTS_MAX: u32 = 3;

/// The secret `stripe`.
#[derive(Deserialize)]
pub struct Credentials {
    /// The key of the API; its prefix tells test mode from live mode.
    pub api_key: String,
    /// The secrets that sign webhooks; several during a rotation.
    #[serde(default)]
    pub webhook_secrets: Vec<String>,
}

impl Credentials {
    /// Whether the key is one of live mode.
    pub fn is_live(&self) -> bool {
        self.api_key.starts_with("sk_live_") || self.api_key.starts_with("rk_live_")
    }
}

/// Stripe. Clones share connections and key.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    base_url: Arc<str>,
    secret: Secret<Credentials>,
}

impl Stripe {
    /// Stripe as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let base_url = services.stripe_base_url()?;
        let client = services.third_party(&base_url).connect_timeout(CONNECT).timeout(ATTEMPT).user_agent("marquee");
        Ok(Self {
            client: client.build().map_err(|error| services.refused(format!("no HTTP client: {error}")))?,
            base_url: base_url.into(),
            secret: services.stripe_secret()?,
        })
    }

    /// The credentials, as they were read last.
    pub fn secret(&self) -> &Secret<Credentials> {
        &self.secret
    }

    /// Sends a call under a key of ours: repeated with the same key, it is done once.
    pub(crate) async fn send_once<R>(&self, request: R, key: &str) -> Result<R::Output, StripeError>
    where
        R: StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        let key = IdempotencyKey::new(key).map_err(|_| StripeError::KeyReused)?;
        let strategy = stripe_client_core::RequestStrategy::Idempotent(key);
        request.customize().request_strategy(strategy).send(self).await
    }

    /// Reads an object as the bytes that Stripe sent.
    pub(crate) async fn read_raw(&self, path: &str) -> Result<Bytes, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, path);
        self.within(&request, None).await.map(|answer| answer.body)
    }

    /// Sends a call under a key of ours, and tells whether Stripe answered it as it did before.
    pub(crate) async fn send_or_replay<T>(&self, request: RequestBuilder, key: &str) -> Result<(T, bool), StripeError>
    where
        T: miniserde::Deserialize,
    {
        let answer = self.within(&request, Some(key)).await?;
        let text = std::str::from_utf8(&answer.body).unwrap_or_default();
        let read = miniserde::json::from_str(text);
        read.map(|read| (read, answer.is_replayed)).map_err(StripeError::deserialize_err)
    }

    async fn within(&self, request: &RequestBuilder, key: Option<&str>) -> Result<Answer, StripeError> {
        // Boxed, for the compiler: the types of all that waits for it nest deep.
        let done = tokio::time::timeout(CALL, self.repeat(request, key).boxed()).await;
        done.unwrap_or(Err(StripeError::OutcomeUnknown("no answer in time")))
    }

    async fn repeat(&self, request: &RequestBuilder, key: Option<&str>) -> Result<Answer, StripeError> {
        let mut attempts = 0;
        let mut refreshed = false;
        loop {
            let error = match self.attempt(request, key).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::WrongKey) if !refreshed => {
                    // A rotation may be under way.
                    refreshed = true;
                    let _ = self.secret.refreshed().await;
                    continue;
                }
                Err(Failure::WrongKey) => return Err(StripeError::Unavailable("our key is refused")),
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
        let secret = self.secret.get().await;
        let secret = secret.map_err(|_| Failure::Again(StripeError::Unavailable("our key cannot be read")))?;
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
        let answer = call.send().await.map_err(|error| Failure::Again(lost(&error)))?;
        read(answer).await
    }
}

impl StripeClient for Stripe {
    type Err = StripeError;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, StripeError> {
        let (request, config) = request.into_pieces();
        // Reads need no key, and a deletion done twice is done.
        let key = matches!(request.method, StripeMethod::Post).then(|| {
            let given = config.request_strategy.and_then(|strategy| strategy.get_key());
            given.map_or_else(|| Uuid::new_v4().to_string(), |key| key.as_str().to_owned())
        });
        self.within(&request, key.as_deref()).await.map(|answer| answer.body)
    }
}

/// What a call was answered with.
struct Answer {
    body: Bytes,
    /// Whether the call's key was used before: this is what was answered then.
    is_replayed: bool,
}

async fn read(answer: Response) -> Result<Answer, Failure> {
    let status = answer.status();
    let should_retry = answer.headers().get("stripe-should-retry").and_then(|value| value.to_str().ok()?.parse().ok());
    let is_replayed = answer.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
    let body = answer.bytes().await.map_err(|error| Failure::Again(lost(&error)))?;
    if !status.is_success() {
        return Err(refusal(status.as_u16(), &body, should_retry));
    }
    // No object at all is a proxy's page: the same key tells what became of it. Whether it is a good one is seen when it is read.
    let text = body.trim_ascii();
    if !(text.starts_with(b"{") && text.ends_with(b"}")) {
        return Err(Failure::Again(StripeError::OutcomeUnknown("an answer that is not JSON")));
    }
    Ok(Answer { body, is_replayed })
}

/// The client's own text may hold the URL, and with it ids.
fn lost(error: &reqwest::Error) -> StripeError {
    if error.is_connect() {
        StripeError::Unavailable("no connection")
    } else if error.is_timeout() {
        StripeError::OutcomeUnknown("no answer in time")
    } else {
        StripeError::OutcomeUnknown("the connection broke")
    }
}
