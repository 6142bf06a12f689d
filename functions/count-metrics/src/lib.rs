//! Computes the figures of finished days and stores them, so a year takes a dozen rows to read. Reports the last day to
//! CloudWatch.
//!
//! Nothing depends on this job: `get-metrics` computes any missing day, with the same result to the byte. The last few
//! days are recomputed each night, because events and heartbeats may arrive late.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::tally::DayTally;
use shared::models::time::{Day, month};
use shared::services::{ConfigError, Services};
use shared::stores::error::StoreError;
use shared::stores::metrics::{Metrics, Month, months};
use shared::telemetry::{self, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// The number of days that are recomputed.
const UNSETTLED_DAYS: i64 = 3;
/// The longest month.
const MONTH_DAYS_MAX: i64 = 31;
/// How far back missing days are computed: as far as one response of `get-metrics` may reach.
const BACK_DAYS: i64 = 366;

/// Computes, stores and emits the metrics.
pub struct CountMetrics {
    metrics: Metrics,
    emitted: telemetry::Metrics,
    grace: SignedDuration,
}

/// The event of the schedule or an operator.
#[derive(Deserialize)]
pub struct Tick {
    /// The first day to recompute.
    from: Option<Day>,
}

/// The result of a run.
#[derive(Serialize)]
pub struct RunReport {
    counted: usize,
    changed: usize,
}

impl Job for CountMetrics {
    type Input = Tick;
    type Output = RunReport;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { metrics: Metrics::connect(services)?, emitted: services.metrics()?, grace: services.grace()? })
    }

    async fn run(&self, input: Tick, now: Timestamp) -> Result<RunReport, ApiError> {
        let yesterday = Day::containing(now).plus(-1);
        let unsettled = input.from.unwrap_or_else(|| yesterday.plus(1 - UNSETTLED_DAYS));
        let (first, mut stored) = match input.from {
            Some(from) => {
                let from = from.max(yesterday.plus(-8 * BACK_DAYS));
                (from, self.metrics.counted(&months(from, yesterday)).await?)
            }
            None => self.stored_months(yesterday).await?,
        };
        let is_due = |day: &Day| {
            let row = stored.get(&month(day.start()));
            *day >= unsettled || row.is_none_or(|row| !row.days.contains_key(&day.to_string()))
        };
        let due: BTreeSet<Day> =
            (0..=first.days_until(yesterday)).map(|days| first.plus(days)).filter(is_due).collect();
        let data = self.metrics.read(&due).await?;
        let (mut changed, mut written) = (0, BTreeSet::new());
        for day in &due {
            let (name, counted) = (month(day.start()), data.count(*day, self.grace, now));
            let row = stored.entry(name.clone()).or_default();
            if row.days.get(&day.to_string()) != Some(&counted) {
                row.days.insert(day.to_string(), counted);
                changed += 1;
                written.insert(name);
            }
        }
        for name in written {
            if let Some(row) = stored.get(&name) {
                self.metrics.keep(&name, row).await?;
            }
        }
        self.emit_figures(&data.count(yesterday, self.grace, now), yesterday);
        Ok(RunReport { counted: due.len(), changed })
    }
}

impl CountMetrics {
    /// The first day that may not be stored yet, and the rows from its month on. If the earlier of the last two months
    /// is complete, those two rows are enough, because the run that completed it also stored everything before.
    /// Otherwise reads the rows of a year.
    async fn stored_months(&self, yesterday: Day) -> Result<(Day, BTreeMap<String, Month>), StoreError> {
        let recent = yesterday.plus(-MONTH_DAYS_MAX).month_start();
        let stored = self.metrics.counted(&months(recent, yesterday)).await?;
        let row = stored.get(&month(recent.start()));
        let is_counted = |day: Day| row.is_some_and(|row| row.days.contains_key(&day.to_string()));
        let days = (0..MONTH_DAYS_MAX).map(|days| recent.plus(days));
        if days.take_while(|day| day.month_start() == recent).all(is_counted) {
            return Ok((recent, stored));
        }
        let first = yesterday.plus(-BACK_DAYS);
        Ok((first, self.metrics.counted(&months(first, yesterday)).await?))
    }

    /// Writes one log line, and one more for each additional currency, because amounts have the currency as their
    /// dimension.
    fn emit_figures(&self, counted: &DayTally, day: Day) {
        let figures = counted.figures(&BTreeSet::new());
        #[allow(clippy::cast_precision_loss, reason = "CloudWatch has no other numbers")]
        let count = |number: u64| number as f64;
        let mut counts = vec![
            ("ActiveSubscriptions", Unit::Count, count(figures.active)),
            ("TrialingSubscriptions", Unit::Count, count(figures.trialing)),
            ("NewMembers", Unit::Count, count(figures.new)),
            ("ChurnedVoluntary", Unit::Count, count(figures.churned_voluntary)),
            ("ChurnedFailedPayment", Unit::Count, count(figures.churned_failed_payment)),
            ("TrialsStarted", Unit::Count, count(figures.trials_started)),
            ("TrialsConverted", Unit::Count, count(figures.trials_converted)),
            ("Views", Unit::Count, count(figures.views)),
            ("HoursWatched", Unit::None, figures.hours_watched),
        ];
        counts.extend(figures.payment_success.map(|share| ("PaymentSuccess", Unit::None, share)));
        counts.extend(figures.completion_rate.map(|share| ("CompletionRate", Unit::None, share)));
        // Timestamped at the day's end, so CloudWatch's days match ours.
        let at = day.plus(1).start() - SignedDuration::from_secs(1);
        let about = json!({ "date": day });
        let mut amounts = counted.currencies.iter().map(|(currency, tally)| {
            #[allow(clippy::cast_precision_loss, reason = "CloudWatch has no other numbers")]
            let amount = |name, amount: i64| (name, Unit::None, amount as f64);
            let amounts = [
                amount("MonthlyRecurringRevenue", tally.mrr),
                amount("AtRisk", tally.at_risk),
                amount("Recovered", tally.recovered),
                amount("Refunded", tally.refunded),
                amount("Disputed", tally.disputed),
            ];
            (currency.as_str(), amounts)
        });
        match amounts.next() {
            None => self.emitted.emit(at, &counts, &about),
            Some((currency, amounts)) => self.emitted.emit_by(at, &counts, ("currency", currency), &amounts, &about),
        }
        for (currency, amounts) in amounts {
            self.emitted.emit_by(at, &[], ("currency", currency), &amounts, &about);
        }
    }
}
