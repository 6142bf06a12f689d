use super::{Render, View};
use crate::cards;
use crate::model::*;
use serde_json::{Map, Value, json};

/// Stripe's fee for a dispute, in minor units.
const FEE: i64 = 1_500;
/// The fields of the evidence.
pub(crate) const EVIDENCE: &[&str] = &[
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];

impl DisputeStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningUnderReview => "warning_under_review",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

impl Render for Dispute {
    fn render(&self, view: View<'_>) -> Value {
        let evidence = EVIDENCE.iter().map(|name| ((*name).to_owned(), json!(self.evidence.get(*name))));
        let mut evidence: Map<String, Value> = evidence.collect();
        evidence.insert("enhanced_evidence".to_owned(), json!({}));
        let moves = [(self.withdrawn_at, -1, FEE), (self.reinstated_at, 1, 0)];
        let moves = moves.into_iter().filter_map(|(at, sign, fee)| Some(self.movement(at?, sign * self.amount, fee)));
        let charge = view.state.charges.get(&self.charge);
        let method = charge.and_then(|charge| view.state.payment_methods.get(&charge.payment_method));
        let brand = method.map_or("visa", |method| cards::of_number(&method.number).brand);
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transactions": moves.collect::<Vec<_>>(),
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": evidence,
            "evidence_details": {
                "due_by": self.due_by,
                "enhanced_eligibility": {},
                "has_evidence": !self.evidence.is_empty(),
                "past_due": false,
                "submission_count": u8::from(self.submitted),
            },
            "is_charge_refundable": self.status.is_inquiry() && !self.status.is_closed(),
            "livemode": false,
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "payment_method_details": {
                "card": {
                    "brand": brand,
                    "network": brand,
                    "case_type": if self.status.is_inquiry() { "inquiry" } else { "chargeback" },
                    "network_reason_code": "83",
                },
                "type": "card",
            },
            "reason": self.reason,
            "status": self.status.name(),
        })
    }
}

impl Dispute {
    /// The money that a dispute moved on the merchant's balance.
    fn movement(&self, at: UnixSeconds, amount: i64, fee: i64) -> Value {
        let fees = json!([{
            "amount": fee, "application": null, "currency": self.currency, "description": "Dispute fee", "type": "stripe_fee",
        }]);
        let what = if amount < 0 { "Chargeback withdrawal" } else { "Chargeback reversal" };
        json!({
            "id": crate::ids::configured("txn", &[&self.id, what]),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": at,
            "balance_type": "payments",
            "created": at,
            "currency": self.currency,
            "description": format!("{what} for {}", self.charge),
            "exchange_rate": null,
            "fee": fee,
            "fee_details": if fee > 0 { fees } else { json!([]) },
            "net": amount - fee,
            "reporting_category": if amount < 0 { "dispute" } else { "dispute_reversal" },
            "source": self.id,
            "status": "available",
            "type": "adjustment",
        })
    }
}
