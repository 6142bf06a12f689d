//! Counts the days that are over, so that a year is read in a dozen rows, and tells CloudWatch of the last of them.
//!
//! Nothing depends on it: a day that is not counted is counted by whoever asks, to the same bytes. The last few days are counted
//! again each night, since events and heartbeats may come late.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::metrics::{Counted, Figures};
use shared::models::time::{Day, month};
use shared::services::{ConfigError, Services};
use shared::stores::database::StoreError;
use shared::stores::metrics::{Metrics, Month, months};
use shared::telemetry::{self, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Days that are counted again.
const UNSETTLED_DAYS: i64 = 3;
/// The longest month.
const MONTH_DAYS_MAX: i64 = 31;
/// How far back days are counted that were never: as far as one answer of `get-metrics` may go.
const BACK_DAYS: i64 = 366;

/// Counts, keeps and emits.
pub struct CountMetrics {
    metrics: Metrics,
    emitted: telemetry::Metrics,
    grace: SignedDuration,
}

/// The schedule's event, or an operator's.
#[derive(Deserialize)]
pub struct Tick {
    /// Count again from this day on.
    from: Option<Day>,
}

/// What was done.
#[derive(Serialize)]
pub struct Done {
    counted: usize,
    changed: usize,
}

impl Job for CountMetrics {
    type Input = Tick;
    type Output = Done;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { metrics: Metrics::connect(services)?, emitted: services.metrics()?, grace: services.grace()? })
    }

    async fn run(&self, input: Tick, now: Timestamp) -> Result<Done, ApiError> {
        let yesterday = Day::of(now).plus(-1);
        let unsettled = input.from.unwrap_or_else(|| yesterday.plus(1 - UNSETTLED_DAYS));
        let (first, mut kept) = match input.from {
            Some(from) => {
                let from = from.max(yesterday.plus(-8 * BACK_DAYS));
                (from, self.metrics.counted(&months(from, yesterday)).await?)
            }
            None => self.kept(yesterday).await?,
        };
        let is_due = |day: &Day| {
            let row = kept.get(&month(day.start()));
            *day >= unsettled || row.is_none_or(|row| !row.days.contains_key(&day.to_string()))
        };
        let due: BTreeSet<Day> =
            (0..=first.days_until(yesterday)).map(|days| first.plus(days)).filter(is_due).collect();
        let facts = self.metrics.facts(&due).await?;
        let (mut changed, mut written) = (0, BTreeSet::new());
        for day in &due {
            let (name, counted) = (month(day.start()), facts.count(*day, self.grace, now));
            let row = kept.entry(name.clone()).or_default();
            if row.days.insert(day.to_string(), counted) != Some(counted) {
                changed += 1;
                written.insert(name);
            }
        }
        for name in written {
            if let Some(row) = kept.get(&name) {
                self.metrics.keep(&name, row).await?;
            }
        }
        self.tell(facts.count(yesterday, self.grace, now), yesterday, &facts.currency);
        Ok(Done { counted: due.len(), changed })
    }
}

impl CountMetrics {
    /// The first day that may not be counted yet, and the rows from its month on: the last two where the first of them is
    /// counted whole, since whatever counted it has counted what was before it; else those of a year.
    async fn kept(&self, yesterday: Day) -> Result<(Day, BTreeMap<String, Month>), StoreError> {
        let recent = yesterday.plus(-MONTH_DAYS_MAX).month_start();
        let kept = self.metrics.counted(&months(recent, yesterday)).await?;
        let row = kept.get(&month(recent.start()));
        let is_counted = |day: Day| row.is_some_and(|row| row.days.contains_key(&day.to_string()));
        let days = (0..MONTH_DAYS_MAX).map(|days| recent.plus(days));
        if days.take_while(|day| day.month_start() == recent).all(is_counted) {
            return Ok((recent, kept));
        }
        let first = yesterday.plus(-BACK_DAYS);
        Ok((first, self.metrics.counted(&months(first, yesterday)).await?))
    }

    fn tell(&self, counted: Counted, day: Day, currency: &str) {
        let figures = Figures::from(counted);
        #[allow(clippy::cast_precision_loss, reason = "CloudWatch has no other numbers")]
        let count = |number: u64| number as f64;
        #[allow(clippy::cast_precision_loss, reason = "CloudWatch has no other numbers")]
        let mrr = figures.mrr as f64;
        let mut told = vec![
            ("MonthlyRecurringRevenue", Unit::None, mrr),
            ("ActiveSubscriptions", Unit::Count, count(figures.active)),
            ("TrialingSubscriptions", Unit::Count, count(figures.trialing)),
            ("NewMembers", Unit::Count, count(figures.new)),
            ("ChurnedVoluntary", Unit::Count, count(figures.churned_voluntary)),
            ("ChurnedFailedPayment", Unit::Count, count(figures.churned_failed_payment)),
            ("Views", Unit::Count, count(figures.views)),
            ("HoursWatched", Unit::None, figures.hours_watched),
        ];
        told.extend(figures.payment_success.map(|share| ("PaymentSuccess", Unit::None, share)));
        told.extend(figures.completion_rate.map(|share| ("CompletionRate", Unit::None, share)));
        // As of the day's end, so that CloudWatch's days are ours.
        let at = day.plus(1).start() - SignedDuration::from_secs(1);
        self.emitted.emit(at, &told, &json!({ "date": day, "currency": currency }));
    }
}
