//! What a customer is told of their money: a mail a cause, written with what it tells of.
//!
//! A cause is an entry of the ledger that is settled now and was not before, so it comes once whatever becomes of the
//! events. The outbox's job sends: the webhook has Stripe waiting.

use crate::deletion::ACCOUNT_DELETED;
use crate::rules;
use crate::snapshot::Snapshot;
use jiff::{SignedDuration, Timestamp};
use shared::models::email::Email;
use shared::models::ledger::{ChargeEntry, Entry, InvoiceEntry, SubscriptionEntry};
use shared::models::letter::Letter;
use shared::stores::mail::NewMail;

/// How old news may be; the history of a customer who is adopted is none.
const NEWS: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Currencies without minor units, by Stripe's list.
const WHOLE: &[&str] =
    &["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];

/// The mail that an entry causes, now that it is settled; `None` when it is no news.
pub(crate) fn mail(entry: &Entry, snapshot: &Snapshot, now: Timestamp) -> Option<NewMail> {
    let (letter, at) = match entry {
        Entry::Invoice(one) => (receipt(one)?, one.paid_at?),
        Entry::Charge(one) => (declined(one, snapshot)?, one.created),
        Entry::Subscription(one) => (ended(one, snapshot)?, one.ended_at?),
        Entry::Refund(_) => return None,
    };
    let until = at + NEWS;
    let to = address(snapshot).filter(|_| entry.is_settled() && now < until)?;
    Some(NewMail { cause: cause(entry), to, letter, grant: None, created_at: at, until })
}

/// The cause that an entry is.
pub(crate) fn cause(entry: &Entry) -> String {
    format!("billing#{}", entry.id())
}

/// The address that Stripe bills: the account's, as registration gave it.
pub(crate) fn address(snapshot: &Snapshot) -> Option<Email> {
    let newest = snapshot.invoices.iter().max_by_key(|invoice| (invoice.entry.created, &invoice.entry.id))?;
    newest.email.as_deref()?.parse().ok()
}

fn receipt(invoice: &InvoiceEntry) -> Option<Letter> {
    if invoice.status != "paid" || invoice.amount_paid == 0 {
        return None;
    }
    let amount = money(invoice.amount_paid, &invoice.currency);
    let until = invoice.period_end.map(|end| format!(", until {}", date(end))).unwrap_or_default();
    let plan = invoice.plan_type.map(|plan| format!(" {}", plan.name())).unwrap_or_default();
    Some(
        Letter::new("Your receipt from Marquee", None)
            .say(format!("Thank you: we received {amount} for Marquee{plan}{until}."))
            .say(format!("The invoice is {}.", invoice.id)),
    )
}

/// Of renewals alone: at a purchase the buyer sees it.
fn declined(charge: &ChargeEntry, snapshot: &Snapshot) -> Option<Letter> {
    let of = |invoice: &InvoiceEntry| {
        charge.payment_intent.is_some()
            && invoice.payment_intent == charge.payment_intent
            && invoice.billing_reason.as_deref() == Some("subscription_cycle")
    };
    let is_renewal = snapshot.invoices.iter().any(|invoice| of(&invoice.entry));
    if charge.status != "failed" || !is_renewal {
        return None;
    }
    let amount = money(charge.amount, &charge.currency);
    Some(
        Letter::new("Your payment to Marquee did not go through", None)
            .say(format!("Your card was declined when we charged {amount} for the next period."))
            .say("We try again in the next days. You keep watching for a week; to go on after it, please check your card.")
            .action("See your subscription", "/account"),
    )
}

fn ended(subscription: &SubscriptionEntry, snapshot: &Snapshot) -> Option<Letter> {
    let one = snapshot.subscriptions.iter().find(|one| one.id == subscription.id)?;
    one.ended_at?;
    if one.cancel_comment.as_deref() == Some(ACCOUNT_DELETED) {
        return None;
    }
    if rules::duplicate_of(one).is_some() {
        return Some(
            Letter::new("One subscription to Marquee is enough", None)
                .say("You had subscribed twice, so we cancelled the newer subscription and gave back what was paid for it.")
                .say("Your first subscription goes on as it was."),
        );
    }
    let is_over = one.plan.is_some() && one.status == shared::models::subscription::Status::Canceled;
    is_over.then(|| {
        Letter::new("Your subscription to Marquee has ended", None)
            .say("Your subscription has ended, and nothing will be charged any more.")
            .say("You are welcome back at any time: your watchlist and your history stay.")
            .action("See the plans", "/plans")
    })
}

pub(crate) fn date(moment: Timestamp) -> String {
    moment.strftime("%-d %B %Y").to_string()
}

/// An amount for a person: `12.99 USD`.
pub(crate) fn money(amount: i64, currency: &str) -> String {
    let name = currency.to_uppercase();
    if WHOLE.contains(&currency) {
        return format!("{amount} {name}");
    }
    let sign = if amount < 0 { "-" } else { "" };
    let amount = amount.unsigned_abs();
    format!("{sign}{}.{:02} {name}", amount / 100, amount % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_the_units_of_their_currency() {
        assert_eq!(money(1_299, "usd"), "12.99 USD");
        assert_eq!(money(5, "eur"), "0.05 EUR");
        assert_eq!(money(-150, "usd"), "-1.50 USD");
        assert_eq!(money(1_299, "jpy"), "1299 JPY");
        assert_eq!(date(Timestamp::from_second(1_772_323_200).expect("in range")), "1 March 2026");
    }
}
