//! Changes of a subscription's items: immediate, prorated, or pending until paid.

use super::charge::{self, IssuerDecision, Presence};
use super::invoice::{self, Bill};
use super::proration;
use super::subscription::{self, PaymentBehavior};
use super::{next_boundary, schedule, timers};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::{Render, changed_attributes};
use crate::tx::Tx;
use serde_json::Value;

/// A change of items or of the billing cycle.
#[derive(Clone, Debug)]
pub(crate) struct ItemChange {
    /// The items after the change.
    pub items: Vec<Item>,
    pub proration: Proration,
    pub proration_date: Option<UnixSeconds>,
    pub behavior: PaymentBehavior,
    /// Starts a new cycle now, even if the interval stays the same; ends a trial.
    pub restart: bool,
}

/// The result of a change.
struct Plan {
    recurring: Recurring,
    /// The period, if a new cycle starts.
    cycle: Option<(UnixSeconds, UnixSeconds)>,
    lines: Vec<Line>,
    invoice_now: bool,
}

/// Applies `fields` and the changed items, and emits one event for both.
pub(crate) fn update(
    tx: &mut Tx<'_>,
    id: &str,
    fields: impl FnOnce(&mut Subscription),
    change: Option<ItemChange>,
) -> Result<()> {
    let before = tx.get::<Subscription>(id).render(tx.view());
    let subscription = tx.edit(id, fields);
    let Some(change) = change else {
        emit_updated(tx, id, &before);
        return Ok(());
    };
    let plan = plan(tx, &subscription, &change)?;
    let subscription = drop_pending(tx, subscription);
    if !plan.invoice_now {
        keep_for_next_invoice(tx, &subscription, plan.lines);
        put_items(tx, id, change.items, plan.recurring, plan.cycle);
        emit_updated(tx, id, &before);
        return Ok(());
    }
    let draft = draft(tx, &subscription, &plan);
    if let Some(pause) = subscription.pause {
        put_items(tx, id, change.items, plan.recurring, plan.cycle);
        tx.edit(id, |subscription: &mut Subscription| subscription.latest_invoice = Some(draft.clone()));
        emit_updated(tx, id, &before);
        tx.emit::<Invoice>("invoice.created", &draft);
        invoice::withhold(tx, &draft, pause.behavior);
        return Ok(());
    }
    if change.behavior == PaymentBehavior::Pend {
        change_when_paid(tx, &subscription, &draft, change, &plan, &before);
        return Ok(());
    }
    put_items(tx, id, change.items, plan.recurring, plan.cycle);
    tx.edit(id, |subscription: &mut Subscription| subscription.latest_invoice = Some(draft.clone()));
    emit_updated(tx, id, &before);
    tx.emit::<Invoice>("invoice.created", &draft);
    invoice::finalize(tx, &draft);
    let method = charge::method_of(tx, Some(&subscription), &subscription.customer);
    if change.behavior == PaymentBehavior::Wait && tx.get::<Invoice>(&draft).amount_due > 0 {
        let open: Invoice = tx.get(&draft);
        invoice::intent_of(tx, &open);
        return Ok(());
    }
    match invoice::attempt(tx, &draft, method.as_ref(), Presence::Kept) {
        IssuerDecision::Declined(decline) if change.behavior == PaymentBehavior::Refuse => {
            Err(ApiError::card(&decline).undone())
        }
        _ => Ok(()),
    }
}

/// The invoice that a change would create next: its own, or that of the next period. `recurring` is a later invoice of
/// a whole period, without prorations.
pub(crate) fn preview(tx: &mut Tx<'_>, id: &str, change: ItemChange, recurring: bool) -> Result<Value> {
    let subscription: Subscription = tx.get(id);
    let plan = plan(tx, &subscription, &change)?;
    if recurring {
        for item in subscription::pending_items(tx, &subscription) {
            tx.state.invoice_items.remove(&item.id);
        }
        put_items(tx, id, change.items, plan.recurring, plan.cycle);
        return Ok(timers::upcoming(tx, id).render(tx.view()));
    }
    if plan.invoice_now {
        let draft = draft(tx, &subscription, &plan);
        let mut invoice: Invoice = tx.get(&draft);
        invoice.id = invoice.id.replacen("in_", "upcoming_in_", 1);
        return Ok(invoice.render(tx.view()));
    }
    keep_for_next_invoice(tx, &subscription, plan.lines);
    put_items(tx, id, change.items, plan.recurring, plan.cycle);
    Ok(timers::upcoming(tx, id).render(tx.view()))
}

/// Applies a pending change after it was paid.
pub(crate) fn apply_pending(tx: &mut Tx<'_>, id: &str) {
    let mut subscription: Subscription = tx.get(id);
    let Some(update) = subscription.pending_update.take() else { return };
    let before = if update.announced { tx.get::<Subscription>(id) } else { subscription.clone() }.render(tx.view());
    tx.put(subscription);
    put_items(tx, id, update.items, update.recurring, update.cycle);
    emit_updated(tx, id, &before);
    if update.announced {
        tx.emit::<Subscription>("customer.subscription.pending_update_applied", id);
    }
}

/// Drops a pending change whose invoice no longer needs payment; the items stay as they are.
pub(crate) fn forget_pending(tx: &mut Tx<'_>, invoice: &str) {
    let Some(id) = tx.get::<Invoice>(invoice).subscription else { return };
    if tx.get::<Subscription>(&id).pending_update.is_some_and(|update| update.invoice == invoice) {
        tx.update(&id, "customer.subscription.updated", |subscription: &mut Subscription| {
            subscription.pending_update = None;
        });
    }
}

/// Drops a pending change that was not paid in time.
pub(crate) fn expire_pending(tx: &mut Tx<'_>, id: &str) {
    let subscription: Subscription = tx.get(id);
    let Some(update) = subscription.pending_update else { return };
    tx.update(id, "customer.subscription.updated", |subscription: &mut Subscription| {
        subscription.pending_update = None;
    });
    tx.emit::<Subscription>("customer.subscription.pending_update_expired", id);
    if tx.get::<Invoice>(&update.invoice).status == InvoiceStatus::Open {
        invoice::void(tx, &update.invoice);
    }
}

/// Replaces a pending change with a new one.
fn drop_pending(tx: &mut Tx<'_>, mut subscription: Subscription) -> Subscription {
    if let Some(update) = subscription.pending_update.take() {
        tx.put(subscription.clone());
        if tx.get::<Invoice>(&update.invoice).status == InvoiceStatus::Open {
            invoice::void(tx, &update.invoice);
        }
    }
    subscription
}

fn plan(tx: &mut Tx<'_>, subscription: &Subscription, change: &ItemChange) -> Result<Plan> {
    let prices: Vec<Price> = change.items.iter().map(|item| tx.get::<Price>(&item.price)).collect();
    let (currency, recurring) = subscription::common_terms(&prices)?;
    if currency != subscription.currency {
        return Err(subscription::wrong_currency(&currency, &subscription.currency, "items[0][price]"));
    }
    let is_new = |price: &&Price| subscription.items.iter().all(|item| item.price != price.id);
    subscription::check_for_sale(tx, prices.iter().filter(is_new), "items[0][price]")?;
    let in_trial = subscription.status == SubscriptionStatus::Trialing && !change.restart;
    if in_trial || subscription.status == SubscriptionStatus::Incomplete {
        return Ok(Plan { recurring, cycle: None, lines: Vec::new(), invoice_now: false });
    }
    let now = tx.now;
    let new_cycle = change.restart || recurring != subscription.recurring;
    let cycle = new_cycle.then(|| (now, next_boundary(now, recurring, now)));
    let mut lines = Vec::new();
    if change.proration != Proration::None {
        lines = proration::lines(tx, subscription, &change.items, change.proration_date.unwrap_or(now), new_cycle);
    }
    if let Some(period) = cycle {
        lines.extend(invoice::period_lines(tx, &change.items, period, false));
    }
    let invoice_now = new_cycle || (change.proration == Proration::AlwaysInvoice && !lines.is_empty());
    Ok(Plan { recurring, cycle, lines, invoice_now })
}

fn draft(tx: &mut Tx<'_>, subscription: &Subscription, plan: &Plan) -> String {
    let mut lines: Vec<Line> = Vec::new();
    for item in subscription::pending_items(tx, subscription) {
        tx.state.invoice_items.remove(&item.id);
        lines.push(item.line);
    }
    lines.extend(plan.lines.iter().cloned());
    let now = tx.now;
    let reason = BillingReason::SubscriptionUpdate;
    let bill = Bill { reason, lines, period_start: subscription.period_start, period_end: now, finalizes_at: None };
    invoice::draft(tx, subscription, bill).id
}

fn change_when_paid(
    tx: &mut Tx<'_>,
    subscription: &Subscription,
    draft: &str,
    change: ItemChange,
    plan: &Plan,
    before: &Value,
) {
    let update = PendingUpdate {
        expires_at: (tx.now + PAYMENT_WINDOW).min(subscription.period_end),
        items: change.items,
        invoice: draft.to_owned(),
        recurring: plan.recurring,
        cycle: plan.cycle,
        announced: false,
    };
    tx.edit(&subscription.id, |subscription: &mut Subscription| {
        subscription.pending_update = Some(update);
        subscription.latest_invoice = Some(draft.to_owned());
    });
    tx.emit::<Invoice>("invoice.created", draft);
    invoice::finalize(tx, draft);
    let method = charge::method_of(tx, Some(subscription), &subscription.customer);
    if invoice::attempt(tx, draft, method.as_ref(), Presence::Kept) == IssuerDecision::Approved {
        return;
    }
    tx.edit(&subscription.id, |subscription: &mut Subscription| {
        if let Some(update) = &mut subscription.pending_update {
            update.announced = true;
        }
    });
    emit_updated(tx, &subscription.id, before);
}

fn keep_for_next_invoice(tx: &mut Tx<'_>, subscription: &Subscription, lines: Vec<Line>) {
    for line in lines {
        let item = InvoiceItem {
            id: line.invoice_item.clone().unwrap_or_default(),
            created: tx.now,
            customer: subscription.customer.clone(),
            subscription: Some(subscription.id.clone()),
            currency: subscription.currency.clone(),
            line,
        };
        tx.put(item);
    }
}

fn put_items(
    tx: &mut Tx<'_>,
    id: &str,
    items: Vec<Item>,
    recurring: Recurring,
    cycle: Option<(UnixSeconds, UnixSeconds)>,
) {
    let now = tx.now;
    let changed = tx.edit(id, |subscription: &mut Subscription| {
        subscription.items = items;
        subscription.recurring = recurring;
        if let Some((start, end)) = cycle {
            subscription.billing_cycle_anchor = start;
            (subscription.period_start, subscription.period_end) = (start, end);
            subscription.upcoming_sent = false;
            if subscription.status == SubscriptionStatus::Trialing {
                subscription.status = SubscriptionStatus::Active;
                subscription.trial_end = Some(now);
            }
        }
    });
    schedule::follow(tx, &changed);
}

fn emit_updated(tx: &mut Tx<'_>, id: &str, before: &Value) {
    let after = tx.get::<Subscription>(id).render(tx.view());
    if let Some(previous) = changed_attributes(before, &after) {
        tx.emit_value("customer.subscription.updated", after, Some(previous));
    }
}
