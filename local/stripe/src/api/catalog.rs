use super::form::change_metadata;
use super::{Form, Paging, deleted, found};
use crate::engine::money::{check_amount, check_currency};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::Value;

pub(super) const INTERVALS: &[(&str, Interval)] =
    &[("day", Interval::Day), ("week", Interval::Week), ("month", Interval::Month), ("year", Interval::Year)];

pub(super) fn create_product(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let product = Product {
        id: match form.filled("id")? {
            Some(id) => id,
            None => tx.ids.next("prod"),
        },
        created: tx.now,
        updated: tx.now,
        name: form.required("name")?,
        description: form.unsettable("description")?.value(),
        active: form.boolean("active")?.unwrap_or(true),
        default_price: None,
        metadata: form.new_metadata()?,
    };
    form.finish()?;
    if tx.state.products.get(&product.id).is_some() {
        return Err(ApiError::invalid("Product already exists.").code("resource_already_exists").param("id"));
    }
    let id = product.id.clone();
    tx.put(product);
    tx.emit::<Product>("product.created", &id);
    Ok(tx.get::<Product>(&id).render(tx.view()))
}

pub(super) fn update_product(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<Product>(tx, id)?;
    let now = tx.now;
    let (name, description) = (form.filled("name")?, form.unsettable("description")?);
    let (active, metadata, default) = (form.boolean("active")?, form.metadata()?, form.filled("default_price")?);
    form.finish()?;
    if let Some(price) = &default {
        tx.find::<Price>(price, "default_price")?;
    }
    let product = tx.update(id, "product.updated", |product: &mut Product| {
        product.name = name.unwrap_or_else(|| product.name.clone());
        product.description = description.over(product.description.take());
        product.active = active.unwrap_or(product.active);
        product.default_price = default.or_else(|| product.default_price.clone());
        change_metadata(&mut product.metadata, metadata);
        product.updated = now;
    });
    Ok(product.render(tx.view()))
}

pub(super) fn delete_product(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    found::<Product>(tx, id)?;
    if tx.state.prices.iter().any(|price| price.product == id) {
        return Err(ApiError::invalid(
            "This product cannot be deleted because it has one or more user-created prices.",
        ));
    }
    tx.emit::<Product>("product.deleted", id);
    tx.state.products.remove(id);
    Ok(deleted(id, "product"))
}

pub(super) fn list_products(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (active, ids) = (form.boolean("active")?, form.texts("ids")?);
    form.finish()?;
    let rows = tx.state.products.iter().filter(|product| {
        active.is_none_or(|active| product.active == active) && (ids.is_empty() || ids.contains(&product.id))
    });
    paging.page("/v1/products", rows, tx.view())
}

pub(super) fn create_price(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let currency = check_currency(&form.required("currency")?, "currency")?;
    let unit_amount = form.integer("unit_amount")?.ok_or_else(|| ApiError::missing_param("unit_amount"))?;
    if unit_amount < 0 {
        return Err(ApiError::invalid("This value must be greater than or equal to 0.").param("unit_amount"));
    }
    check_amount(unit_amount, &currency, "unit_amount")?;
    let recurring = form.form("recurring")?.map(recurring).transpose()?;
    let product = match (form.filled("product")?, form.form("product_data")?) {
        (Some(product), None) => tx.find::<Product>(&product, "product")?.id,
        (None, Some(data)) => {
            let product = create_product(tx, data)?;
            product["id"].as_str().unwrap_or_default().to_owned()
        }
        _ => return Err(ApiError::invalid("You must specify one of `product` or `product_data`.").param("product")),
    };
    let price = Price {
        id: tx.ids.next("price"),
        created: tx.now,
        product,
        active: form.boolean("active")?.unwrap_or(true),
        currency,
        unit_amount,
        recurring,
        lookup_key: form.filled("lookup_key")?,
        nickname: form.filled("nickname")?,
        metadata: form.new_metadata()?,
    };
    let transfer = form.boolean("transfer_lookup_key")?.unwrap_or(false);
    form.finish()?;
    claim_lookup_key(tx, price.lookup_key.as_deref(), &price.id, transfer)?;
    let id = price.id.clone();
    tx.put(price);
    tx.emit::<Price>("price.created", &id);
    Ok(tx.get::<Price>(&id).render(tx.view()))
}

pub(super) fn update_price(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let product: Product = tx.get(&found::<Price>(tx, id)?.product);
    let (active, nickname, metadata) = (form.boolean("active")?, form.unsettable("nickname")?, form.metadata()?);
    let key = form.unsettable("lookup_key")?;
    let transfer = form.boolean("transfer_lookup_key")?.unwrap_or(false);
    form.finish()?;
    if active == Some(false) && product.default_price.as_deref() == Some(id) {
        let message = "This price cannot be archived because it is the default price of its product.";
        return Err(ApiError::invalid(message).param("active"));
    }
    claim_lookup_key(tx, key.clone().value().as_deref(), id, transfer)?;
    let price = tx.update(id, "price.updated", |price: &mut Price| {
        price.active = active.unwrap_or(price.active);
        price.nickname = nickname.over(price.nickname.take());
        price.lookup_key = key.over(price.lookup_key.take());
        change_metadata(&mut price.metadata, metadata);
    });
    Ok(price.render(tx.view()))
}

pub(super) fn list_prices(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (active, product, currency) = (form.boolean("active")?, form.filled("product")?, form.filled("currency")?);
    let keys = form.texts("lookup_keys")?;
    let recurring = form.choice("type", &[("recurring", true), ("one_time", false)])?;
    form.finish()?;
    let rows = tx.state.prices.iter().filter(|price| {
        active.is_none_or(|active| price.active == active)
            && product.as_ref().is_none_or(|product| price.product == *product)
            && currency.as_ref().is_none_or(|currency| price.currency == *currency)
            && recurring.is_none_or(|recurring| price.recurring.is_some() == recurring)
            && (keys.is_empty() || price.lookup_key.as_ref().is_some_and(|key| keys.contains(key)))
    });
    paging.page("/v1/prices", rows, tx.view())
}

/// A lookup key belongs to only one price at a time.
fn claim_lookup_key(tx: &mut Tx<'_>, key: Option<&str>, price: &str, transfer: bool) -> Result<()> {
    let Some(key) = key else { return Ok(()) };
    let holder = tx.state.prices.iter().find(|other| other.lookup_key.as_deref() == Some(key) && other.id != price);
    match holder.map(|holder| holder.id.clone()) {
        None => Ok(()),
        Some(holder) if transfer => {
            tx.update(&holder, "price.updated", |price: &mut Price| price.lookup_key = None);
            Ok(())
        }
        Some(holder) => {
            let message = format!("A price (`{holder}`) already uses that lookup key.");
            Err(ApiError::invalid(message).code("resource_already_exists").param("lookup_key"))
        }
    }
}

fn recurring(mut form: Form) -> Result<Recurring> {
    let Some(interval) = form.choice("interval", INTERVALS)? else {
        return Err(ApiError::missing_param("recurring[interval]"));
    };
    let count = form.positive("interval_count")?.unwrap_or(1);
    form.choice("usage_type", &[("licensed", ())])?;
    form.finish()?;
    Ok(Recurring { interval, count: u32::try_from(count).unwrap_or(u32::MAX) })
}
