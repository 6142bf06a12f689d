use super::form::{Setting, change_metadata};
use super::named::live;
use super::{Form, Paging, deleted, found};
use crate::engine::{checkout, subscription};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::Value;

pub(super) fn create(tx: &mut Tx<'_>, form: Form) -> Result<Value> {
    let mut customer = checkout::new_customer(tx);
    let id = customer.id.clone();
    apply(tx, &mut customer, form)?;
    tx.emit::<Customer>("customer.created", &id);
    Ok(tx.get::<Customer>(&id).render(tx.view()))
}

pub(super) fn update(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    let mut customer = live(tx, id)?;
    let before = customer.render(tx.view());
    apply(tx, &mut customer, form)?;
    let after = customer.render(tx.view());
    if let Some(previous) = crate::render::changed_attributes(&before, &after) {
        tx.emit_value("customer.updated", after.clone(), Some(previous));
    }
    Ok(after)
}

pub(super) fn delete(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    live(tx, id)?;
    let subscriptions = tx.state.subscriptions.of_customer(id).filter(|subscription| !subscription.status.is_over());
    let subscriptions: Vec<String> = subscriptions.map(|subscription| subscription.id.clone()).collect();
    for subscription in subscriptions {
        subscription::end(tx, &subscription, None);
    }
    tx.emit::<Customer>("customer.deleted", id);
    tx.edit(id, |customer: &mut Customer| customer.deleted = true);
    Ok(deleted(id, "customer"))
}

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let email = form.filled("email")?;
    form.finish()?;
    let rows =
        tx.state.customers.iter().filter(|customer| !customer.deleted && (email.is_none() || customer.email == email));
    paging.page("/v1/customers", rows, tx.view())
}

pub(super) fn payment_methods(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    form.ignore(&["type", "allow_redisplay"]);
    form.finish()?;
    found::<Customer>(tx, id)?;
    let url = format!("/v1/customers/{id}/payment_methods");
    paging.page(&url, tx.state.payment_methods.of_customer(id), tx.view())
}

fn apply(tx: &mut Tx<'_>, customer: &mut Customer, mut form: Form) -> Result<()> {
    let email = form.unsettable("email")?;
    if let Setting::Set(email) = &email
        && (!email.contains('@') || email.len() > 512 || email.contains(char::is_whitespace))
    {
        let message = format!("Invalid email address: {email}");
        return Err(ApiError::invalid(message).code("email_invalid").param("email"));
    }
    customer.email = email.over(customer.email.take());
    for (field, name) in
        [(&mut customer.name, "name"), (&mut customer.phone, "phone"), (&mut customer.description, "description")]
    {
        *field = form.unsettable(name)?.over(field.take());
    }
    if let Some(balance) = form.integer("balance")? {
        customer.balance = balance;
    }
    change_metadata(&mut customer.metadata, form.metadata()?);
    let attached = form.filled("payment_method")?;
    let mut default = Setting::Kept;
    if let Some(mut settings) = form.form("invoice_settings")? {
        default = settings.unsettable("default_payment_method")?;
        settings.finish()?;
    }
    form.finish()?;
    // Cards refer to their customer, so it must exist first.
    tx.put(customer.clone());
    if let Some(method) = attached {
        super::payment_methods::attach_to(tx, &method, &customer.id)?;
    }
    if !default.is_kept() {
        let method = default.value().map(|method| super::payment_methods::of_customer(tx, &method, &customer.id));
        customer.default_payment_method = method.transpose()?;
        tx.put(customer.clone());
    }
    Ok(())
}
