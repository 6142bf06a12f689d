//! The metrics in their public form: the counts of [`crate::models::metrics`], with rates and hours.

use crate::models::tally::{CurrencyTally, DayTally};
use crate::models::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The metrics of one or several days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "MetricTotals")]
pub struct Figures {
    /// Monthly recurring revenue at the end, after coupons, in minor units. A yearly plan counts as a twelfth, rounded
    /// half up. `null` if there is more than one currency, because amounts in different currencies cannot be added.
    pub mrr: Option<i64>,
    /// Subscriptions at the end that are paid, or overdue within the grace period; without trials and complimentary
    /// plans.
    pub active: u64,
    /// Subscriptions in a trial at the end.
    pub trialing: u64,
    /// Members whose access through a subscription began.
    pub new: u64,
    /// Members whose access ended with all invoices paid.
    pub churned_voluntary: u64,
    /// Members whose access ended with their last invoice unpaid.
    pub churned_failed_payment: u64,
    /// Invoices over 0 that were paid.
    pub payments_paid: u64,
    /// Invoices over 0 whose payment finally failed.
    pub payments_failed: u64,
    /// The share of paid invoices among those that were paid or finally failed, from 0 to 1; `null` if there were none.
    pub payment_success: Option<f64>,
    /// Unpaid renewals within the grace period at the end, in minor units; `null` if there is more than one currency.
    pub at_risk: Option<i64>,
    /// Renewals that were paid after a failed attempt, in minor units; `null` if there is more than one currency.
    pub recovered: Option<i64>,
    /// Refunds that were made, including those that failed later, in minor units; `null` if there is more than one
    /// currency.
    pub refunded: Option<i64>,
    /// Disputes and inquiries that were opened, whatever their outcome, in minor units; `null` if there is more than one
    /// currency.
    pub disputed: Option<i64>,
    /// Trials that began.
    pub trials_started: u64,
    /// Trials that were followed by a paid period.
    pub trials_converted: u64,
    /// Active subscriptions at the end by plan and interval: `basic_month`.
    pub plans: BTreeMap<String, u64>,
    /// Playbacks that started.
    pub views: u64,
    /// Hours watched in these playbacks, with two decimals.
    pub hours_watched: f64,
    /// The share of these playbacks that reached the end of the video, from 0 to 1; `null` if there were none.
    pub completion_rate: Option<f64>,
}

/// The metrics of subscriptions in one currency, for one or several days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CurrencyTotals")]
pub struct Sales {
    /// Monthly recurring revenue at the end, after coupons, in minor units. A yearly plan counts as a twelfth, rounded
    /// half up.
    pub mrr: i64,
    /// Subscriptions at the end that are paid, or overdue within the grace period.
    pub active: u64,
    /// Subscriptions in a trial at the end.
    pub trialing: u64,
    /// Members whose access through a subscription began.
    pub new: u64,
    /// Members whose access ended with all invoices paid.
    pub churned_voluntary: u64,
    /// Members whose access ended with their last invoice unpaid.
    pub churned_failed_payment: u64,
    /// Invoices over 0 that were paid.
    pub payments_paid: u64,
    /// Invoices over 0 whose payment finally failed.
    pub payments_failed: u64,
    /// The share of paid invoices among those that were paid or finally failed, from 0 to 1; `null` if there were none.
    pub payment_success: Option<f64>,
    /// Unpaid renewals within the grace period at the end, in minor units.
    pub at_risk: i64,
    /// Renewals that were paid after a failed attempt, in minor units.
    pub recovered: i64,
    /// Refunds that were made, including those that failed later, in minor units.
    pub refunded: i64,
    /// Disputes and inquiries that were opened, whatever their outcome, in minor units.
    pub disputed: i64,
    /// Trials that began.
    pub trials_started: u64,
    /// Trials that were followed by a paid period.
    pub trials_converted: u64,
    /// Active subscriptions at the end by plan and interval: `basic_month`.
    pub plans: BTreeMap<String, u64>,
}

/// The metrics of one day for subscriptions in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DailyCurrencyMetrics")]
pub struct DaySales {
    /// The UTC day.
    pub date: Day,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub sales: Sales,
}

/// The metrics of one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DailyMetrics")]
pub struct DayFigures {
    /// The UTC day.
    pub date: Day,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub figures: Figures,
}

impl From<CurrencyTally> for Sales {
    fn from(tally: CurrencyTally) -> Self {
        Self {
            mrr: tally.mrr,
            active: tally.active,
            trialing: tally.trialing,
            new: tally.new,
            churned_voluntary: tally.churned_voluntary,
            churned_failed_payment: tally.churned_failed_payment,
            payments_paid: tally.payments_paid,
            payments_failed: tally.payments_failed,
            payment_success: share(tally.payments_paid, tally.payments_paid + tally.payments_failed),
            at_risk: tally.at_risk,
            recovered: tally.recovered,
            refunded: tally.refunded,
            disputed: tally.disputed,
            trials_started: tally.trials_started,
            trials_converted: tally.trials_converted,
            plans: tally.plans,
        }
    }
}

impl DayTally {
    /// The metrics of a day, shown together with days in these currencies: counts are added up, and amounts are given
    /// only if there is a single currency.
    pub fn figures(&self, currencies: &BTreeSet<String>) -> Figures {
        let sum = |count: fn(&CurrencyTally) -> u64| self.currencies.values().map(count).sum();
        let amount = |amount: fn(&CurrencyTally) -> i64| -> Option<i64> {
            (currencies.len() <= 1).then(|| self.currencies.values().map(amount).sum())
        };
        let (paid, failed): (u64, u64) = (sum(|tally| tally.payments_paid), sum(|tally| tally.payments_failed));
        let mut plans: BTreeMap<String, u64> = BTreeMap::new();
        for (plan, count) in self.currencies.values().flat_map(|tally| &tally.plans) {
            *plans.entry(plan.clone()).or_default() += count;
        }
        Figures {
            mrr: amount(|tally| tally.mrr),
            active: sum(|tally| tally.active),
            trialing: sum(|tally| tally.trialing),
            new: sum(|tally| tally.new),
            churned_voluntary: sum(|tally| tally.churned_voluntary),
            churned_failed_payment: sum(|tally| tally.churned_failed_payment),
            payments_paid: paid,
            payments_failed: failed,
            payment_success: share(paid, paid + failed),
            at_risk: amount(|tally| tally.at_risk),
            recovered: amount(|tally| tally.recovered),
            refunded: amount(|tally| tally.refunded),
            disputed: amount(|tally| tally.disputed),
            trials_started: sum(|tally| tally.trials_started),
            trials_converted: sum(|tally| tally.trials_converted),
            plans,
            views: self.views,
            // 3,600,000 ms per hour, in hundredths.
            hours_watched: hundredths((self.watched_ms + 18_000) / 36_000),
            completion_rate: share(self.completed, self.views),
        }
    }

    /// The metrics of one currency.
    pub fn sales(&self, currency: &str) -> Sales {
        self.currencies.get(currency).cloned().unwrap_or_default().into()
    }
}

/// A ratio with four decimals, rounded half up.
fn share(part: u64, whole: u64) -> Option<f64> {
    let ten_thousandths = (2 * 10_000 * part + whole).checked_div(2 * whole)?;
    u32::try_from(ten_thousandths).ok().map(|number| f64::from(number) / 10_000.0)
}

fn hundredths(number: i64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a century of watching is exact")]
    let number = number as f64;
    number / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_four_decimals_rounded_half_up() {
        assert_eq!((share(2, 3), share(1, 1), share(0, 5), share(0, 0)), (Some(0.6667), Some(1.0), Some(0.0), None));
    }
}
