use super::{Metadata, UnixSeconds};
use crate::state::Object;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Product {
    pub id: String,
    pub created: UnixSeconds,
    pub updated: UnixSeconds,
    pub name: String,
    pub description: Option<String>,
    pub active: bool,
    pub default_price: Option<String>,
    pub metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Price {
    pub id: String,
    pub created: UnixSeconds,
    pub product: String,
    pub active: bool,
    pub currency: String,
    /// In minor units.
    pub unit_amount: i64,
    /// `None` for a one-time price.
    pub recurring: Option<Recurring>,
    pub lookup_key: Option<String>,
    pub nickname: Option<String>,
    pub metadata: Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recurring {
    pub interval: Interval,
    pub count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Interval {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Coupon {
    pub id: String,
    pub created: UnixSeconds,
    pub name: Option<String>,
    pub off: Reduction,
    pub duration: Duration,
    pub max_redemptions: Option<u64>,
    pub redeem_by: Option<UnixSeconds>,
    pub times_redeemed: u64,
    /// The products to which it is limited; empty for all.
    pub applies_to: Vec<String>,
    pub metadata: Metadata,
    pub deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reduction {
    /// In percent.
    Percent(f64),
    /// In minor units of a currency.
    Amount { amount: i64, currency: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Duration {
    Once,
    Months(u32),
    Forever,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PromotionCode {
    pub id: String,
    pub created: UnixSeconds,
    pub code: String,
    pub coupon: String,
    pub active: bool,
    /// The only customer who may use it.
    pub customer: Option<String>,
    pub expires_at: Option<UnixSeconds>,
    pub max_redemptions: Option<u64>,
    pub times_redeemed: u64,
    pub first_time_transaction: bool,
    pub minimum_amount: Option<i64>,
    pub minimum_amount_currency: Option<String>,
    pub metadata: Metadata,
}

/// A coupon applied to a subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Discount {
    pub id: String,
    pub coupon: String,
    pub promotion_code: Option<String>,
    pub customer: String,
    pub subscription: Option<String>,
    pub checkout_session: Option<String>,
    pub start: UnixSeconds,
    pub end: Option<UnixSeconds>,
}

impl Object for Discount {
    const KIND: &'static str = "discount";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.start
    }
}

macro_rules! objects {
    ($($object:ty = $kind:literal),*) => {
        $(impl Object for $object {
            const KIND: &'static str = $kind;

            fn id(&self) -> &str {
                &self.id
            }

            fn created(&self) -> UnixSeconds {
                self.created
            }
        })*
    };
}

objects!(Product = "product", Price = "price", Coupon = "coupon", PromotionCode = "promotion_code");
