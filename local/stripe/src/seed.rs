//! Prices that exist from the start, as a merchant would create them in Stripe's dashboard.

use crate::model::{Metadata, Price, Product, Recurring};
use crate::tx::{Origin, Tx};
use crate::{StripeStandIn, ids, model};
use serde::{Deserialize, Serialize};

/// How often a price is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Monthly.
    Month,
    /// Yearly.
    Year,
}

/// A recurring price of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedPrice {
    /// The lookup key by which programs find the price.
    pub lookup_key: String,
    /// The product's name; the product is created if it does not exist.
    pub product_name: String,
    /// In minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// How often it is charged.
    pub interval: Interval,
}

impl StripeStandIn {
    /// Creates a price, unless its lookup key already names an equal one. Ids depend only on the seed, so they are the
    /// same after [`StripeStandIn::reset`]. Returns the price's id.
    pub fn seed_price(&self, seed: SeedPrice) -> String {
        let seeded = self.change(Origin::default(), |tx| Ok(seed_price(tx, seed)));
        seeded.unwrap_or_default()
    }
}

fn seed_price(tx: &mut Tx<'_>, seed: SeedPrice) -> String {
    let recurring = Recurring {
        interval: match seed.interval {
            Interval::Month => model::Interval::Month,
            Interval::Year => model::Interval::Year,
        },
        count: 1,
    };
    let holder = tx.state.prices.iter().find(|price| price.lookup_key.as_deref() == Some(&seed.lookup_key)).cloned();
    if let Some(mut holder) = holder {
        if (holder.unit_amount, &holder.currency, holder.recurring) == (seed.amount, &seed.currency, Some(recurring)) {
            return holder.id;
        }
        // Prices cannot be changed, so the key moves to a new one.
        holder.lookup_key = None;
        tx.put(holder);
    }
    let product = ids::configured("prod", &[&seed.product_name]);
    if tx.state.products.get(&product).is_none() {
        tx.put(Product {
            id: product.clone(),
            created: tx.now,
            updated: tx.now,
            name: seed.product_name,
            description: None,
            active: true,
            default_price: None,
            metadata: Metadata::new(),
        });
    }
    let id = ids::configured(
        "price",
        &[&seed.lookup_key, &seed.amount.to_string(), &seed.currency, recurring.interval.name()],
    );
    tx.put(Price {
        id: id.clone(),
        created: tx.now,
        product,
        active: true,
        currency: seed.currency,
        unit_amount: seed.amount,
        recurring: Some(recurring),
        lookup_key: Some(seed.lookup_key),
        nickname: None,
        metadata: Metadata::new(),
    });
    id
}
