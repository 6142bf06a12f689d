use super::form::change_metadata;
use super::named::named;
use super::{Form, Paging, found};
use crate::engine::{checkout, discount, subscription};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::{Render, line_items};
use crate::tx::Tx;
use serde_json::Value;

const EXPIRY_MIN: UnixSeconds = 30 * MINUTE;
const EXPIRY_MAX: UnixSeconds = 24 * HOUR;
const LINES_MAX: usize = 20;
pub(crate) const REFERENCE_LENGTH_MAX: usize = 200;

pub(super) fn create(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    only_subscriptions(&mut form)?;
    let lines = lines(tx, &mut form)?;
    let prices: Vec<Price> = lines.iter().map(|line| tx.get::<Price>(&line.price)).collect();
    let (currency, _) = subscription::common_terms(&prices)?;
    subscription::check_for_sale(tx, &prices, "line_items[0][price]")?;
    let customer = form.filled("customer")?.map(|id| named(tx, &id)).transpose()?;
    let customer_email = form.filled("customer_email")?;
    if customer.is_some() && customer_email.is_some() {
        return Err(ApiError::invalid("You may only specify one of these parameters: customer, customer_email."));
    }
    if let Some(customer) = &customer {
        subscription::check_currency(tx, &customer.id, &currency)?;
    }
    let mut session = CheckoutSession {
        id: tx.ids.next("cs_test"),
        created: tx.now,
        expires_at: expiry(tx, &mut form)?,
        customer: customer.map(|customer| customer.id),
        customer_email,
        client_reference_id: client_reference_id(&mut form)?,
        success_url: url(&mut form, "success_url")?.ok_or_else(|| ApiError::missing_param("success_url"))?,
        cancel_url: url(&mut form, "cancel_url")?,
        allow_promotion_codes: form.boolean("allow_promotion_codes")?.unwrap_or(false),
        metadata: form.new_metadata()?,
        card_if_required: card_if_required(&mut form)?,
        locale: form.filled("locale")?,
        ..blank(currency, lines)
    };
    discounts(tx, &mut form, &mut session)?;
    if let Some(data) = form.form("subscription_data")? {
        subscription_data(tx, data, &mut session)?;
    }
    form.finish()?;
    tx.put(session.clone());
    Ok(session.render(tx.view()))
}

/// A new session.
pub(super) fn blank(currency: String, lines: Vec<SessionLine>) -> CheckoutSession {
    CheckoutSession {
        id: String::new(),
        created: 0,
        expires_at: 0,
        status: SessionStatus::Open,
        customer: None,
        customer_email: None,
        client_reference_id: None,
        currency,
        lines,
        success_url: String::new(),
        cancel_url: None,
        allow_promotion_codes: false,
        discounts: Vec::new(),
        metadata: Metadata::new(),
        subscription_metadata: Metadata::new(),
        subscription_description: None,
        trial_end: None,
        missing_payment_method: EndBehavior::CreateInvoice,
        card_if_required: false,
        locale: None,
        subscription: None,
        invoice: None,
        authenticating: None,
        paid: false,
        payment_link: None,
        typed_email: None,
    }
}

/// `payment_method_collection`.
pub(super) fn card_if_required(form: &mut Form) -> Result<bool> {
    let choices = [("always", false), ("if_required", true)];
    Ok(form.choice("payment_method_collection", &choices)?.unwrap_or(false))
}

fn client_reference_id(form: &mut Form) -> Result<Option<String>> {
    let id = form.filled("client_reference_id")?;
    if id.as_ref().is_some_and(|id| id.chars().count() > REFERENCE_LENGTH_MAX) {
        let message = format!("Invalid string: must be at most {REFERENCE_LENGTH_MAX} characters");
        return Err(ApiError::invalid(message).param("client_reference_id"));
    }
    Ok(id)
}

pub(super) fn update(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<CheckoutSession>(tx, id)?;
    let metadata = form.metadata()?;
    form.finish()?;
    let session = tx.edit(id, |session: &mut CheckoutSession| change_metadata(&mut session.metadata, metadata));
    Ok(session.render(tx.view()))
}

pub(super) fn expire(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    let session: CheckoutSession = found(tx, id)?;
    if session.status != SessionStatus::Open {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
            session.status.name()
        );
        return Err(ApiError::invalid(message));
    }
    checkout::expire(tx, id);
    Ok(tx.get::<CheckoutSession>(id).render(tx.view()))
}

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (customer, subscription) = (form.filled("customer")?, form.filled("subscription")?);
    let link = form.filled("payment_link")?;
    let status = form.choice(
        "status",
        &[("open", SessionStatus::Open), ("complete", SessionStatus::Complete), ("expired", SessionStatus::Expired)],
    )?;
    form.finish()?;
    let sessions = tx.state.checkout_sessions.listed(customer.as_deref()).filter(|session| {
        subscription.as_ref().is_none_or(|subscription| session.subscription.as_ref() == Some(subscription))
            && link.as_ref().is_none_or(|link| session.payment_link.as_ref() == Some(link))
            && status.is_none_or(|status| session.status == status)
    });
    paging.page("/v1/checkout/sessions", sessions, tx.view())
}

pub(super) fn list_line_items(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    // At most twenty lines, so they always fit on one page.
    Paging::take(&mut form)?;
    form.finish()?;
    Ok(line_items(&found(tx, id)?, &format!("/v1/checkout/sessions/{id}/line_items"), tx.view()))
}

pub(super) fn create_portal(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let session = PortalSession {
        id: tx.ids.next("bps"),
        created: tx.now,
        customer: named(tx, &form.required("customer")?)?.id,
        return_url: url(&mut form, "return_url")?,
        locale: form.filled("locale")?,
    };
    form.finish()?;
    tx.put(session.clone());
    Ok(session.render(tx.view()))
}

/// Reads the parameters that distinguish the kinds of sessions. The stand-in hosts pages only for subscriptions.
fn only_subscriptions(form: &mut Form) -> Result<()> {
    match form.required("mode")?.as_str() {
        "subscription" => {}
        "payment" | "setup" => {
            let message = "This stand-in supports Checkout Sessions with `mode=subscription` only.";
            return Err(ApiError::invalid(message).param("mode"));
        }
        _ => {
            let message = "Invalid mode: must be one of payment, setup, or subscription";
            return Err(ApiError::invalid(message).param("mode"));
        }
    }
    form.choice("ui_mode", &[("hosted_page", ())])?;
    form.choice("billing_address_collection", &[("auto", ())])?;
    for kind in form.texts("payment_method_types")? {
        if kind != "card" {
            return Err(ApiError::invalid(format!("The payment method type `{kind}` is invalid."))
                .param("payment_method_types"));
        }
    }
    Ok(())
}

pub(super) fn lines(tx: &mut Tx<'_>, form: &mut Form) -> Result<Vec<SessionLine>> {
    let forms = form.forms("line_items")?.unwrap_or_default();
    if forms.is_empty() {
        return Err(ApiError::missing_param("line_items"));
    }
    if forms.len() > LINES_MAX {
        let message = format!("You can have at most {LINES_MAX} line items with recurring prices.");
        return Err(ApiError::invalid(message).param("line_items"));
    }
    let mut lines = Vec::new();
    for mut line in forms {
        let param = line.path("price");
        let price: Price = tx.find(&line.required("price")?, &param)?;
        let quantity_param = line.path("quantity");
        let quantity = line.positive("quantity")?.ok_or_else(|| ApiError::missing_param(&quantity_param))?;
        line.finish()?;
        lines.push(SessionLine { id: tx.ids.next("li"), price: price.id, quantity });
    }
    Ok(lines)
}

fn expiry(tx: &Tx<'_>, form: &mut Form) -> Result<UnixSeconds> {
    let Some(at) = form.moment("expires_at", tx.now)? else { return Ok(tx.now + EXPIRY_MAX) };
    if (tx.now + EXPIRY_MIN..=tx.now + EXPIRY_MAX).contains(&at) {
        return Ok(at);
    }
    let message =
        "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.";
    Err(ApiError::invalid(message).param("expires_at"))
}

fn discounts(tx: &Tx<'_>, form: &mut Form, session: &mut CheckoutSession) -> Result<()> {
    session.discounts = super::subscriptions::discounts(tx, form)?.unwrap_or_default();
    if session.discounts.len() > 1 {
        return Err(ApiError::invalid("You can only apply one discount.").param("discounts"));
    }
    if !session.discounts.is_empty() && session.allow_promotion_codes {
        return Err(ApiError::invalid(
            "You may only specify one of these parameters: allow_promotion_codes, discounts.",
        ));
    }
    let subtotal = discount::session_totals(tx.state, session).subtotal;
    for applied in &session.discounts {
        discount::check(tx.state, applied, discount::Purchase::from_session(session, subtotal), tx.now)?;
    }
    Ok(())
}

pub(super) fn subscription_data(tx: &Tx<'_>, mut data: Form, session: &mut CheckoutSession) -> Result<()> {
    session.subscription_metadata = data.new_metadata()?;
    session.subscription_description = data.filled("description")?;
    let days = data.positive("trial_period_days")?;
    let until = data.moment("trial_end", tx.now)?;
    session.trial_end = match (days, until) {
        (None, None) => None,
        (Some(days), None) if days <= 730 => i64::try_from(days).ok().map(Trial::Days),
        (None, Some(until)) if until >= tx.now + 48 * HOUR => Some(Trial::Until(until)),
        (None, Some(_)) => {
            let message = "The `trial_end` date has to be at least 2 days in the future.";
            return Err(ApiError::invalid(message).param("subscription_data[trial_end]"));
        }
        _ => {
            let message = "Pass one of trial_end and trial_period_days, of at most 730 days.";
            return Err(ApiError::invalid(message).param("subscription_data"));
        }
    };
    if let Some(settings) = data.form("trial_settings")? {
        session.missing_payment_method = super::subscriptions::end_behavior(settings)?;
    }
    if let Some(mut mode) = data.form("billing_mode")? {
        mode.choice("type", &[("flexible", ())])?;
        mode.finish()?;
    }
    data.finish()
}

/// A URL that a browser is redirected to.
pub(super) fn url(form: &mut Form, field: &str) -> Result<Option<String>> {
    let path = form.path(field);
    let Some(text) = form.filled(field)? else { return Ok(None) };
    let valid = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if valid { Ok(Some(text)) } else { Err(ApiError::invalid("Not a valid URL").code("url_invalid").param(&path)) }
}
