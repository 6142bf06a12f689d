//! What a customer is told besides what the ledger settles: that a trial ends, a payment waits for them, a plan changes, a
//! cancellation was taken in, money went back. A notice follows from Stripe's state alone; which were written is kept beside
//! the ledger, so that each comes once.

use crate::letters::{address, date, money};
use crate::prices::Price;
use crate::rules;
use crate::snapshot::{Invoice, Snapshot, Subscription};
use jiff::{SignedDuration, Timestamp};
use shared::models::ledger::{Entry, InvoiceEntry};
use shared::models::letter::Letter;
use shared::models::plan::{Interval, PlanType};
use shared::models::subscription::Status;
use shared::stores::mail::NewMail;

/// How long before its end a trial is spoken of; Stripe's event comes three days before.
const TRIAL_NOTICE: SignedDuration = SignedDuration::from_hours(73);
/// How old news may be.
const NEWS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A notice: what for, since when it is true, and what it says.
struct Notice {
    cause: String,
    at: Timestamp,
    until: Timestamp,
    letter: Letter,
}

impl Notice {
    fn new(cause: String, at: Timestamp, letter: Letter) -> Self {
        Self { cause, at, until: at + NEWS, letter }
    }
}

/// The notices that are due by a state, written before or not. `entries` are those of the ledger, oldest first.
pub(crate) fn mails(
    snapshot: &Snapshot,
    entries: &[(String, Entry)],
    prices: &[Price],
    now: Timestamp,
) -> Vec<NewMail> {
    let Some(to) = address(snapshot) else { return Vec::new() };
    let live = snapshot.subscriptions.iter().filter(|one| rules::is_live_of_ours(one));
    let of_subscription = live.flat_map(|one| {
        let notices = [
            trial_ending(one, now),
            cancelling(one),
            to_confirm(one, snapshot),
            plan_set(one, snapshot, prices, now),
            changed_in_trial(one, entries, now),
        ];
        notices.into_iter().flatten()
    });
    let notices = of_subscription.chain(changed(entries)).chain(refunds(snapshot));
    let news = notices.filter(|one| one.at <= now && now < one.until);
    let mail = |one: Notice| NewMail {
        cause: one.cause,
        to: to.clone(),
        letter: one.letter,
        grant: None,
        created_at: one.at,
        until: one.until,
    };
    news.map(mail).collect()
}

fn trial_ending(one: &Subscription, now: Timestamp) -> Option<Notice> {
    let end = one.trial_end.filter(|_| one.status == Status::Trialing && !rules::is_ending(one))?;
    let (plan, every) = one.plan?;
    let price = money(one.amount, &one.currency);
    let discount = if one.discounts.is_empty() { "" } else { ", less your discount" };
    let letter = Letter::new("Your Marquee trial is about to end", None)
        .say(format!("Your trial of Marquee {} ends on {}.", name(plan), date(end)))
        .say(format!(
            "From then on it costs {price} a {}{discount}, charged to the card that you gave us.",
            every.name()
        ))
        .action("See your subscription", "/account")
        .say("If you would rather not go on, cancel before then, and nothing is charged.");
    let at = (end - TRIAL_NOTICE).max(one.created).min(end);
    let notice = Notice::new(format!("trial-ending#{}", one.id), at, letter);
    (now < end).then_some(Notice { until: end, ..notice })
}

fn cancelling(one: &Subscription) -> Option<Notice> {
    let end = one.cancel_at.or(one.current_period_end).filter(|_| rules::is_ending(one))?;
    let asked = one.canceled_at?;
    let letter = Letter::new("Your subscription to Marquee is cancelled", None)
        .say(format!(
            "Your subscription ends on {}. You keep watching until then, and nothing more is charged.",
            date(end)
        ))
        .action("Keep your subscription", "/account")
        .say("You can take the cancellation back until that day.");
    Some(Notice::new(format!("cancelled#{}#{}", one.id, asked.as_second()), asked, letter))
}

/// A renewal that the bank wants confirmed: no charge failed, so nothing else tells of it.
fn to_confirm(one: &Subscription, snapshot: &Snapshot) -> Option<Notice> {
    let waits = |invoice: &&Invoice| {
        let entry = &invoice.entry;
        let of_this = entry.subscription.as_ref() == Some(&one.id) && entry.status == "open" && entry.attempts > 0;
        of_this && entry.billing_reason.as_deref() == Some("subscription_cycle") && !has_failed(entry, snapshot)
    };
    let invoice = snapshot.invoices.iter().filter(|_| rules::is_unpaid(one)).find(waits)?;
    let amount = money(invoice.entry.amount_due, &invoice.entry.currency);
    let letter = Letter::new("Please confirm your payment to Marquee", None)
        .say(format!("Your bank asks you to confirm the payment of {amount} for the next period."))
        .action("Confirm the payment", "/account")
        .say("You keep watching for a week; to go on after it, please confirm the payment or give another card.");
    Some(Notice::new(format!("confirm#{}", invoice.entry.id), invoice.entry.finalized_at?, letter))
}

fn has_failed(invoice: &InvoiceEntry, snapshot: &Snapshot) -> bool {
    let mut charges = snapshot.charges.iter().map(|charge| &charge.entry);
    charges.any(|charge| charge.status == "failed" && charge.payment_intent == invoice.payment_intent)
}

fn plan_set(one: &Subscription, snapshot: &Snapshot, prices: &[Price], now: Timestamp) -> Option<Notice> {
    let (plan, every) = rules::pending(one, &snapshot.subscriptions, prices)?;
    let (schedule, end) = (one.schedule.as_ref()?, one.current_period_end?);
    let letter = Letter::new("Your Marquee plan will change", None)
        .say(format!("On {} your plan changes to {}.", date(end), told(plan, every)))
        .say("Until then everything stays as it is.")
        .action("See your subscription", "/account");
    let cause = format!("plan-set#{}#{}", schedule.id, schedule.next.as_deref().unwrap_or_default());
    Some(Notice::new(cause, now, letter))
}

/// In a trial a change costs nothing, so no invoice tells of it.
fn changed_in_trial(one: &Subscription, entries: &[(String, Entry)], now: Timestamp) -> Option<Notice> {
    let plan = one.plan.filter(|_| one.status == Status::Trialing)?;
    let first = invoices(entries).find(|invoice| invoice.subscription.as_ref() == Some(&one.id)).and_then(plan_of)?;
    let cause = format!("plan-changed#{}#{}", one.id, one.price.as_deref().unwrap_or_default());
    (plan != first).then(|| Notice::new(cause, now, changed_to(plan)))
}

/// Changes that were paid for, or for which something was given back.
fn changed(entries: &[(String, Entry)]) -> impl Iterator<Item = Notice> {
    let paid = invoices(entries).filter(|one| one.billing_reason.as_deref() == Some("subscription_update"));
    paid.filter_map(|one| {
        let plan = plan_of(one)?;
        let earlier = invoices(entries)
            .filter(|other| {
                other.subscription == one.subscription && (other.created, &other.number) < (one.created, &one.number)
            })
            .max_by_key(|other| (other.created, &other.number));
        let is_other = earlier.and_then(plan_of).is_some_and(|earlier| earlier != plan);
        is_other.then(|| Some(Notice::new(format!("plan-changed#{}", one.id), one.paid_at?, changed_to(plan))))?
    })
}

/// Invoices that were paid.
fn invoices(entries: &[(String, Entry)]) -> impl Iterator<Item = &InvoiceEntry> {
    let invoices = entries.iter().filter_map(|(_, entry)| match entry {
        Entry::Invoice(one) => Some(one),
        _ => None,
    });
    invoices.filter(|one| one.status == "paid")
}

fn plan_of(invoice: &InvoiceEntry) -> Option<(PlanType, Interval)> {
    Some((invoice.plan_type?, invoice.interval?))
}

fn changed_to((plan, every): (PlanType, Interval)) -> Letter {
    Letter::new("Your Marquee plan has changed", None)
        .say(format!("Your plan is {} from now on.", told(plan, every)))
        .action("See your subscription", "/account")
}

/// Money that went back, but for what was paid twice, of which another letter tells.
fn refunds(snapshot: &Snapshot) -> impl Iterator<Item = Notice> {
    let twice: Vec<&str> = snapshot
        .subscriptions
        .iter()
        .filter(|one| rules::duplicate_of(one).is_some())
        .flat_map(|one| snapshot.invoices.iter().filter(|invoice| invoice.entry.subscription.as_ref() == Some(&one.id)))
        .filter_map(|invoice| invoice.entry.payment_intent.as_deref())
        .collect();
    let refunds = snapshot.charges.iter().flat_map(|charge| &charge.refunds).map(|refund| &refund.entry);
    let given = refunds.filter(move |one| {
        one.status.as_deref() == Some("succeeded")
            && !one.payment_intent.as_deref().is_some_and(|intent| twice.contains(&intent))
    });
    given.map(|one| {
        let letter = Letter::new("Your refund from Marquee", None)
            .say(format!("We gave you back {}.", money(one.amount, &one.currency)))
            .say("It takes your bank five to ten days to show it.")
            .action("See your payments", "/account");
        Notice::new(format!("refund#{}", one.id), one.created, letter)
    })
}

fn told(plan: PlanType, every: Interval) -> String {
    let rhythm = match every {
        Interval::Month => "monthly",
        Interval::Year => "yearly",
    };
    format!("Marquee {}, billed {rhythm}", name(plan))
}

fn name(plan: PlanType) -> &'static str {
    match plan {
        PlanType::Basic => "Basic",
        PlanType::Premium => "Premium",
    }
}
