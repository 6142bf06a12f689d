use super::form::change_metadata;
use super::{Form, Paging, found, payment_methods, subscriptions};
use crate::engine::change;
use crate::engine::charge::{self, IssuerDecision, Presence};
use crate::engine::invoice;
use crate::engine::timers;
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::{Render, invoice_payment};
use crate::tx::Tx;
use serde_json::{Value, json};

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (customer, subscription) = (form.filled("customer")?, form.filled("subscription")?);
    let status = form.filled("status")?;
    form.choice("collection_method", &[("charge_automatically", ()), ("send_invoice", ())])?;
    form.finish()?;
    let wanted = |invoice: &&Invoice| {
        subscription.as_ref().is_none_or(|subscription| invoice.subscription.as_ref() == Some(subscription))
            && status.as_ref().is_none_or(|status| invoice.status.name() == status)
    };
    paging.page("/v1/invoices", tx.state.invoices.listed(customer.as_deref()).filter(wanted), tx.view())
}

pub(super) fn update(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<Invoice>(tx, id)?;
    let (description, metadata) = (form.unsettable("description")?, form.metadata()?);
    let auto_advance = form.boolean("auto_advance")?;
    form.finish()?;
    let now = tx.now;
    let invoice = tx.update(id, "invoice.updated", |invoice: &mut Invoice| {
        invoice.description = description.over(invoice.description.take());
        change_metadata(&mut invoice.metadata, metadata);
        if let Some(auto_advance) = auto_advance {
            invoice.auto_advance = auto_advance;
            if invoice.status == InvoiceStatus::Draft && auto_advance {
                invoice.finalizes_at.get_or_insert(now + invoice::DRAFT_TIME);
            }
            if !auto_advance {
                invoice.next_payment_attempt = None;
            }
        }
    });
    Ok(invoice.render(tx.view()))
}

pub(super) fn finalize(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    form.boolean("auto_advance")?;
    form.finish()?;
    if found::<Invoice>(tx, id)?.status != InvoiceStatus::Draft {
        let message = "This invoice is already finalized, you can't re-finalize a non-draft invoice.";
        return Err(ApiError::invalid(message).code("invoice_not_editable"));
    }
    invoice::finalize(tx, id);
    let open: Invoice = tx.get(id);
    if open.amount_due == 0 {
        invoice::mark_paid(tx, id);
    } else {
        invoice::intent_of(tx, &open);
    }
    Ok(tx.get::<Invoice>(id).render(tx.view()))
}

pub(super) fn pay(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let invoice: Invoice = found(tx, id)?;
    let method = form.filled("payment_method")?;
    let outside = form.boolean("paid_out_of_band")?.unwrap_or(false);
    form.boolean("off_session")?;
    form.finish()?;
    match invoice.status {
        InvoiceStatus::Paid => return Err(ApiError::invalid("Invoice is already paid").code("invoice_already_paid")),
        InvoiceStatus::Void => return Err(ApiError::invalid("You can't pay an invoice that has been voided.")),
        InvoiceStatus::Draft => invoice::finalize(tx, id),
        InvoiceStatus::Open | InvoiceStatus::Uncollectible => {}
    }
    if outside {
        invoice::mark_paid(tx, id);
        return Ok(tx.get::<Invoice>(id).render(tx.view()));
    }
    let subscription = invoice.subscription.as_deref().map(|id| tx.get::<Subscription>(id));
    let method = match method {
        Some(method) => {
            let id = payment_methods::of_customer(tx, &method, &invoice.customer)?;
            Some(tx.get::<PaymentMethod>(&id))
        }
        None => charge::method_of(tx, subscription.as_ref(), &invoice.customer),
    };
    match invoice::attempt(tx, id, method.as_ref(), Presence::Kept) {
        IssuerDecision::Approved => Ok(tx.get::<Invoice>(id).render(tx.view())),
        IssuerDecision::Declined(decline) => Err(with_intent(tx, id, ApiError::card(&decline))),
        IssuerDecision::NeedsAction => {
            let decline = Decline {
                code: "invoice_payment_intent_requires_action".to_owned(),
                decline_code: None,
                message: "This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.".to_owned(),
            };
            Err(with_intent(tx, id, ApiError::card(&decline)))
        }
    }
}

pub(super) fn void(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    settle(tx, id, "voided", |tx, id| {
        change::forget_pending(tx, id);
        invoice::void(tx, id);
    })
}

pub(super) fn mark_uncollectible(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    settle(tx, id, "marked uncollectible", invoice::mark_uncollectible)
}

pub(super) fn lines(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    Paging::take(&mut form)?;
    form.finish()?;
    let mut invoice = found::<Invoice>(tx, id)?.render(tx.view());
    Ok(invoice["lines"].take())
}

/// Previews the next invoice of a subscription, with or without a change.
pub(super) fn preview(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let customer = form.filled("customer")?;
    let Some(id) = form.filled("subscription")? else {
        let message = "This stand-in previews invoices of existing subscriptions: pass `subscription`.";
        return Err(ApiError::invalid(message).code("parameter_missing").param("subscription"));
    };
    let subscription: Subscription = tx.find(&id, "subscription")?;
    if customer.is_some_and(|customer| customer != subscription.customer) {
        return Err(ApiError::no_such("subscription", &id, "subscription"));
    }
    let recurring = form.choice("preview_mode", &[("next", false), ("recurring", true)])?.unwrap_or(false);
    let change = match form.form("subscription_details")? {
        None => None,
        Some(mut details) => {
            let change = subscriptions::item_change(tx, &subscription, &mut details)?;
            details.finish()?;
            change
        }
    };
    form.finish()?;
    if subscription.status.is_over()
        || (change.is_none() && subscription.ends_at().is_some_and(|end| end <= subscription.period_end))
    {
        let message = format!("No upcoming invoices for customer: {}", subscription.customer);
        return Err(ApiError::invalid(message).code("invoice_upcoming_none").not_found());
    }
    tx.dry_run(|tx| match change {
        Some(change) => change::preview(tx, &id, change, recurring),
        None => Ok(timers::upcoming(tx, &id).render(tx.view())),
    })
}

pub(super) fn list_payments(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    Paging::take(&mut form)?;
    let invoice = form.filled("invoice")?;
    let status = form.filled("status")?;
    let intent = match form.form("payment")? {
        None => None,
        Some(mut payment) => {
            payment.choice("type", &[("payment_intent", ())])?;
            let intent = payment.filled("payment_intent")?;
            payment.finish()?;
            intent
        }
    };
    form.finish()?;
    let invoices = tx.state.invoices.iter().filter(|candidate| {
        invoice.as_ref().is_none_or(|invoice| candidate.id == *invoice)
            && intent.as_ref().is_none_or(|intent| candidate.payment_intent.as_ref() == Some(intent))
    });
    let payments = invoices.filter_map(|invoice| invoice_payment(invoice, tx.view()));
    let payments: Vec<Value> =
        payments.filter(|payment| status.as_ref().is_none_or(|status| payment["status"] == json!(status))).collect();
    Ok(crate::render::list("/v1/invoice_payments", payments, false))
}

pub(super) fn retrieve_payment(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    let invoice = tx.state.invoices.iter().find(|invoice| invoice.payment == id);
    let payment = invoice.and_then(|invoice| invoice_payment(invoice, tx.view()));
    payment.ok_or_else(|| ApiError::no_such("invoice_payment", id, "invoice_payment").not_found())
}

fn settle(tx: &mut Tx<'_>, id: &str, what: &str, settle: fn(&mut Tx<'_>, &str)) -> Result<Value> {
    let invoice: Invoice = found(tx, id)?;
    if !matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible) {
        let message = format!("Only open invoices can be {what}. This invoice is {}.", invoice.status.name());
        return Err(ApiError::invalid(message).code("invoice_not_editable"));
    }
    settle(tx, id);
    Ok(tx.get::<Invoice>(id).render(tx.view()))
}

/// Payment errors include their payment intent.
fn with_intent(tx: &Tx<'_>, invoice: &str, error: ApiError) -> ApiError {
    match tx.get::<Invoice>(invoice).payment_intent {
        Some(intent) => error.with("payment_intent", tx.get::<PaymentIntent>(&intent).render(tx.view())),
        None => error,
    }
}
