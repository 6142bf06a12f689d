//! Work that runs automatically when it is due.

use super::charge::{self, Presence};
use super::invoice::{self, Bill};
use super::{change, checkout, dispute, next_boundary, schedule, subscription};
use crate::model::*;
use crate::render::Render;
use crate::state::Timer;
use crate::tx::Tx;

/// How long events can be retrieved.
const EVENTS_KEPT: UnixSeconds = 30 * DAY;
/// How long idempotency keys are remembered.
pub(crate) const KEYS_KEPT: UnixSeconds = DAY;

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
    let subscription: Subscription = tx.get(id);
    let now = tx.now;
    if subscription.status == SubscriptionStatus::Incomplete {
        return subscription::expire(tx, id);
    }
    if subscription.pause.and_then(|pause| pause.resumes_at).is_some_and(|at| at <= now) {
        tx.update(id, "customer.subscription.updated", |subscription: &mut Subscription| subscription.pause = None);
        return;
    }
    if subscription.ends_at().is_some_and(|end| end <= now) {
        return subscription::end(tx, id, None);
    }
    if subscription.pending_update.as_ref().is_some_and(|update| update.expires_at <= now) {
        return change::expire_pending(tx, id);
    }
    if subscription.period_end <= now && subscription.status != SubscriptionStatus::Paused {
        return renew(tx, &subscription);
    }
    if subscription.status == SubscriptionStatus::Trialing
        && !subscription.trial_notice_sent
        && notice_is_due(&subscription, now)
    {
        tx.edit(id, |subscription: &mut Subscription| subscription.trial_notice_sent = true);
        return tx.emit::<Subscription>("customer.subscription.trial_will_end", id);
    }
    tx.edit(id, |subscription: &mut Subscription| subscription.upcoming_sent = true);
    let upcoming = tx_upcoming(tx, id);
    tx.emit_value("invoice.upcoming", upcoming, None);
}

fn notice_is_due(subscription: &Subscription, now: UnixSeconds) -> bool {
    subscription.trial_end.is_some_and(|end| end - 3 * DAY <= now)
}

fn renew(tx: &mut Tx<'_>, subscription: &Subscription) {
    let trial_over = subscription.status == SubscriptionStatus::Trialing;
    if trial_over && charge::method_of(tx, Some(subscription), &subscription.customer).is_none() {
        match subscription.missing_payment_method {
            EndBehavior::CreateInvoice => {}
            EndBehavior::Cancel => return subscription::end(tx, &subscription.id, None),
            EndBehavior::Pause => {
                let paused = |subscription: &mut Subscription| subscription.status = SubscriptionStatus::Paused;
                tx.update(&subscription.id, "customer.subscription.updated", paused);
                return tx.emit::<Subscription>("customer.subscription.paused", &subscription.id);
            }
        }
    }
    let invoice = next_invoice(tx, subscription, BillingReason::SubscriptionCycle);
    for item in subscription::pending_items(tx, subscription) {
        tx.state.invoice_items.remove(&item.id);
    }
    let mut renewed = subscription.clone();
    subscription::spend_discounts(tx, &mut renewed);
    tx.emit::<Invoice>("invoice.created", &invoice.id);
    tx.update(&subscription.id, "customer.subscription.updated", |subscription: &mut Subscription| {
        let end = next_boundary(subscription.billing_cycle_anchor, subscription.recurring, subscription.period_end);
        (subscription.period_start, subscription.period_end) = (subscription.period_end, end);
        subscription.upcoming_sent = false;
        subscription.latest_invoice = Some(invoice.id.clone());
        subscription.discounts = renewed.discounts;
        if trial_over {
            subscription.status = SubscriptionStatus::Active;
        }
    });
    if let Some(pause) = subscription.pause {
        invoice::withhold(tx, &invoice.id, pause.behavior);
    }
}

/// Creates the draft of the next period, with its lines and pending prorations.
fn next_invoice(tx: &mut Tx<'_>, subscription: &Subscription, reason: BillingReason) -> Invoice {
    let period_end = next_boundary(subscription.billing_cycle_anchor, subscription.recurring, subscription.period_end);
    let mut lines: Vec<Line> =
        subscription::pending_items(tx, subscription).into_iter().map(|item| item.line).collect();
    lines.extend(invoice::period_lines(tx, &subscription.items, (subscription.period_end, period_end), false));
    // An unpaid or paused subscription still creates invoices, which are never charged.
    let is_charged = subscription.status != SubscriptionStatus::Unpaid && subscription.pause.is_none();
    let finalizes_at = is_charged.then_some(tx.now + invoice::DRAFT_TIME);
    let bill = Bill {
        reason,
        lines,
        period_start: subscription.period_start,
        period_end: subscription.period_end,
        finalizes_at,
    };
    invoice::draft(tx, subscription, bill)
}

/// A preview of a subscription's next invoice, for `invoice.upcoming` and previews.
pub(crate) fn upcoming(tx: &mut Tx<'_>, id: &str) -> Invoice {
    let mut subscription: Subscription = tx.get(id);
    if let Some(items) = schedule::items_at_renewal(tx, &subscription) {
        subscription.items = items;
    }
    let mut invoice = next_invoice(tx, &subscription, BillingReason::Upcoming);
    tx.state.invoices.remove(&invoice.id);
    invoice.id = invoice.id.replacen("in_", "upcoming_in_", 1);
    invoice.created = subscription.period_end;
    invoice.finalizes_at = Some(subscription.period_end + invoice::DRAFT_TIME);
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
    let subscription = due.subscription.as_deref().map(|id| tx.get::<Subscription>(id));
    let method = charge::method_of(tx, subscription.as_ref(), &due.customer);
    invoice::attempt(tx, id, method.as_ref(), Presence::Kept);
}

fn run_schedule(tx: &mut Tx<'_>, id: &str) {
    // If a phase can no longer start, for example because its price was archived, the subscription stays unchanged.
    if schedule::advance(tx, id).is_err() {
        schedule::release(tx, id);
    }
}
