//! The limiter: one-minute counters in one item, incremented by one unconditional update whose result decides.
//!
//! The counters of the current minute and the 15 before it cover any 15-minute window, so no window exceeds the limit.
//! A client may be refused up to a minute early. A fixed window would admit up to twice the limit.
//!
//! If the response to a counting update is lost, the SDK may repeat it, which at worst refuses a request too early. An
//! update that gives counts back could admit more. So it is tried only once, never takes a counter below zero, and
//! gives back only what is still counted: in the counter of its own minute, and not after the key was cleared
//! ([`CountedRequest`]).

use crate::models::email::Email;
use crate::services::{ConfigError, Services};
use crate::stores::database::Database;
use crate::stores::error::{StoreError, failed};
use crate::stores::row::Key;
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use boxed::boxed;
use jiff::Timestamp;
use std::ops::RangeInclusive;

/// The most account emails to one address in any hour; more are dropped silently.
const ACCOUNT_MAILS_MAX: u32 = 3;
/// The length of a limit's window, in seconds.
pub const WINDOW_SECONDS: i64 = 15 * 60;
/// Counts how often a key was cleared. Counts from before a clear are not given back after it.
const CLEARS: &str = "clears";

/// How far back a limit looks, and with what precision. The current counter and those of the whole window before it
/// are added up, so a client may be refused up to one interval too early, but no window ever exceeds the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// The prefix of its counters' names.
    prefix: char,
    /// The seconds that one counter covers.
    grain: i64,
    /// The number of counters that are added up.
    counters: i64,
}

/// 15 minutes, with one-minute counters.
const REQUESTS: Window = Window { prefix: 'm', grain: 60, counters: WINDOW_SECONDS / 60 + 1 };
/// The hour for account emails, with five-minute counters.
const MAIL: Window = Window { prefix: 'h', grain: 300, counters: 60 * 60 / 300 + 1 };

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Requests in 15 minutes: more are refused.
    Requests,
    /// Account emails to an address in an hour: more are not sent, and nobody is told.
    Emails,
}

impl Kind {
    const fn window(self) -> Window {
        match self {
            Self::Requests => REQUESTS,
            Self::Emails => MAIL,
        }
    }
}

/// A limit for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The key that is counted: `USER#…`, `ADDRESS#…`.
    pub key: String,
    /// The limit's name in the `RateLimit` headers.
    pub name: &'static str,
    /// The most in any window.
    pub limit: u32,
    /// What is counted.
    pub kind: Kind,
}

impl Budget {
    /// The limit of account emails to an address, for [`Endpoint::budgets`](crate::endpoint::Endpoint::budgets). Over
    /// it, the request is not refused: the endpoint sends no email.
    pub fn of_mail(email: &Email) -> Self {
        let key = format!("MAIL#{}", email.key());
        Self { key, name: "mail", limit: ACCOUNT_MAILS_MAX, kind: Kind::Emails }
    }
}

/// The limiter's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimitDecision {
    /// The limit's name.
    pub name: &'static str,
    /// The most in any window.
    pub limit: u32,
    /// How many requests remain.
    pub remaining: u32,
    /// Seconds until more requests are allowed.
    pub reset_seconds: i64,
    /// Whether this request is within the limit.
    pub admitted: bool,
    /// What is counted.
    pub kind: Kind,
}

/// A count that can be given back once.
#[derive(Debug)]
pub struct CountedRequest {
    /// The limiter's decision.
    pub decision: RateLimitDecision,
    key: String,
    /// The counter that contains it, because another minute's counter may not.
    counter: String,
    /// How often the key had been cleared at that time, according to DynamoDB.
    clears: Option<AttributeValue>,
}

/// The table `rate_limits`.
#[derive(Clone, Debug)]
pub struct RateLimits {
    database: Database,
}

impl RateLimits {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::RateLimits]).map(|database| Self { database })
    }

    /// Counts one request against the budget. A caller that refuses the request for another reason gives the count
    /// back.
    #[boxed]
    pub async fn count(&self, budget: &Budget, now: Timestamp) -> Result<CountedRequest, StoreError> {
        self.count_in(budget.kind.window(), budget, now).await
    }

    /// Counts an email to an address; `false` if the address has reached its limit for the last hour.
    #[boxed]
    pub async fn count_mail(&self, email: &Email, now: Timestamp) -> Result<bool, StoreError> {
        let counted = self.count(&Budget::of_mail(email), now).await?;
        let is_admitted = counted.decision.admitted;
        if !is_admitted {
            self.give_back(counted).await;
        }
        Ok(is_admitted)
    }

    /// Gives a count back. If that fails, it stays counted, which may refuse a request too early but never admits too
    /// much.
    #[boxed]
    pub async fn give_back(&self, counted: CountedRequest) {
        let counter = &counted.counter;
        let Ok(table) = self.database.name(Table::RateLimits) else { return };
        let update = self.database.client().update_item().table_name(table);
        let update = update
            .set_key(Some(key_of(&counted.key)))
            .update_expression(format!("SET {counter} = {counter} - :one"))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_names("#clears", CLEARS);
        let update = match counted.clears {
            Some(clears) => update
                .condition_expression(format!("{counter} >= :one AND #clears = :clears"))
                .expression_attribute_values(":clears", clears),
            None => update.condition_expression(format!("{counter} >= :one AND attribute_not_exists(#clears)")),
        };
        let _ = tried_once(update).await;
    }

    /// Clears the counters of a key. If that fails, they stay.
    #[boxed]
    pub async fn clear(&self, key: &str, now: Timestamp) {
        // Removes the counters, not the item, so callers need no other permission.
        let counters: Vec<String> = REQUESTS.names(now, 0..=REQUESTS.oldest()).collect();
        let expression = format!("SET #ttl = :ttl REMOVE {} ADD #clears :one", counters.join(", "));
        let Ok(update) = self.update(REQUESTS, key, expression, now) else { return };
        let update = update
            .expression_attribute_names("#clears", CLEARS)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let _ = tried_once(update).await;
    }

    async fn count_in(&self, window: Window, budget: &Budget, now: Timestamp) -> Result<CountedRequest, StoreError> {
        // Names contain the time, so counters cannot be confused. Counters that have left the window since the last
        // update are removed, and TTL removes items that are no longer used.
        let stale: Vec<String> = window.names(now, window.counters + 1..=window.oldest()).collect();
        let counter = window.name(now, 0);
        let expression = format!("ADD {counter} :one SET #ttl = :ttl REMOVE {}", stale.join(", "));
        let update = self.update(window, &budget.key, expression, now)?;
        let update = update.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let answer = update.return_values(ReturnValue::AllNew).send().await.map_err(failed)?;
        let item = answer.attributes.unwrap_or_default();
        let decision = decide(window, &item, budget, now);
        Ok(CountedRequest { decision, key: budget.key.clone(), counter, clears: item.get(CLEARS).cloned() })
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
            .set_key(Some(key_of(key)))
            .update_expression(expression)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":ttl", AttributeValue::N(ttl.to_string())))
    }
}

fn key_of(key: &str) -> Item {
    Key::<()>::simple(Table::RateLimits, "pk", key).item()
}

/// Sends an update that the SDK must not retry: it may have taken effect even if its response was lost.
async fn tried_once(update: UpdateItemFluentBuilder) -> Result<(), StoreError> {
    let once = aws_sdk_dynamodb::config::Config::builder().retry_config(RetryConfig::disabled());
    update.customize().config_override(once).send().await.map(|_| ()).map_err(failed)
}

impl Window {
    /// The name of the counter a number of intervals ago.
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

    /// How many intervals ago each counter began, and its count. The number is negative for a later minute that another
    /// request has already reached. Every counter that can share a window with the current one is included.
    fn counts(self, item: &Item, now: Timestamp) -> Vec<(i64, i64)> {
        let present = now.as_second() / self.grain;
        let count = |(name, value): (&String, &AttributeValue)| {
            let grain: i64 = name.strip_prefix(self.prefix)?.parse().ok()?;
            let count: i64 = value.as_n().ok()?.parse().ok()?;
            Some((present - grain, count.max(0)))
        };
        let mut counts: Vec<_> = item.iter().filter_map(count).filter(|(ago, _)| *ago < self.counters).collect();
        counts.sort_unstable_by_key(|(ago, _)| std::cmp::Reverse(*ago));
        counts
    }
}

fn decide(window: Window, item: &Item, budget: &Budget, now: Timestamp) -> RateLimitDecision {
    let counts = window.counts(item, now);
    let limit = i64::from(budget.limit);
    let sum: i64 = counts.iter().map(|(_, count)| count).sum();
    // The earliest time at which enough counters have left the window for one more.
    let since_grain = now.as_second().rem_euclid(window.grain);
    let mut left = sum;
    let mut reset_seconds = window.grain - since_grain;
    for (ago, count) in counts {
        left -= count;
        if left < limit && count > 0 {
            reset_seconds = (window.counters - ago) * window.grain - since_grain;
            break;
        }
    }
    RateLimitDecision {
        name: budget.name,
        limit: budget.limit,
        remaining: u32::try_from(limit - sum).unwrap_or(0),
        reset_seconds: reset_seconds.max(1),
        admitted: sum <= limit,
        kind: budget.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The limiter as DynamoDB would execute it.
    fn admitted(window: Window, counters: &mut BTreeMap<String, i64>, limit: u32, second: i64) -> bool {
        let now = Timestamp::from_second(second).expect("in range");
        *counters.entry(window.name(now, 0)).or_default() += 1;
        let item = counters.iter().map(|(name, count)| (name.clone(), AttributeValue::N(count.to_string()))).collect();
        let budget = Budget { key: String::new(), name: "test", limit, kind: Kind::Requests };
        let decision = decide(window, &item, &budget, now);
        if !decision.admitted {
            *counters.entry(window.name(now, 0)).or_default() -= 1;
        }
        decision.admitted
    }

    #[test]
    fn a_late_request_of_the_last_minute_sees_the_counts_of_the_next_one() {
        let mut counters = BTreeMap::new();
        assert!((0..100).all(|_| admitted(REQUESTS, &mut counters, 100, 60_000)));
        assert!(!admitted(REQUESTS, &mut counters, 100, 59_999));
    }

    #[test]
    fn an_older_versions_negative_counter_admits_no_extra_requests() {
        let mut counters = BTreeMap::from([(REQUESTS.name(Timestamp::from_second(60_000).expect("in range"), 1), -5)]);
        let admitted = (0..20).filter(|_| admitted(REQUESTS, &mut counters, 10, 60_000)).count();
        assert_eq!(admitted, 10);
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
    fn no_fifteen_minutes_ever_admit_more_than_the_limit_allows() {
        for step in [1, 7, 59, 61, 300_i64] {
            assert!(most_in_any_window(REQUESTS, 100, step) <= 100, "at step {step}");
        }
    }

    #[test]
    fn no_address_gets_more_than_three_mails_in_any_hour() {
        for step in [17, 299, 301, 1_000_i64] {
            assert!(most_in_any_window(MAIL, ACCOUNT_MAILS_MAX, step) <= 3, "at step {step}");
        }
    }
}
