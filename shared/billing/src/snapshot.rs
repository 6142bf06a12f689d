//! The parts of Stripe's objects that we use, read once, so the rules do not depend on Stripe's types.

use crate::price::named_plan;
use jiff::Timestamp;
use serde::Deserialize;
use shared::models::ids::UserId;
use shared::models::ledger::{ChargeEntry, DisputeEntry, InvoiceEntry, RefundEntry};
use shared::models::plan::{Interval, PlanType};
use shared::models::subscription::Status;
use std::collections::BTreeSet;
use stripe_types::Expandable;

/// Everything that Stripe knows about the customers of one user at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Subscriptions in every status.
    pub subscriptions: Vec<Subscription>,
    /// Invoices in every status except drafts.
    pub invoices: Vec<Invoice>,
    /// Charges, with their refunds and disputes.
    pub charges: Vec<Charge>,
}

impl FromIterator<Snapshot> for Snapshot {
    fn from_iter<I: IntoIterator<Item = Snapshot>>(several: I) -> Self {
        several.into_iter().fold(Snapshot::default(), |mut all, one| {
            all.subscriptions.extend(one.subscriptions);
            all.invoices.extend(one.invoices);
            all.charges.extend(one.charges);
            all
        })
    }
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Stripe's id.
    pub id: String,
    /// Its customer.
    pub customer: String,
    /// Stripe's status.
    pub status: Status,
    /// The plan of its current items and how often it is billed; `None` if no item has one of our prices. A
    /// `pending_update` is not among the items until it is paid.
    pub plan: Option<(PlanType, Interval)>,
    /// The id of that item, or of the first one.
    pub item: Option<String>,
    /// The price id of that item, or of the first one.
    pub price: Option<String>,
    /// The product of that price.
    pub product: Option<String>,
    /// The quantity of that item.
    pub quantity: u64,
    /// The price of that item, or of the first one, per period before coupons, in minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// When it will be cancelled, if a time is set.
    pub cancel_at: Option<Timestamp>,
    /// Whether it will be cancelled at the end of the period.
    pub cancel_at_period_end: bool,
    /// When it began.
    pub created: Timestamp,
    /// When its trial began.
    pub trial_start: Option<Timestamp>,
    /// When its trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// When its cancellation was requested.
    pub canceled_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Stripe's reason why it was cancelled.
    pub cancel_reason: Option<String>,
    /// The comment left at the cancellation.
    pub cancel_comment: Option<String>,
    /// The discounts on it.
    pub discounts: Vec<String>,
    /// The schedule that changes it at set times.
    pub schedule: Option<Schedule>,
    /// The invoice of a pending change, which takes effect once the invoice is paid.
    pub awaited: Option<String>,
    /// The pause of its collection, if there is one. Its status is then `paused`, whatever Stripe reports.
    pub pause: Option<Pause>,
    /// The lost disputes for which its renewal was ended.
    pub ended_for: BTreeSet<String>,
}

/// A pause of a subscription's collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When Stripe ends it automatically.
    pub resumes_at: Option<Timestamp>,
}

/// The value in a subscription's metadata, under a lost dispute's id, that records that the renewal was ended for that dispute.
pub(crate) const LOST: &str = "dispute lost";

/// A schedule that changes a subscription at set times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Stripe's id.
    pub id: String,
    /// Start and end of the current phase; `None` if it was not requested from Stripe.
    pub current: Option<(Timestamp, Timestamp)>,
    /// The price of the phase after it.
    pub next: Option<String>,
}

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its customer.
    pub customer: String,
    /// The email address on it.
    pub email: Option<String>,
    /// Stripe's page for it, where an open one can be paid.
    pub page: Option<String>,
    /// The URL of its PDF.
    pub pdf: Option<String>,
    /// When Stripe will try to charge it next; `None` if it will not.
    pub next_attempt: Option<Timestamp>,
    /// Its ledger entry, without the plan.
    pub entry: InvoiceEntry,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its price.
    pub price: Option<String>,
    /// The product of that price.
    pub product: Option<String>,
    /// Minor units, after coupons.
    pub amount: i64,
    /// What coupons took off, in minor units.
    pub discount: i64,
    /// Whether it bills part of a period, for a change within it.
    pub proration: bool,
    /// The start of the period it bills.
    pub period_start: Option<Timestamp>,
    /// The end of the period it bills.
    pub period_end: Option<Timestamp>,
}

/// A charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Its customer.
    pub customer: String,
    /// Its ledger entry.
    pub entry: ChargeEntry,
    /// Its refunds.
    pub refunds: Vec<Refund>,
    /// Its disputes.
    pub disputes: Vec<DisputeEntry>,
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its ledger entry.
    pub entry: RefundEntry,
    /// The operator who made it, from its metadata.
    pub by: Option<RefundedBy>,
}

/// What a refund's metadata says about the operator who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundedBy {
    /// The operator's user id.
    pub actor: String,
    /// The reason they gave.
    pub reason: String,
    /// The refunded invoice.
    pub payment: String,
    /// The amount that was already refunded, in minor units.
    pub refunded_before: i64,
    /// The idempotency key of the request, if it had one. It distinguishes a repeated request from a second one.
    pub request: Option<String>,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Stripe's id.
    pub id: String,
    /// The user named in its metadata.
    pub user_id: Option<UserId>,
    /// The currency that it is billed in; `None` before it is first billed.
    pub currency: Option<String>,
}

/// A promotion code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionCode {
    /// Stripe's id.
    pub id: String,
    /// The only customer who can redeem it, if it is restricted to one.
    pub customer: Option<String>,
    /// Whether it is only for a first purchase.
    pub is_first_only: bool,
    /// The minimum purchase, in minor units, with its currency.
    pub minimum: Option<(i64, String)>,
}

/// A checkout session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Stripe's id.
    pub id: String,
    /// Its customer.
    pub customer: Option<String>,
    /// The payment page, while the session is open.
    pub url: Option<String>,
    /// Whether it can still be paid.
    pub is_open: bool,
    /// When it was opened.
    pub created: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The client's idempotency key that opened it, if it sent one.
    pub key: Option<String>,
    /// The user named as the buyer. Payment Links and sessions that we did not open name the user only here.
    pub buyer: Option<UserId>,
}

/// Converts one of Stripe's timestamps. A timestamp out of range becomes the epoch, which grants nothing.
fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}

impl From<stripe_shared::Subscription> for Subscription {
    fn from(subscription: stripe_shared::Subscription) -> Self {
        let plan_of = |item: &stripe_shared::SubscriptionItem| named_plan(&item.price);
        // The item with the highest of our plans, or the first item if none is ours.
        let item = subscription.items.data.iter().rev().max_by_key(|item| plan_of(item));
        let details = subscription.cancellation_details;
        let status = serde_json::Value::String(subscription.status.as_str().to_owned());
        let status = serde_json::from_value(status).unwrap_or(Status::Unknown);
        let pause = subscription.pause_collection.map(|pause| Pause { resumes_at: pause.resumes_at.map(moment) });
        let is_running = matches!(status, Status::Trialing | Status::Active | Status::PastDue);
        let of_disputes = subscription.metadata.into_iter().filter(|(_, value)| value == LOST);
        Self {
            plan: item.and_then(plan_of),
            item: item.map(|item| item.id.to_string()),
            price: item.map(|item| item.price.id.to_string()),
            product: item.map(|item| item.price.product.id().to_string()),
            quantity: item.and_then(|item| item.quantity).unwrap_or(1),
            amount: item.map_or(0, |item| {
                let quantity = i64::try_from(item.quantity.unwrap_or(1)).unwrap_or(1);
                item.price.unit_amount.unwrap_or(0).saturating_mul(quantity)
            }),
            current_period_end: item.map(|item| moment(item.current_period_end)),
            id: subscription.id.to_string(),
            customer: subscription.customer.into_id().to_string(),
            status: if is_running && pause.is_some() { Status::Paused } else { status },
            currency: subscription.currency.to_string(),
            cancel_at: subscription.cancel_at.map(moment),
            cancel_at_period_end: subscription.cancel_at_period_end,
            created: moment(subscription.created),
            trial_start: subscription.trial_start.map(moment),
            trial_end: subscription.trial_end.map(moment),
            canceled_at: subscription.canceled_at.map(moment),
            ended_at: subscription.ended_at.map(moment),
            cancel_reason: details.as_ref().and_then(|details| Some(details.reason.as_ref()?.as_str().to_owned())),
            cancel_comment: details.and_then(|details| details.comment),
            discounts: subscription.discounts.into_iter().map(|discount| discount.into_id().to_string()).collect(),
            schedule: subscription.schedule.map(Schedule::from),
            awaited: subscription
                .pending_update
                .and_then(|_| Some(subscription.latest_invoice?.into_id()?.to_string())),
            pause: pause.filter(|_| is_running),
            ended_for: of_disputes.map(|(dispute, _)| dispute).collect(),
        }
    }
}

impl From<Expandable<stripe_shared::SubscriptionSchedule>> for Schedule {
    fn from(schedule: Expandable<stripe_shared::SubscriptionSchedule>) -> Self {
        match schedule {
            Expandable::Id(id) => Self { id: id.to_string(), current: None, next: None },
            Expandable::Object(schedule) => (*schedule).into(),
        }
    }
}

impl From<stripe_shared::SubscriptionSchedule> for Schedule {
    fn from(schedule: stripe_shared::SubscriptionSchedule) -> Self {
        let current = schedule.current_phase.map(|phase| (phase.start_date, phase.end_date));
        let next = schedule.phases.into_iter().find(|phase| current.is_some_and(|(_, end)| phase.start_date >= end));
        let item = next.and_then(|phase| phase.items.into_iter().next());
        Self {
            id: schedule.id.to_string(),
            current: current.map(|(start, end)| (moment(start), moment(end))),
            next: item.map(|item| item.price.into_id().to_string()),
        }
    }
}

impl Invoice {
    /// Reads an invoice; `None` for a draft, which may still change completely, and for a preview.
    pub(crate) fn read(invoice: stripe_shared::Invoice) -> Option<Self> {
        let status = invoice.status.as_ref()?.as_str().to_owned();
        if status == "draft" {
            return None;
        }
        let payments = invoice.payments.map(|list| list.data).unwrap_or_default();
        let paid_by = payments.iter().find(|payment| payment.status == "paid").or_else(|| payments.first());
        let details = invoice.parent.and_then(|parent| parent.subscription_details);
        Some(Self {
            customer: invoice.customer?.into_id().to_string(),
            email: invoice.customer_email,
            page: invoice.hosted_invoice_url,
            pdf: invoice.invoice_pdf,
            next_attempt: invoice.next_payment_attempt.map(moment),
            lines: invoice.lines.data.into_iter().map(Line::from).collect(),
            entry: InvoiceEntry {
                id: invoice.id?.to_string(),
                number: invoice.number,
                subscription: details.map(|details| details.subscription.into_id().to_string()),
                status,
                plan_type: None,
                interval: None,
                amount_due: invoice.amount_due,
                amount_paid: invoice.amount_paid,
                recurring_amount: 0,
                currency: invoice.currency.to_string(),
                period_start: None,
                period_end: None,
                billing_reason: invoice.billing_reason.map(|reason| reason.as_str().to_owned()),
                attempts: invoice.attempt_count,
                payment_intent: paid_by.and_then(|invoice_payment| {
                    Some(invoice_payment.payment.payment_intent.as_ref()?.id().to_string())
                }),
                created: moment(invoice.created),
                finalized_at: invoice.status_transitions.finalized_at.map(moment),
                paid_at: invoice.status_transitions.paid_at.map(moment),
                uncollectible_at: invoice.status_transitions.marked_uncollectible_at.map(moment),
                voided_at: invoice.status_transitions.voided_at.map(moment),
            },
        })
    }
}

impl Line {
    /// A line with its description.
    pub(crate) fn with_description(mut line: stripe_shared::InvoiceLineItem) -> (Self, String) {
        let text = line.description.take().unwrap_or_default();
        (line.into(), text)
    }
}

impl From<stripe_shared::InvoiceLineItem> for Line {
    fn from(line: stripe_shared::InvoiceLineItem) -> Self {
        let off: i64 = line.discount_amounts.iter().flatten().map(|discount| discount.amount).sum();
        let of_item = line.parent.as_ref().and_then(|parent| parent.subscription_item_details.as_ref());
        let of_proration = line.parent.as_ref().and_then(|parent| parent.invoice_item_details.as_ref());
        let price = line.pricing.and_then(|pricing| pricing.price_details);
        Self {
            product: price.as_ref().map(|details| details.product.clone()),
            price: price.map(|details| details.price.into_id().to_string()),
            amount: line.amount - off,
            discount: off,
            proration: of_item.map_or(of_proration.is_some(), |details| details.proration),
            period_start: Some(moment(line.period.start)),
            period_end: Some(moment(line.period.end)),
        }
    }
}

impl Charge {
    /// Reads a charge; `None` for one without a customer.
    pub(crate) fn read(charge: stripe_shared::Charge) -> Option<Self> {
        let id = charge.id.to_string();
        let refunds = charge.refunds.map(|list| list.data).unwrap_or_default();
        let payment_intent = charge.payment_intent.map(|intent| intent.into_id().to_string());
        Some(Self {
            customer: charge.customer?.into_id().to_string(),
            refunds: refunds.into_iter().map(Refund::from).collect(),
            disputes: Vec::new(),
            entry: ChargeEntry {
                status: charge.status.as_str().to_owned(),
                amount: charge.amount,
                currency: charge.currency.to_string(),
                failure_code: charge.failure_code,
                disputed: charge.disputed,
                payment_intent,
                created: moment(charge.created),
                id,
            },
        })
    }
}

impl From<stripe_shared::Refund> for Refund {
    fn from(mut refund: stripe_shared::Refund) -> Self {
        let by = refund.metadata.as_mut().and_then(|note| {
            Some(RefundedBy {
                actor: note.remove("actor")?,
                reason: note.remove("reason")?,
                payment: note.remove("payment")?,
                refunded_before: note.remove("refunded_before")?.parse().ok()?,
                request: note.remove("request"),
            })
        });
        Self {
            entry: RefundEntry {
                id: refund.id.to_string(),
                status: refund.status,
                amount: refund.amount,
                currency: refund.currency.to_string(),
                reason: refund.reason.map(|reason| reason.as_str().to_owned()),
                charge: refund.charge.map(|charge| charge.into_id().to_string()).unwrap_or_default(),
                payment_intent: refund.payment_intent.map(|intent| intent.into_id().to_string()),
                created: moment(refund.created),
            },
            by,
        }
    }
}

impl From<stripe_shared::PromotionCode> for PromotionCode {
    fn from(code: stripe_shared::PromotionCode) -> Self {
        let terms = code.restrictions;
        Self {
            id: code.id.to_string(),
            customer: code.customer.map(|customer| customer.into_id().to_string()),
            is_first_only: terms.first_time_transaction,
            minimum: terms.minimum_amount.zip(terms.minimum_amount_currency.map(|currency| currency.to_string())),
        }
    }
}

/// The fields of a dispute that we read. The library's own type requires all fields, including the evidence.
#[derive(Deserialize)]
pub(crate) struct Dispute {
    id: String,
    status: String,
    amount: i64,
    currency: String,
    reason: Option<String>,
    charge: String,
    payment_intent: Option<String>,
    created: i64,
}

impl From<Dispute> for DisputeEntry {
    fn from(dispute: Dispute) -> Self {
        Self {
            id: dispute.id,
            status: dispute.status,
            amount: dispute.amount,
            currency: dispute.currency,
            reason: dispute.reason,
            charge: dispute.charge,
            payment_intent: dispute.payment_intent,
            created: moment(dispute.created),
        }
    }
}

impl From<stripe_shared::Customer> for Customer {
    fn from(customer: stripe_shared::Customer) -> Self {
        let user_id = customer.metadata.as_ref().and_then(|metadata| metadata.get("user_id")?.parse().ok());
        Self { id: customer.id.to_string(), user_id, currency: customer.currency.map(|currency| currency.to_string()) }
    }
}

impl From<stripe_shared::CheckoutSession> for Session {
    fn from(session: stripe_shared::CheckoutSession) -> Self {
        Self {
            id: session.id.to_string(),
            customer: session.customer.map(|customer| customer.into_id().to_string()),
            url: session.url,
            is_open: session.status.is_some_and(|status| status.as_str() == "open"),
            created: moment(session.created),
            expires_at: moment(session.expires_at),
            buyer: session.client_reference_id.and_then(|reference| reference.parse().ok()),
            key: session.metadata.and_then(|mut metadata| metadata.remove("idempotency_key")),
        }
    }
}
