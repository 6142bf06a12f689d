//! The rules about a customer's subscriptions: pure functions of a snapshot, so the order of events does not matter.

use crate::price::Price;
use crate::snapshot::{Snapshot, Subscription};
use crate::stripe::Cancellation;
use jiff::Timestamp;
use shared::models::ledger::InvoiceEntry;
use shared::models::subscription::{self, Status};

/// The cancellation comment of a subscription whose account is deleted.
pub(crate) const ACCOUNT_DELETED: &str = "account deleted";

/// How the cancellation comment of a duplicate subscription begins.
const DUPLICATE: &str = "duplicate of ";

/// The user's row according to Stripe. `customer` is used only if there is no subscription to take the customer from.
pub fn row(snapshot: &Snapshot, prices: &[Price], customer: &str) -> subscription::Subscription {
    let Some(one) = granting(&snapshot.subscriptions) else {
        return subscription::Subscription {
            stripe_customer_id: Some(customer.to_owned()),
            ..subscription::Subscription::default()
        };
    };
    row_of(one, snapshot, prices)
}

/// A user's row if this subscription grants the access.
pub(crate) fn row_of(one: &Subscription, snapshot: &Snapshot, prices: &[Price]) -> subscription::Subscription {
    let is_live = one.status.is_live();
    let pending = pending(one, prices).filter(|_| is_live);
    subscription::Subscription {
        stripe_customer_id: Some(one.customer.clone()),
        stripe_subscription_id: Some(one.id.clone()),
        plan_type: one.plan.map(|(plan, _)| plan),
        status: one.status,
        interval: one.plan.map(|(_, interval)| interval),
        amount: Some(one.amount).filter(|_| is_live),
        currency: Some(one.currency.clone()).filter(|_| is_live),
        has_discount: Some(true).filter(|_| is_live && !one.discounts.is_empty()),
        current_period_end: one.current_period_end,
        cancel_at: one.cancel_at.or(one.current_period_end.filter(|_| one.cancel_at_period_end)).filter(|_| is_live),
        trial_end: one.trial_end.filter(|_| one.status == Status::Trialing),
        resumes_at: one.pause.as_ref().and_then(|pause| pause.resumes_at),
        unpaid_since: open(one, snapshot).filter_map(|entry| entry.finalized_at).min().filter(|_| is_live),
        pending_plan_type: pending.map(|price| price.plan_type),
        pending_interval: pending.map(|price| price.interval),
        pending_amount: pending.map(|price| price.amount),
        ..subscription::Subscription::default()
    }
}

/// The invoices of a subscription that are still due.
pub(crate) fn open<'a>(one: &'a Subscription, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a InvoiceEntry> {
    snapshot.invoices.iter().map(|invoice| &invoice.entry).filter(|entry| {
        entry.status == "open" && entry.amount_due > 0 && entry.subscription.as_deref() == Some(one.id.as_str())
    })
}

/// If a subscription's price no longer names a plan, takes the plan from the user's row.
pub fn recall(subscriptions: &mut [Subscription], kept: &subscription::Subscription) {
    for one in subscriptions.iter_mut().filter(|one| one.plan.is_none()) {
        one.plan = kept.plan_type.zip(kept.interval).filter(|_| kept.stripe_subscription_id.as_ref() == Some(&one.id));
    }
}

/// The price that a subscription will change to when its period ends, if it is for another plan or interval. `prices`
/// includes former ones: see [`crate::prices::Prices::with_billed`].
pub fn pending<'a>(one: &Subscription, prices: &'a [Price]) -> Option<&'a Price> {
    scheduled(one, prices).filter(|price| Some((price.plan_type, price.interval)) != one.plan)
}

/// The price of the next phase of a subscription's schedule. It may be another price of the same plan.
fn scheduled<'a>(one: &Subscription, prices: &'a [Price]) -> Option<&'a Price> {
    let next = one.schedule.as_ref()?.next.as_deref()?;
    prices.iter().find(|price| price.id == next)
}

/// The price that is charged when a trial ends, if a schedule changes it by then.
pub(crate) fn price_after_trial<'a>(one: &Subscription, prices: &'a [Price]) -> Option<&'a Price> {
    let (_, change) = one.schedule.as_ref()?.current?;
    scheduled(one, prices).filter(|_| one.trial_end.is_some_and(|end| change <= end))
}

/// The subscription that grants access: the live one with the highest plan, then with the latest period end. If none is
/// live, the one that ended last. A subscription whose price is not ours counts only if there is no other.
pub fn granting(subscriptions: &[Subscription]) -> Option<&Subscription> {
    let class = |status: Status| match status {
        Status::Trialing | Status::Active | Status::PastDue => 4,
        Status::Unpaid | Status::Paused => 3,
        Status::Canceled => 2,
        Status::Incomplete => 1,
        Status::IncompleteExpired | Status::Unknown | Status::None => 0,
    };
    subscriptions.iter().max_by_key(|one| {
        let plan = one.plan.map(|(plan, _)| plan);
        let rank = (plan.is_some(), class(one.status), plan.filter(|_| one.status.is_live()));
        (rank, one.current_period_end, one.created, &one.id)
    })
}

/// Whether there is a live subscription to one of our plans, so another would be a duplicate.
pub fn is_subscribed(subscriptions: &[Subscription]) -> bool {
    subscriptions.iter().any(is_live_of_ours)
}

/// Whether the customer is entitled to a trial: they never had a subscription that was paid for or had a trial.
pub fn is_new(subscriptions: &[Subscription]) -> bool {
    subscriptions
        .iter()
        .all(|one| one.plan.is_none() || matches!(one.status, Status::Incomplete | Status::IncompleteExpired))
}

/// What there is to cancel.
#[derive(Clone, Debug, PartialEq)]
pub enum Cancelling<'a> {
    /// A live subscription, with the change that makes it end with its period.
    Live(&'a Subscription, Cancellation),
    /// A live subscription that is already scheduled to end.
    Ending,
    /// No live subscription.
    Nothing,
}

/// Finds what there is to cancel.
pub fn cancelling(subscriptions: &[Subscription]) -> Cancelling<'_> {
    match granting(subscriptions).filter(|one| is_live_of_ours(one)) {
        Some(one) if is_ending(one) => Cancelling::Ending,
        Some(one) => Cancelling::Live(one, Cancellation::AtPeriodEnd),
        None => Cancelling::Nothing,
    }
}

/// The live subscription whose cancellation can be undone, with the change that undoes it: Stripe has two ways to
/// schedule an end.
pub fn resuming(subscriptions: &[Subscription]) -> Option<(&Subscription, Cancellation)> {
    let one = granting(subscriptions).filter(|one| is_live_of_ours(one))?;
    match (one.cancel_at_period_end, one.cancel_at) {
        (true, _) => Some((one, Cancellation::NotAtPeriodEnd)),
        (false, Some(_)) => Some((one, Cancellation::NotAtAll)),
        (false, None) => None,
    }
}

/// A duplicate subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surplus {
    /// Its id.
    pub subscription: String,
    /// The comment to cancel it with.
    pub comment: String,
    /// Its paid invoices with their payments, to be refunded.
    pub paid: Vec<(String, String)>,
}

/// The live subscriptions except the oldest, newest last.
pub fn surplus(snapshot: &Snapshot) -> Vec<Surplus> {
    let mut live: Vec<&Subscription> = snapshot.subscriptions.iter().filter(|one| is_live_of_ours(one)).collect();
    live.sort_by_key(|one| (one.created, &one.id));
    let Some((kept, others)) = live.split_first() else { return Vec::new() };
    others
        .iter()
        .map(|one| Surplus {
            subscription: one.id.clone(),
            comment: format!("{DUPLICATE}{}", kept.id),
            paid: paid(snapshot, &one.id),
        })
        .collect()
}

/// The paid invoices of a subscription with their payments.
fn paid(snapshot: &Snapshot, subscription: &str) -> Vec<(String, String)> {
    let of = snapshot.invoices.iter().map(|invoice| &invoice.entry);
    let of = of.filter(|entry| entry.subscription.as_deref() == Some(subscription) && entry.amount_paid > 0);
    of.filter_map(|entry| Some((entry.id.clone(), entry.payment_intent.clone()?))).collect()
}

/// The live subscriptions of a deleted user. Those that began after the deletion are refunded.
pub fn orphans(snapshot: &Snapshot, deleted_at: Timestamp) -> Vec<Surplus> {
    let live = snapshot.subscriptions.iter().filter(|one| one.status.is_live());
    let begun_after = |one: &Subscription| one.created >= deleted_at;
    live.map(|one| Surplus {
        subscription: one.id.clone(),
        comment: ACCOUNT_DELETED.to_owned(),
        paid: if begun_after(one) { paid(snapshot, &one.id) } else { Vec::new() },
    })
    .collect()
}

/// The live subscriptions whose renewal must end because of lost disputes, each with those disputes. A renewal is ended
/// only once per dispute: a member who then resumes the subscription intends to pay.
pub(crate) fn lost_disputes(snapshot: &Snapshot) -> Vec<(&Subscription, Vec<String>)> {
    let lost = snapshot.charges.iter().flat_map(|charge| &charge.disputes).filter(|dispute| dispute.is_lost());
    let lost: Vec<_> = lost.filter(|dispute| dispute.payment_intent.is_some()).collect();
    let of = |one: &Subscription| {
        let own = snapshot.invoices.iter().map(|invoice| &invoice.entry);
        let own: Vec<_> = own.filter(|entry| entry.subscription.as_deref() == Some(one.id.as_str())).collect();
        let is_own = |intent: &Option<String>| own.iter().any(|entry| entry.payment_intent == *intent);
        let new = lost.iter().filter(|dispute| is_own(&dispute.payment_intent) && !one.ended_for.contains(&dispute.id));
        new.map(|dispute| dispute.id.clone()).collect::<Vec<_>>()
    };
    let live = snapshot.subscriptions.iter().filter(|one| is_live_of_ours(one));
    live.map(|one| (one, of(one))).filter(|(_, disputes)| !disputes.is_empty()).collect()
}

/// The subscription that this one duplicated, if that is why it ended.
pub fn duplicate_of(one: &Subscription) -> Option<&str> {
    one.cancel_comment.as_deref().filter(|_| one.status == Status::Canceled)?.strip_prefix(DUPLICATE)
}

/// Whether it is scheduled to end, in either of Stripe's two ways.
pub(crate) fn is_ending(one: &Subscription) -> bool {
    one.cancel_at_period_end || one.cancel_at.is_some()
}

/// Whether it is scheduled to end at a time or earlier. An end that was set at Stripe may be several periods away, and
/// until then it renews.
pub(crate) fn ends_by(one: &Subscription, time: Timestamp) -> bool {
    one.cancel_at_period_end || one.cancel_at.is_some_and(|end| end <= time)
}

/// Whether a payment is overdue, or collection is paused.
pub(crate) fn is_unpaid(one: &Subscription) -> bool {
    matches!(one.status, Status::PastDue | Status::Unpaid | Status::Paused)
}

/// Whether it is a live subscription to one of our plans.
pub fn is_live_of_ours(one: &Subscription) -> bool {
    one.plan.is_some() && one.status.is_live()
}

#[cfg(test)]
#[path = "rules_tests.rs"]
pub(crate) mod tests;
