//! Emails that are not caused by a settled ledger entry: a trial ending, a payment that awaits confirmation, a plan
//! change, a cancellation, a pause of collection, a refund. Notices are computed from Stripe's state. The ones already
//! written are stored with the ledger, so each is written once.

use crate::billing_mail::MailRecipient;
use crate::price::Price;
use crate::rules;
use crate::snapshot::{Invoice, Snapshot, Subscription};
use jiff::{SignedDuration, Timestamp};
use shared::models::entitlement::access_until;
use shared::models::ledger::{Entry, InvoiceEntry};
use shared::models::mail_content::{MailContent, Watching};
use shared::models::money::Amount;
use shared::models::plan::{Interval, PlanType};
use shared::models::subscription::Status;
use shared::stores::billing_events::SentNotices;
use shared::stores::mail::NewMail;

/// How long before the end of a trial its notice is written; Stripe's event comes three days before.
const TRIAL_NOTICE: SignedDuration = SignedDuration::from_hours(73);
/// The oldest news that still causes a notice.
const NEWS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A notice: its cause, when it became true, and its content.
struct Notice {
    cause: String,
    at: Timestamp,
    until: Timestamp,
    content: MailContent,
}

impl Notice {
    fn new(cause: String, at: Timestamp, content: MailContent) -> Self {
        Self { cause, at, until: at + NEWS, content }
    }
}

/// The notices that are due, including those already written, which are `sent`. `entries` is the ledger, oldest first.
pub(crate) fn mails(
    snapshot: &Snapshot,
    entries: &[(String, Entry)],
    prices: &[Price],
    sent: &SentNotices,
    recipient: MailRecipient<'_>,
    now: Timestamp,
) -> Vec<NewMail> {
    let live = snapshot.subscriptions.iter().filter(|subscription| rules::is_live_of_ours(subscription));
    let of_subscription = live.flat_map(|subscription| {
        let notices = [
            trial_ending(subscription, prices, now),
            cancelling(subscription, snapshot, recipient, now),
            to_confirm(subscription, snapshot, recipient, now),
            plan_set(subscription, prices, now),
            changed_in_trial(subscription, entries, now),
            paused(subscription, sent, now),
        ];
        notices.into_iter().flatten()
    });
    let notices = of_subscription.chain(changed(entries)).chain(refunds(snapshot));
    let news = notices.filter(|notice| notice.at <= now && now < notice.until);
    let mail = |notice: Notice| NewMail {
        cause: notice.cause,
        to: recipient.to(),
        content: notice.content.into(),
        addressee: None,
        grant: None,
        created_at: notice.at,
        until: notice.until,
    };
    news.map(mail).collect()
}

fn trial_ending(subscription: &Subscription, prices: &[Price], now: Timestamp) -> Option<Notice> {
    let end = subscription
        .trial_end
        .filter(|end| subscription.status == Status::Trialing && !rules::ends_by(subscription, *end))?;
    let (plan, interval, amount) = match rules::price_after_trial(subscription, prices) {
        Some(next) => (next.plan_type, next.interval, next.amount),
        None => subscription.plan.map(|(plan, interval)| (plan, interval, subscription.amount))?,
    };
    let price = Amount::new(amount, &subscription.currency);
    let content =
        MailContent::TrialEnding { plan, interval, price, is_discounted: !subscription.discounts.is_empty(), end };
    let at = (end - TRIAL_NOTICE).max(subscription.created).min(end);
    let notice = Notice::new(format!("trial-ending#{}", subscription.id), at, content);
    (now < end).then_some(Notice { until: end, ..notice })
}

fn cancelling(
    subscription: &Subscription,
    snapshot: &Snapshot,
    recipient: MailRecipient<'_>,
    now: Timestamp,
) -> Option<Notice> {
    let end = subscription.cancel_at.or(subscription.current_period_end).filter(|_| rules::is_ending(subscription))?;
    let asked = subscription.canceled_at?;
    let cause = format!("cancelled#{}#{}", subscription.id, asked.as_second());
    let watching = match subscription.status {
        Status::Trialing | Status::Active => Watching::UntilEnd,
        _ => match access_until(&rules::row_of(subscription, snapshot, &[]), recipient.grace, now) {
            Some(until) if until < end => Watching::Until(until),
            Some(_) => Watching::UntilEnd,
            None => Watching::Paused,
        },
    };
    let is_renewing = subscription.current_period_end.is_some_and(|period| !rules::ends_by(subscription, period));
    let due: i64 = rules::open(subscription, snapshot).map(|invoice| invoice.amount_due).sum();
    let due = (due > 0).then(|| Amount::new(due, &subscription.currency));
    Some(Notice::new(cause, asked, MailContent::SubscriptionCancelled { end, watching, due, is_renewing }))
}

/// A pause of collection, or its end. Stripe gives a pause no id and no start, so pauses are counted by the notices
/// about them.
fn paused(subscription: &Subscription, sent: &SentNotices, now: Timestamp) -> Option<Notice> {
    let count = |kind: &str| {
        let cause = format!("{kind}#{}#", subscription.id);
        sent.causes.iter().filter(|other| other.starts_with(&cause)).count()
    };
    let (paused, resumed) = (count("paused"), count("resumed"));
    let grants = matches!(subscription.status, Status::Trialing | Status::Active);
    let (cause, content) = match &subscription.pause {
        Some(pause) if paused == resumed => (
            format!("paused#{}#{}", subscription.id, paused + 1),
            MailContent::BillingPaused { until: pause.resumes_at },
        ),
        None if resumed < paused && grants => {
            (format!("resumed#{}#{paused}", subscription.id), MailContent::BillingResumed)
        }
        _ => return None,
    };
    Some(Notice::new(cause, now, content))
}

/// A renewal that the bank wants confirmed: no charge failed, so no other email mentions it.
fn to_confirm(
    subscription: &Subscription,
    snapshot: &Snapshot,
    recipient: MailRecipient<'_>,
    now: Timestamp,
) -> Option<Notice> {
    let waits = |invoice: &&Invoice| {
        let entry = &invoice.entry;
        let of_this =
            entry.subscription.as_ref() == Some(&subscription.id) && entry.status == "open" && entry.attempts > 0;
        of_this && entry.billing_reason.as_deref() == Some("subscription_cycle") && !has_failed(entry, snapshot)
    };
    let invoice = snapshot.invoices.iter().filter(|_| rules::is_unpaid(subscription)).find(waits)?;
    let amount = Amount::new(invoice.entry.amount_due, &invoice.entry.currency);
    let content =
        MailContent::PaymentToConfirm { amount, watch_until: recipient.watches_until(subscription, snapshot, now) };
    Some(Notice::new(format!("confirm#{}", invoice.entry.id), invoice.entry.finalized_at?, content))
}

fn has_failed(invoice: &InvoiceEntry, snapshot: &Snapshot) -> bool {
    let mut charges = snapshot.charges.iter().map(|charge| &charge.entry);
    charges.any(|charge| charge.status == "failed" && charge.payment_intent == invoice.payment_intent)
}

fn plan_set(subscription: &Subscription, prices: &[Price], now: Timestamp) -> Option<Notice> {
    let price = rules::pending(subscription, prices)?;
    let (schedule, end) = (subscription.schedule.as_ref()?, subscription.current_period_end?);
    let content = MailContent::PlanScheduled { plan: price.plan_type, interval: price.interval, start: end };
    let cause = format!("plan-set#{}#{}", schedule.id, schedule.next.as_deref().unwrap_or_default());
    Some(Notice::new(cause, now, content))
}

/// In a trial a change costs nothing, so there is no invoice for it.
fn changed_in_trial(subscription: &Subscription, entries: &[(String, Entry)], now: Timestamp) -> Option<Notice> {
    let plan = subscription.plan.filter(|_| subscription.status == Status::Trialing)?;
    let first =
        invoices(entries).find(|invoice| invoice.subscription.as_ref() == Some(&subscription.id)).and_then(plan_of)?;
    let cause = format!("plan-changed#{}#{}", subscription.id, subscription.price.as_deref().unwrap_or_default());
    (plan != first).then(|| Notice::new(cause, now, changed_to(plan)))
}

/// Plan changes with a paid invoice.
fn changed(entries: &[(String, Entry)]) -> impl Iterator<Item = Notice> {
    let paid = invoices(entries).filter(|invoice| invoice.billing_reason.as_deref() == Some("subscription_update"));
    paid.filter_map(|invoice| {
        let plan = plan_of(invoice)?;
        let earlier = invoices(entries)
            .filter(|other| {
                other.subscription == invoice.subscription
                    && (other.created, &other.number) < (invoice.created, &invoice.number)
            })
            .max_by_key(|other| (other.created, &other.number));
        let is_other = earlier.and_then(plan_of).is_some_and(|earlier| earlier != plan);
        is_other
            .then(|| Some(Notice::new(format!("plan-changed#{}", invoice.id), invoice.paid_at?, changed_to(plan))))?
    })
}

/// The paid invoices.
fn invoices(entries: &[(String, Entry)]) -> impl Iterator<Item = &InvoiceEntry> {
    let invoices = entries.iter().filter_map(|(_, entry)| match entry {
        Entry::Invoice(invoice) => Some(invoice),
        _ => None,
    });
    invoices.filter(|invoice| invoice.status == "paid")
}

fn plan_of(invoice: &InvoiceEntry) -> Option<(PlanType, Interval)> {
    Some((invoice.plan_type?, invoice.interval?))
}

fn changed_to((plan, interval): (PlanType, Interval)) -> MailContent {
    MailContent::PlanChanged { plan, interval }
}

/// Refunds, except those of duplicate subscriptions, which have their own email.
fn refunds(snapshot: &Snapshot) -> impl Iterator<Item = Notice> {
    let twice: Vec<&str> = snapshot
        .subscriptions
        .iter()
        .filter(|subscription| rules::duplicate_of(subscription).is_some())
        .flat_map(|subscription| {
            let invoices = snapshot.invoices.iter();
            invoices.filter(|invoice| invoice.entry.subscription.as_ref() == Some(&subscription.id))
        })
        .filter_map(|invoice| invoice.entry.payment_intent.as_deref())
        .collect();
    let refunds = snapshot.charges.iter().flat_map(|charge| &charge.refunds).map(|refund| &refund.entry);
    let given = refunds.filter(move |refund| {
        refund.status.as_deref() == Some("succeeded")
            && !refund.payment_intent.as_deref().is_some_and(|intent| twice.contains(&intent))
    });
    given.map(|refund| {
        let content = MailContent::Refunded { amount: Amount::new(refund.amount, &refund.currency) };
        Notice::new(format!("refund#{}", refund.id), refund.created, content)
    })
}
