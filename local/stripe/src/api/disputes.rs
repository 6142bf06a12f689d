use super::form::change_metadata;
use super::{Form, Paging, found};
use crate::engine::dispute;
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::{EVIDENCE, Render};
use crate::tx::Tx;
use serde_json::Value;

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (charge, intent) = (form.filled("charge")?, form.filled("payment_intent")?);
    form.finish()?;
    let rows = tx.state.disputes.iter().filter(|dispute| {
        charge.as_ref().is_none_or(|charge| dispute.charge == *charge)
            && intent.as_ref().is_none_or(|intent| dispute.payment_intent == *intent)
    });
    paging.page("/v1/disputes", rows, tx.view())
}

/// Stores evidence, and submits it to the bank unless `submit=false` only stages it.
pub(super) fn update(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let dispute: Dispute = found(tx, id)?;
    let mut evidence = Metadata::new();
    if let Some(mut given) = form.form("evidence")? {
        for name in EVIDENCE {
            if let Some(text) = given.text(name)? {
                evidence.insert((*name).to_owned(), text);
            }
        }
        given.finish()?;
    }
    let submit = form.boolean("submit")?.unwrap_or(true);
    let metadata = form.metadata()?;
    form.finish()?;
    if !evidence.is_empty() && dispute.status.is_closed() {
        return Err(ApiError::invalid("This dispute is already closed").param("evidence"));
    }
    if !evidence.is_empty() && !dispute.status.needs_response() {
        let message = "You have already submitted evidence for this dispute, and it can be submitted only once.";
        return Err(ApiError::invalid(message).param("evidence"));
    }
    let sends = submit && !evidence.is_empty();
    tx.update(id, "charge.dispute.updated", |dispute: &mut Dispute| {
        change_metadata(&mut dispute.metadata, metadata);
        dispute.evidence.extend(evidence);
        dispute.evidence.retain(|_, text| !text.is_empty());
    });
    if sends {
        dispute::submit(tx, id);
    }
    Ok(tx.get::<Dispute>(id).render(tx.view()))
}

/// The merchant accepts the dispute.
pub(super) fn close(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    if found::<Dispute>(tx, id)?.status.is_closed() {
        return Err(ApiError::invalid("This dispute is already closed"));
    }
    dispute::close(tx, id, false);
    Ok(tx.get::<Dispute>(id).render(tx.view()))
}
