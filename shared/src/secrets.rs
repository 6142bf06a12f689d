//! Secrets from Secrets Manager: read when first needed, cached for five minutes, with only one read at a time.

use crate::runtime::Clock;
use crate::telemetry::chain;
use aws_types::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long a secret is cached: the longest delay until a rotation takes effect.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// The shortest interval between reads that failed verifications cause.
const REFRESHED: SignedDuration = SignedDuration::from_secs(30);

/// The cached value, and when it was read.
type Kept<T> = Option<(Timestamp, Arc<T>)>;

/// A secret that is parsed as `T`. Clones share the cached value.
pub struct Secret<T> {
    source: Source,
    clock: Clock,
    kept: Arc<Mutex<Kept<T>>>,
}

impl<T> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self { source: self.source.clone(), clock: self.clock.clone(), kept: self.kept.clone() }
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
        Self { source: Source { client: Client::new(aws), arn, endpoint }, clock, kept: Arc::default() }
    }

    /// The value, at most five minutes old. An older one is used while Secrets Manager does not respond.
    #[boxed]
    pub async fn get(&self) -> Result<Arc<T>, SecretError> {
        self.younger_than(KEPT).await
    }

    /// Reads the current value after a failed verification, because a rotation may be in progress. At most twice a
    /// minute.
    #[boxed]
    pub async fn refreshed(&self) -> Result<Arc<T>, SecretError> {
        self.younger_than(REFRESHED).await
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

    async fn younger_than(&self, age: SignedDuration) -> Result<Arc<T>, SecretError> {
        let mut kept = self.kept.lock().await;
        let now = (self.clock)();
        if let Some((at, value)) = kept.as_ref()
            && now.duration_since(*at) < age
        {
            return Ok(value.clone());
        }
        match (self.source.text().await.and_then(|text| self.source.read(&text)), kept.as_ref()) {
            (Ok(value), _) => Ok(kept.insert((now, Arc::new(value))).1.clone()),
            (Err(_), Some((_, older))) => Ok(older.clone()),
            (Err(error), None) => Err(error),
        }
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
