//! The business metrics: pure functions of the ledger and of playbacks, so the same rows always give the same figures.
//!
//! A subscription is judged by its invoices, which say when it was paid and what a period costs after coupons. Its
//! current status says nothing about last month. The figures of a day are the state at its end (or now, for today) and
//! what happened during it. Each depends only on times that do not change later, so a past day can be recomputed.
//!
//! Money is counted by currency: amounts of two currencies are never added to each other.

use crate::models::ledger::{ChargeEntry, DisputeEntry, Entry, RefundEntry, SubscriptionEntry};
use crate::models::plan::{Interval, PlanType, lookup_key};
use crate::models::tally::{CurrencyTally, DayTally};
use crate::models::time::Day;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How many days before a given day an invoice that affects it may have been created: its period, plus the weeks in
/// which its payment is retried. Older invoices are ignored, so a day's figures do not depend on which other days are
/// read.
pub const fn reach_days(interval: Interval) -> i64 {
    match interval {
        Interval::Month => 62,
        Interval::Year => 400,
    }
}

/// How many days before a payment a failed attempt may have been made: as long as Stripe retries.
pub const RETRY_DAYS: i64 = 62;
/// The time in which a subscription's first invoice is created: after the subscription starts, or after its trial ends.
const FIRST_INVOICE: SignedDuration = SignedDuration::from_hours(24);
/// When an invoice that is still open counts as finally failed. Stripe retries for two weeks by default. A setting
/// decides whether Stripe then ends the subscription, calls it `unpaid` or leaves it `past_due`. Only the first of
/// these records a time.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(21 * 24);
/// Months of a year, over which its price is spread.
const MONTHS: i64 = 12;
/// A day is judged at its last millisecond, not at the first of the next day.
const MOMENT: SignedDuration = SignedDuration::from_millis(1);

/// A subscription with its invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionHistory {
    /// Stripe's customer.
    pub customer: String,
    /// Its ledger entry.
    pub subscription: SubscriptionEntry,
    /// Its finalized invoices.
    pub invoices: Vec<Bill>,
}

/// The part of an invoice's entry from which figures are computed. Invoices are read by the thousand, so nothing else
/// is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[allow(missing_docs, reason = "as of the entry")]
pub struct Bill {
    pub id: String,
    pub subscription: Option<String>,
    pub status: String,
    pub plan_type: Option<PlanType>,
    pub interval: Option<Interval>,
    pub amount_due: i64,
    pub recurring_amount: i64,
    pub currency: String,
    pub period_start: Option<Timestamp>,
    pub period_end: Option<Timestamp>,
    pub billing_reason: Option<String>,
    pub payment_intent: Option<String>,
    pub created: Timestamp,
    pub finalized_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub uncollectible_at: Option<Timestamp>,
    #[serde(default)]
    pub voided_at: Option<Timestamp>,
}

impl Bill {
    /// The names of its fields.
    pub const FIELDS: [&str; 17] = [
        "id",
        "subscription",
        "status",
        "plan_type",
        "interval",
        "amount_due",
        "recurring_amount",
        "currency",
        "period_start",
        "period_end",
        "billing_reason",
        "payment_intent",
        "created",
        "finalized_at",
        "paid_at",
        "uncollectible_at",
        "voided_at",
    ];

    /// Whether it is void at a given time. An invoice voided at an unknown time counts as never owed.
    fn is_void(&self, moment: Timestamp) -> bool {
        self.status == "void" && self.voided_at.is_none_or(|at| at <= moment)
    }

    /// When it was settled: paid, written off or voided.
    fn closed_at(&self) -> Option<Timestamp> {
        self.paid_at.or(self.voided_at)
    }

    fn is_renewal(&self) -> bool {
        self.billing_reason.as_deref() == Some("subscription_cycle")
    }
}

/// What happened to charges: refunds, disputes and failed attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChargeEvents {
    /// Refunds.
    pub refunds: Vec<RefundEntry>,
    /// Disputes.
    pub disputes: Vec<DisputeEntry>,
    /// Failed attempts to pay.
    pub failures: Vec<ChargeEntry>,
}

impl FromIterator<ChargeEvents> for ChargeEvents {
    fn from_iter<I: IntoIterator<Item = ChargeEvents>>(several: I) -> Self {
        several.into_iter().fold(Self::default(), |mut all, events| {
            all.refunds.extend(events.refunds);
            all.disputes.extend(events.disputes);
            all.failures.extend(events.failures);
            all
        })
    }
}

impl FromIterator<Entry> for ChargeEvents {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut events = Self::default();
        for entry in entries {
            match entry {
                Entry::Refund(refund) => events.refunds.push(refund),
                Entry::Dispute(dispute) => events.disputes.push(dispute),
                Entry::Charge(charge) if charge.status == "failed" => events.failures.push(charge),
                Entry::Charge(_) | Entry::Invoice(_) | Entry::Subscription(_) => {}
            }
        }
        events
    }
}

/// A counted playback.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play {
    /// The seconds that its heartbeats covered.
    pub watched_seconds: f64,
    /// Whether it reached the video's end.
    pub completed: bool,
}

/// Computes the figures of a day.
pub fn count(
    histories: &[SubscriptionHistory],
    charges: &ChargeEvents,
    plays: &[Play],
    day: Day,
    grace: SignedDuration,
    now: Timestamp,
) -> DayTally {
    let end = (day.plus(1).start() - MOMENT).min(now);
    let happened = |at: Timestamp| Day::containing(at) == day && at <= end;
    let mut tallies: BTreeMap<&str, CurrencyTally> = BTreeMap::new();
    for refund in charges.refunds.iter().filter(|refund| happened(refund.created)) {
        tallies.entry(&refund.currency).or_default().refunded += refund.amount;
    }
    for dispute in charges.disputes.iter().filter(|dispute| happened(dispute.created)) {
        tallies.entry(&dispute.currency).or_default().disputed += dispute.amount;
    }
    let has_failed = |invoice: &Bill, paid: Timestamp| {
        let oldest = day.plus(-RETRY_DAYS).start();
        let mut failures = charges.failures.iter().filter(|charge| oldest <= charge.created && charge.created <= paid);
        failures.any(|charge| charge.payment_intent.is_some() && charge.payment_intent == invoice.payment_intent)
    };
    let mut of_customer: BTreeMap<&str, Vec<(SubscriptionOnDay<'_>, Vec<Access>)>> = BTreeMap::new();
    for history in histories {
        let view = history.on(day);
        let access = view.access(grace);
        let tally = tallies.entry(view.currency()).or_default();
        if access.iter().any(|access| access.holds(end)) {
            if view.in_trial(end) {
                tally.trialing += 1;
            } else {
                let (monthly, plan) = view.recurring(end);
                tally.active += 1;
                tally.mrr += monthly;
                if let Some(plan) = plan {
                    *tally.plans.entry(plan).or_default() += 1;
                }
            }
        }
        tally.trials_started += u64::from(view.trial().is_some_and(|(start, _)| happened(start)));
        for invoice in view.invoices.iter().copied().filter(|invoice| invoice.amount_due > 0) {
            if view.is_at_risk(invoice, end, grace) {
                tally.at_risk += invoice.amount_due;
            }
            tally.payments_failed += u64::from(view.given_up(invoice).is_some_and(happened));
            let Some(paid) = invoice.paid_at.filter(|paid| happened(*paid)) else { continue };
            tally.payments_paid += 1;
            tally.trials_converted += u64::from(view.is_first_after_trial(invoice));
            if invoice.is_renewal() && has_failed(invoice, paid) {
                tally.recovered += invoice.amount_due;
            }
        }
        of_customer.entry(&history.customer).or_default().push((view, access));
    }
    for views in of_customer.values() {
        count_joined_and_churned(views, day, end, &mut tallies);
    }
    let counted = tallies.into_iter().filter(|(_, tally)| *tally != CurrencyTally::default());
    let currencies = counted.map(|(currency, tally)| (currency.to_owned(), tally)).collect();
    let mut counted = DayTally { currencies, ..DayTally::default() };
    for play in plays {
        counted.views += 1;
        counted.completed += u64::from(play.completed);
        #[allow(clippy::cast_possible_truncation, reason = "milliseconds of a playback")]
        let ms = (play.watched_seconds * 1_000.0).round() as i64;
        counted.watched_ms += ms;
    }
    counted
}

/// Counts the members whose access began or ended on a day, across all subscriptions of one customer: a member who
/// still has another subscription has not left. Each is counted in the currency of the subscription that began or
/// ended.
fn count_joined_and_churned<'a>(
    views: &[(SubscriptionOnDay<'a>, Vec<Access>)],
    day: Day,
    end: Timestamp,
    tallies: &mut BTreeMap<&'a str, CurrencyTally>,
) {
    for (at, (view, access)) in views.iter().enumerate() {
        let tally = tallies.entry(view.currency()).or_default();
        let others = || views.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, (_, all))| all);
        if let Some(first) = access.first().filter(|_| view.has_beginning())
            && Day::containing(first.from) == day
            && first.from <= end
            && !others().any(|other| other.from < first.from && other.until.is_none_or(|until| until >= first.from))
        {
            tally.new += 1;
        }
        for until in access.iter().filter_map(|access| access.until) {
            if Day::containing(until) != day || until > end || others().any(|other| other.holds(until)) {
                continue;
            }
            match view.is_unpaid(until) {
                true => tally.churned_failed_payment += 1,
                false => tally.churned_voluntary += 1,
            }
        }
    }
}

/// A period of time in which a subscription gives access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Access {
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Access {
    fn holds(&self, moment: Timestamp) -> bool {
        self.from <= moment && self.until.is_none_or(|until| moment < until)
    }
}

impl SubscriptionHistory {
    /// The subscription on a given day, with the invoices that affect that day.
    fn on(&self, day: Day) -> SubscriptionOnDay<'_> {
        let says = |bill: &&Bill| {
            let reach = reach_days(bill.interval.unwrap_or_default());
            bill.created >= day.plus(-reach).start()
        };
        SubscriptionOnDay { subscription: &self.subscription, invoices: self.invoices.iter().filter(says).collect() }
    }
}

/// A subscription with the invoices that affect a day.
#[derive(Debug)]
struct SubscriptionOnDay<'a> {
    subscription: &'a SubscriptionEntry,
    invoices: Vec<&'a Bill>,
}

impl<'a> SubscriptionOnDay<'a> {
    fn currency(&self) -> &'a str {
        &self.subscription.currency
    }

    /// Its trial's start and end, if it has or had one. Entries written before the start was stored use `created`.
    fn trial(&self) -> Option<(Timestamp, Timestamp)> {
        let start = self.subscription.trial_start.unwrap_or(self.subscription.created);
        self.subscription.trial_end.filter(|end| *end > start).map(|end| (start, end))
    }

    /// Whether it began with a trial. A trial that was added later grants no access before it starts.
    fn began_with_trial(&self) -> bool {
        self.trial().is_some_and(|(start, _)| start < self.subscription.created + FIRST_INVOICE)
    }

    /// Whether an invoice bills the first period after the trial.
    fn is_first_after_trial(&self, invoice: &Bill) -> bool {
        self.trial().is_some_and(|(_, end)| end <= invoice.created && invoice.created < end + FIRST_INVOICE)
    }

    /// Whether its first payment is among these invoices, or it began with a trial. Otherwise it began long before.
    fn has_beginning(&self) -> bool {
        let created = self.subscription.created;
        self.began_with_trial() || self.invoices.iter().any(|bill| bill.created < created + FIRST_INVOICE)
    }

    /// When it grants access: from its trial or its first payment to its end, except while it is overdue beyond grace.
    fn access(&self, grace: SignedDuration) -> Vec<Access> {
        let subscription = &self.subscription;
        let tried = Some(subscription.created).filter(|_| self.began_with_trial());
        let paid = self.invoices.iter().filter_map(|invoice| invoice.paid_at).min();
        let Some(mut from) = tried.or(paid) else { return Vec::new() };
        let mut overdue: Vec<(Timestamp, Option<Timestamp>)> =
            self.invoices.iter().filter_map(|invoice| overdue(invoice, grace)).collect();
        overdue.sort();
        let mut access = Vec::new();
        for (since, paid) in overdue {
            let since = subscription.ended_at.map_or(since, |ended| since.min(ended));
            if since > from {
                access.push(Access { from, until: Some(since) });
            }
            match paid {
                Some(paid) => from = from.max(paid),
                None => return access,
            }
        }
        if subscription.ended_at.is_none_or(|ended| ended > from) {
            access.push(Access { from, until: subscription.ended_at });
        }
        access
    }

    fn in_trial(&self, moment: Timestamp) -> bool {
        self.trial().is_some_and(|(start, end)| start <= moment && moment < end)
    }

    /// Its price per month after coupons, and its plan and interval as a lookup key.
    fn recurring(&self, moment: Timestamp) -> (i64, Option<String>) {
        let counts = |invoice: &&Bill| {
            // A plan change takes effect with its payment, a renewal at the start of its period.
            let is_change = invoice.billing_reason.as_deref() == Some("subscription_update");
            invoice.interval.is_some()
                && !invoice.is_void(moment)
                && invoice.period_start.is_some_and(|start| start <= moment)
                && (!is_change || invoice.paid_at.is_some_and(|paid| paid <= moment))
        };
        let latest = self
            .invoices
            .iter()
            .copied()
            .filter(counts)
            .max_by_key(|invoice| (invoice.period_start, invoice.created, &invoice.id));
        let key = |plan: Option<PlanType>, interval: Option<Interval>| Some(lookup_key(plan?, interval?));
        match latest {
            // The hour between a trial and its first invoice.
            Some(invoice) if self.trial().is_some_and(|(_, end)| invoice.period_end <= Some(end)) => {
                let SubscriptionEntry { amount, interval, plan_type, .. } = self.subscription;
                (monthly(*amount, *interval), key(*plan_type, *interval))
            }
            Some(invoice) => {
                (monthly(invoice.recurring_amount, invoice.interval), key(invoice.plan_type, invoice.interval))
            }
            None => (0, None),
        }
    }

    /// Whether a renewal is open and within the grace period at a given time.
    fn is_at_risk(&self, invoice: &Bill, moment: Timestamp, grace: SignedDuration) -> bool {
        let is_over = |at: Option<Timestamp>| at.is_some_and(|at| at <= moment);
        let is_closed = is_over(invoice.paid_at) || is_over(invoice.uncollectible_at) || invoice.is_void(moment);
        let is_in_grace = invoice.finalized_at.is_some_and(|since| since <= moment && moment < since + grace);
        invoice.is_renewal() && is_in_grace && !is_closed && !is_over(self.subscription.ended_at)
    }

    /// Whether its last invoice was unpaid at a given time.
    fn is_unpaid(&self, moment: Timestamp) -> bool {
        let last = self
            .invoices
            .iter()
            .filter(|invoice| invoice.created <= moment)
            .max_by_key(|invoice| (invoice.created, &invoice.id));
        last.is_some_and(|invoice| {
            invoice.amount_due > 0 && !invoice.is_void(moment) && invoice.paid_at.is_none_or(|paid| paid > moment)
        })
    }

    /// When an invoice finally failed, even if it was paid or voided later.
    fn given_up(&self, invoice: &Bill) -> Option<Timestamp> {
        if invoice.status == "void" && invoice.voided_at.is_none() {
            return None;
        }
        // The last invoice of a subscription may be finalized after it has ended.
        let ended = self.subscription.ended_at.filter(|ended| invoice.finalized_at.is_none_or(|at| at <= *ended));
        let retried = invoice.finalized_at.map(|at| at + GIVEN_UP_AFTER);
        let given_up = [invoice.uncollectible_at, ended, retried].into_iter().flatten().min();
        given_up.filter(|at| invoice.closed_at().is_none_or(|closed| closed > *at))
    }
}

/// When an unpaid renewal starts to deny access, and when it stops, if it was paid or voided later.
fn overdue(invoice: &Bill, grace: SignedDuration) -> Option<(Timestamp, Option<Timestamp>)> {
    if !invoice.is_renewal() || invoice.amount_due <= 0 || (invoice.status == "void" && invoice.voided_at.is_none()) {
        return None;
    }
    let since = invoice.finalized_at? + grace;
    match invoice.closed_at() {
        Some(closed) if closed <= since => None,
        closed => Some((since, closed)),
    }
}

/// A twelfth of a yearly price, rounded half up; a monthly price unchanged.
fn monthly(amount: i64, interval: Option<Interval>) -> i64 {
    match interval {
        Some(Interval::Year) => (2 * amount + MONTHS).div_euclid(2 * MONTHS),
        _ => amount,
    }
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "metrics_payment_tests.rs"]
mod payment_tests;
