//! Invoices: draft → open → paid, void or uncollectible; payment attempts, and what happens when they fail.

use super::charge::{self, IssuerDecision, Presence};
use super::{discount, dispute, money, subscription};
use crate::cards::{self, Behavior};
use crate::config::Dunning;
use crate::model::*;
use crate::render::{Render, changed_attributes};
use crate::tx::Tx;

/// How long renewals stay drafts, so the merchant can add to them.
pub(crate) const DRAFT_TIME: UnixSeconds = HOUR;
/// The waits between the payment attempts for an invoice. Dunning ends after the last attempt.
const RETRY_WAITS: [UnixSeconds; 3] = [3 * DAY, 5 * DAY, 7 * DAY];

/// The content of a new invoice.
pub(crate) struct Bill {
    pub reason: BillingReason,
    pub lines: Vec<Line>,
    pub period_start: UnixSeconds,
    pub period_end: UnixSeconds,
    /// When a timer finalizes it; `None` leaves that to the caller.
    pub finalizes_at: Option<UnixSeconds>,
}

/// Creates a draft for a subscription, with the subscription's discounts; emits no event yet.
pub(crate) fn draft(tx: &mut Tx<'_>, subscription: &Subscription, bill: Bill) -> Invoice {
    let mut invoice = Invoice {
        id: tx.ids.next("in"),
        created: tx.now,
        customer: subscription.customer.clone(),
        subscription: Some(subscription.id.clone()),
        status: InvoiceStatus::Draft,
        reason: bill.reason,
        currency: subscription.currency.clone(),
        number: None,
        description: None,
        lines: bill.lines,
        discounts: discount::running(tx.state, subscription, tx.now),
        discounted: Vec::new(),
        subtotal: 0,
        total: 0,
        starting_balance: 0,
        ending_balance: None,
        amount_due: 0,
        amount_paid: 0,
        attempt_count: 0,
        auto_advance: bill.finalizes_at.is_some(),
        finalizes_at: bill.finalizes_at,
        next_payment_attempt: None,
        period_start: bill.period_start,
        period_end: bill.period_end,
        payment_intent: None,
        payment: tx.ids.next("inpay"),
        finalized_at: None,
        paid_at: None,
        voided_at: None,
        uncollectible_at: None,
        metadata: Metadata::new(),
    };
    for line in &mut invoice.lines {
        line.id = tx.ids.next("il");
    }
    discount::apply(tx.state, &mut invoice);
    let balance = tx.get::<Customer>(&invoice.customer).balance_in(&invoice.currency);
    invoice.starting_balance = balance;
    invoice.amount_due = due(invoice.total, balance);
    tx.put(invoice.clone());
    invoice
}

/// A recurring line, without position and period.
pub(crate) fn plain_line(price: &Price, quantity: u64) -> Line {
    Line {
        id: String::new(),
        amount: price.unit_amount * i64::try_from(quantity).unwrap_or(i64::MAX),
        description: String::new(),
        price: Some(LinePrice { id: price.id.clone(), product: price.product.clone(), unit_amount: price.unit_amount }),
        quantity,
        period_start: 0,
        period_end: 0,
        subscription_item: None,
        proration: false,
        invoice_item: None,
        discounted: Vec::new(),
    }
}

/// The lines for one period of a subscription; during a trial they cost nothing.
pub(crate) fn period_lines(tx: &Tx<'_>, items: &[Item], period: (UnixSeconds, UnixSeconds), trial: bool) -> Vec<Line> {
    let lines = items.iter().map(|item| {
        let price: Price = tx.get(&item.price);
        let product: Product = tx.get(&price.product);
        let mut line = plain_line(&price, item.quantity);
        let interval = price.recurring.map_or("once", |recurring| recurring.interval.name());
        if trial {
            line.amount = 0;
            line.description = format!("Trial period for {}", product.name);
        } else {
            let each = money(price.unit_amount, &price.currency);
            line.description = format!("{} × {} (at {each} / {interval})", item.quantity, product.name);
        }
        (line.period_start, line.period_end) = period;
        line.subscription_item = Some(item.id.clone());
        line
    });
    lines.collect()
}

/// The amount due for a total, given the customer's balance: credit is used first, debt is added.
fn due(total: i64, balance: i64) -> i64 {
    (total + balance).max(0)
}

/// Draft → open. Applies the customer's balance, and charges nothing yet.
pub(crate) fn finalize(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    let invoice: Invoice = tx.get(id);
    let customer = tx.edit(&invoice.customer, |customer: &mut Customer| {
        customer.next_invoice_sequence += 1;
        customer.bill_in(&invoice.currency);
    });
    let number = format!("{}-{:04}", customer.invoice_prefix, customer.next_invoice_sequence - 1);
    let ending = (invoice.total + customer.balance).min(0);
    tx.update(&invoice.customer, "customer.updated", |customer: &mut Customer| customer.balance = ending);
    tx.update(id, "invoice.updated", |invoice: &mut Invoice| {
        invoice.status = InvoiceStatus::Open;
        invoice.number = Some(number);
        invoice.starting_balance = customer.balance;
        invoice.ending_balance = Some(ending);
        invoice.amount_due = due(invoice.total, customer.balance);
        invoice.finalized_at = Some(now);
        invoice.finalizes_at = None;
        invoice.auto_advance = true;
    });
    tx.emit::<Invoice>("invoice.finalized", id);
}

/// Charges an open invoice, and handles the outcome.
pub(crate) fn attempt(tx: &mut Tx<'_>, id: &str, method: Option<&PaymentMethod>, presence: Presence) -> IssuerDecision {
    let invoice: Invoice = tx.get(id);
    if invoice.amount_due == 0 {
        mark_paid(tx, id);
        return IssuerDecision::Approved;
    }
    let intent = intent_of(tx, &invoice);
    let Some(method) = method else {
        fail(tx, id);
        let message = "This customer has no attached payment source or default payment method.";
        let code = "invoice_payment_intent_requires_action".to_owned();
        return IssuerDecision::Declined(Decline { code, decline_code: None, message: message.to_owned() });
    };
    let email = tx.get::<Customer>(&invoice.customer).email;
    let verdict = charge::ask(tx, email.as_deref(), method, presence);
    let charge = charge::record(tx, &intent, &method.id, &verdict);
    match (&verdict, charge) {
        (IssuerDecision::Approved, Some(charge)) => {
            tx.emit::<Charge>("charge.succeeded", &charge);
            tx.emit::<PaymentIntent>("payment_intent.succeeded", &intent);
            mark_paid(tx, id);
            dispute_if_card_asks(tx, method, &charge);
        }
        (IssuerDecision::Declined(_), Some(charge)) => {
            tx.emit::<Charge>("charge.failed", &charge);
            tx.emit::<PaymentIntent>("payment_intent.payment_failed", &intent);
            fail(tx, id);
        }
        _ => {
            tx.emit::<PaymentIntent>("payment_intent.requires_action", &intent);
            tx.emit::<Invoice>("invoice.payment_action_required", id);
            fail(tx, id);
        }
    }
    verdict
}

/// The payment intent of an invoice, created when first needed.
pub(crate) fn intent_of(tx: &mut Tx<'_>, invoice: &Invoice) -> String {
    if let Some(intent) = &invoice.payment_intent {
        return intent.clone();
    }
    let intent = charge::new_intent(tx, Some(&invoice.customer), invoice.amount_due, &invoice.currency);
    link(tx, &invoice.id, &intent.id);
    tx.emit::<PaymentIntent>("payment_intent.created", &intent.id);
    intent.id
}

/// Attaches a payment intent to an invoice.
pub(crate) fn link(tx: &mut Tx<'_>, invoice: &str, intent: &str) {
    tx.edit(invoice, |invoice: &mut Invoice| invoice.payment_intent = Some(intent.to_owned()));
    tx.edit(intent, |intent: &mut PaymentIntent| intent.invoice = Some(invoice.to_owned()));
}

/// Marks an invoice as paid and brings its subscription up to date.
pub(crate) fn mark_paid(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    let before = tx.get::<Invoice>(id).render(tx.view());
    let invoice = tx.edit(id, |invoice: &mut Invoice| {
        invoice.status = InvoiceStatus::Paid;
        invoice.amount_paid = invoice.amount_due;
        invoice.paid_at = Some(now);
        invoice.next_payment_attempt = None;
        invoice.auto_advance = false;
        if invoice.amount_due > 0 {
            invoice.attempt_count += 1;
        }
    });
    subscription::invoice_paid(tx, &invoice);
    tx.emit::<Invoice>("invoice.paid", id);
    let after = invoice.render(tx.view());
    let previous = changed_attributes(&before, &after);
    tx.emit_value("invoice.updated", after, previous);
    tx.emit::<Invoice>("invoice.payment_succeeded", id);
}

pub(crate) fn dispute_if_card_asks(tx: &mut Tx<'_>, method: &PaymentMethod, charge: &str) {
    match cards::of_number(&method.number).behavior {
        Behavior::Disputed(reason) => dispute::open(tx, charge, reason, false),
        Behavior::Inquired => dispute::open(tx, charge, "fraudulent", true),
        _ => return,
    };
}

/// Records a failed attempt: schedules the next one, or ends dunning as the merchant configured.
fn fail(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    let invoice: Invoice = tx.get(id);
    let retried = subscription::is_retried(tx, &invoice);
    let scheduled = invoice.attempt_count == 0 || invoice.next_payment_attempt.is_some_and(|at| at <= now);
    let next = match (retried, scheduled) {
        (false, _) => None,
        (true, false) => invoice.next_payment_attempt,
        (true, true) => RETRY_WAITS.get(invoice.attempt_count as usize).map(|wait| now + wait),
    };
    tx.update(id, "invoice.updated", |invoice: &mut Invoice| {
        invoice.attempt_count += 1;
        invoice.next_payment_attempt = next;
    });
    tx.emit::<Invoice>("invoice.payment_failed", id);
    if !retried {
        return;
    }
    if scheduled && next.is_none() {
        end_dunning(tx, id);
    } else {
        subscription::payment_failed(tx, &invoice);
    }
}

fn end_dunning(tx: &mut Tx<'_>, id: &str) {
    let invoice = tx.update(id, "invoice.updated", |invoice: &mut Invoice| invoice.auto_advance = false);
    let Some(subscription) = invoice.subscription else { return };
    let status = match tx.settings.dunning {
        Dunning::Cancel => {
            let reason = Cancellation { reason: Some("payment_failed".to_owned()), ..Cancellation::default() };
            return subscription::end(tx, &subscription, Some(reason));
        }
        Dunning::Unpaid => SubscriptionStatus::Unpaid,
        Dunning::PastDue => SubscriptionStatus::PastDue,
    };
    tx.update(&subscription, "customer.subscription.updated", |subscription: &mut Subscription| {
        subscription.status = status;
    });
}

/// Voids an invoice: it is no longer owed.
pub(crate) fn void(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    let invoice = tx.update(id, "invoice.updated", |invoice: &mut Invoice| {
        invoice.status = InvoiceStatus::Void;
        invoice.voided_at = Some(now);
        invoice.next_payment_attempt = None;
        invoice.auto_advance = false;
    });
    if let Some(intent) = invoice.payment_intent {
        tx.edit(&intent, |intent: &mut PaymentIntent| {
            intent.status = IntentStatus::Canceled;
            intent.canceled_at = Some(now);
        });
        tx.emit::<PaymentIntent>("payment_intent.canceled", &intent);
    }
    tx.emit::<Invoice>("invoice.voided", id);
}

/// Handles the invoice of a subscription whose collection is paused: nobody is charged.
pub(crate) fn withhold(tx: &mut Tx<'_>, id: &str, behavior: PauseBehavior) {
    if behavior == PauseBehavior::KeepAsDraft {
        return;
    }
    finalize(tx, id);
    match behavior {
        PauseBehavior::MarkUncollectible if tx.get::<Invoice>(id).amount_due == 0 => mark_paid(tx, id),
        PauseBehavior::MarkUncollectible => mark_uncollectible(tx, id),
        PauseBehavior::Void | PauseBehavior::KeepAsDraft => void(tx, id),
    }
}

/// Marks an invoice as uncollectible; it can still be paid.
pub(crate) fn mark_uncollectible(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    tx.update(id, "invoice.updated", |invoice: &mut Invoice| {
        invoice.status = InvoiceStatus::Uncollectible;
        invoice.uncollectible_at = Some(now);
        invoice.next_payment_attempt = None;
        invoice.auto_advance = false;
    });
    tx.emit::<Invoice>("invoice.marked_uncollectible", id);
}
