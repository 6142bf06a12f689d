//! Billing emails: one per cause, written in the transaction that writes the cause.
//!
//! A cause is a ledger entry that becomes settled, so each email is written once, whatever happens to the events. The
//! outbox's job sends it, because Stripe waits for the webhook's response.

use crate::rules::{self, ACCOUNT_DELETED};
use crate::snapshot::{Invoice, Snapshot, Subscription};
use jiff::{SignedDuration, Timestamp};
use shared::models::entitlement::access_until;
use shared::models::ledger::{ChargeEntry, Entry, InvoiceEntry, SubscriptionEntry};
use shared::models::mail_content::{AfterDecline, MailContent, NextPayment};
use shared::models::money::Amount;
use shared::models::subscription::{self, Status};
use shared::stores::mail::{NewMail, Recipient};

/// The oldest news that still causes an email. So the history of an adopted customer causes none.
const NEWS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The recipient of billing emails, and how long they keep access without paying.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MailRecipient<'a> {
    /// The customer whose account gets the email.
    pub(crate) customer: &'a str,
    /// The parameter `GraceDays`.
    pub(crate) grace: SignedDuration,
}

impl MailRecipient<'_> {
    /// The account's own address: the one at Stripe may differ or be missing.
    pub(crate) fn to(&self) -> Recipient {
        Recipient::Customer { stripe_customer_id: self.customer.to_owned() }
    }

    /// Until when they can keep watching while a renewal is unpaid; `None` if they cannot.
    pub(crate) fn watches_until(
        &self,
        subscription: &Subscription,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let row = rules::row_of(subscription, snapshot, &[]);
        // A failed charge may be seen before Stripe has changed the status.
        let status = if row.status == Status::Active { Status::PastDue } else { row.status };
        access_until(&subscription::Subscription { status, ..row }, self.grace, now)
    }
}

/// The email that an entry causes once it is settled; `None` if it is old.
pub(crate) fn mail(
    entry: &Entry,
    snapshot: &Snapshot,
    recipient: MailRecipient<'_>,
    now: Timestamp,
) -> Option<NewMail> {
    let (content, at) = match entry {
        Entry::Invoice(invoice) => (receipt(invoice, snapshot)?, invoice.paid_at?),
        Entry::Charge(charge) => (declined(charge, snapshot, recipient, now)?, charge.created),
        Entry::Subscription(subscription) => (ended(subscription, snapshot)?, subscription.ended_at?),
        Entry::Refund(_) | Entry::Dispute(_) => return None,
    };
    let until = at + NEWS;
    let is_news = entry.is_settled() && now < until;
    is_news.then(|| NewMail {
        cause: cause(entry),
        to: recipient.to(),
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
    let subscription = snapshot
        .subscriptions
        .iter()
        .find(|subscription| entry.subscription.as_deref() == Some(subscription.id.as_str()))?;
    let end = entry.period_end?;
    match rules::is_live_of_ours(subscription) {
        true if rules::ends_by(subscription, end) => {
            Some(NextPayment::NoneAfter(subscription.cancel_at.unwrap_or(end)))
        }
        true => Some(NextPayment::Due(end)),
        false => None,
    }
}

/// Only for renewals: after a declined purchase, the buyer sees it on the page.
fn declined(
    charge: &ChargeEntry,
    snapshot: &Snapshot,
    recipient: MailRecipient<'_>,
    now: Timestamp,
) -> Option<MailContent> {
    let is_charged = |invoice: &&Invoice| {
        charge.payment_intent.is_some()
            && invoice.entry.payment_intent == charge.payment_intent
            && invoice.entry.billing_reason.as_deref() == Some("subscription_cycle")
    };
    let invoice = snapshot.invoices.iter().find(is_charged)?;
    if charge.status != "failed" {
        return None;
    }
    let amount = Amount::new(charge.amount, &charge.currency);
    let subscription = snapshot
        .subscriptions
        .iter()
        .find(|subscription| invoice.entry.subscription.as_ref() == Some(&subscription.id));
    let watch_until = subscription.and_then(|subscription| recipient.watches_until(subscription, snapshot, now));
    Some(MailContent::PaymentDeclined { amount, watch_until, then: after_decline(charge, invoice, subscription) })
}

fn after_decline(charge: &ChargeEntry, invoice: &Invoice, subscription: Option<&Subscription>) -> AfterDecline {
    match invoice.entry.status.as_str() {
        "paid" | "void" => AfterDecline::Settled,
        _ if subscription.is_none_or(|subscription| !subscription.status.is_live()) => AfterDecline::Ended,
        "open" if invoice.next_attempt.is_some_and(|next| next > charge.created) => AfterDecline::Retried,
        _ => AfterDecline::NotRetried,
    }
}

fn ended(entry: &SubscriptionEntry, snapshot: &Snapshot) -> Option<MailContent> {
    let subscription = snapshot.subscriptions.iter().find(|subscription| subscription.id == entry.id)?;
    subscription.ended_at?;
    if subscription.cancel_comment.as_deref() == Some(ACCOUNT_DELETED) {
        return None;
    }
    if rules::duplicate_of(subscription).is_some() {
        return Some(MailContent::DuplicateCancelled);
    }
    let is_over = subscription.plan.is_some() && subscription.status == Status::Canceled;
    is_over.then_some(MailContent::SubscriptionEnded)
}
