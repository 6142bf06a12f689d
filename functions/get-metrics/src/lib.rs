//! `GET /api/admin/metrics`: the business metrics, by day.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Query, WithRules};
use shared::http::rules::{Fields, Rules};
use shared::models::figures::{DayFigures, DaySales, Figures, Sales};
use shared::models::tally::DayTally;
use shared::models::time::Day;
use shared::runtime::Clock;
use shared::services::{ConfigError, Services};
use shared::stores::metrics::{Metrics, Month, months};
use shared::stores::row::Key;
use std::collections::{BTreeMap, BTreeSet};

/// The most days in a response.
const DAYS_MAX: i64 = 366;
/// The default number of days.
const DAYS_DEFAULT: i64 = 30;

/// Returns the stored days, and computes the others.
pub struct GetMetrics {
    metrics: Metrics,
    grace: SignedDuration,
    clock: Clock,
}

/// The requested days.
#[derive(Deserialize, JsonSchema)]
pub struct MetricsQuery {
    /// The first day, not after `to` and at most 365 days before it; by default thirty days up to `to`.
    from: Option<Day>,
    /// The number of days up to `to`, instead of `from`, for clients without a reliable clock.
    #[schemars(range(min = 1, max = 366))]
    days: Option<i64>,
    /// The last day; today by default.
    to: Option<Day>,
}

/// The metrics of the requested days.
#[derive(Serialize, JsonSchema)]
pub struct MetricsReport {
    /// The first day.
    from: Day,
    /// The last day. Future days are omitted.
    to: Day,
    /// ISO 4217, in lower case; `null` if nothing was paid in these days, or there is more than one currency.
    currency: Option<String>,
    /// All days together: events are added up, and states are those of the last day.
    totals: Figures,
    /// Each day.
    days: Vec<DayFigures>,
    /// The subscriptions, for each currency.
    currencies: Vec<CurrencyMetrics>,
}

/// The subscriptions in one currency.
#[derive(Serialize, JsonSchema)]
pub struct CurrencyMetrics {
    /// ISO 4217, in lower case.
    currency: String,
    /// All days together: events are added up, and states are those of the last day.
    totals: Sales,
    /// Each day.
    days: Vec<DaySales>,
}

impl Endpoint for GetMetrics {
    type Caller = Admin;
    type Input = WithRules<Query<MetricsQuery>>;
    type Reads = Vec<Key<Month>>;
    type Output = MetricsReport;
    const SUMMARY: &'static str = "Returns the business metrics, by day.";
    const TAG: Tag = Tag::AdminReports;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { metrics: Metrics::connect(services)?, grace: services.grace()?, clock: services.clock().clone() })
    }

    fn reads(&self, input: &Self::Input, _: &Identity) -> Vec<Key<Month>> {
        let (from, to) = input.unchecked().0.range(Day::containing((self.clock)()));
        // An invalid range needs no rows.
        let months = if is_range(from, to) { months(from, to) } else { BTreeSet::new() };
        months.iter().map(|month| Month::key(month)).collect()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<MetricsReport>, ApiError> {
        let today = Day::containing(call.now);
        let Query(query) = call.input.checked(Vec::new())?;
        let (from, to) = query.range(today);
        // Around midnight another month may have begun since the rows were read. Days that are not stored are computed.
        let stored: BTreeMap<String, DayTally> = call.rows.into_iter().flatten().flat_map(|row| row.days).collect();
        let days: Vec<Day> = (0..=from.days_until(to.min(today))).map(|days| from.plus(days)).collect();
        let missing: BTreeSet<Day> =
            days.iter().filter(|day| !stored.contains_key(&day.to_string())).copied().collect();
        let data = self.metrics.read(&missing).await?;
        let count = |day: &Day| (*day, stored.get(&day.to_string()).cloned());
        let days = days.iter().map(count).map(|(day, stored)| {
            let counted = stored.unwrap_or_else(|| data.count(day, self.grace, call.now));
            (day, counted)
        });
        Ok(Reply::new(MetricsReport::new(from, to, &days.collect::<Vec<_>>())))
    }
}

impl MetricsReport {
    fn new(from: Day, to: Day, days: &[(Day, DayTally)]) -> Self {
        let mut totals = DayTally::default();
        for (_, counted) in days {
            totals += counted;
        }
        let currencies: BTreeSet<String> = totals.currencies.keys().cloned().collect();
        let daily =
            days.iter().map(|(date, counted)| DayFigures { date: *date, figures: counted.figures(&currencies) });
        let of_currency = |currency: &String| CurrencyMetrics {
            currency: currency.clone(),
            totals: totals.sales(currency),
            days: days.iter().map(|(date, counted)| DaySales { date: *date, sales: counted.sales(currency) }).collect(),
        };
        Self {
            from,
            to,
            currency: currencies.first().filter(|_| currencies.len() == 1).cloned(),
            totals: totals.figures(&currencies),
            days: daily.collect(),
            currencies: currencies.iter().map(of_currency).collect(),
        }
    }
}

impl MetricsQuery {
    /// The first and the last day.
    fn range(&self, today: Day) -> (Day, Day) {
        let to = self.to.unwrap_or(today);
        (self.from.unwrap_or_else(|| to.plus(1 - self.days.unwrap_or(DAYS_DEFAULT))), to)
    }
}

impl Rules for MetricsQuery {
    fn issues(fields: &Fields<'_>, now: Timestamp) -> Vec<FieldIssue> {
        let mut issues = Vec::new();
        if fields.is_set("from") && fields.is_set("days") {
            issues.push(FieldIssue::new("days", "cannot be combined with `from`"));
        }
        let to = if fields.is_set("to") { fields.valid("to") } else { Some(Day::containing(now)) };
        if let (Some(from), Some(to)) = (fields.valid::<Day>("from"), to)
            && !is_range(from, to)
        {
            issues.push(match from.days_until(to) {
                ..0 => FieldIssue::new("to", "must not be before `from`"),
                _ => FieldIssue::new("from", format!("must be at most {} days before `to`", DAYS_MAX - 1)),
            });
        }
        issues
    }
}

/// Whether these can be the first and the last day.
fn is_range(from: Day, to: Day) -> bool {
    (0..DAYS_MAX).contains(&from.days_until(to))
}
