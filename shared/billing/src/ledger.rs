//! The ledger's entries of a snapshot.

use crate::prices::Price;
use crate::snapshot::{Invoice, Line, Snapshot, Subscription};
use shared::models::ledger::{Entry, InvoiceEntry, SubscriptionEntry};
use shared::models::plan::{Interval, PlanType};
use std::collections::HashMap;

/// Every entry with its customer, in the order of Stripe's objects: oldest first.
pub(crate) fn entries(snapshot: &Snapshot, prices: &[Price]) -> Vec<(String, Entry)> {
    let plans = plans(snapshot, prices);
    let of_invoice = |one: &Invoice| (one.customer.clone(), Entry::Invoice(of_invoice(one, &plans)));
    let of_subscription = |one: &Subscription| (one.customer.clone(), Entry::Subscription(of_subscription(one)));
    let mut entries: Vec<(String, Entry)> = snapshot.invoices.iter().map(of_invoice).collect();
    entries.extend(snapshot.subscriptions.iter().map(of_subscription));
    for charge in &snapshot.charges {
        if charge.entry.status == "failed" || charge.entry.disputed {
            entries.push((charge.customer.clone(), Entry::Charge(charge.entry.clone())));
        }
        entries.extend(charge.refunds.iter().map(|one| (charge.customer.clone(), Entry::Refund(one.clone()))));
    }
    entries.sort_by(|(_, a), (_, b)| (a.at(), a.id()).cmp(&(b.at(), b.id())));
    entries
}

type Plans<'a> = HashMap<&'a str, (PlanType, Interval)>;

/// What the prices sell: those found by lookup key, and those of the subscriptions' own items.
fn plans<'a>(snapshot: &'a Snapshot, prices: &'a [Price]) -> Plans<'a> {
    let of_items = snapshot.subscriptions.iter().filter_map(|one| Some((one.price.as_deref()?, one.plan?)));
    of_items.chain(prices.iter().map(|one| (one.id.as_str(), (one.plan_type, one.interval)))).collect()
}

fn of_invoice(invoice: &Invoice, plans: &Plans<'_>) -> InvoiceEntry {
    let plan_of = |line: &Line| plans.get(line.price.as_deref()?).copied();
    let ours: Vec<&Line> = invoice.lines.iter().filter(|line| plan_of(line).is_some()).collect();
    // A change between periods has lines for both plans: the one that is paid for tells.
    let telling = ours.iter().max_by_key(|line| (!line.proration, line.amount));
    let plan = telling.and_then(|line| plan_of(line));
    InvoiceEntry {
        plan_type: plan.map(|(plan, _)| plan),
        interval: plan.map(|(_, interval)| interval),
        recurring_amount: ours.iter().filter(|line| !line.proration).map(|line| line.amount).sum(),
        period_start: telling.and_then(|line| line.period_start),
        period_end: telling.and_then(|line| line.period_end),
        ..invoice.entry.clone()
    }
}

fn of_subscription(one: &Subscription) -> SubscriptionEntry {
    SubscriptionEntry {
        id: one.id.clone(),
        status: one.status,
        plan_type: one.plan.map(|(plan, _)| plan),
        interval: one.plan.map(|(_, interval)| interval),
        amount: one.amount,
        currency: one.currency.clone(),
        created: one.created,
        trial_end: one.trial_end,
        canceled_at: one.canceled_at,
        ended_at: one.ended_at,
        cancel_reason: one.cancel_reason.clone(),
    }
}
