//! A price at Stripe, and the plan that it sells.

use shared::models::plan::{Interval, PlanType, of_lookup_key};
use std::collections::BTreeSet;

/// A price of one of our plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Stripe's id.
    pub id: String,
    /// The plan.
    pub plan_type: PlanType,
    /// How often it is billed.
    pub interval: Interval,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// The key by which it is found.
    pub lookup_key: String,
}

impl Price {
    /// Reads a price; `None` unless it is a flat price of one of our plans.
    pub(crate) fn read(price: stripe_shared::Price) -> Option<Self> {
        let lookup_key = price.lookup_key?;
        let (plan_type, interval) = of_lookup_key(&lookup_key)?;
        let (id, currency) = (price.id.to_string(), price.currency.to_string());
        Some(Self { id, plan_type, interval, amount: price.unit_amount?, currency, lookup_key })
    }
}

/// The plan that a price names itself: by its lookup key, or by the `lookup_key` in its metadata, which records the key
/// after it was moved to another price.
pub(crate) fn named_plan(price: &stripe_shared::Price) -> Option<(PlanType, Interval)> {
    let keys = [price.lookup_key.as_ref(), price.metadata.get("lookup_key")];
    keys.into_iter().flatten().find_map(|key| of_lookup_key(key))
}

/// A price of a product, whether or not it is still sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProductPrice {
    pub(crate) id: String,
    /// The plan that it names, or otherwise the one plan that the other prices of its product name.
    pub(crate) plan: Option<(PlanType, Interval)>,
    /// Whether it names the plan itself.
    pub(crate) is_named: bool,
    pub(crate) amount: i64,
    pub(crate) currency: String,
}

/// The plan of each price of a product. A price that names no plan has the plan of its product, if all other prices of
/// the product name the same one.
pub(crate) fn of_product(prices: &[stripe_shared::Price]) -> Vec<ProductPrice> {
    let named: BTreeSet<PlanType> = prices.iter().filter_map(|price| Some(named_plan(price)?.0)).collect();
    let only = named.first().copied().filter(|_| named.len() == 1);
    let read = |price: &stripe_shared::Price| ProductPrice {
        id: price.id.to_string(),
        plan: named_plan(price).or_else(|| Some((only?, billed_every(price)?))),
        is_named: named_plan(price).is_some(),
        amount: price.unit_amount.unwrap_or(0),
        currency: price.currency.to_string(),
    };
    prices.iter().map(read).collect()
}

/// How often a price is billed, if that is one of our intervals.
fn billed_every(price: &stripe_shared::Price) -> Option<Interval> {
    let recurring = price.recurring.as_ref().filter(|recurring| recurring.interval_count == 1)?;
    Interval::ALL.into_iter().find(|every| every.name() == recurring.interval.as_str())
}
