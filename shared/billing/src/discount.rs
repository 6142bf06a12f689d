//! What a coupon on a subscription takes off a later bill.

use jiff::Timestamp;
use serde::Deserialize;

/// A coupon on a subscription.
#[derive(Clone, Debug, Deserialize)]
pub struct Discount {
    /// When a repeating coupon ends, in seconds since the epoch.
    end: Option<i64>,
    source: Source,
}

#[derive(Clone, Debug, Deserialize)]
struct Source {
    coupon: Coupon,
}

#[derive(Clone, Debug, Deserialize)]
struct Coupon {
    duration: String,
    percent_off: Option<f64>,
    amount_off: Option<i64>,
    applies_to: Option<Products>,
}

#[derive(Clone, Debug, Deserialize)]
struct Products {
    products: Vec<String>,
}

impl Discount {
    /// Whether it lowers a bill at that time. A coupon for one bill does not if another bill comes first.
    pub fn lasts(&self, at: Timestamp, is_first_bill: bool) -> bool {
        match self.source.coupon.duration.as_str() {
            "once" => is_first_bill,
            _ => self.end.is_none_or(|end| end > at.as_second()),
        }
    }

    /// What is left of the price of a product, in minor units.
    pub fn lower(&self, amount: i64, product: Option<&str>) -> i64 {
        let Coupon { percent_off, amount_off, applies_to, .. } = &self.source.coupon;
        let is_for = |only: &Products| product.is_some_and(|product| only.products.iter().any(|one| one == product));
        if !applies_to.as_ref().is_none_or(|only| only.products.is_empty() || is_for(only)) {
            return amount;
        }
        let off = match percent_off {
            Some(percent) => share(amount, *percent),
            None => amount_off.unwrap_or(0),
        };
        (amount - off).max(0)
    }
}

/// A percentage of an amount, to the nearest minor unit, as Stripe rounds.
fn share(amount: i64, percent: f64) -> i64 {
    // A percentage has at most two decimals.
    let basis_points = (percent * 100.0).round() as i64;
    amount.saturating_mul(basis_points).saturating_add(5_000) / 10_000
}
