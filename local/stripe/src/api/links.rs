use super::form::change_metadata;
use super::{Form, Paging, found, sessions};
use crate::engine::subscription;
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::{Render, line_items};
use crate::tx::Tx;
use serde_json::Value;

pub(super) fn create(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let lines = sessions::lines(tx, &mut form)?;
    let prices: Vec<Price> = lines.iter().map(|line| tx.get::<Price>(&line.price)).collect();
    let (currency, _) = subscription::common_terms(&prices)?;
    subscription::check_for_sale(tx, &prices, "line_items[0][price]")?;
    let mut template = sessions::blank(currency, lines);
    template.allow_promotion_codes = form.boolean("allow_promotion_codes")?.unwrap_or(false);
    template.card_if_required = sessions::card_if_required(&mut form)?;
    template.metadata = form.new_metadata()?;
    if let Some(data) = form.form("subscription_data")? {
        sessions::subscription_data(tx, data, &mut template)?;
    }
    let link = PaymentLink {
        id: tx.ids.next("plink"),
        created: tx.now,
        active: true,
        inactive_message: form.unsettable("inactive_message")?.value(),
        redirect: form.form("after_completion")?.map(redirect).transpose()?.flatten(),
        template,
    };
    form.finish()?;
    tx.put(link.clone());
    tx.emit::<PaymentLink>("payment_link.created", &link.id);
    Ok(link.render(tx.view()))
}

pub(super) fn update(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<PaymentLink>(tx, id)?;
    let (active, metadata) = (form.boolean("active")?, form.metadata()?);
    let message = form.unsettable("inactive_message")?;
    let codes = form.boolean("allow_promotion_codes")?;
    form.finish()?;
    let link = tx.update(id, "payment_link.updated", |link: &mut PaymentLink| {
        link.active = active.unwrap_or(link.active);
        link.inactive_message = message.over(link.inactive_message.take());
        link.template.allow_promotion_codes = codes.unwrap_or(link.template.allow_promotion_codes);
        change_metadata(&mut link.template.metadata, metadata);
    });
    Ok(link.render(tx.view()))
}

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let active = form.boolean("active")?;
    form.finish()?;
    let rows = tx.state.payment_links.iter().filter(|link| active.is_none_or(|active| link.active == active));
    paging.page("/v1/payment_links", rows, tx.view())
}

pub(super) fn list_line_items(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    Paging::take(&mut form)?;
    form.finish()?;
    let link: PaymentLink = found(tx, id)?;
    Ok(line_items(&link.template, &format!("/v1/payment_links/{id}/line_items"), tx.view()))
}

/// `after_completion`: Stripe's confirmation page or the merchant's own page.
fn redirect(mut after: Form) -> Result<Option<String>> {
    let elsewhere = after.choice("type", &[("hosted_confirmation", false), ("redirect", true)])?;
    let url = match after.form("redirect")? {
        Some(mut redirect) => {
            let url = sessions::url(&mut redirect, "url")?;
            redirect.finish()?;
            url
        }
        None => None,
    };
    after.finish()?;
    match (elsewhere, url) {
        (Some(true), Some(url)) => Ok(Some(url)),
        (Some(false), None) => Ok(None),
        (None, _) => Err(ApiError::missing_param("after_completion[type]")),
        _ => Err(ApiError::missing_param("after_completion[redirect][url]")),
    }
}
