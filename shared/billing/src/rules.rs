//! What a customer's subscriptions mean. Pure functions of a snapshot: the same for every order in which events came.

use crate::deletion::ACCOUNT_DELETED;
use crate::prices::Price;
use crate::snapshot::{Snapshot, Subscription};
use crate::stripe::Cancellation;
use jiff::Timestamp;
use shared::models::plan::{Interval, PlanType};
use shared::models::subscription::{self, Status};
use std::collections::HashMap;

/// How the note begins by which a subscription tells that it was one too many.
const DUPLICATE: &str = "duplicate of ";

/// The row of a user, as Stripe's state has it; `customer` is theirs where no subscription names one.
pub fn row(snapshot: &Snapshot, prices: &[Price], customer: &str) -> subscription::Subscription {
    let Some(one) = granting(&snapshot.subscriptions) else {
        return subscription::Subscription {
            stripe_customer_id: Some(customer.to_owned()),
            ..subscription::Subscription::default()
        };
    };
    let is_live = one.status.is_live();
    let pending = pending(one, &snapshot.subscriptions, prices).filter(|_| is_live);
    let open = snapshot.invoices.iter().map(|invoice| &invoice.entry).filter(|entry| {
        entry.status == "open" && entry.amount_due > 0 && entry.subscription.as_deref() == Some(one.id.as_str())
    });
    subscription::Subscription {
        stripe_customer_id: Some(one.customer.clone()),
        stripe_subscription_id: Some(one.id.clone()),
        plan_type: one.plan.map(|(plan, _)| plan),
        status: one.status,
        interval: one.plan.map(|(_, interval)| interval),
        current_period_end: one.current_period_end,
        cancel_at: one.cancel_at.or(one.current_period_end.filter(|_| one.cancel_at_period_end)).filter(|_| is_live),
        trial_end: one.trial_end.filter(|_| one.status == Status::Trialing),
        unpaid_since: open.filter_map(|entry| entry.finalized_at).min().filter(|_| is_live),
        pending_plan_type: pending.map(|(plan, _)| plan),
        pending_interval: pending.map(|(_, interval)| interval),
        ..subscription::Subscription::default()
    }
}

/// What the prices sell: those found by lookup key, and those of the subscriptions' own items.
pub(crate) fn plans<'a>(
    subscriptions: &'a [Subscription],
    prices: &'a [Price],
) -> HashMap<&'a str, (PlanType, Interval)> {
    let of_items = subscriptions.iter().filter_map(|one| Some((one.price.as_deref()?, one.plan?)));
    of_items.chain(prices.iter().map(|one| (one.id.as_str(), (one.plan_type, one.interval)))).collect()
}

/// The plan that a subscription changes to when its period ends, if that is another than it has.
pub fn pending(one: &Subscription, all: &[Subscription], prices: &[Price]) -> Option<(PlanType, Interval)> {
    let next = one.schedule.as_ref()?.next.as_deref()?;
    plans(all, prices).get(next).copied().filter(|plan| Some(*plan) != one.plan)
}

/// The subscription that speaks for its user: the live one of the highest plan, then of the latest period end. Where none
/// is live, the one that ended last; one at a price that is not ours only where there is no other.
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

/// Whether there is a subscription to a plan of ours beside which another would be one too many.
pub fn is_subscribed(subscriptions: &[Subscription]) -> bool {
    subscriptions.iter().any(is_live_of_ours)
}

/// Whether a first subscription, with its trial, is still to come: one that was never paid for nor tried does not count.
pub fn is_new(subscriptions: &[Subscription]) -> bool {
    subscriptions
        .iter()
        .all(|one| one.plan.is_none() || matches!(one.status, Status::Incomplete | Status::IncompleteExpired))
}

/// The live subscription that a cancellation is about, with what sets it to end with its period; `Err` when it will end
/// anyway, `None` when there is none.
pub fn cancelling(subscriptions: &[Subscription]) -> Option<Result<(&Subscription, Cancellation), ()>> {
    let one = granting(subscriptions).filter(|one| is_live_of_ours(one))?;
    Some(if is_ending(one) { Err(()) } else { Ok((one, Cancellation::AtPeriodEnd)) })
}

/// The live subscription whose end can be taken back, with what does it: whichever of Stripe's two ways set it.
pub fn resuming(subscriptions: &[Subscription]) -> Option<(&Subscription, Cancellation)> {
    let one = granting(subscriptions).filter(|one| is_live_of_ours(one))?;
    match (one.cancel_at_period_end, one.cancel_at) {
        (true, _) => Some((one, Cancellation::NotAtPeriodEnd)),
        (false, Some(_)) => Some((one, Cancellation::NotAtAll)),
        (false, None) => None,
    }
}

/// A subscription that is one too many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surplus {
    /// Which.
    pub subscription: String,
    /// The note to end it with.
    pub comment: String,
    /// Its paid invoices with their payments, to be given back.
    pub paid: Vec<(String, String)>,
}

/// The live subscriptions beside the oldest, newest last.
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

/// The live subscriptions of a deleted user: what was begun after the deletion gives back what it took.
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

/// The subscription beside which this one was one too many, if that is why it ended.
pub fn duplicate_of(one: &Subscription) -> Option<&str> {
    one.cancel_comment.as_deref().filter(|_| one.status == Status::Canceled)?.strip_prefix(DUPLICATE)
}

/// Whether it ends by itself: either of Stripe's two ways was set.
pub(crate) fn is_ending(one: &Subscription) -> bool {
    one.cancel_at_period_end || one.cancel_at.is_some()
}

/// Whether something is owed on it, or nobody is there to pay.
pub(crate) fn is_unpaid(one: &Subscription) -> bool {
    matches!(one.status, Status::PastDue | Status::Unpaid | Status::Paused)
}

/// Whether it is to a plan of ours, and goes on.
pub(crate) fn is_live_of_ours(one: &Subscription) -> bool {
    one.plan.is_some() && one.status.is_live()
}

#[cfg(test)]
#[path = "rules_tests.rs"]
pub(crate) mod tests;
