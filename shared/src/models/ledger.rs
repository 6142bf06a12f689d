//! The ledger: what Stripe's objects say of money, one entry an object. Every figure of the business is derived from it.

use crate::models::plan::{Interval, PlanType};
use crate::models::subscription::Status;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An entry, by the kind of its object. It depends on the object alone, so that writing it again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// A finalized invoice.
    Invoice(InvoiceEntry),
    /// A charge that failed or is disputed; those that went well are told by their invoices.
    Charge(ChargeEntry),
    /// Money that went back.
    Refund(RefundEntry),
    /// A subscription's course.
    Subscription(SubscriptionEntry),
}

/// A finalized invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceEntry {
    /// Stripe's id.
    pub id: String,
    /// Of which subscription.
    pub subscription: Option<String>,
    /// Stripe's word: `open`, `paid`, `uncollectible` or `void`.
    pub status: String,
    /// What it bills, if that is one of our plans.
    pub plan_type: Option<PlanType>,
    /// How often that is billed.
    pub interval: Option<Interval>,
    /// What was to be paid, in minor units.
    pub amount_due: i64,
    /// What was paid, in minor units.
    pub amount_paid: i64,
    /// Its part for a whole period of the plan, after coupons, in minor units; no prorations.
    pub recurring_amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// The start of the period it bills.
    pub period_start: Option<Timestamp>,
    /// The end of the period it bills.
    pub period_end: Option<Timestamp>,
    /// Stripe's word for why it was made.
    pub billing_reason: Option<String>,
    /// How often its payment was tried.
    pub attempts: u64,
    /// Which payment paid it, or is to.
    pub payment_intent: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was finalized.
    pub finalized_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
}

/// A charge that failed or is disputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeEntry {
    /// Stripe's id.
    pub id: String,
    /// Stripe's word: `failed` or `succeeded`.
    pub status: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// Why it failed, in Stripe's word.
    pub failure_code: Option<String>,
    /// Whether its holder disputes it.
    pub disputed: bool,
    /// Of which payment.
    pub payment_intent: Option<String>,
    /// When it was tried.
    pub created: Timestamp,
}

/// Money that went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundEntry {
    /// Stripe's id.
    pub id: String,
    /// Stripe's word: `pending`, `succeeded`, `failed`, `canceled` or `requires_action`.
    pub status: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// Stripe's word for why.
    pub reason: Option<String>,
    /// Of which charge.
    pub charge: String,
    /// Of which payment.
    pub payment_intent: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// A subscription's course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionEntry {
    /// Stripe's id.
    pub id: String,
    /// Stripe's status.
    pub status: Status,
    /// The plan of its price, if that is one of ours.
    pub plan_type: Option<PlanType>,
    /// How often it is billed.
    pub interval: Option<Interval>,
    /// Its price before coupons, in minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// When it began.
    pub created: Timestamp,
    /// When its trial ends or ended, if it has one.
    pub trial_end: Option<Timestamp>,
    /// When it was cancelled, which may be before it ended.
    pub canceled_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Stripe's word for why it was cancelled.
    pub cancel_reason: Option<String>,
}

impl Entry {
    /// The id of Stripe's object.
    pub fn id(&self) -> &str {
        match self {
            Entry::Invoice(one) => &one.id,
            Entry::Charge(one) => &one.id,
            Entry::Refund(one) => &one.id,
            Entry::Subscription(one) => &one.id,
        }
    }

    /// The moment whose day it counts on: when it was paid, or else made.
    pub fn at(&self) -> Timestamp {
        match self {
            Entry::Invoice(one) => one.paid_at.or(one.finalized_at).unwrap_or(one.created),
            Entry::Charge(one) => one.created,
            Entry::Refund(one) => one.created,
            Entry::Subscription(one) => one.created,
        }
    }

    /// Whether its object will not change any more in what the entry holds. A settled entry is never written again.
    pub fn is_settled(&self) -> bool {
        match self {
            Entry::Invoice(one) => matches!(one.status.as_str(), "paid" | "void"),
            Entry::Charge(one) => one.status == "failed",
            // A refund that succeeded may still bounce.
            Entry::Refund(one) => matches!(one.status.as_deref(), Some("failed" | "canceled")),
            Entry::Subscription(one) => matches!(one.status, Status::Canceled | Status::IncompleteExpired),
        }
    }
}
