//! The ledger entries computed from a snapshot.

use crate::price::Price;
use crate::snapshot::{Invoice, Line, Snapshot, Subscription};
use shared::models::ledger::{Entry, InvoiceEntry, SubscriptionEntry};
use shared::models::plan::{Interval, PlanType};
use std::collections::HashMap;

/// Every entry with its customer, oldest first.
pub(crate) fn entries(snapshot: &Snapshot, prices: &[Price]) -> Vec<(String, Entry)> {
    let plans = plans(snapshot, prices);
    let of_invoice = |invoice: &Invoice| (invoice.customer.clone(), Entry::Invoice(of_invoice(invoice, &plans)));
    let of_subscription = |subscription: &Subscription| {
        (subscription.customer.clone(), Entry::Subscription(of_subscription(subscription)))
    };
    let mut entries: Vec<(String, Entry)> = snapshot.invoices.iter().map(of_invoice).collect();
    entries.extend(snapshot.subscriptions.iter().map(of_subscription));
    for charge in &snapshot.charges {
        if charge.entry.status == "failed" || charge.entry.disputed {
            entries.push((charge.customer.clone(), Entry::Charge(charge.entry.clone())));
        }
        entries
            .extend(charge.refunds.iter().map(|refund| (charge.customer.clone(), Entry::Refund(refund.entry.clone()))));
        entries
            .extend(charge.disputes.iter().map(|dispute| (charge.customer.clone(), Entry::Dispute(dispute.clone()))));
    }
    entries.sort_by(|(_, a), (_, b)| (a.at(), a.id()).cmp(&(b.at(), b.id())));
    entries
}

/// The plan and amount of a price.
#[derive(Clone, Copy)]
struct PriceTerms {
    plan: PlanType,
    interval: Interval,
    /// Per period before coupons, in minor units.
    amount: i64,
}

type Plans<'a> = HashMap<&'a str, PriceTerms>;

/// The plans of the prices: those looked up, and those of the subscriptions' own items.
fn plans<'a>(snapshot: &'a Snapshot, prices: &'a [Price]) -> Plans<'a> {
    let of_items = snapshot.subscriptions.iter().filter_map(|subscription| {
        let (plan, interval) = subscription.plan?;
        Some((subscription.price.as_deref()?, PriceTerms { plan, interval, amount: subscription.amount }))
    });
    let of_prices = prices.iter().map(|price| {
        (price.id.as_str(), PriceTerms { plan: price.plan_type, interval: price.interval, amount: price.amount })
    });
    of_items.chain(of_prices).collect()
}

fn of_invoice(invoice: &Invoice, plans: &Plans<'_>) -> InvoiceEntry {
    let sold_by = |line: &Line| plans.get(line.price.as_deref()?).copied();
    let ours: Vec<&Line> = invoice.lines.iter().filter(|line| sold_by(line).is_some()).collect();
    // A change within a period has lines for both plans: the line with a charge decides.
    let telling = ours.iter().max_by_key(|line| (!line.proration, line.amount));
    let sold = telling.and_then(|line| sold_by(line));
    let recurring = match telling.zip(sold) {
        Some((line, sold)) if line.proration => after_coupons(line, sold.amount),
        _ => ours.iter().filter(|line| !line.proration).map(|line| line.amount).sum(),
    };
    InvoiceEntry {
        plan_type: sold.map(|sold| sold.plan),
        interval: sold.map(|sold| sold.interval),
        recurring_amount: recurring,
        period_start: telling.and_then(|line| line.period_start),
        period_end: telling.and_then(|line| line.period_end),
        ..invoice.entry.clone()
    }
}

/// The price of a whole period after coupons, for a line that bills part of a period: reduced by the same share, rounded half
/// up.
fn after_coupons(line: &Line, price: i64) -> i64 {
    let whole = line.amount + line.discount;
    if whole <= 0 || line.discount <= 0 {
        return price;
    }
    (2 * price * line.amount + whole) / (2 * whole)
}

fn of_subscription(subscription: &Subscription) -> SubscriptionEntry {
    SubscriptionEntry {
        id: subscription.id.clone(),
        status: subscription.status,
        plan_type: subscription.plan.map(|(plan, _)| plan),
        interval: subscription.plan.map(|(_, interval)| interval),
        amount: subscription.amount,
        currency: subscription.currency.clone(),
        created: subscription.created,
        trial_start: subscription.trial_start,
        trial_end: subscription.trial_end,
        canceled_at: subscription.canceled_at,
        ended_at: subscription.ended_at,
        cancel_reason: subscription.cancel_reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(amount: i64, discount: i64) -> Line {
        Line { price: None, product: None, amount, discount, proration: true, period_start: None, period_end: None }
    }

    #[test]
    fn the_price_of_a_whole_period_follows_from_a_prorated_line() {
        assert_eq!(after_coupons(&line(650, 0), 1_299), 1_299);
        assert_eq!(after_coupons(&line(325, 325), 1_299), 650, "649.5, rounded half up");
        assert_eq!(after_coupons(&line(0, 650), 1_299), 0);
        assert_eq!(after_coupons(&line(0, 0), 1_299), 1_299);
    }
}
