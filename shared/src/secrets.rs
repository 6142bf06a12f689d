//! Secrets from Secrets Manager: read when first needed, then cached.
//!
//! A cached value is read again after five minutes, within the request that finds it old, because a sandbox freezes
//! between requests and with it any work in the background. That request waits at most half a second; meanwhile all
//! others use the cached value. A read that failed is not repeated for a minute. So a function that holds a value works
//! at its usual speed while Secrets Manager is slow or down.

use crate::runtime::Clock;
use crate::telemetry::chain;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_types::SdkConfig;
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a secret is cached: the longest delay until a rotation takes effect.
const CACHE_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// The shortest interval between two reads of a cached value because of its age.
const REPEATED: SignedDuration = SignedDuration::from_mins(1);
/// The shortest interval between reads that failed verifications cause.
const REFRESHED: SignedDuration = SignedDuration::from_secs(30);
/// The longest wait for a read while there is a cached value.
const READ_WAIT_MAX: Duration = Duration::from_millis(500);

/// A secret that is parsed as `T`. Clones share the cached value.
pub struct Secret<T> {
    source: Source,
    clock: Clock,
    cache: Arc<Mutex<Cache<T>>>,
    /// Held while the secret is read.
    reading: Arc<tokio::sync::Mutex<()>>,
}

/// What is known from earlier reads.
struct Cache<T> {
    /// The value, and when it was read.
    value: Option<(Timestamp, Arc<T>)>,
    /// When the last read started.
    tried_at: Option<Timestamp>,
    /// The last failure, and when it was known.
    failure: Option<(Timestamp, SecretError)>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { value: None, tried_at: None, failure: None }
    }
}

impl<T> Cache<T> {
    /// The value, whatever its age.
    fn any(&self) -> Option<Arc<T>> {
        self.value.as_ref().map(|(_, value)| value.clone())
    }

    /// The value, if it is younger than `age` or the last read started less than `pause` ago.
    fn usable(&self, age: SignedDuration, pause: SignedDuration, now: Timestamp) -> Option<Arc<T>> {
        let (at, value) = self.value.as_ref()?;
        let is_tried = self.tried_at.is_some_and(|tried| now.duration_since(tried) < pause);
        (now.duration_since(*at) < age || is_tried).then(|| value.clone())
    }
}

impl<T> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self {
            source: self.source.clone(),
            clock: self.clock.clone(),
            cache: self.cache.clone(),
            reading: self.reading.clone(),
        }
    }
}

/// A secret that could not be read. The text says which one, where and why; it never contains any part of the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret {arn} could not be read from {endpoint}: {problem}")]
pub struct SecretError {
    arn: String,
    endpoint: String,
    problem: String,
}

impl<T: DeserializeOwned + Send + Sync> Secret<T> {
    /// The secret with that ARN.
    pub(crate) fn new(aws: &SdkConfig, arn: String, clock: Clock) -> Self {
        let endpoint = match (aws.endpoint_url(), aws.region()) {
            (Some(url), _) => url.to_owned(),
            (None, Some(region)) => format!("Secrets Manager in {region}"),
            (None, None) => "Secrets Manager, without a region".to_owned(),
        };
        let source = Source { client: Client::new(aws), arn, endpoint };
        Self { source, clock, cache: Arc::default(), reading: Arc::default() }
    }

    /// The value, at most five minutes old. An older one is used while Secrets Manager does not respond, and while
    /// another request reads the secret.
    #[boxed]
    pub async fn get(&self) -> Result<Arc<T>, SecretError> {
        let now = (self.clock)();
        let (usable, older) = {
            let cache = self.cache();
            (cache.usable(CACHE_LIFE, REPEATED, now), cache.any())
        };
        match (usable, older) {
            (Some(value), _) => Ok(value),
            (None, Some(older)) => match self.reading.try_lock() {
                Ok(_reading) => Ok(self.read_again(older, now).await),
                Err(_) => Ok(older),
            },
            (None, None) => self.first(now).await,
        }
    }

    /// Reads the current value after a failed verification, because a rotation may be in progress. At most twice a
    /// minute, failed reads included.
    #[boxed]
    pub async fn refreshed(&self) -> Result<Arc<T>, SecretError> {
        let now = (self.clock)();
        let Some(older) = self.cache().any() else { return self.first(now).await };
        // Waits for a read in progress: its result may be what this request needs.
        let _reading = self.reading.lock().await;
        let usable = self.cache().usable(REFRESHED, REFRESHED, now);
        match usable {
            Some(value) => Ok(value),
            None => Ok(self.read_again(older, now).await),
        }
    }

    /// Verifies something with the value. `verify` gets the cached value. If it fails with an error that a rotation may
    /// explain, it gets the current value.
    #[boxed]
    pub async fn verify<R, E, Verify>(
        &self,
        verify: Verify,
        may_be_rotated: for<'error> fn(&'error E) -> bool,
    ) -> Result<R, E>
    where
        R: Send,
        E: From<SecretError> + Send,
        Verify: for<'value> Fn(&'value Arc<T>) -> Result<R, E> + Send + Sync,
    {
        let cached = self.get().await?;
        match verify(&cached) {
            Err(error) if may_be_rotated(&error) => {
                let current = self.refreshed().await?;
                verify(&current)
            }
            verified => verified,
        }
    }

    /// The first value. Requests that waited for the same read share its outcome.
    async fn first(&self, now: Timestamp) -> Result<Arc<T>, SecretError> {
        let _reading = self.reading.lock().await;
        let (value, failure) = {
            let cache = self.cache();
            (cache.any(), cache.failure.clone())
        };
        match (value, failure) {
            (Some(value), _) => Ok(value),
            (None, Some((at, failure))) if at > now => Err(failure),
            (None, _) => self.read(now).await,
        }
    }

    /// The current value, or the older one if the current one cannot be read in time.
    async fn read_again(&self, older: Arc<T>, now: Timestamp) -> Arc<T> {
        match tokio::time::timeout(READ_WAIT_MAX, self.read(now)).await {
            Ok(Ok(value)) => value,
            Ok(Err(_)) | Err(_) => older,
        }
    }

    /// Reads the secret. The attempt counts from its start, so one that is given up counts too.
    async fn read(&self, now: Timestamp) -> Result<Arc<T>, SecretError> {
        self.cache().tried_at = Some(now);
        let read = self.source.text().await.and_then(|text| self.source.read::<T>(&text)).map(Arc::new);
        let mut cache = self.cache();
        match &read {
            Ok(value) => cache.value = Some((now, value.clone())),
            Err(error) => cache.failure = Some(((self.clock)(), error.clone())),
        }
        read
    }

    fn cache(&self) -> MutexGuard<'_, Cache<T>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The location of a secret.
#[derive(Clone)]
struct Source {
    client: Client,
    arn: String,
    endpoint: String,
}

impl Source {
    #[boxed]
    async fn text(&self) -> Result<String, SecretError> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        let answer = answer.map_err(|error| self.failed(problem(&error)))?;
        answer.secret_string.ok_or_else(|| self.failed("it is not text".to_owned()))
    }

    fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T, SecretError> {
        serde_json::from_str(text).map_err(|error| {
            self.failed(format!("it is not of its shape (line {}, column {})", error.line(), error.column()))
        })
    }

    fn failed(&self, problem: String) -> SecretError {
        SecretError { arn: self.arn.clone(), endpoint: self.endpoint.clone(), problem }
    }
}

/// Why a call failed. The SDK's error may contain the response, so its text is used only if there was none.
fn problem(error: &SdkError<GetSecretValueError>) -> String {
    match error {
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) | SdkError::ConstructionFailure(_) => chain(error),
        error => error.code().unwrap_or("the answer makes no sense").to_owned(),
    }
}
