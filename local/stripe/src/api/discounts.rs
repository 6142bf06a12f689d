use super::form::change_metadata;
use super::{Form, Paging, deleted, found};
use crate::engine::money::{check_amount, check_currency};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::Value;

pub(super) fn create_coupon(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let id = match form.filled("id")? {
        Some(id) => id,
        None => tx.ids.code(),
    };
    if tx.state.coupons.get(&id).is_some_and(|coupon| !coupon.deleted) {
        return Err(ApiError::invalid("Coupon already exists.").code("resource_already_exists").param("id"));
    }
    let coupon = Coupon {
        id: id.clone(),
        created: tx.now,
        name: form.filled("name")?,
        off: off(&mut form)?,
        duration: duration(&mut form)?,
        max_redemptions: form.positive("max_redemptions")?,
        redeem_by: form.moment("redeem_by", tx.now)?,
        times_redeemed: 0,
        applies_to: match form.form("applies_to")? {
            Some(mut applies_to) => {
                let products = applies_to.texts("products")?;
                applies_to.finish()?;
                products
            }
            None => Vec::new(),
        },
        metadata: form.new_metadata()?,
        deleted: false,
    };
    form.finish()?;
    tx.put(coupon);
    tx.emit::<Coupon>("coupon.created", &id);
    Ok(tx.get::<Coupon>(&id).render(tx.view()))
}

pub(super) fn update_coupon(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    live_coupon(tx, id)?;
    let (name, metadata) = (form.unsettable("name")?, form.metadata()?);
    form.finish()?;
    let coupon = tx.update(id, "coupon.updated", |coupon: &mut Coupon| {
        coupon.name = name.over(coupon.name.take());
        change_metadata(&mut coupon.metadata, metadata);
    });
    Ok(coupon.render(tx.view()))
}

/// A deleted coupon cannot be redeemed; existing discounts stay.
pub(super) fn delete_coupon(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    live_coupon(tx, id)?;
    tx.emit::<Coupon>("coupon.deleted", id);
    tx.edit(id, |coupon: &mut Coupon| coupon.deleted = true);
    Ok(deleted(id, "coupon"))
}

pub(super) fn retrieve_coupon(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    Ok(live_coupon(tx, id)?.render(tx.view()))
}

pub(super) fn list_coupons(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    form.finish()?;
    paging.page("/v1/coupons", tx.state.coupons.iter().filter(|coupon| !coupon.deleted), tx.view())
}

pub(super) fn create_promotion_code(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let Some(mut promotion) = form.form("promotion")? else { return Err(ApiError::missing_param("promotion")) };
    promotion.choice("type", &[("coupon", ())])?;
    let coupon = promotion.required("coupon")?;
    promotion.finish()?;
    if tx.find::<Coupon>(&coupon, "promotion[coupon]")?.deleted {
        return Err(ApiError::no_such("coupon", &coupon, "promotion[coupon]"));
    }
    let code = match form.filled("code")? {
        Some(code) => code,
        None => tx.ids.code(),
    };
    let mut restrictions = form.form("restrictions")?.unwrap_or_default();
    let promotion_code = PromotionCode {
        id: tx.ids.next("promo"),
        created: tx.now,
        code,
        coupon,
        active: form.boolean("active")?.unwrap_or(true),
        customer: form.filled("customer")?,
        expires_at: form.moment("expires_at", tx.now)?,
        max_redemptions: form.positive("max_redemptions")?,
        times_redeemed: 0,
        first_time_transaction: restrictions.boolean("first_time_transaction")?.unwrap_or(false),
        minimum_amount: restrictions.integer("minimum_amount")?,
        minimum_amount_currency: restrictions.filled("minimum_amount_currency")?,
        metadata: form.new_metadata()?,
    };
    restrictions.finish()?;
    form.finish()?;
    if let Some(customer) = &promotion_code.customer {
        super::named::named(tx, customer)?;
    }
    if promotion_code.active {
        check_text(tx, &promotion_code)?;
    }
    let id = promotion_code.id.clone();
    tx.put(promotion_code);
    tx.emit::<PromotionCode>("promotion_code.created", &id);
    Ok(tx.get::<PromotionCode>(&id).render(tx.view()))
}

/// Active codes with the same text must be for different customers.
fn check_text(tx: &Tx<'_>, code: &PromotionCode) -> Result<()> {
    let is_same = |other: &PromotionCode| {
        other.id != code.id
            && other.active
            && other.customer == code.customer
            && other.code.eq_ignore_ascii_case(&code.code)
    };
    if tx.state.promotion_codes.iter().any(is_same) {
        let message = format!("An active promotion code with `code: {}` already exists.", code.code);
        return Err(ApiError::invalid(message).code("resource_already_exists").param("code"));
    }
    Ok(())
}

pub(super) fn update_promotion_code(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let code: PromotionCode = found(tx, id)?;
    let (active, metadata) = (form.boolean("active")?, form.metadata()?);
    form.finish()?;
    if active == Some(true) {
        check_text(tx, &code)?;
    }
    let code = tx.update(id, "promotion_code.updated", |code: &mut PromotionCode| {
        code.active = active.unwrap_or(code.active);
        change_metadata(&mut code.metadata, metadata);
    });
    Ok(code.render(tx.view()))
}

pub(super) fn list_promotion_codes(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (code, coupon) = (form.filled("code")?, form.filled("coupon")?);
    let (customer, active) = (form.filled("customer")?, form.boolean("active")?);
    form.finish()?;
    let now = tx.now;
    let rows = tx.state.promotion_codes.iter().filter(|promotion_code| {
        let usable = promotion_code.active && promotion_code.expires_at.is_none_or(|end| end > now);
        code.as_ref().is_none_or(|code| promotion_code.code.eq_ignore_ascii_case(code))
            && coupon.as_ref().is_none_or(|coupon| promotion_code.coupon == *coupon)
            && customer.as_ref().is_none_or(|customer| promotion_code.customer.as_ref() == Some(customer))
            && active.is_none_or(|active| usable == active)
    });
    paging.page("/v1/promotion_codes", rows, tx.view())
}

fn live_coupon(tx: &Tx<'_>, id: &str) -> Result<Coupon> {
    let coupon: Coupon = found(tx, id)?;
    if coupon.deleted { Err(ApiError::no_such("coupon", id, "id").not_found()) } else { Ok(coupon) }
}

fn off(form: &mut Form) -> Result<Reduction> {
    let percent = form.filled("percent_off")?;
    let (amount, currency) = (form.integer("amount_off")?, form.filled("currency")?);
    match (percent, amount) {
        (Some(percent), None) => {
            let invalid = || ApiError::invalid(format!("Invalid percent_off: {percent}")).param("percent_off");
            let percent =
                percent.parse().ok().filter(|percent| *percent > 0.0 && *percent <= 100.0).ok_or_else(invalid)?;
            Ok(Reduction::Percent(percent))
        }
        (None, Some(amount)) if amount > 0 => {
            let currency = check_currency(&currency.ok_or_else(|| ApiError::missing_param("currency"))?, "currency")?;
            check_amount(amount, &currency, "amount_off")?;
            Ok(Reduction::Amount { amount, currency })
        }
        _ => Err(ApiError::invalid("Must pass exactly one of percent_off or amount_off.")),
    }
}

fn duration(form: &mut Form) -> Result<Duration> {
    let months = form.positive("duration_in_months")?;
    match (form.filled("duration")?.as_deref().unwrap_or("once"), months) {
        ("once", None) => Ok(Duration::Once),
        ("forever", None) => Ok(Duration::Forever),
        ("repeating", Some(months)) => Ok(Duration::Months(u32::try_from(months).unwrap_or(u32::MAX))),
        ("repeating", None) => Err(ApiError::missing_param("duration_in_months")),
        _ => Err(ApiError::invalid("Invalid duration: must be one of forever, once, or repeating").param("duration")),
    }
}
