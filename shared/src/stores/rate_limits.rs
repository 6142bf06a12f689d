//! The limiter: minute counters in one item, incremented by one unconditional update whose answer decides.
//!
//! The counters of the present minute and of the 15 before it cover any 15 minutes, so their sum is a ceiling that no 15
//! minutes exceed; a client may be refused up to a minute early. A fixed or sliding window would admit twice the limit.

use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, StoreError, Table, failed};
use crate::stores::row::{Item, Key};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::Timestamp;
use std::ops::RangeInclusive;

/// Most account mails to one address in any hour; more are left out silently (contract §6).
pub const ACCOUNT_MAILS_MAX: u32 = 3;
/// Seconds of the window that a limit speaks of.
pub const WINDOW_SECONDS: i64 = 15 * 60;

/// How long a limit looks back, and how exactly. The present counter and those of the whole window before it count, so a
/// client may be refused up to one grain early, never admitted too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// Begins the names of its counters.
    prefix: char,
    /// Seconds that one counter covers.
    grain: i64,
    /// How many counters count.
    counters: i64,
}

/// The contract's 15 minutes, in minutes.
const REQUESTS: Window = Window { prefix: 'm', grain: 60, counters: WINDOW_SECONDS / 60 + 1 };
/// An hour of account mail, in five minutes.
const MAIL: Window = Window { prefix: 'h', grain: 300, counters: 60 * 60 / 300 + 1 };

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
        self.count_in(REQUESTS, budget, now).await
    }

    /// Counts a mail to an address; `false` when it has had its share of the last hour (contract §6).
    pub async fn count_mail(&self, email_key: &str, now: Timestamp) -> Result<bool, StoreError> {
        let budget = Budget { key: format!("MAIL#{email_key}"), name: "mail", limit: ACCOUNT_MAILS_MAX };
        Ok(self.count_in(MAIL, &budget, now).await?.admitted)
    }

    /// Gives one back that was counted a moment ago.
    pub async fn give_back(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.add(REQUESTS, key, -1, now).await.map(|_| ())
    }

    /// Forgets what was counted on a key.
    pub async fn clear(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        // Removes the counters and not the item, so that whoever counts needs no other permission.
        let counters: Vec<String> = REQUESTS.names(now, 0..=REQUESTS.oldest()).collect();
        let update = self.update(REQUESTS, key, format!("SET #ttl = :ttl REMOVE {}", counters.join(", ")), now)?;
        update.send().await.map(|_| ()).map_err(failed)
    }

    async fn count_in(&self, window: Window, budget: &Budget, now: Timestamp) -> Result<Verdict, StoreError> {
        let counters = self.add(window, &budget.key, 1, now).await?;
        let verdict = judge(window, &counters, budget, now);
        if !verdict.admitted {
            self.add(window, &budget.key, -1, now).await?;
        }
        Ok(verdict)
    }

    async fn add(&self, window: Window, key: &str, count: i64, now: Timestamp) -> Result<Item, StoreError> {
        // Names carry the time, so that a counter is never taken for that of another; those that fell out since the last
        // update are removed, and TTL takes the item when nobody comes any more.
        let stale: Vec<String> = window.names(now, window.counters + 1..=window.oldest()).collect();
        let present = window.name(now, 0);
        let expression = format!("ADD {present} :count SET #ttl = :ttl REMOVE {}", stale.join(", "));
        let update = self.update(window, key, expression, now)?;
        let update = update.expression_attribute_values(":count", AttributeValue::N(count.to_string()));
        let update = update.return_values(ReturnValue::AllNew);
        Ok(update.send().await.map_err(failed)?.attributes.unwrap_or_default())
    }

    fn update(
        &self,
        window: Window,
        key: &str,
        expression: String,
        now: Timestamp,
    ) -> Result<UpdateItemFluentBuilder, StoreError> {
        let ttl = now.as_second() + 2 * window.counters * window.grain;
        let update = self.database.client().update_item().table_name(self.database.name(Table::RateLimits)?);
        Ok(update
            .set_key(Some(Key::<()>::one(Table::RateLimits, "pk", key).item()))
            .update_expression(expression)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":ttl", AttributeValue::N(ttl.to_string())))
    }
}

impl Window {
    /// The name of the counter of so many grains ago.
    fn name(self, now: Timestamp, ago: i64) -> String {
        format!("{}{}", self.prefix, now.as_second() / self.grain - ago)
    }

    fn names(self, now: Timestamp, ago: RangeInclusive<i64>) -> impl Iterator<Item = String> {
        ago.map(move |ago| self.name(now, ago))
    }

    /// The age of the oldest counter that an update removes.
    fn oldest(self) -> i64 {
        2 * self.counters + 1
    }
}

fn judge(window: Window, counters: &Item, budget: &Budget, now: Timestamp) -> Verdict {
    let count = |ago: i64| -> i64 {
        let number = counters.get(&window.name(now, ago)).and_then(|value| value.as_n().ok());
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    let limit = i64::from(budget.limit);
    let sum: i64 = (0..window.counters).map(count).sum();
    // The first moment at which enough counters have fallen out for one more.
    let since_grain = now.as_second().rem_euclid(window.grain);
    let mut left = sum;
    let mut reset_seconds = window.grain - since_grain;
    for ago in (0..window.counters).rev() {
        left -= count(ago);
        if left < limit && count(ago) > 0 {
            reset_seconds = (window.counters - ago) * window.grain - since_grain;
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
    fn admitted(window: Window, counters: &mut BTreeMap<String, i64>, limit: u32, second: i64) -> bool {
        let now = Timestamp::from_second(second).expect("in range");
        *counters.entry(window.name(now, 0)).or_default() += 1;
        let item = counters.iter().map(|(name, count)| (name.clone(), AttributeValue::N(count.to_string()))).collect();
        let budget = Budget { key: String::new(), name: "test", limit };
        let verdict = judge(window, &item, &budget, now);
        if !verdict.admitted {
            *counters.entry(window.name(now, 0)).or_default() -= 1;
        }
        verdict.admitted
    }

    fn most_in_any_window(window: Window, limit: u32, step: i64) -> usize {
        let length = (window.counters - 1) * window.grain;
        let (mut counters, mut times) = (BTreeMap::new(), Vec::new());
        for second in (1_000_000..1_000_000 + 3 * length).step_by(usize::try_from(step).expect("positive")) {
            let burst = if second % 600 < step { 150 } else { 1 };
            times.extend((0..burst).filter(|_| admitted(window, &mut counters, limit, second)).map(|_| second));
        }
        assert!(times.len() > usize::try_from(limit).expect("small"), "the window moves on");
        let inside = |start: &i64| times.iter().filter(|time| (*start..start + length).contains(time)).count();
        times.iter().map(inside).max().unwrap_or(0)
    }

    #[test]
    fn no_fifteen_minutes_ever_admit_more_than_the_limit() {
        for step in [1, 7, 59, 61, 300_i64] {
            assert!(most_in_any_window(REQUESTS, 100, step) <= 100, "at step {step}");
        }
    }

    #[test]
    fn no_hour_ever_mails_an_address_more_than_thrice() {
        for step in [17, 299, 301, 1_000_i64] {
            assert!(most_in_any_window(MAIL, ACCOUNT_MAILS_MAX, step) <= 3, "at step {step}");
        }
    }
}
