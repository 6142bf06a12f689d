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
    let Some(subscription) = granting(&snapshot.subscriptions) else {
        return subscription::Subscription {
            stripe_customer_id: Some(customer.to_owned()),
            ..subscription::Subscription::default()
        };
    };
    row_of(subscription, snapshot, prices)
}

/// A user's row if this subscription grants the access.
pub(crate) fn row_of(subscription: &Subscription, snapshot: &Snapshot, prices: &[Price]) -> subscription::Subscription {
    let is_live = subscription.status.is_live();
    let pending = pending(subscription, prices).filter(|_| is_live);
    subscription::Subscription {
        stripe_customer_id: Some(subscription.customer.clone()),
        stripe_subscription_id: Some(subscription.id.clone()),
        plan_type: subscription.plan.map(|(plan, _)| plan),
        status: subscription.status,
        interval: subscription.plan.map(|(_, interval)| interval),
        amount: Some(subscription.amount).filter(|_| is_live),
        currency: Some(subscription.currency.clone()).filter(|_| is_live),
        has_discount: Some(true).filter(|_| is_live && !subscription.discounts.is_empty()),
        current_period_end: subscription.current_period_end,
        cancel_at: subscription
            .cancel_at
            .or(subscription.current_period_end.filter(|_| subscription.cancel_at_period_end))
            .filter(|_| is_live),
        trial_end: subscription.trial_end.filter(|_| subscription.status == Status::Trialing),
        resumes_at: subscription.pause.as_ref().and_then(|pause| pause.resumes_at),
        unpaid_since: open(subscription, snapshot).filter_map(|entry| entry.finalized_at).min().filter(|_| is_live),
        pending_plan_type: pending.map(|price| price.plan_type),
        pending_interval: pending.map(|price| price.interval),
        pending_amount: pending.map(|price| price.amount),
        ..subscription::Subscription::default()
    }
}

/// The invoices of a subscription that are still due.
pub(crate) fn open<'a>(
    subscription: &'a Subscription,
    snapshot: &'a Snapshot,
) -> impl Iterator<Item = &'a InvoiceEntry> {
    snapshot.invoices.iter().map(|invoice| &invoice.entry).filter(|entry| {
        entry.status == "open"
            && entry.amount_due > 0
            && entry.subscription.as_deref() == Some(subscription.id.as_str())
    })
}

/// If a subscription's price no longer names a plan, takes the plan from the user's row.
pub fn recall(subscriptions: &mut [Subscription], stored: &subscription::Subscription) {
    for subscription in subscriptions.iter_mut().filter(|subscription| subscription.plan.is_none()) {
        subscription.plan = stored
            .plan_type
            .zip(stored.interval)
            .filter(|_| stored.stripe_subscription_id.as_ref() == Some(&subscription.id));
    }
}

/// The price that a subscription will change to when its period ends, if it is for another plan or interval. `prices`
/// includes former ones: see [`crate::prices::Prices::with_billed`].
pub fn pending<'a>(subscription: &Subscription, prices: &'a [Price]) -> Option<&'a Price> {
    scheduled(subscription, prices).filter(|price| Some((price.plan_type, price.interval)) != subscription.plan)
}

/// The price of the next phase of a subscription's schedule. It may be another price of the same plan.
fn scheduled<'a>(subscription: &Subscription, prices: &'a [Price]) -> Option<&'a Price> {
    let next = subscription.schedule.as_ref()?.next.as_deref()?;
    prices.iter().find(|price| price.id == next)
}

/// The price that is charged when a trial ends, if a schedule changes it by then.
pub(crate) fn price_after_trial<'a>(subscription: &Subscription, prices: &'a [Price]) -> Option<&'a Price> {
    let (_, change) = subscription.schedule.as_ref()?.current?;
    scheduled(subscription, prices).filter(|_| subscription.trial_end.is_some_and(|end| change <= end))
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
    subscriptions.iter().max_by_key(|subscription| {
        let plan = subscription.plan.map(|(plan, _)| plan);
        let rank = (plan.is_some(), class(subscription.status), plan.filter(|_| subscription.status.is_live()));
        (rank, subscription.current_period_end, subscription.created, &subscription.id)
    })
}

/// Whether there is a live subscription to one of our plans, so another would be a duplicate.
pub fn is_subscribed(subscriptions: &[Subscription]) -> bool {
    subscriptions.iter().any(is_live_of_ours)
}

/// Whether the customer is entitled to a trial: they never had a subscription that was paid for or had a trial.
pub fn is_new(subscriptions: &[Subscription]) -> bool {
    subscriptions.iter().all(|subscription| {
        subscription.plan.is_none() || matches!(subscription.status, Status::Incomplete | Status::IncompleteExpired)
    })
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
    match granting(subscriptions).filter(|subscription| is_live_of_ours(subscription)) {
        Some(subscription) if is_ending(subscription) => Cancelling::Ending,
        Some(subscription) => Cancelling::Live(subscription, Cancellation::AtPeriodEnd),
        None => Cancelling::Nothing,
    }
}

/// The live subscription whose cancellation can be undone, with the change that undoes it: Stripe has two ways to
/// schedule an end.
pub fn resuming(subscriptions: &[Subscription]) -> Option<(&Subscription, Cancellation)> {
    let subscription = granting(subscriptions).filter(|subscription| is_live_of_ours(subscription))?;
    match (subscription.cancel_at_period_end, subscription.cancel_at) {
        (true, _) => Some((subscription, Cancellation::NotAtPeriodEnd)),
        (false, Some(_)) => Some((subscription, Cancellation::NotAtAll)),
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
    let mut live: Vec<&Subscription> =
        snapshot.subscriptions.iter().filter(|subscription| is_live_of_ours(subscription)).collect();
    live.sort_by_key(|subscription| (subscription.created, &subscription.id));
    let Some((oldest, others)) = live.split_first() else { return Vec::new() };
    others
        .iter()
        .map(|subscription| Surplus {
            subscription: subscription.id.clone(),
            comment: format!("{DUPLICATE}{}", oldest.id),
            paid: paid(snapshot, &subscription.id),
        })
        .collect()
}

/// The paid invoices of a subscription with their payments.
fn paid(snapshot: &Snapshot, subscription: &str) -> Vec<(String, String)> {
    let entries = snapshot.invoices.iter().map(|invoice| &invoice.entry);
    let entries = entries.filter(|entry| entry.subscription.as_deref() == Some(subscription) && entry.amount_paid > 0);
    entries.filter_map(|entry| Some((entry.id.clone(), entry.payment_intent.clone()?))).collect()
}

/// The live subscriptions of a deleted user. Those that began after the deletion are refunded.
pub fn orphans(snapshot: &Snapshot, deleted_at: Timestamp) -> Vec<Surplus> {
    let live = snapshot.subscriptions.iter().filter(|subscription| subscription.status.is_live());
    let begun_after = |subscription: &Subscription| subscription.created >= deleted_at;
    live.map(|subscription| Surplus {
        subscription: subscription.id.clone(),
        comment: ACCOUNT_DELETED.to_owned(),
        paid: if begun_after(subscription) { paid(snapshot, &subscription.id) } else { Vec::new() },
    })
    .collect()
}

/// The live subscriptions whose renewal must end because of lost disputes, each with those disputes. A renewal is ended
/// only once per dispute: a member who then resumes the subscription intends to pay.
pub(crate) fn lost_disputes(snapshot: &Snapshot) -> Vec<(&Subscription, Vec<String>)> {
    let lost = snapshot.charges.iter().flat_map(|charge| &charge.disputes).filter(|dispute| dispute.is_lost());
    let lost: Vec<_> = lost.filter(|dispute| dispute.payment_intent.is_some()).collect();
    let disputes_of = |subscription: &Subscription| {
        let own = snapshot.invoices.iter().map(|invoice| &invoice.entry);
        let own: Vec<_> = own.filter(|entry| entry.subscription.as_deref() == Some(subscription.id.as_str())).collect();
        let is_own = |intent: &Option<String>| own.iter().any(|entry| entry.payment_intent == *intent);
        let new = lost
            .iter()
            .filter(|dispute| is_own(&dispute.payment_intent) && !subscription.ended_for.contains(&dispute.id));
        new.map(|dispute| dispute.id.clone()).collect::<Vec<_>>()
    };
    let live = snapshot.subscriptions.iter().filter(|subscription| is_live_of_ours(subscription));
    live.map(|subscription| (subscription, disputes_of(subscription)))
        .filter(|(_, disputes)| !disputes.is_empty())
        .collect()
}

/// The subscription that this one duplicated, if that is why it ended.
pub fn duplicate_of(subscription: &Subscription) -> Option<&str> {
    subscription.cancel_comment.as_deref().filter(|_| subscription.status == Status::Canceled)?.strip_prefix(DUPLICATE)
}

/// Whether it is scheduled to end, in either of Stripe's two ways.
pub(crate) fn is_ending(subscription: &Subscription) -> bool {
    subscription.cancel_at_period_end || subscription.cancel_at.is_some()
}

/// Whether it is scheduled to end at a time or earlier. An end that was set at Stripe may be several periods away, and
/// until then it renews.
pub(crate) fn ends_by(subscription: &Subscription, time: Timestamp) -> bool {
    subscription.cancel_at_period_end || subscription.cancel_at.is_some_and(|end| end <= time)
}

/// Whether a payment is overdue, or collection is paused.
pub(crate) fn is_unpaid(subscription: &Subscription) -> bool {
    matches!(subscription.status, Status::PastDue | Status::Unpaid | Status::Paused)
}

/// Whether it is a live subscription to one of our plans.
pub fn is_live_of_ours(subscription: &Subscription) -> bool {
    subscription.plan.is_some() && subscription.status.is_live()
}

#[cfg(test)]
#[path = "rules_tests.rs"]
pub(crate) mod tests;
