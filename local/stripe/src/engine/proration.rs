//! Prorations: the value of the rest of a period when its items change.

use super::{discount, invoice, money, subscription};
use crate::model::*;
use crate::tx::Tx;
use jiff::Timestamp;

/// The lines of a change at `at`: a credit for unused time at the price that was paid, and a charge for remaining time.
/// A change that starts a new cycle has no charge for remaining time.
pub(crate) fn lines(
    tx: &mut Tx<'_>,
    subscription: &Subscription,
    target: &[Item],
    at: UnixSeconds,
    new_cycle: bool,
) -> Vec<Line> {
    let at = at.clamp(subscription.period_start, subscription.period_end);
    let mut lines = Vec::new();
    for old in &subscription.items {
        let new = target.iter().find(|item| item.id == old.id);
        let unchanged = new.is_some_and(|new| new.price == old.price && new.quantity == old.quantity);
        if !unchanged || new_cycle {
            lines.extend(unused(tx, subscription, old, at));
        }
    }
    for new in target.iter().filter(|_| !new_cycle) {
        let unchanged = subscription
            .items
            .iter()
            .any(|old| old.id == new.id && old.price == new.price && old.quantity == new.quantity);
        if !unchanged {
            lines.push(remaining(tx, subscription, new, at));
        }
    }
    lines
}

fn unused(tx: &mut Tx<'_>, subscription: &Subscription, item: &Item, at: UnixSeconds) -> Option<Line> {
    let charged = charged_line(tx, subscription, item)?;
    let length = charged.period_end - charged.period_start;
    let credit = share(discount::net(&charged), subscription.period_end - at, length, &subscription.currency);
    let name = product_name(tx, &item.price);
    let mut line = proration_line(tx, subscription, item, at);
    line.amount = -credit;
    line.description = format!("Unused time on {name} after {}", day(at));
    Some(line)
}

fn remaining(tx: &mut Tx<'_>, subscription: &Subscription, item: &Item, at: UnixSeconds) -> Line {
    let discounts = discount::running(tx.state, subscription, tx.now);
    let mut line = proration_line(tx, subscription, item, at);
    let price = discount::net_of(tx.state, &discounts, line.clone(), &subscription.currency);
    line.amount = share(
        price,
        subscription.period_end - at,
        subscription.period_end - subscription.period_start,
        &subscription.currency,
    );
    line.description = format!("Remaining time on {} after {}", product_name(tx, &item.price), day(at));
    line
}

fn proration_line(tx: &mut Tx<'_>, subscription: &Subscription, item: &Item, at: UnixSeconds) -> Line {
    let price: Price = tx.get(&item.price);
    Line {
        period_start: at,
        period_end: subscription.period_end,
        subscription_item: Some(item.id.clone()),
        proration: true,
        invoice_item: Some(tx.ids.next("ii")),
        ..invoice::plain_line(&price, item.quantity)
    }
}

/// The latest line that billed the current period of an item.
fn charged_line(tx: &Tx<'_>, subscription: &Subscription, item: &Item) -> Option<Line> {
    let asks = |line: &&Line| {
        line.subscription_item.as_ref() == Some(&item.id)
            && line.amount > 0
            && line.period_end == subscription.period_end
            && line.price.as_ref().is_some_and(|price| price.id == item.price)
    };
    let pending = subscription::pending_items(tx, subscription);
    if let Some(item) = pending.iter().rev().map(|item| &item.line).find(asks) {
        return Some(item.clone());
    }
    let invoices = tx.state.invoices.of_customer(&subscription.customer).filter(|invoice| {
        invoice.subscription.as_ref() == Some(&subscription.id)
            && matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Open | InvoiceStatus::Paid)
    });
    invoices.flat_map(|invoice| &invoice.lines).find(asks).cloned()
}

/// `amount × part ÷ whole`, to the nearest minor unit.
fn share(amount: i64, part: UnixSeconds, whole: UnixSeconds, currency: &str) -> i64 {
    let (amount, part, whole) = (i128::from(amount), i128::from(part.max(0)), i128::from(whole.max(1)));
    let share = i64::try_from((amount * part * 2 + whole) / (whole * 2)).unwrap_or(i64::MAX);
    money::round(share, currency)
}

fn product_name(tx: &Tx<'_>, price: &str) -> String {
    tx.get::<Product>(&tx.get::<Price>(price).product).name
}

fn day(moment: UnixSeconds) -> String {
    Timestamp::from_second(moment).map_or_else(|_| String::new(), |at| at.strftime("%d %b %Y").to_string())
}
