//! The ledger: the financial content of Stripe's objects, one entry per object. Every metric is derived from it.

use crate::models::plan::{Interval, PlanType};
use crate::models::subscription::Status;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An entry, by the type of its object. It depends only on the object, so writing it again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// A finalized invoice.
    Invoice(InvoiceEntry),
    /// A failed or disputed charge. Successful charges are covered by their invoices.
    Charge(ChargeEntry),
    /// A refund.
    Refund(RefundEntry),
    /// A dispute of a payment.
    Dispute(DisputeEntry),
    /// A subscription.
    Subscription(SubscriptionEntry),
}

/// A finalized invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceEntry {
    /// Stripe's id.
    pub id: String,
    /// The invoice number that the payer sees.
    pub number: Option<String>,
    /// The subscription.
    pub subscription: Option<String>,
    /// Stripe's status: `open`, `paid`, `uncollectible` or `void`.
    pub status: String,
    /// The billed plan, if it is one of ours.
    pub plan_type: Option<PlanType>,
    /// The billing interval.
    pub interval: Option<Interval>,
    /// The amount due, in minor units.
    pub amount_due: i64,
    /// The amount paid, in minor units.
    pub amount_paid: i64,
    /// The price of a whole period of the plan after coupons, in minor units: the sum of the lines without prorations.
    /// If there are only prorations, because of a change within a period, the price of the new plan.
    pub recurring_amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// The start of the billed period.
    pub period_start: Option<Timestamp>,
    /// The end of the billed period.
    pub period_end: Option<Timestamp>,
    /// Stripe's billing reason.
    pub billing_reason: Option<String>,
    /// How often payment was attempted.
    pub attempts: u64,
    /// The payment that paid it or will pay it.
    pub payment_intent: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When it was finalized.
    pub finalized_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it was marked as uncollectible.
    pub uncollectible_at: Option<Timestamp>,
    /// When it was voided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<Timestamp>,
}

/// A failed or disputed charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeEntry {
    /// Stripe's id.
    pub id: String,
    /// Stripe's status: `failed` or `succeeded`.
    pub status: String,
    /// In minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// Stripe's failure code.
    pub failure_code: Option<String>,
    /// Whether the cardholder disputes it.
    pub disputed: bool,
    /// Its payment.
    pub payment_intent: Option<String>,
    /// When it was attempted.
    pub created: Timestamp,
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundEntry {
    /// Stripe's id.
    pub id: String,
    /// Stripe's status: `pending`, `succeeded`, `failed`, `canceled` or `requires_action`.
    pub status: Option<String>,
    /// In minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// Stripe's reason.
    pub reason: Option<String>,
    /// The charge.
    pub charge: String,
    /// The payment.
    pub payment_intent: Option<String>,
    /// When it was created.
    pub created: Timestamp,
}

/// A cardholder's dispute of a payment, or their bank's inquiry about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeEntry {
    /// Stripe's id.
    pub id: String,
    /// Stripe's status: `needs_response`, `under_review`, `won`, `lost`, `prevented`, or that of an inquiry, which
    /// moves no money: `warning_needs_response`, `warning_under_review`, `warning_closed`.
    pub status: String,
    /// The disputed amount, in minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// Stripe's reason.
    pub reason: Option<String>,
    /// The charge.
    pub charge: String,
    /// The payment.
    pub payment_intent: Option<String>,
    /// When it was opened.
    pub created: Timestamp,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionEntry {
    /// Stripe's id.
    pub id: String,
    /// Stripe's status.
    pub status: Status,
    /// The plan of its price, if it is one of ours.
    pub plan_type: Option<PlanType>,
    /// The billing interval.
    pub interval: Option<Interval>,
    /// Its price before coupons, in minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// When it started.
    pub created: Timestamp,
    /// When its trial began, if it has or had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_start: Option<Timestamp>,
    /// When its trial ends or ended, if it has or had one.
    pub trial_end: Option<Timestamp>,
    /// When it was cancelled, which may be before it ended.
    pub canceled_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Stripe's cancellation reason.
    pub cancel_reason: Option<String>,
}

/// An invoice with its refunds and dispute, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// Stripe's invoice.
    pub id: String,
    /// The invoice number that the payer sees.
    pub number: Option<String>,
    /// Stripe's status: `open`, `paid`, `uncollectible` or `void`.
    pub status: String,
    /// The amount due, in minor units.
    pub amount_due: i64,
    /// The amount paid, in minor units.
    pub amount_paid: i64,
    /// The refunded amount, in minor units.
    pub amount_refunded: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// Its dispute; the newest one if there were several.
    pub dispute: Option<PaymentDispute>,
}

/// A dispute of a payment, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDispute {
    /// Stripe's dispute.
    pub id: String,
    /// Stripe's status: `needs_response`, `under_review`, `won`, `lost`, `prevented`, or that of an inquiry, which
    /// moves no money: `warning_needs_response`, `warning_under_review`, `warning_closed`.
    pub status: String,
    /// The disputed amount, in minor units.
    pub amount: i64,
    /// Stripe's reason.
    pub reason: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// The invoices among the entries with the refunded amount of each, newest first.
pub fn payments(entries: &[Entry]) -> Vec<Payment> {
    let refunded = |intent: &Option<String>| -> i64 {
        let refunds = entries.iter().filter_map(|entry| match entry {
            Entry::Refund(refund) if refund.payment_intent == *intent && refund.is_given() => Some(refund.amount),
            _ => None,
        });
        if intent.is_some() { refunds.sum() } else { 0 }
    };
    let disputed = |intent: &Option<String>| {
        let disputes = entries.iter().filter_map(|entry| match entry {
            Entry::Dispute(dispute) if intent.is_some() && dispute.payment_intent == *intent => Some(dispute),
            _ => None,
        });
        disputes.max_by_key(|dispute| (dispute.created, &dispute.id)).map(PaymentDispute::from)
    };
    let mut payments: Vec<Payment> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Invoice(invoice) => Some(Payment {
                id: invoice.id.clone(),
                number: invoice.number.clone(),
                status: invoice.status.clone(),
                amount_due: invoice.amount_due,
                amount_paid: invoice.amount_paid,
                amount_refunded: refunded(&invoice.payment_intent),
                currency: invoice.currency.clone(),
                created_at: invoice.created,
                paid_at: invoice.paid_at,
                dispute: disputed(&invoice.payment_intent),
            }),
            _ => None,
        })
        .collect();
    payments.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
    payments
}

impl From<&DisputeEntry> for PaymentDispute {
    fn from(dispute: &DisputeEntry) -> Self {
        Self {
            id: dispute.id.clone(),
            status: dispute.status.clone(),
            amount: dispute.amount,
            reason: dispute.reason.clone(),
            created_at: dispute.created,
        }
    }
}

impl DisputeEntry {
    /// Whether it has ended, in favor of either side.
    pub fn is_closed(&self) -> bool {
        matches!(self.status.as_str(), "won" | "lost" | "prevented" | "warning_closed")
    }

    /// Whether the bank has decided for the cardholder, so the money is lost.
    pub fn is_lost(&self) -> bool {
        self.status == "lost"
    }
}

impl RefundEntry {
    /// Whether the money was refunded or is on its way.
    pub fn is_given(&self) -> bool {
        !matches!(self.status.as_deref(), Some("failed" | "canceled"))
    }
}

impl Entry {
    /// The id of Stripe's object.
    pub fn id(&self) -> &str {
        match self {
            Entry::Invoice(invoice) => &invoice.id,
            Entry::Charge(charge) => &charge.id,
            Entry::Refund(refund) => &refund.id,
            Entry::Dispute(dispute) => &dispute.id,
            Entry::Subscription(subscription) => &subscription.id,
        }
    }

    /// Copies what a settled entry of the same object records about the plan. Stripe's prices may change later, but not
    /// the plan that was sold.
    pub fn keep(&mut self, settled: &Entry) {
        match (self, settled) {
            (Entry::Invoice(invoice), Entry::Invoice(settled)) if settled.plan_type.is_some() => {
                if invoice.plan_type.is_none() {
                    invoice.interval = settled.interval;
                    invoice.recurring_amount = settled.recurring_amount;
                    invoice.period_start = settled.period_start;
                    invoice.period_end = settled.period_end;
                }
                invoice.plan_type = settled.plan_type;
            }
            (Entry::Subscription(subscription), Entry::Subscription(settled)) if settled.plan_type.is_some() => {
                subscription.interval = subscription.interval.or(settled.interval);
                subscription.plan_type = settled.plan_type;
            }
            _ => {}
        }
    }

    /// The payment of an invoice, if this is that invoice.
    pub fn payment_of(&self, invoice_id: &str) -> Option<String> {
        match self {
            Entry::Invoice(invoice) if invoice.id == invoice_id => invoice.payment_intent.clone(),
            _ => None,
        }
    }

    /// The time that determines its day: when it was paid, or else created.
    pub fn at(&self) -> Timestamp {
        match self {
            Entry::Invoice(invoice) => invoice.paid_at.or(invoice.finalized_at).unwrap_or(invoice.created),
            Entry::Charge(charge) => charge.created,
            Entry::Refund(refund) => refund.created,
            Entry::Dispute(dispute) => dispute.created,
            Entry::Subscription(subscription) => subscription.created,
        }
    }

    /// Whether the recorded attributes of its object are final. A settled entry is never written again.
    pub fn is_settled(&self) -> bool {
        match self {
            Entry::Invoice(invoice) => matches!(invoice.status.as_str(), "paid" | "void"),
            Entry::Charge(charge) => charge.status == "failed",
            // A refund that succeeded may still fail later.
            Entry::Refund(refund) => matches!(refund.status.as_deref(), Some("failed" | "canceled")),
            Entry::Dispute(dispute) => dispute.is_closed(),
            Entry::Subscription(subscription) => {
                matches!(subscription.status, Status::Canceled | Status::IncompleteExpired)
            }
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
            voided_at: None,
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
    fn a_settled_plan_is_kept_and_the_money_follows_stripe() {
        let Entry::Invoice(bare) = invoice("in_1", None, 1) else { panic!("an invoice") };
        let settled = InvoiceEntry {
            plan_type: Some(PlanType::Basic),
            interval: Some(Interval::Year),
            recurring_amount: 799,
            period_start: Some(at(0)),
            period_end: Some(at(9)),
            amount_paid: 1,
            ..bare.clone()
        };
        let kept = |one: &InvoiceEntry, settled: &InvoiceEntry| {
            let mut entry = Entry::Invoice(one.clone());
            entry.keep(&Entry::Invoice(settled.clone()));
            entry
        };
        let expected = InvoiceEntry { amount_paid: 100, ..settled.clone() };
        assert_eq!(kept(&bare, &settled), Entry::Invoice(expected), "nothing less than it said");
        let other = InvoiceEntry { plan_type: Some(PlanType::Premium), recurring_amount: 5, ..bare.clone() };
        let expected = InvoiceEntry { plan_type: Some(PlanType::Basic), ..other.clone() };
        assert_eq!(kept(&other, &settled), Entry::Invoice(expected), "amounts are those of the lines");
        assert_eq!(kept(&other, &bare), Entry::Invoice(other), "and more, where it said nothing");
    }

    #[test]
    fn a_payment_counts_only_its_own_refunds() {
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
