//! The ledger: what Stripe's objects say of money, one entry an object. Every figure of the business is derived from it.

use crate::models::plan::{Interval, PlanType};
use crate::models::subscription::Status;
use jiff::Timestamp;
use schemars::JsonSchema;
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
    /// The number that its payer sees on it.
    pub number: Option<String>,
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
    /// What a whole period of the plan costs after coupons, in minor units: its lines but for prorations, and where it has
    /// prorations alone, for a change within a period, the price of the plan changed to.
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
    /// When it was given up as uncollectible.
    pub uncollectible_at: Option<Timestamp>,
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

/// An invoice with what became of its money, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// Stripe's invoice.
    pub id: String,
    /// The number that its payer sees on it.
    pub number: Option<String>,
    /// Stripe's word: `open`, `paid`, `uncollectible` or `void`.
    pub status: String,
    /// What was to be paid, in minor units.
    pub amount_due: i64,
    /// What was paid, in minor units.
    pub amount_paid: i64,
    /// What of that went back, in minor units.
    pub amount_refunded: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
}

/// The invoices among entries with what of each went back, newest first.
pub fn payments(entries: &[Entry]) -> Vec<Payment> {
    let refunded = |intent: &Option<String>| -> i64 {
        let refunds = entries.iter().filter_map(|entry| match entry {
            Entry::Refund(one) if one.payment_intent == *intent && one.is_given() => Some(one.amount),
            _ => None,
        });
        if intent.is_some() { refunds.sum() } else { 0 }
    };
    let mut payments: Vec<Payment> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Invoice(one) => Some(Payment {
                id: one.id.clone(),
                number: one.number.clone(),
                status: one.status.clone(),
                amount_due: one.amount_due,
                amount_paid: one.amount_paid,
                amount_refunded: refunded(&one.payment_intent),
                currency: one.currency.clone(),
                created_at: one.created,
                paid_at: one.paid_at,
            }),
            _ => None,
        })
        .collect();
    payments.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    payments
}

impl RefundEntry {
    /// Whether the money went back, or is on its way.
    pub fn is_given(&self) -> bool {
        !matches!(self.status.as_deref(), Some("failed" | "canceled"))
    }
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

    /// What paid an invoice, or is to, if this is that invoice.
    pub fn payment_of(&self, invoice: &str) -> Option<String> {
        match self {
            Entry::Invoice(one) if one.id == invoice => one.payment_intent.clone(),
            _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn invoice(id: &str, intent: Option<&str>, created: i64) -> Entry {
        Entry::Invoice(InvoiceEntry {
            id: id.to_owned(),
            number: None,
            subscription: None,
            status: "paid".to_owned(),
            plan_type: None,
            interval: None,
            amount_due: 100,
            amount_paid: 100,
            recurring_amount: 100,
            currency: "usd".to_owned(),
            period_start: None,
            period_end: None,
            billing_reason: None,
            attempts: 1,
            payment_intent: intent.map(str::to_owned),
            created: at(created),
            finalized_at: None,
            paid_at: Some(at(created)),
            uncollectible_at: None,
        })
    }

    fn refund(id: &str, intent: Option<&str>, amount: i64, status: &str) -> Entry {
        Entry::Refund(RefundEntry {
            id: id.to_owned(),
            status: Some(status.to_owned()),
            amount,
            currency: "usd".to_owned(),
            reason: None,
            charge: "ch".to_owned(),
            payment_intent: intent.map(str::to_owned),
            created: at(9),
        })
    }

    #[test]
    fn a_payment_knows_what_of_it_went_back_and_no_others() {
        let entries = [
            invoice("in_1", Some("pi_1"), 1),
            invoice("in_2", Some("pi_2"), 2),
            invoice("in_0", None, 3),
            refund("re_1", Some("pi_1"), 30, "succeeded"),
            refund("re_2", Some("pi_1"), 20, "pending"),
            refund("re_3", Some("pi_1"), 50, "failed"),
            refund("re_4", None, 7, "succeeded"),
        ];
        let seen: Vec<(String, i64)> =
            payments(&entries).into_iter().map(|one| (one.id, one.amount_refunded)).collect();
        assert_eq!(seen, [("in_0".to_owned(), 0), ("in_2".to_owned(), 0), ("in_1".to_owned(), 50)]);
    }
}
