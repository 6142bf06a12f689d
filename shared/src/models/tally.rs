//! The figures of a day as [`crate::models::metrics`] counts them and the tables store them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// The figures of a day, in whole numbers, so their sums do not depend on the order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTally {
    /// Money and subscriptions by currency (ISO 4217, in lower case). A currency with nothing to report is omitted.
    pub currencies: BTreeMap<String, CurrencyTally>,
    /// Playbacks that started.
    pub views: u64,
    /// How long these playbacks were watched, in milliseconds.
    pub watched_ms: i64,
    /// How many of these playbacks reached the video's end.
    pub completed: u64,
}

/// The figures of one currency. Amounts are in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyTally {
    /// Monthly recurring revenue at the day's end.
    pub mrr: i64,
    /// Subscriptions at the day's end that are paid for, or overdue within the grace period.
    pub active: u64,
    /// These subscriptions by plan and interval: `basic_month`.
    pub plans: BTreeMap<String, u64>,
    /// The sum of open renewals within the grace period at the day's end.
    pub at_risk: i64,
    /// Subscriptions in their trial at the day's end.
    pub trialing: u64,
    /// Members whose access began.
    pub new: u64,
    /// Members whose access ended with everything paid.
    pub churned_voluntary: u64,
    /// Members whose access ended with an invoice unpaid.
    pub churned_failed_payment: u64,
    /// Invoices over 0 that were paid.
    pub payments_paid: u64,
    /// Invoices over 0 that finally failed.
    pub payments_failed: u64,
    /// Renewals that were paid after a failed attempt.
    pub recovered: i64,
    /// Refunds by the day they were made. A refund that fails later still counts, because Stripe does not say when it
    /// failed.
    pub refunded: i64,
    /// Disputes and inquiries by the day they were opened, whatever their outcome.
    pub disputed: i64,
    /// Trials that began.
    pub trials_started: u64,
    /// Trials that were followed by a paid period.
    pub trials_converted: u64,
}

impl AddAssign<&CurrencyTally> for CurrencyTally {
    fn add_assign(&mut self, later: &CurrencyTally) {
        *self = CurrencyTally {
            mrr: later.mrr,
            active: later.active,
            plans: later.plans.clone(),
            at_risk: later.at_risk,
            trialing: later.trialing,
            new: self.new + later.new,
            churned_voluntary: self.churned_voluntary + later.churned_voluntary,
            churned_failed_payment: self.churned_failed_payment + later.churned_failed_payment,
            payments_paid: self.payments_paid + later.payments_paid,
            payments_failed: self.payments_failed + later.payments_failed,
            recovered: self.recovered + later.recovered,
            refunded: self.refunded + later.refunded,
            disputed: self.disputed + later.disputed,
            trials_started: self.trials_started + later.trials_started,
            trials_converted: self.trials_converted + later.trials_converted,
        };
    }
}

/// Adds a later day: events are added up, and the state is that of the later day.
impl AddAssign<&DayTally> for DayTally {
    fn add_assign(&mut self, later: &DayTally) {
        for currency in later.currencies.keys() {
            self.currencies.entry(currency.clone()).or_default();
        }
        let none = CurrencyTally::default();
        for (currency, tally) in &mut self.currencies {
            *tally += later.currencies.get(currency).unwrap_or(&none);
        }
        self.views += later.views;
        self.watched_ms += later.watched_ms;
        self.completed += later.completed;
    }
}
