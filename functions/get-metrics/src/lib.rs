//! `GET /api/admin/metrics`: the figures of the business, by day.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Admin, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::metrics::{Counted, DayFigures, Figures};
use shared::models::time::Day;
use shared::services::{Clock, ConfigError, Services};
use shared::stores::metrics::{Metrics, Month, months};
use shared::stores::row::Wanted;
use std::collections::{BTreeMap, BTreeSet};

/// Days of an answer.
const DAYS_MAX: i64 = 366;
/// Days that are told unless others are asked for.
const DAYS_DEFAULT: i64 = 30;

/// Tells the days that were counted before, and counts the others.
pub struct GetMetrics {
    metrics: Metrics,
    grace: SignedDuration,
    clock: Clock,
}

/// Which days.
#[derive(Deserialize, JsonSchema)]
pub struct Asked {
    /// The first; thirty days up to `to` unless given.
    from: Option<Day>,
    /// The last; today unless given.
    to: Option<Day>,
}

/// The figures of some days.
#[derive(Serialize, JsonSchema)]
pub struct Report {
    /// The first day.
    from: Day,
    /// The last day. Those that are still to come are not told.
    to: Day,
    /// ISO 4217, in lower case.
    currency: String,
    /// All of them together: what happened adds up, what stands is the last one's.
    totals: Figures,
    /// One by one.
    days: Vec<DayFigures>,
}

impl Endpoint for GetMetrics {
    type Caller = Admin;
    type Input = Query<Asked>;
    type Output = Report;
    const SUMMARY: &'static str = "The figures of the business, by day.";
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { metrics: Metrics::connect(services)?, grace: services.grace()?, clock: services.clock().clone() })
    }

    fn reads(&self, input: &Self::Input, _: Option<&Identity>) -> Wanted {
        // A range that is refused needs no rows.
        let range = input.0.range(Day::of((self.clock)()));
        let months = range.map(|(from, to)| months(from, to)).unwrap_or_default();
        months.iter().fold(Wanted::default(), |wanted, month| wanted.and(&Month::key(month)))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Report>, ApiError> {
        let today = Day::of(call.now);
        let (from, to) = call.input.0.range(today)?;
        let mut kept: BTreeMap<String, Counted> = BTreeMap::new();
        for month in months(from, to) {
            // At midnight another month may have begun since the rows were asked for: what is not kept is counted.
            let row = call.rows.get(&Month::key(&month))?;
            kept.extend(row.into_iter().flat_map(|row: Month| row.days));
        }
        let days: Vec<Day> = (0..=from.days_until(to.min(today))).map(|days| from.plus(days)).collect();
        let missing: BTreeSet<Day> = days.iter().filter(|day| !kept.contains_key(&day.to_string())).copied().collect();
        let facts = self.metrics.facts(&missing).await?;
        let mut totals = Counted::default();
        let mut told = Vec::with_capacity(days.len());
        for day in days {
            let counted = kept.get(&day.to_string()).copied();
            let counted = counted.unwrap_or_else(|| facts.count(day, self.grace, call.now));
            totals += counted;
            told.push(DayFigures { date: day, figures: counted.into() });
        }
        Ok(Reply::of(Report { from, to, currency: facts.currency, totals: totals.into(), days: told }))
    }
}

impl Asked {
    /// The first and the last day.
    fn range(&self, today: Day) -> Result<(Day, Day), ApiError> {
        let to = self.to.unwrap_or(today);
        let from = self.from.unwrap_or_else(|| to.plus(1 - DAYS_DEFAULT));
        match from.days_until(to) {
            ..0 => Err(ApiError::field("to", "must not be before `from`")),
            days if days >= DAYS_MAX => {
                Err(ApiError::field("from", format!("must be at most {DAYS_MAX} days before `to`")))
            }
            _ => Ok((from, to)),
        }
    }
}
