//! What matters of Stripe's objects, read off them once: the rules know nothing of Stripe's shapes.

use jiff::Timestamp;
use shared::models::ids::UserId;
use shared::models::ledger::{ChargeEntry, InvoiceEntry, RefundEntry};
use shared::models::plan::{Interval, PlanType, of_lookup_key};
use shared::models::subscription::Status;
use stripe_types::Expandable;

/// All that Stripe knows of the customers of one user at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Subscriptions of every status.
    pub subscriptions: Vec<Subscription>,
    /// Invoices of every status.
    pub invoices: Vec<Invoice>,
    /// Charges, with their refunds.
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
    /// Whose.
    pub customer: String,
    /// Stripe's status.
    pub status: Status,
    /// The plan of its present items and how often it is billed; `None` when no item is at a price of ours. A
    /// `pending_update` is none of its items before it is paid.
    pub plan: Option<(PlanType, Interval)>,
    /// The id of that item, or of the first.
    pub item: Option<String>,
    /// The price's id of that item, or of the first.
    pub price: Option<String>,
    /// How many of it.
    pub quantity: u64,
    /// The price of that item, or of the first, in minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// When it will be cancelled, if a moment is set.
    pub cancel_at: Option<Timestamp>,
    /// Whether it will be cancelled at the end of the period.
    pub cancel_at_period_end: bool,
    /// When it began.
    pub created: Timestamp,
    /// When its trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// When its cancellation was asked for.
    pub canceled_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Stripe's word for why it was cancelled.
    pub cancel_reason: Option<String>,
    /// What was noted at the cancellation.
    pub cancel_comment: Option<String>,
    /// The discounts on it.
    pub discounts: Vec<String>,
    /// What changes it at set times.
    pub schedule: Option<Schedule>,
    /// The invoice that a change waits for: the change is made when it is paid, and not before.
    pub awaited: Option<String>,
}

/// What changes a subscription at set times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Stripe's id.
    pub id: String,
    /// Start and end of the phase that runs; `None` where Stripe was not asked for it.
    pub current: Option<(Timestamp, Timestamp)>,
    /// The price of the phase after it.
    pub next: Option<String>,
}

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Whose.
    pub customer: String,
    /// The address that it bills.
    pub email: Option<String>,
    /// Stripe's page of it, where an open one can be paid.
    pub page: Option<String>,
    /// The same to print.
    pub pdf: Option<String>,
    /// What the ledger says of it, but for the plan.
    pub entry: InvoiceEntry,
    /// What it bills.
    pub lines: Vec<Line>,
}

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its price.
    pub price: Option<String>,
    /// Minor units, after coupons.
    pub amount: i64,
    /// What coupons took off, in minor units.
    pub discount: i64,
    /// Whether it is a part of a period, for a change in between.
    pub proration: bool,
    /// The start of what it bills.
    pub period_start: Option<Timestamp>,
    /// The end of what it bills.
    pub period_end: Option<Timestamp>,
}

/// A charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Whose.
    pub customer: String,
    /// What the ledger would say of it.
    pub entry: ChargeEntry,
    /// What of it went back.
    pub refunds: Vec<Refund>,
}

/// Money that went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// What the ledger says of it.
    pub entry: RefundEntry,
    /// Which operator gave it back, as was noted beside it.
    pub by: Option<RefundedBy>,
}

/// What an operator noted beside a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundedBy {
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// The invoice that was paid.
    pub payment: String,
    /// What had gone back before, in minor units.
    pub refunded_before: i64,
    /// The request that it was made for, where that had a key: its repetition is told from another one by it.
    pub request: Option<String>,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Stripe's id.
    pub id: String,
    /// The user that its metadata name.
    pub user_id: Option<UserId>,
}

/// A checkout session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Stripe's id.
    pub id: String,
    /// Whose.
    pub customer: Option<String>,
    /// Where it is paid, while it is open.
    pub url: Option<String>,
    /// Whether it can still be paid.
    pub is_open: bool,
    /// When it was opened.
    pub created: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The client's idempotency key that opened it, if it sent one.
    pub key: Option<String>,
}

/// A moment of Stripe's; one out of range is the epoch, which grants nothing.
fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}

/// What a price sells. A price that was replaced has lost its lookup key to the new one, and keeps it in its metadata, so
/// that who subscribed at it goes on as before.
fn sold_by(price: &stripe_shared::Price) -> Option<(PlanType, Interval)> {
    let key = price.lookup_key.as_ref().or_else(|| price.metadata.get("lookup_key"));
    key.map(String::as_str).and_then(of_lookup_key)
}

impl From<stripe_shared::Subscription> for Subscription {
    fn from(one: stripe_shared::Subscription) -> Self {
        let plan_of = |item: &stripe_shared::SubscriptionItem| sold_by(&item.price);
        // The highest of our plans among its items; the first item where none is ours.
        let item = one.items.data.iter().rev().max_by_key(|item| plan_of(item));
        let details = one.cancellation_details;
        let status = serde_json::Value::String(one.status.as_str().to_owned());
        Self {
            plan: item.and_then(plan_of),
            item: item.map(|item| item.id.to_string()),
            price: item.map(|item| item.price.id.to_string()),
            quantity: item.and_then(|item| item.quantity).unwrap_or(1),
            amount: item.map_or(0, |item| {
                let quantity = i64::try_from(item.quantity.unwrap_or(1)).unwrap_or(1);
                item.price.unit_amount.unwrap_or(0).saturating_mul(quantity)
            }),
            current_period_end: item.map(|item| moment(item.current_period_end)),
            id: one.id.to_string(),
            customer: one.customer.into_id().to_string(),
            status: serde_json::from_value(status).unwrap_or(Status::Unknown),
            currency: one.currency.to_string(),
            cancel_at: one.cancel_at.map(moment),
            cancel_at_period_end: one.cancel_at_period_end,
            created: moment(one.created),
            trial_end: one.trial_end.map(moment),
            canceled_at: one.canceled_at.map(moment),
            ended_at: one.ended_at.map(moment),
            cancel_reason: details.as_ref().and_then(|details| Some(details.reason.as_ref()?.as_str().to_owned())),
            cancel_comment: details.and_then(|details| details.comment),
            discounts: one.discounts.into_iter().map(|discount| discount.into_id().to_string()).collect(),
            schedule: one.schedule.map(Schedule::from),
            awaited: one.pending_update.and_then(|_| Some(one.latest_invoice?.into_id()?.to_string())),
        }
    }
}

impl From<Expandable<stripe_shared::SubscriptionSchedule>> for Schedule {
    fn from(one: Expandable<stripe_shared::SubscriptionSchedule>) -> Self {
        match one {
            Expandable::Id(id) => Self { id: id.to_string(), current: None, next: None },
            Expandable::Object(schedule) => (*schedule).into(),
        }
    }
}

impl From<stripe_shared::SubscriptionSchedule> for Schedule {
    fn from(one: stripe_shared::SubscriptionSchedule) -> Self {
        let current = one.current_phase.map(|phase| (phase.start_date, phase.end_date));
        let next = one.phases.into_iter().find(|phase| current.is_some_and(|(_, end)| phase.start_date >= end));
        let item = next.and_then(|phase| phase.items.into_iter().next());
        Self {
            id: one.id.to_string(),
            current: current.map(|(start, end)| (moment(start), moment(end))),
            next: item.map(|item| item.price.into_id().to_string()),
        }
    }
}

impl Invoice {
    /// Reads an invoice; `None` for a draft, which may still change in everything, and for one that is only previewed.
    pub(crate) fn read(one: stripe_shared::Invoice) -> Option<Self> {
        let status = one.status.as_ref()?.as_str().to_owned();
        if status == "draft" {
            return None;
        }
        let payments = one.payments.map(|list| list.data).unwrap_or_default();
        let paid_by = payments.iter().find(|payment| payment.status == "paid").or_else(|| payments.first());
        let of = one.parent.and_then(|parent| parent.subscription_details);
        Some(Self {
            customer: one.customer?.into_id().to_string(),
            email: one.customer_email,
            page: one.hosted_invoice_url,
            pdf: one.invoice_pdf,
            lines: one.lines.data.into_iter().map(Line::from).collect(),
            entry: InvoiceEntry {
                id: one.id?.to_string(),
                number: one.number,
                subscription: of.map(|details| details.subscription.into_id().to_string()),
                status,
                plan_type: None,
                interval: None,
                amount_due: one.amount_due,
                amount_paid: one.amount_paid,
                recurring_amount: 0,
                currency: one.currency.to_string(),
                period_start: None,
                period_end: None,
                billing_reason: one.billing_reason.map(|reason| reason.as_str().to_owned()),
                attempts: one.attempt_count,
                payment_intent: paid_by.and_then(|one| Some(one.payment.payment_intent.as_ref()?.id().to_string())),
                created: moment(one.created),
                finalized_at: one.status_transitions.finalized_at.map(moment),
                paid_at: one.status_transitions.paid_at.map(moment),
                uncollectible_at: one.status_transitions.marked_uncollectible_at.map(moment),
            },
        })
    }
}

impl Line {
    /// A line with its text.
    pub(crate) fn told(mut line: stripe_shared::InvoiceLineItem) -> (Self, String) {
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
    /// Reads a charge; `None` for one of nobody.
    pub(crate) fn read(one: stripe_shared::Charge) -> Option<Self> {
        let id = one.id.to_string();
        let refunds = one.refunds.map(|list| list.data).unwrap_or_default();
        let payment_intent = one.payment_intent.map(|intent| intent.into_id().to_string());
        Some(Self {
            customer: one.customer?.into_id().to_string(),
            refunds: refunds.into_iter().map(Refund::from).collect(),
            entry: ChargeEntry {
                status: one.status.as_str().to_owned(),
                amount: one.amount,
                currency: one.currency.to_string(),
                failure_code: one.failure_code,
                disputed: one.disputed,
                payment_intent,
                created: moment(one.created),
                id,
            },
        })
    }
}

impl From<stripe_shared::Refund> for Refund {
    fn from(mut one: stripe_shared::Refund) -> Self {
        let by = one.metadata.as_mut().and_then(|note| {
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
                id: one.id.to_string(),
                status: one.status,
                amount: one.amount,
                currency: one.currency.to_string(),
                reason: one.reason.map(|reason| reason.as_str().to_owned()),
                charge: one.charge.map(|charge| charge.into_id().to_string()).unwrap_or_default(),
                payment_intent: one.payment_intent.map(|intent| intent.into_id().to_string()),
                created: moment(one.created),
            },
            by,
        }
    }
}

impl From<stripe_shared::Customer> for Customer {
    fn from(one: stripe_shared::Customer) -> Self {
        let user_id = one.metadata.as_ref().and_then(|metadata| metadata.get("user_id")?.parse().ok());
        Self { id: one.id.to_string(), user_id }
    }
}

impl From<stripe_shared::CheckoutSession> for Session {
    fn from(one: stripe_shared::CheckoutSession) -> Self {
        Self {
            id: one.id.to_string(),
            customer: one.customer.map(|customer| customer.into_id().to_string()),
            url: one.url,
            is_open: one.status.is_some_and(|status| status.as_str() == "open"),
            created: moment(one.created),
            expires_at: moment(one.expires_at),
            key: one.metadata.and_then(|mut metadata| metadata.remove("idempotency_key")),
        }
    }
}
