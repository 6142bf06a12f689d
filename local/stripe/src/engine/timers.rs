//! Work that runs automatically when it is due.

use super::charge::{self, Presence};
use super::invoice::{self, Bill};
use super::{change, checkout, dispute, next_boundary, schedule, subscription};
use crate::model::*;
use crate::render::Render;
use crate::state::Timer;
use crate::tx::Tx;

/// How long events can be retrieved.
const EVENTS_KEPT: Moment = 30 * DAY;
/// How long idempotency keys are remembered.
pub(crate) const KEYS_KEPT: Moment = DAY;

/// Runs one due timer.
pub(crate) fn run(tx: &mut Tx<'_>, timer: &Timer) {
    match timer {
        Timer::Subscription(id) => run_subscription(tx, id),
        Timer::Invoice(id) => run_invoice(tx, id),
        Timer::CheckoutSession(id) => checkout::expire(tx, id),
        Timer::Dispute(id) => dispute::time_is_over(tx, id),
        Timer::Schedule(id) => run_schedule(tx, id),
    }
}

/// Removes what Stripe no longer keeps.
pub(crate) fn forget_old(tx: &mut Tx<'_>) {
    while let Some(event) = tx.state.events.oldest().filter(|event| event.created < tx.now - EVENTS_KEPT) {
        let id = event.id.clone();
        tx.state.events.remove(&id);
    }
    while let Some(replay) = tx.state.replays.oldest().filter(|replay| replay.created < tx.now - KEYS_KEPT) {
        let key = replay.key.clone();
        tx.state.replays.remove(&key);
    }
}

fn run_subscription(tx: &mut Tx<'_>, id: &str) {
    let one: Subscription = tx.get(id);
    let now = tx.now;
    if one.status == SubscriptionStatus::Incomplete {
        return subscription::expire(tx, id);
    }
    if one.pause.and_then(|pause| pause.resumes_at).is_some_and(|at| at <= now) {
        tx.update(id, "customer.subscription.updated", |one: &mut Subscription| one.pause = None);
        return;
    }
    if one.ends_at().is_some_and(|end| end <= now) {
        return subscription::end(tx, id, None);
    }
    if one.pending_update.as_ref().is_some_and(|update| update.expires_at <= now) {
        return change::expire_pending(tx, id);
    }
    if one.period_end <= now && one.status != SubscriptionStatus::Paused {
        return renew(tx, &one);
    }
    if one.status == SubscriptionStatus::Trialing && !one.trial_notice_sent && notice_is_due(&one, now) {
        tx.edit(id, |one: &mut Subscription| one.trial_notice_sent = true);
        return tx.emit::<Subscription>("customer.subscription.trial_will_end", id);
    }
    tx.edit(id, |one: &mut Subscription| one.upcoming_sent = true);
    let upcoming = tx_upcoming(tx, id);
    tx.emit_value("invoice.upcoming", upcoming, None);
}

fn notice_is_due(one: &Subscription, now: Moment) -> bool {
    one.trial_end.is_some_and(|end| end - 3 * DAY <= now)
}

fn renew(tx: &mut Tx<'_>, one: &Subscription) {
    let trial_over = one.status == SubscriptionStatus::Trialing;
    if trial_over && charge::method_of(tx, Some(one), &one.customer).is_none() {
        match one.missing_payment_method {
            EndBehavior::CreateInvoice => {}
            EndBehavior::Cancel => return subscription::end(tx, &one.id, None),
            EndBehavior::Pause => {
                let paused = |one: &mut Subscription| one.status = SubscriptionStatus::Paused;
                tx.update(&one.id, "customer.subscription.updated", paused);
                return tx.emit::<Subscription>("customer.subscription.paused", &one.id);
            }
        }
    }
    let invoice = next_invoice(tx, one, BillingReason::SubscriptionCycle);
    for item in subscription::pending_items(tx, one) {
        tx.state.invoice_items.remove(&item.id);
    }
    let mut renewed = one.clone();
    subscription::spend_discounts(tx, &mut renewed);
    tx.emit::<Invoice>("invoice.created", &invoice.id);
    tx.update(&one.id, "customer.subscription.updated", |one: &mut Subscription| {
        let end = next_boundary(one.billing_cycle_anchor, one.recurring, one.period_end);
        (one.period_start, one.period_end) = (one.period_end, end);
        one.upcoming_sent = false;
        one.latest_invoice = Some(invoice.id.clone());
        one.discounts = renewed.discounts;
        if trial_over {
            one.status = SubscriptionStatus::Active;
        }
    });
    if let Some(pause) = one.pause {
        invoice::withhold(tx, &invoice.id, pause.behavior);
    }
}

/// Creates the draft of the next period, with its lines and pending prorations.
fn next_invoice(tx: &mut Tx<'_>, one: &Subscription, reason: BillingReason) -> Invoice {
    let period_end = next_boundary(one.billing_cycle_anchor, one.recurring, one.period_end);
    let mut lines: Vec<Line> = subscription::pending_items(tx, one).into_iter().map(|item| item.line).collect();
    lines.extend(invoice::period_lines(tx, &one.items, (one.period_end, period_end), false));
    // An unpaid or paused subscription still creates invoices, which are never charged.
    let is_charged = one.status != SubscriptionStatus::Unpaid && one.pause.is_none();
    let finalizes_at = is_charged.then_some(tx.now + invoice::DRAFT_TIME);
    let bill = Bill { reason, lines, period_start: one.period_start, period_end: one.period_end, finalizes_at };
    invoice::draft(tx, one, bill)
}

/// A preview of a subscription's next invoice, for `invoice.upcoming` and previews.
pub(crate) fn upcoming(tx: &mut Tx<'_>, id: &str) -> Invoice {
    let mut one: Subscription = tx.get(id);
    if let Some(items) = schedule::items_at_renewal(tx, &one) {
        one.items = items;
    }
    let mut invoice = next_invoice(tx, &one, BillingReason::Upcoming);
    tx.state.invoices.remove(&invoice.id);
    invoice.id = invoice.id.replacen("in_", "upcoming_in_", 1);
    invoice.created = one.period_end;
    invoice.finalizes_at = Some(one.period_end + invoice::DRAFT_TIME);
    invoice
}

fn tx_upcoming(tx: &mut Tx<'_>, id: &str) -> serde_json::Value {
    upcoming(tx, id).render(tx.view())
}

fn run_invoice(tx: &mut Tx<'_>, id: &str) {
    let due: Invoice = tx.get(id);
    if due.status == InvoiceStatus::Draft {
        invoice::finalize(tx, id);
    }
    let one = due.subscription.as_deref().map(|id| tx.get::<Subscription>(id));
    let method = charge::method_of(tx, one.as_ref(), &due.customer);
    invoice::attempt(tx, id, method.as_ref(), Presence::Kept);
}

fn run_schedule(tx: &mut Tx<'_>, id: &str) {
    // If a phase can no longer start, for example because its price was archived, the subscription stays unchanged.
    if schedule::advance(tx, id).is_err() {
        schedule::release(tx, id);
    }
}
