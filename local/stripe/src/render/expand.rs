//! `expand[]`: replaces ids with the objects that they name, and includes properties that are shown only on request.

use super::{Render, View, billing, payment, session};
use crate::error::{ApiError, Result};
use serde_json::Value;

/// Deepest path that Stripe expands.
const DEPTH_MAX: usize = 4;

/// Expands each of `paths` (`data.customer`, `latest_invoice.payments`) in a response.
pub(crate) fn expand(answer: &mut Value, paths: &[String], view: View<'_>) -> Result<()> {
    for path in paths {
        let segments: Vec<&str> = path.split('.').collect();
        if segments.len() > DEPTH_MAX + usize::from(segments[0] == "data") {
            return Err(ApiError::invalid(format!(
                "You cannot expand more than {DEPTH_MAX} levels of a property. Property: {path}"
            )));
        }
        if !expand_path(answer, &segments, view) {
            let message = format!(
                "This property cannot be expanded ({path}). You may want to try expanding a different property."
            );
            return Err(ApiError::invalid(message).param("expand"));
        }
    }
    Ok(())
}

/// Returns `false` if the property does not exist.
fn expand_path(value: &mut Value, segments: &[&str], view: View<'_>) -> bool {
    let Some((first, rest)) = segments.split_first() else { return true };
    if let Value::Array(elements) = value {
        return elements.iter_mut().all(|element| expand_path(element, segments, view));
    }
    if value.is_null() {
        return true;
    }
    if value.get(first).is_none() {
        let Some(included) = include(value, first, view) else { return false };
        value[*first] = included;
    }
    let property = &mut value[*first];
    replace(property, first, view);
    if rest.is_empty() {
        return !matches!(property, Value::Bool(_) | Value::Number(_) | Value::String(_));
    }
    expand_path(property, rest, view)
}

fn replace(property: &mut Value, name: &str, view: View<'_>) {
    match property {
        Value::Array(elements) => elements.iter_mut().for_each(|element| replace(element, name, view)),
        Value::String(id) => {
            if let Some(object) = lookup(id, name, view) {
                *property = object;
            }
        }
        _ => {}
    }
}

/// The object with an id, found by the id's prefix; coupons have ids that the merchant chooses.
fn lookup(id: &str, name: &str, view: View<'_>) -> Option<Value> {
    let state = view.state;
    if name == "coupon" {
        return Some(state.coupons.get(id)?.render(view));
    }
    if id.starts_with("sub_sched_") {
        return Some(state.schedules.get(id)?.render(view));
    }
    let (prefix, _) = id.split_once('_')?;
    Some(match prefix {
        "cus" => state.customers.get(id)?.render(view),
        "prod" => state.products.get(id)?.render(view),
        "price" => state.prices.get(id)?.render(view),
        "promo" => state.promotion_codes.get(id)?.render(view),
        "di" => state.discounts.get(id)?.render(view),
        "pm" => state.payment_methods.get(id)?.render(view),
        "pi" => state.payment_intents.get(id)?.render(view),
        "ch" => state.charges.get(id)?.render(view),
        "plink" => state.payment_links.get(id)?.render(view),
        "sub" => state.subscriptions.get(id)?.render(view),
        "in" => state.invoices.get(id)?.render(view),
        _ => return None,
    })
}

/// Properties that are omitted unless requested.
fn include(object: &Value, name: &str, view: View<'_>) -> Option<Value> {
    let (kind, id) = (object.get("object")?.as_str()?, object.get("id").and_then(Value::as_str)?);
    let state = view.state;
    match (kind, name) {
        ("checkout.session", "line_items") => {
            let url = format!("/v1/checkout/sessions/{id}/line_items");
            Some(session::line_items(state.checkout_sessions.get(id)?, &url, view))
        }
        ("payment_link", "line_items") => {
            let url = format!("/v1/payment_links/{id}/line_items");
            Some(session::line_items(&state.payment_links.get(id)?.template, &url, view))
        }
        ("invoice", "payments") => Some(billing::payments(state.invoices.get(id)?, view)),
        ("invoice", "confirmation_secret") => Some(billing::confirmation_secret(state.invoices.get(id)?, view)),
        ("charge", "refunds") => Some(payment::refunds(id, view)),
        ("customer", "subscriptions") => {
            let live = state.subscriptions.of_customer(id).filter(|subscription| !subscription.status.is_over());
            let url = format!("/v1/customers/{id}/subscriptions");
            Some(super::inner_list(&url, live.map(|subscription| subscription.render(view)).collect()))
        }
        ("coupon", "applies_to") => Some(serde_json::json!({"products": state.coupons.get(id)?.applies_to})),
        _ => None,
    }
}
