use super::form::change_metadata;
use super::{Form, Paging, found, payment_methods};
use crate::engine::charge::{self, IssuerDecision, Presence};
use crate::engine::{invoice, refund};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::Value;

const REASONS: &[(&str, &str)] =
    &[("duplicate", "duplicate"), ("fraudulent", "fraudulent"), ("requested_by_customer", "requested_by_customer")];

pub(super) fn create_refund(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let (charge, intent) = (form.filled("charge")?, form.filled("payment_intent")?);
    let amount = form.positive("amount")?.and_then(|amount| i64::try_from(amount).ok());
    let reason = form.choice("reason", REASONS)?.map(str::to_owned);
    let metadata = form.new_metadata()?;
    form.finish()?;
    let charge = match (charge, intent) {
        (Some(charge), None) => tx.find::<Charge>(&charge, "charge")?,
        (None, Some(intent)) => {
            let intent: PaymentIntent = tx.find(&intent, "payment_intent")?;
            let Some(charge) = intent.latest_charge else {
                let message =
                    format!("This PaymentIntent ({}) does not have a successful charge to refund.", intent.id);
                return Err(ApiError::invalid(message).param("payment_intent"));
            };
            tx.get(&charge)
        }
        _ => {
            return Err(ApiError::invalid(
                "One of the following params should be provided for this request: payment_intent or charge.",
            ));
        }
    };
    let refund = refund::create(tx, &charge, amount, reason, metadata)?;
    Ok(refund.render(tx.view()))
}

pub(super) fn update_refund(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<Refund>(tx, id)?;
    let metadata = form.metadata()?;
    form.finish()?;
    let refund = tx.update(id, "refund.updated", |refund: &mut Refund| change_metadata(&mut refund.metadata, metadata));
    Ok(refund.render(tx.view()))
}

pub(super) fn list_refunds(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (charge, intent) = (form.filled("charge")?, form.filled("payment_intent")?);
    form.finish()?;
    let rows = tx.state.refunds.iter().filter(|refund| {
        charge.as_ref().is_none_or(|charge| refund.charge == *charge)
            && intent.as_ref().is_none_or(|intent| refund.payment_intent == *intent)
    });
    paging.page("/v1/refunds", rows, tx.view())
}

pub(super) fn list_charges(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (customer, intent) = (form.filled("customer")?, form.filled("payment_intent")?);
    form.finish()?;
    let rows = tx.state.charges.listed(customer.as_deref());
    let rows = rows.filter(|charge| intent.as_ref().is_none_or(|intent| charge.payment_intent == *intent));
    paging.page("/v1/charges", rows, tx.view())
}

pub(super) fn list_intents(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let customer = form.filled("customer")?;
    form.finish()?;
    let rows = tx.state.payment_intents.listed(customer.as_deref());
    paging.page("/v1/payment_intents", rows, tx.view())
}

/// Confirms the payment of an invoice with a card. Authentication is not possible here, only on the hosted invoice
/// page.
pub(super) fn confirm_intent(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let intent: PaymentIntent = found(tx, id)?;
    let method = form.filled("payment_method")?;
    form.ignore(&["return_url", "off_session"]);
    form.finish()?;
    let Some(invoice) = intent.invoice.map(|invoice| tx.get::<Invoice>(&invoice)) else {
        return Err(ApiError::invalid("This stand-in confirms PaymentIntents of invoices only."));
    };
    if invoice.status != InvoiceStatus::Open {
        let message =
            format!("You cannot confirm this PaymentIntent because it has a status of {}.", intent.status.name());
        return Err(ApiError::invalid(message).code("payment_intent_unexpected_state"));
    }
    let method = match method {
        Some(method) => {
            let method = payment_methods::of_customer(tx, &method, &invoice.customer)?;
            Some(tx.get::<PaymentMethod>(&method))
        }
        None => {
            let subscription = invoice.subscription.as_deref().map(|id| tx.get::<Subscription>(id));
            charge::method_of(tx, subscription.as_ref(), &invoice.customer)
        }
    };
    if let IssuerDecision::Declined(decline) = invoice::attempt(tx, &invoice.id, method.as_ref(), Presence::Kept) {
        let shown = tx.get::<PaymentIntent>(id).render(tx.view());
        return Err(ApiError::card(&decline).with("payment_intent", shown));
    }
    Ok(tx.get::<PaymentIntent>(id).render(tx.view()))
}
