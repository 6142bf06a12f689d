//! Billing emails: one per cause, written in the transaction that writes the cause.
//!
//! A cause is a ledger entry that becomes settled, so each email is written once, whatever happens to the events. The
//! outbox's job sends it, because Stripe waits for the webhook's response.

use crate::rules::{self, ACCOUNT_DELETED};
use crate::snapshot::Snapshot;
use jiff::{SignedDuration, Timestamp};
use shared::models::ledger::{ChargeEntry, Entry, InvoiceEntry, SubscriptionEntry};
use shared::models::mail_content::{MailContent, NextPayment};
use shared::models::money::Amount;
use shared::stores::mail::{NewMail, Recipient};

/// The oldest news that still causes an email. So the history of an adopted customer causes none.
const NEWS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The recipient of billing emails, and how long they keep access without paying.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// The customer whose account gets the email.
    pub(crate) customer: &'a str,
    /// The parameter `GraceDays`.
    pub(crate) grace: SignedDuration,
}

impl Reader<'_> {
    /// The account's own address: the one at Stripe may differ or be missing.
    pub(crate) fn to(&self) -> Recipient {
        Recipient::Customer { stripe_customer_id: self.customer.to_owned() }
    }

    /// Until when they can keep watching while a renewal is unpaid; `None` if they cannot.
    pub(crate) fn watches_until(&self, invoice: &InvoiceEntry) -> Option<Timestamp> {
        let at = invoice.finalized_at?;
        Some(at + self.grace).filter(|until| at < *until)
    }
}

/// The email that an entry causes once it is settled; `None` if it is old.
pub(crate) fn mail(entry: &Entry, snapshot: &Snapshot, reader: Reader<'_>, now: Timestamp) -> Option<NewMail> {
    let (content, at) = match entry {
        Entry::Invoice(one) => (receipt(one, snapshot)?, one.paid_at?),
        Entry::Charge(one) => (declined(one, snapshot, reader)?, one.created),
        Entry::Subscription(one) => (ended(one, snapshot)?, one.ended_at?),
        Entry::Refund(_) | Entry::Dispute(_) => return None,
    };
    let until = at + NEWS;
    let is_news = entry.is_settled() && now < until;
    is_news.then(|| NewMail {
        cause: cause(entry),
        to: reader.to(),
        content: content.into(),
        addressee: None,
        grant: None,
        created_at: at,
        until,
    })
}

/// The cause of an entry's email.
pub(crate) fn cause(entry: &Entry) -> String {
    format!("billing#{}", entry.id())
}

fn receipt(entry: &InvoiceEntry, snapshot: &Snapshot) -> Option<MailContent> {
    if entry.status != "paid" || entry.amount_paid == 0 {
        return None;
    }
    let invoice = snapshot.invoices.iter().find(|invoice| invoice.entry.id == entry.id);
    Some(MailContent::Receipt {
        amount: Amount::new(entry.amount_paid, &entry.currency),
        plan: entry.plan_type,
        next_payment: next_payment(entry, snapshot),
        invoice_number: entry.number.clone(),
        invoice_pdf: invoice.and_then(|invoice| invoice.pdf.clone()),
    })
}

/// What happens after the payment of an invoice: the date of the next payment, or the end of the paid period.
fn next_payment(entry: &InvoiceEntry, snapshot: &Snapshot) -> Option<NextPayment> {
    let one = snapshot.subscriptions.iter().find(|one| entry.subscription.as_deref() == Some(one.id.as_str()))?;
    let end = entry.period_end?;
    match rules::is_live_of_ours(one) {
        true if rules::is_ending(one) => Some(NextPayment::NoneAfter(end)),
        true => Some(NextPayment::Due(end)),
        false => None,
    }
}

/// Only for renewals: after a declined purchase, the buyer sees it on the page.
fn declined(charge: &ChargeEntry, snapshot: &Snapshot, reader: Reader<'_>) -> Option<MailContent> {
    let is_charged = |invoice: &&InvoiceEntry| {
        charge.payment_intent.is_some()
            && invoice.payment_intent == charge.payment_intent
            && invoice.billing_reason.as_deref() == Some("subscription_cycle")
    };
    let invoice = snapshot.invoices.iter().map(|invoice| &invoice.entry).find(is_charged)?;
    if charge.status != "failed" {
        return None;
    }
    let amount = Amount::new(charge.amount, &charge.currency);
    Some(MailContent::PaymentDeclined { amount, watch_until: reader.watches_until(invoice) })
}

fn ended(subscription: &SubscriptionEntry, snapshot: &Snapshot) -> Option<MailContent> {
    let one = snapshot.subscriptions.iter().find(|one| one.id == subscription.id)?;
    one.ended_at?;
    if one.cancel_comment.as_deref() == Some(ACCOUNT_DELETED) {
        return None;
    }
    if rules::duplicate_of(one).is_some() {
        return Some(MailContent::DuplicateCancelled);
    }
    let is_over = one.plan.is_some() && one.status == shared::models::subscription::Status::Canceled;
    is_over.then_some(MailContent::SubscriptionEnded)
}
