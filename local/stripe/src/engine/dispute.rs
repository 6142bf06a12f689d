//! Disputes: a cardholder contests a charge. The bank opens an inquiry, or takes the money at once.

use crate::model::*;
use crate::tx::Tx;

/// How long the merchant may answer a dispute. After that an unanswered one is lost.
const ANSWER_TIME: UnixSeconds = 7 * DAY;
/// How long an inquiry stays open.
const INQUIRY_TIME: UnixSeconds = 120 * DAY;

/// Evidence that decides a dispute in test mode, in whichever field it is given.
const WINNING: &str = "winning_evidence";
const LOSING: &str = "losing_evidence";
/// Evidence that turns an inquiry into a dispute.
const ESCALATING: &str = "escalate_inquiry_evidence";

/// The latest dispute of a charge.
pub(crate) fn of_charge(tx: &Tx<'_>, charge: &str) -> Option<Dispute> {
    tx.state.disputes.iter().find(|dispute| dispute.charge == charge).cloned()
}

/// Opens a dispute, which takes the money at once, or an inquiry, which takes nothing.
pub(crate) fn open(tx: &mut Tx<'_>, charge: &str, reason: &str, is_inquiry: bool) -> String {
    let charge: Charge = tx.update(charge, "charge.updated", |charge: &mut Charge| charge.disputed = true);
    let dispute = Dispute {
        id: tx.ids.next("dp"),
        created: tx.now,
        amount: charge.amount - charge.amount_refunded,
        charge: charge.id,
        payment_intent: charge.payment_intent,
        currency: charge.currency,
        status: if is_inquiry { DisputeStatus::WarningNeedsResponse } else { DisputeStatus::NeedsResponse },
        due_by: tx.now + ANSWER_TIME,
        submitted: false,
        reason: reason.to_owned(),
        closes_at: Some(tx.now + if is_inquiry { INQUIRY_TIME } else { ANSWER_TIME }),
        withdrawn_at: None,
        reinstated_at: None,
        evidence: Metadata::new(),
        metadata: Metadata::new(),
    };
    let id = dispute.id.clone();
    tx.put(dispute);
    tx.emit::<Dispute>("charge.dispute.created", &id);
    if !is_inquiry {
        withdraw(tx, &id);
    }
    id
}

fn withdraw(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    tx.update(id, "charge.dispute.funds_withdrawn", |dispute: &mut Dispute| dispute.withdrawn_at = Some(now));
}

/// Submits the merchant's evidence. In test mode some texts decide the dispute at once; otherwise it is under review
/// until the deadline.
pub(crate) fn submit(tx: &mut Tx<'_>, id: &str) {
    let dispute = tx.update(id, "charge.dispute.updated", |dispute: &mut Dispute| {
        dispute.submitted = true;
        dispute.status =
            if dispute.status.is_inquiry() { DisputeStatus::WarningUnderReview } else { DisputeStatus::UnderReview };
    });
    let says = |text: &str| dispute.evidence.values().any(|evidence| evidence == text);
    if dispute.status.is_inquiry() && says(ESCALATING) {
        escalate(tx, id);
    } else if says(WINNING) {
        close(tx, id, true);
    } else if says(LOSING) {
        close(tx, id, false);
    }
}

/// The bank escalates its inquiry to a dispute and takes the money.
fn escalate(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    tx.update(id, "charge.dispute.updated", |dispute: &mut Dispute| {
        dispute.status = DisputeStatus::NeedsResponse;
        dispute.submitted = false;
        dispute.evidence.clear();
        dispute.due_by = now + ANSWER_TIME;
        dispute.closes_at = Some(dispute.due_by);
    });
    withdraw(tx, id);
}

/// Closes a dispute. A won dispute returns the money; an inquiry never took any. The charge stays marked as disputed,
/// and neither its invoice nor the subscription changes.
pub(crate) fn close(tx: &mut Tx<'_>, id: &str, is_won: bool) {
    let now = tx.now;
    let dispute: Dispute = tx.edit(id, |dispute: &mut Dispute| {
        dispute.status = match (dispute.status.is_inquiry(), is_won) {
            (true, _) => DisputeStatus::WarningClosed,
            (false, true) => DisputeStatus::Won,
            (false, false) => DisputeStatus::Lost,
        };
    });
    tx.emit::<Dispute>("charge.dispute.closed", id);
    if dispute.status == DisputeStatus::Won {
        tx.update(id, "charge.dispute.funds_reinstated", |dispute: &mut Dispute| dispute.reinstated_at = Some(now));
    }
}

/// Closes a dispute at its deadline. Without evidence it is lost; with evidence the test bank decides for the merchant.
pub(crate) fn time_is_over(tx: &mut Tx<'_>, id: &str) {
    let is_won = tx.get::<Dispute>(id).submitted;
    close(tx, id, is_won);
}

/// Settles an inquiry when the charge is fully refunded.
pub(crate) fn charge_was_refunded(tx: &mut Tx<'_>, charge: &str) {
    if let Some(dispute) =
        of_charge(tx, charge).filter(|dispute| dispute.status.is_inquiry() && !dispute.status.is_closed())
    {
        close(tx, &dispute.id, true);
    }
}
