//! Locks for work that takes several calls to a provider, of which only one at a time may run.

use crate::http::error::ApiError;
use crate::models::ids::UserId;
use crate::services::{ConfigError, Services};
use crate::stores::backoff::jitter_ms;
use crate::stores::database::Database;
use crate::stores::error::{StoreError, failed};
use crate::stores::row::Key;
use crate::stores::table::Table;
use aws_sdk_dynamodb::types::AttributeValue;
use boxed::boxed;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// How long a lock is held at most: longer than a handler may run, so it is free soon after a crash.
const HELD_MAX: SignedDuration = SignedDuration::from_secs(10);
/// How long a request waits for another one.
const WAIT_MAX: Duration = Duration::from_secs(3);
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// The locks, which are items of the table `rate_limits`: every function may update it, and it forgets old items.
#[derive(Clone, Debug)]
pub struct Locks {
    database: Database,
}

impl Locks {
    /// The locks, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::RateLimits]).map(|database| Self { database })
    }

    /// Runs `work`, which changes the subscription of a user, while no other such work for that user runs. A request that
    /// arrives meanwhile waits, so a repeated one finds what the first one did.
    ///
    /// # Errors
    /// Those of `work`, and `UNAVAILABLE` if the other request takes too long, or crashed a moment ago.
    #[boxed]
    pub async fn with_subscription<T: Send>(
        &self,
        user: UserId,
        now: Timestamp,
        work: BoxFuture<'_, Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let key = format!("SUBSCRIPTION_LOCK#{user}");
        let started = Instant::now();
        // Tells this request from others, also from one of the same millisecond.
        let holder = jitter_ms(u64::MAX);
        loop {
            let waited = SignedDuration::try_from(started.elapsed()).unwrap_or_default();
            match self.take(&key, holder, now + waited).await {
                Err(StoreError::Condition(_)) if started.elapsed() < WAIT_MAX => tokio::time::sleep(PAUSE).await,
                Err(StoreError::Condition(_)) => return Err(busy()),
                taken => break taken?,
            }
        }
        let outcome = work.await;
        // If this fails, the lock becomes free later.
        let _ = self.release(&key, holder).await;
        outcome
    }

    async fn take(&self, key: &str, holder: u64, now: Timestamp) -> Result<(), StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::RateLimits)?);
        update
            .set_key(Some(Key::<()>::simple(Table::RateLimits, "pk", key).item()))
            .update_expression("SET held_until = :until, holder = :holder, #ttl = :ttl")
            // The last condition admits the SDK's own retry after a lost response.
            .condition_expression("attribute_not_exists(held_until) OR held_until <= :now OR holder = :holder")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":until", number((now + HELD_MAX).as_millisecond()))
            .expression_attribute_values(":holder", AttributeValue::N(holder.to_string()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":ttl", number(now.as_second() + 60))
            .send()
            .await
            .map(drop)
            .map_err(failed)
    }

    async fn release(&self, key: &str, holder: u64) -> Result<(), StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::RateLimits)?);
        update
            .set_key(Some(Key::<()>::simple(Table::RateLimits, "pk", key).item()))
            .update_expression("REMOVE held_until, holder")
            .condition_expression("holder = :holder")
            .expression_attribute_values(":holder", AttributeValue::N(holder.to_string()))
            .send()
            .await
            .map(drop)
            .map_err(failed)
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn busy() -> ApiError {
    ApiError::unavailable("another request is changing the subscription").retry_after(HELD_MAX.as_secs().unsigned_abs())
}
