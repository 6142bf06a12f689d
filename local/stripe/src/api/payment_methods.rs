use super::form::change_metadata;
use super::{Form, Paging, found};
use crate::cards;
use crate::engine::charge::{self, IssuerDecision, Presence};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::Value;

pub(super) fn create(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    form.choice("type", &[("card", ())])?;
    let Some(mut card) = form.form("card")? else { return Err(ApiError::missing_param("card")) };
    let card_of = match card.filled("token")? {
        Some(token) => cards::of_token(&token).ok_or_else(|| ApiError::no_such("token", &token, "card[token]"))?,
        None => cards::typed(&card.required("number")?).map_err(|decline| ApiError::card(&decline))?,
    };
    card.ignore(&["exp_month", "exp_year", "cvc", "number"]);
    card.finish()?;
    let mut email = None;
    if let Some(mut details) = form.form("billing_details")? {
        email = details.filled("email")?;
        details.ignore(&["address", "name", "phone"]);
        details.finish()?;
    }
    let metadata = form.new_metadata()?;
    form.finish()?;
    let mut method = charge::new_method(tx, card_of, email.as_deref());
    method.metadata = metadata;
    tx.put(method.clone());
    Ok(method.render(tx.view()))
}

pub(super) fn update(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<PaymentMethod>(tx, id)?;
    let metadata = form.metadata()?;
    form.finish()?;
    let method = tx.update(id, "payment_method.updated", |method: &mut PaymentMethod| {
        change_metadata(&mut method.metadata, metadata);
    });
    Ok(method.render(tx.view()))
}

pub(super) fn attach(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let customer = super::named::named(tx, &form.required("customer")?)?;
    form.finish()?;
    let method = attach_to(tx, id, &customer.id)?;
    Ok(tx.get::<PaymentMethod>(&method).render(tx.view()))
}

pub(super) fn detach(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    let method: PaymentMethod = found(tx, id)?;
    let Some(customer) = method.customer else {
        let message = "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(ApiError::invalid(message));
    };
    tx.update(id, "payment_method.detached", |method: &mut PaymentMethod| method.customer = None);
    let of_customer = tx.state.subscriptions.of_customer(&customer);
    let using = of_customer.filter(|subscription| {
        !subscription.status.is_over() && subscription.default_payment_method.as_deref() == Some(id)
    });
    let using: Vec<String> = using.map(|subscription| subscription.id.clone()).collect();
    for subscription in using {
        tx.update(&subscription, "customer.subscription.updated", |subscription: &mut Subscription| {
            subscription.default_payment_method = None;
        });
    }
    tx.update(&customer, "customer.updated", |customer: &mut Customer| {
        customer.default_payment_method = customer.default_payment_method.take().filter(|default| default != id);
    });
    Ok(tx.get::<PaymentMethod>(id).render(tx.view()))
}

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let customer = form.required("customer")?;
    form.ignore(&["type", "allow_redisplay"]);
    form.finish()?;
    tx.find::<Customer>(&customer, "customer")?;
    paging.page("/v1/payment_methods", tx.state.payment_methods.of_customer(&customer), tx.view())
}

/// Attaches a card, or the test card of a token (`pm_card_visa`), and returns its id.
pub(super) fn attach_to(tx: &mut Tx<'_>, id: &str, customer: &str) -> Result<String> {
    let email = tx.get::<Customer>(customer).email;
    let method = match cards::of_token(id) {
        Some(card) => charge::new_method(tx, card, email.as_deref()),
        None => tx.find(id, "payment_method")?,
    };
    match &method.customer {
        Some(owner) if owner == customer => return Ok(method.id),
        Some(_) => {
            let message = "The payment method you provided has already been attached to a customer.";
            return Err(ApiError::invalid(message));
        }
        None => {}
    }
    if let IssuerDecision::Declined(decline) = charge::ask(tx, None, &method, Presence::Typed) {
        return Err(ApiError::card(&decline).undone());
    }
    charge::attach(tx, &method.id, customer);
    Ok(method.id)
}

/// A card that must belong to the customer.
pub(super) fn of_customer(tx: &mut Tx<'_>, id: &str, customer: &str) -> Result<String> {
    if cards::of_token(id).is_some() {
        return attach_to(tx, id, customer);
    }
    let method: PaymentMethod = tx.find(id, "payment_method")?;
    if method.customer.as_deref() == Some(customer) {
        return Ok(method.id);
    }
    let message = format!(
        "The customer does not have a payment method with the ID {id}. The payment method must be attached to the customer."
    );
    Err(ApiError::invalid(message).code("resource_missing").param("default_payment_method"))
}
