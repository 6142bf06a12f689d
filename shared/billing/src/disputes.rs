//! Disputes: ending the renewal after a lost dispute, and the audit entries.

use crate::converge::Billing;
use crate::snapshot::{LOST, Snapshot, Subscription};
use crate::stripe::StripeError;
use jiff::Timestamp;
use serde_json::json;
use shared::models::ledger::DisputeEntry;
use shared::models::subscription::Status;
use shared::stores::audit::AuditEntry;
use shared::stores::database::Statement;
use shared::stores::error::StoreError;
use std::collections::HashSet;

impl Billing {
    /// Ends the renewal of a subscription because disputes were lost: at the end of its period, or at once if the
    /// period is unpaid.
    pub(crate) async fn end_renewal(
        &self,
        subscription: &Subscription,
        disputes: &[String],
    ) -> Result<(), StripeError> {
        // A pending change would keep it alive, or charge for a subscription that ends.
        self.stripe.drop_changes(subscription).await?;
        match subscription.status {
            Status::PastDue | Status::Unpaid => {
                self.stripe.end_now(&subscription.id, format!("{}: {}", LOST, disputes.join(" "))).await
            }
            _ => self.stripe.end_renewal(subscription, disputes).await,
        }
    }

    /// Statements that record in the audit log that a payment is disputed, and how the dispute ended.
    pub(crate) fn note_disputes(
        &self,
        settled: &HashSet<String>,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Result<Vec<Statement>, StoreError> {
        let mut notes = Vec::new();
        let disputes = snapshot.charges.iter().flat_map(|charge| &charge.disputes);
        for dispute in disputes.filter(|dispute| !settled.contains(&dispute.id)) {
            let paid = snapshot.invoices.iter().find(|invoice| {
                dispute.payment_intent.is_some() && invoice.entry.payment_intent == dispute.payment_intent
            });
            let payment = paid.map_or(&dispute.charge, |invoice| &invoice.entry.id);
            notes.push(self.audit.note(&disputed(dispute, payment))?);
            if dispute.is_closed() {
                let ended = snapshot.subscriptions.iter().find(|subscription| is_ended_for(subscription, &dispute.id));
                notes.push(self.audit.note(&decided(dispute, payment, ended, now))?);
            }
        }
        Ok(notes)
    }
}

fn is_ended_for(subscription: &Subscription, dispute: &str) -> bool {
    let comment = subscription.cancel_comment.as_deref().and_then(|comment| comment.strip_prefix(LOST));
    subscription.ended_for.contains(dispute) || comment.is_some_and(|disputes| disputes.contains(dispute))
}

/// The audit entry that a payment is disputed.
fn disputed(dispute: &DisputeEntry, payment: &str) -> AuditEntry {
    AuditEntry {
        at: dispute.created,
        cause: format!("dispute-{}", dispute.id),
        actor: "billing".to_owned(),
        action: "payment.dispute_opened".to_owned(),
        subject: payment.to_owned(),
        reason: dispute.reason.clone().unwrap_or_default(),
        before: json!({ "dispute": null }),
        after: json!({ "dispute": dispute.id, "amount": dispute.amount, "currency": dispute.currency }),
    }
}

/// The audit entry of a dispute's outcome, with the subscription whose renewal it ended.
fn decided(dispute: &DisputeEntry, payment: &str, ended: Option<&Subscription>, now: Timestamp) -> AuditEntry {
    AuditEntry {
        at: now,
        cause: format!("dispute-{}-closed", dispute.id),
        actor: "billing".to_owned(),
        action: "payment.dispute_closed".to_owned(),
        subject: payment.to_owned(),
        reason: dispute.reason.clone().unwrap_or_default(),
        before: json!({ "dispute": dispute.id }),
        after: json!({
            "dispute": dispute.id,
            "status": dispute.status,
            "amount": dispute.amount,
            "currency": dispute.currency,
            "renewal_ended": ended.map(|subscription| &subscription.id),
        }),
    }
}
