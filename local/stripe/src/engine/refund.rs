//! Money that goes back: refunds, and disputes.

use super::money;
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::tx::Tx;

/// How long the merchant may answer a dispute.
const DISPUTE_TIME: Moment = 7 * DAY;

/// Refunds `amount` of a charge, or what is left of it.
pub(crate) fn create(
    tx: &mut Tx<'_>,
    charge: &Charge,
    amount: Option<i64>,
    reason: Option<String>,
    metadata: Metadata,
) -> Result<Refund> {
    let left = charge.amount - charge.amount_refunded;
    if charge.failure.is_some() {
        return Err(ApiError::invalid(format!("Charge {} has not succeeded, and cannot be refunded.", charge.id)));
    }
    let is_against = |one: &Dispute| one.charge == charge.id && one.status != DisputeStatus::Won;
    if charge.disputed && tx.state.disputes.iter().any(is_against) {
        let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
        return Err(ApiError::invalid(message).code("charge_disputed"));
    }
    if left == 0 {
        let message = format!("Charge {} has already been refunded.", charge.id);
        return Err(ApiError::invalid(message).code("charge_already_refunded"));
    }
    let amount = amount.unwrap_or(left);
    if amount > left {
        let (wanted, left) = (money(amount, &charge.currency), money(left, &charge.currency));
        let message = format!("Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})");
        return Err(ApiError::invalid(message).param("amount"));
    }
    let refund = Refund {
        id: tx.ids.next("re"),
        created: tx.now,
        customer: charge.customer.clone(),
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        amount,
        currency: charge.currency.clone(),
        reason,
        metadata,
    };
    tx.put(refund.clone());
    tx.emit::<Refund>("refund.created", &refund.id);
    tx.update(&charge.id, "charge.refunded", |charge: &mut Charge| charge.amount_refunded += amount);
    Ok(refund)
}

/// The holder of a card says that a charge was not theirs.
pub(crate) fn dispute(tx: &mut Tx<'_>, charge: &str) {
    let charge = tx.edit(charge, |charge: &mut Charge| charge.disputed = true);
    let dispute = Dispute {
        id: tx.ids.next("dp"),
        created: tx.now,
        charge: charge.id,
        payment_intent: charge.payment_intent,
        amount: charge.amount,
        currency: charge.currency,
        status: DisputeStatus::NeedsResponse,
        due_by: tx.now + DISPUTE_TIME,
        submitted: false,
        metadata: Metadata::new(),
    };
    let id = dispute.id.clone();
    tx.put(dispute);
    tx.emit::<Dispute>("charge.dispute.created", &id);
}

/// A dispute ends. One that was won gives the charge back to the merchant; `disputed` goes on saying that there was one.
pub(crate) fn close_dispute(tx: &mut Tx<'_>, id: &str, status: DisputeStatus) {
    tx.edit(id, |dispute: &mut Dispute| dispute.status = status);
    tx.emit::<Dispute>("charge.dispute.closed", id);
}
