//! Secrets as Secrets Manager holds them: read when first needed, kept for five minutes, read by one at a time.

use crate::services::Clock;
use aws_sdk_secretsmanager::Client;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long a secret is kept before it is read again: the longest that a rotation takes to arrive.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// How often at most a failed verification reads it anew.
const REFRESHED: SignedDuration = SignedDuration::from_secs(30);

/// What was read, and when.
type Kept<T> = Option<(Timestamp, Arc<T>)>;

/// A secret that reads as `T`. Clones share what was read.
pub struct Secret<T> {
    client: Client,
    arn: String,
    clock: Clock,
    kept: Arc<Mutex<Kept<T>>>,
}

impl<T> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), arn: self.arn.clone(), clock: self.clock.clone(), kept: self.kept.clone() }
    }
}

/// A secret that could not be read. Its text never holds any of the secret.
#[derive(Debug, thiserror::Error)]
#[error("a secret could not be read: {0}")]
pub struct SecretError(String);

impl<T: DeserializeOwned + Send + Sync> Secret<T> {
    /// The secret of that ARN.
    pub(crate) fn new(client: Client, arn: String, clock: Clock) -> Self {
        Self { client, arn, clock, kept: Arc::default() }
    }

    /// What it holds, at most five minutes old. An older one serves on while Secrets Manager does not answer.
    pub async fn get(&self) -> Result<Arc<T>, SecretError> {
        self.younger_than(KEPT).await
    }

    /// What it holds now, after something did not verify: a rotation may be under way. At most twice a minute.
    pub async fn refreshed(&self) -> Result<Arc<T>, SecretError> {
        self.younger_than(REFRESHED).await
    }

    async fn younger_than(&self, age: SignedDuration) -> Result<Arc<T>, SecretError> {
        let mut kept = self.kept.lock().await;
        let now = (self.clock)();
        if let Some((at, value)) = kept.as_ref()
            && now.duration_since(*at) < age
        {
            return Ok(value.clone());
        }
        match (self.read().await, kept.as_ref()) {
            (Ok(value), _) => Ok(kept.insert((now, Arc::new(value))).1.clone()),
            (Err(_), Some((_, older))) => Ok(older.clone()),
            (Err(error), None) => Err(error),
        }
    }

    async fn read(&self) -> Result<T, SecretError> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        // The SDK's own error may hold the response.
        let answer = answer.map_err(|error| {
            use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
            SecretError(error.code().unwrap_or("no answer").to_owned())
        })?;
        let text = answer.secret_string.ok_or_else(|| SecretError("it is not text".to_owned()))?;
        serde_json::from_str(&text).map_err(|error| {
            SecretError(format!("it is not of its shape (line {}, column {})", error.line(), error.column()))
        })
    }
}
