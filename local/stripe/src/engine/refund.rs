//! Refunds.

use super::money::check_amount;
use super::{dispute, money};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::tx::Tx;

/// Refunds `amount` of a charge, or what has not been refunded yet.
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
    if dispute::of_charge(tx, &charge.id)
        .is_some_and(|dispute| !dispute.status.is_inquiry() && dispute.status != DisputeStatus::Won)
    {
        let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
        return Err(ApiError::invalid(message).code("charge_disputed"));
    }
    if left == 0 {
        let message = format!("Charge {} has already been refunded.", charge.id);
        return Err(ApiError::invalid(message).code("charge_already_refunded"));
    }
    let amount = amount.unwrap_or(left);
    if amount != left {
        check_amount(amount, &charge.currency, "amount")?;
    }
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
    if amount == left {
        dispute::charge_was_refunded(tx, &charge.id);
    }
    Ok(refund)
}
