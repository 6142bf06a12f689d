//! The figures of the business: pure functions of the ledger and of playbacks, so that whoever has those computes the same.
//!
//! A subscription is looked at through its invoices, which say when it was paid and what a period costs after coupons, and not
//! through its present status, which says nothing of last month. What is told of a day is how it stood at its end, or stands
//! now on the present one; and what happened in it.

use crate::models::ledger::SubscriptionEntry;
use crate::models::plan::Interval;
use crate::models::subscription::Status;
use crate::models::time::Day;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Months of a year, over which its price is spread.
const MONTHS: i64 = 12;
/// The last moment of a day is told, not the first of the next.
const MOMENT: SignedDuration = SignedDuration::from_millis(1);

/// A subscription with its invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Stripe's customer.
    pub customer: String,
    /// What the ledger says of it.
    pub subscription: SubscriptionEntry,
    /// Its finalized invoices.
    pub invoices: Vec<Bill>,
}

/// What figures follow from of an invoice's entry. Invoices are read by the thousand, so nothing else of them is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(Serialize))]
#[allow(missing_docs, reason = "as of the entry")]
pub struct Bill {
    pub id: String,
    pub subscription: Option<String>,
    pub status: String,
    pub interval: Option<Interval>,
    pub amount_due: i64,
    pub recurring_amount: i64,
    pub currency: String,
    pub period_start: Option<Timestamp>,
    pub period_end: Option<Timestamp>,
    pub billing_reason: Option<String>,
    pub created: Timestamp,
    pub finalized_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub uncollectible_at: Option<Timestamp>,
}

impl Bill {
    /// The names of its fields.
    pub const FIELDS: [&str; 14] = [
        "id",
        "subscription",
        "status",
        "interval",
        "amount_due",
        "recurring_amount",
        "currency",
        "period_start",
        "period_end",
        "billing_reason",
        "created",
        "finalized_at",
        "paid_at",
        "uncollectible_at",
    ];
}

/// A playback that was counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play {
    /// Seconds that its heartbeats covered.
    pub watched_seconds: f64,
    /// Whether it came to the video's end.
    pub completed: bool,
}

/// What is counted of a day, in whole numbers: sums of them are the same in every order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Monthly recurring revenue at the day's end, in minor units.
    pub mrr: i64,
    /// Subscriptions at the day's end that are paid for, or overdue within grace.
    pub active: u64,
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
    /// Invoices over 0 that were given up.
    pub payments_failed: u64,
    /// Playbacks that started.
    pub views: u64,
    /// Of those, what was watched in milliseconds.
    pub watched_ms: i64,
    /// Of those, how many came to the video's end.
    pub completed: u64,
}

/// The figures of a day, or of several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Monthly recurring revenue at the end, after coupons, in minor units. A year counts a twelfth, rounded half up.
    pub mrr: i64,
    /// Subscriptions at the end that are paid for, or overdue within grace. Neither trials nor complimentary plans.
    pub active: u64,
    /// Subscriptions in their trial at the end.
    pub trialing: u64,
    /// Members whose access by a subscription began.
    pub new: u64,
    /// Members whose access ended with everything paid.
    pub churned_voluntary: u64,
    /// Members whose access ended with their last invoice unpaid.
    pub churned_failed_payment: u64,
    /// Invoices over 0 that were paid.
    pub payments_paid: u64,
    /// Invoices over 0 that were given up.
    pub payments_failed: u64,
    /// Paid invoices among those paid and given up, from 0 to 1; `null` without any.
    pub payment_success: Option<f64>,
    /// Playbacks that started.
    pub views: u64,
    /// Hours that they were watched, with two decimals.
    pub hours_watched: f64,
    /// How many of them came to the video's end, from 0 to 1; `null` without any.
    pub completion_rate: Option<f64>,
}

/// The figures of a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayFigures {
    /// The UTC day.
    pub date: Day,
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub figures: Figures,
}

impl From<Counted> for Figures {
    fn from(counted: Counted) -> Self {
        Self {
            mrr: counted.mrr,
            active: counted.active,
            trialing: counted.trialing,
            new: counted.new,
            churned_voluntary: counted.churned_voluntary,
            churned_failed_payment: counted.churned_failed_payment,
            payments_paid: counted.payments_paid,
            payments_failed: counted.payments_failed,
            payment_success: share(counted.payments_paid, counted.payments_paid + counted.payments_failed),
            views: counted.views,
            // 3,600,000 ms an hour, in hundredths.
            hours_watched: hundredths((counted.watched_ms + 18_000) / 36_000),
            completion_rate: share(counted.completed, counted.views),
        }
    }
}

/// Of several days: what happened adds up, what stands is the last one's.
impl AddAssign<Counted> for Counted {
    fn add_assign(&mut self, later: Counted) {
        *self = Self {
            mrr: later.mrr,
            active: later.active,
            trialing: later.trialing,
            new: self.new + later.new,
            churned_voluntary: self.churned_voluntary + later.churned_voluntary,
            churned_failed_payment: self.churned_failed_payment + later.churned_failed_payment,
            payments_paid: self.payments_paid + later.payments_paid,
            payments_failed: self.payments_failed + later.payments_failed,
            views: self.views + later.views,
            watched_ms: self.watched_ms + later.watched_ms,
            completed: self.completed + later.completed,
        };
    }
}

/// What a day comes to.
pub fn count(courses: &[Course], plays: &[Play], day: Day, grace: SignedDuration, now: Timestamp) -> Counted {
    let end = (day.plus(1).start() - MOMENT).min(now);
    let mut counted = Counted::default();
    let mut of_customer: BTreeMap<&str, Vec<(&Course, Vec<Access>)>> = BTreeMap::new();
    for course in courses {
        let access = course.access(grace);
        if access.iter().any(|access| access.holds(end)) {
            if course.in_trial(end) {
                counted.trialing += 1;
            } else {
                counted.active += 1;
                counted.mrr += course.monthly(end);
            }
        }
        for invoice in course.invoices.iter().filter(|invoice| invoice.amount_due > 0) {
            counted.payments_paid += u64::from(invoice.paid_at.is_some_and(|at| Day::of(at) == day && at <= end));
            counted.payments_failed += u64::from(course.given_up(invoice, grace).is_some_and(|at| Day::of(at) == day));
        }
        of_customer.entry(&course.customer).or_default().push((course, access));
    }
    for courses in of_customer.values() {
        turns(courses, day, end, &mut counted);
    }
    for play in plays {
        counted.views += 1;
        counted.completed += u64::from(play.completed);
        #[allow(clippy::cast_possible_truncation, reason = "milliseconds of a playback")]
        let ms = (play.watched_seconds * 1_000.0).round() as i64;
        counted.watched_ms += ms;
    }
    counted
}

/// Whose access began or ended on a day, over all subscriptions of one customer: who has another has not gone.
fn turns(courses: &[(&Course, Vec<Access>)], day: Day, end: Timestamp, counted: &mut Counted) {
    for (at, (course, access)) in courses.iter().enumerate() {
        let others = || courses.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, (_, all))| all);
        if let Some(first) = access.first()
            && Day::of(first.from) == day
            && first.from <= end
            && !others().any(|other| other.from < first.from && other.until.is_none_or(|until| until >= first.from))
        {
            counted.new += 1;
        }
        for until in access.iter().filter_map(|access| access.until) {
            if Day::of(until) != day || until > end || others().any(|other| other.holds(until)) {
                continue;
            }
            match course.is_unpaid(until) {
                true => counted.churned_failed_payment += 1,
                false => counted.churned_voluntary += 1,
            }
        }
    }
}

/// A stretch of time in which a subscription grants.
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

impl Course {
    /// When it grants: from its trial or its first payment to its end, but for what is overdue beyond grace.
    fn access(&self, grace: SignedDuration) -> Vec<Access> {
        let one = &self.subscription;
        let tried = one.trial_end.filter(|end| *end > one.created).map(|_| one.created);
        let paid = self.invoices.iter().filter_map(|invoice| invoice.paid_at).min();
        let Some(mut from) = tried.or(paid) else { return Vec::new() };
        let mut overdue: Vec<(Timestamp, Option<Timestamp>)> =
            self.invoices.iter().filter_map(|invoice| overdue(invoice, grace)).collect();
        overdue.sort();
        let mut access = Vec::new();
        for (since, paid) in overdue {
            let since = one.ended_at.map_or(since, |ended| since.min(ended));
            if since > from {
                access.push(Access { from, until: Some(since) });
            }
            match paid {
                Some(paid) => from = from.max(paid),
                None => return access,
            }
        }
        if one.ended_at.is_none_or(|ended| ended > from) {
            access.push(Access { from, until: one.ended_at });
        }
        access
    }

    fn in_trial(&self, moment: Timestamp) -> bool {
        self.subscription.trial_end.is_some_and(|end| moment < end)
    }

    /// What a month of it comes to, after coupons.
    fn monthly(&self, moment: Timestamp) -> i64 {
        let counts = |invoice: &&Bill| {
            // A change counts when it is paid for; a renewal from its period's start.
            let is_change = invoice.billing_reason.as_deref() == Some("subscription_update");
            invoice.interval.is_some()
                && invoice.status != "void"
                && invoice.period_start.is_some_and(|start| start <= moment)
                && (!is_change || invoice.paid_at.is_some_and(|paid| paid <= moment))
        };
        let latest = self.invoices.iter().filter(counts).max_by_key(|one| (one.period_start, one.created, &one.id));
        match latest {
            // The hour between a trial and its first invoice.
            Some(one) if self.subscription.trial_end.is_some_and(|end| one.period_end <= Some(end)) => {
                monthly(self.subscription.amount, self.subscription.interval)
            }
            Some(one) => monthly(one.recurring_amount, one.interval),
            None => 0,
        }
    }

    /// Whether its last invoice was unpaid at a moment.
    fn is_unpaid(&self, moment: Timestamp) -> bool {
        let last = self.invoices.iter().filter(|one| one.created <= moment).max_by_key(|one| (one.created, &one.id));
        last.is_some_and(|one| {
            one.amount_due > 0 && one.status != "void" && one.paid_at.is_none_or(|paid| paid > moment)
        })
    }

    /// When nobody tries any more to have an invoice paid.
    fn given_up(&self, invoice: &Bill, grace: SignedDuration) -> Option<Timestamp> {
        match invoice.status.as_str() {
            "uncollectible" => invoice.uncollectible_at,
            "open" => self.subscription.ended_at.or_else(|| {
                let is_over = self.subscription.status == Status::Unpaid;
                invoice.finalized_at.filter(|_| is_over).map(|at| at + grace)
            }),
            _ => None,
        }
    }
}

/// From when on an unpaid renewal denies, and until when, if it was paid after all.
fn overdue(invoice: &Bill, grace: SignedDuration) -> Option<(Timestamp, Option<Timestamp>)> {
    let is_renewal = invoice.billing_reason.as_deref() == Some("subscription_cycle");
    if !is_renewal || invoice.amount_due <= 0 || invoice.status == "void" {
        return None;
    }
    let since = invoice.finalized_at? + grace;
    match invoice.paid_at {
        Some(paid) if paid <= since => None,
        paid => Some((since, paid)),
    }
}

/// A twelfth of a year, rounded half up; a month as it is.
fn monthly(amount: i64, interval: Option<Interval>) -> i64 {
    match interval {
        Some(Interval::Year) => (2 * amount + MONTHS).div_euclid(2 * MONTHS),
        _ => amount,
    }
}

/// A part of a whole with four decimals, rounded half up.
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
#[path = "metrics_tests.rs"]
mod tests;
