//! The limiter: minute counters in one item, incremented by one unconditional update whose answer decides.
//!
//! The counters of the present minute and of the 15 before it cover any 15 minutes, so their sum is a ceiling that no 15
//! minutes exceed; a client may be refused up to a minute early. A fixed or sliding window would admit twice the limit.

use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, StoreError, Table, failed};
use crate::stores::row::{Item, Key};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::Timestamp;

/// Seconds of the window that a limit speaks of.
pub const WINDOW_SECONDS: i64 = 15 * 60;
/// Minutes whose counters count: the present one and the window before it.
const MINUTES: i64 = 16;

/// A limit on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What is counted: `USER#…`, `ADDRESS#…`.
    pub key: String,
    /// The limit's name in the `RateLimit` headers.
    pub name: &'static str,
    /// Most in any window.
    pub limit: u32,
}

/// What the limiter said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The limit's name.
    pub name: &'static str,
    /// Most in any window.
    pub limit: u32,
    /// How many are left.
    pub remaining: u32,
    /// Seconds until more are left.
    pub reset_seconds: i64,
    /// Whether this one was within the limit.
    pub admitted: bool,
}

/// The table `rate_limits`.
#[derive(Clone, Debug)]
pub struct RateLimits {
    database: Database,
}

impl RateLimits {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::RateLimits]).map(|database| Self { database })
    }

    /// Counts one against the budget. What is refused is given back: it was not let in.
    pub async fn count(&self, budget: &Budget, now: Timestamp) -> Result<Verdict, StoreError> {
        let counters = self.add(&budget.key, 1, now).await?;
        let verdict = judge(&counters, budget, now);
        if !verdict.admitted {
            self.add(&budget.key, -1, now).await?;
        }
        Ok(verdict)
    }

    /// Gives one back that was counted a moment ago.
    pub async fn give_back(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.add(key, -1, now).await.map(|_| ())
    }

    /// Forgets what was counted on a key.
    pub async fn clear(&self, key: &str) -> Result<(), StoreError> {
        let delete = self.database.client().delete_item().table_name(self.database.name(Table::RateLimits)?);
        delete.set_key(Some(item_key(key))).send().await.map(|_| ()).map_err(failed)
    }

    async fn add(&self, key: &str, count: i64, now: Timestamp) -> Result<Item, StoreError> {
        let minute = now.as_second() / 60;
        // Names carry the minute, so that a counter is never taken for that of another; those that fell out since the last
        // update are removed, and TTL takes the item when nobody comes any more.
        let stale: Vec<String> = (MINUTES + 1..=2 * MINUTES + 1).map(|ago| counter(minute - ago)).collect();
        let expression = format!("ADD {} :count SET #ttl = :ttl REMOVE {}", counter(minute), stale.join(", "));
        let update = self.database.client().update_item().table_name(self.database.name(Table::RateLimits)?);
        let update = update
            .set_key(Some(item_key(key)))
            .update_expression(expression)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
            .expression_attribute_values(":ttl", AttributeValue::N(((minute + 2 * MINUTES) * 60).to_string()))
            .return_values(ReturnValue::AllNew);
        Ok(update.send().await.map_err(failed)?.attributes.unwrap_or_default())
    }
}

fn item_key(key: &str) -> Item {
    Key::<()>::one(Table::RateLimits, "pk", key).item()
}

fn counter(minute: i64) -> String {
    format!("m{minute}")
}

fn judge(counters: &Item, budget: &Budget, now: Timestamp) -> Verdict {
    let minute = now.as_second() / 60;
    let count = |ago: i64| -> i64 {
        let number = counters.get(&counter(minute - ago)).and_then(|value| value.as_n().ok());
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    let limit = i64::from(budget.limit);
    let sum: i64 = (0..MINUTES).map(count).sum();
    // The first moment at which enough counters have fallen out for one more.
    let mut left = sum;
    let mut reset_seconds = 60 - now.as_second().rem_euclid(60);
    for ago in (0..MINUTES).rev() {
        left -= count(ago);
        if left < limit && count(ago) > 0 {
            reset_seconds = (minute - ago + MINUTES) * 60 - now.as_second();
            break;
        }
    }
    Verdict {
        name: budget.name,
        limit: budget.limit,
        remaining: u32::try_from(limit - sum).unwrap_or(0),
        reset_seconds: reset_seconds.max(1),
        admitted: sum <= limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The limiter as DynamoDB would run it.
    fn admitted(counters: &mut BTreeMap<i64, i64>, limit: u32, second: i64) -> bool {
        *counters.entry(second / 60).or_default() += 1;
        let item =
            counters.iter().map(|(minute, count)| (counter(*minute), AttributeValue::N(count.to_string()))).collect();
        let budget = Budget { key: String::new(), name: "test", limit };
        let verdict = judge(&item, &budget, Timestamp::from_second(second).expect("in range"));
        if !verdict.admitted {
            *counters.entry(second / 60).or_default() -= 1;
        }
        verdict.admitted
    }

    #[test]
    fn no_fifteen_minutes_ever_admit_more_than_the_limit() {
        for step in [1, 7, 59, 61, 300_i64] {
            let (mut counters, mut times) = (BTreeMap::new(), Vec::new());
            for second in (1_000_000..1_000_000 + 3 * WINDOW_SECONDS).step_by(usize::try_from(step).expect("positive"))
            {
                let burst = if second % 600 < step { 150 } else { 1 };
                times.extend((0..burst).filter(|_| admitted(&mut counters, 100, second)).map(|_| second));
            }
            for start in &times {
                let inside = times.iter().filter(|time| (*start..start + WINDOW_SECONDS).contains(time)).count();
                assert!(inside <= 100, "{inside} in the window from {start} at step {step}");
            }
            assert!(times.len() > 100, "the window moves on");
        }
    }
}
