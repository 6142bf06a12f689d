//! Prices are Stripe's, found by lookup key, and kept in memory for a few minutes.

use crate::stripe::{Stripe, StripeError};
use jiff::{SignedDuration, Timestamp};
use shared::models::plan::{Interval, PlanType, of_lookup_key};
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long prices are kept: the longest that a change of prices takes to arrive.
const KEPT: SignedDuration = SignedDuration::from_mins(5);

/// A price of one of our plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Stripe's id.
    pub id: String,
    /// The plan.
    pub plan_type: PlanType,
    /// How often it is paid.
    pub interval: Interval,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// By which it is found.
    pub lookup_key: String,
}

impl Price {
    /// Reads a price; `None` for one that is not a flat price of a plan of ours.
    pub(crate) fn read(one: stripe_shared::Price) -> Option<Self> {
        let lookup_key = one.lookup_key?;
        let (plan_type, interval) = of_lookup_key(&lookup_key)?;
        let (id, currency) = (one.id.to_string(), one.currency.to_string());
        Some(Self { id, plan_type, interval, amount: one.unit_amount?, currency, lookup_key })
    }
}

/// The prices, read when they are needed.
pub struct Prices {
    stripe: Stripe,
    kept: Mutex<Option<(Timestamp, Arc<Vec<Price>>)>>,
}

impl Prices {
    /// Prices of that Stripe.
    pub fn new(stripe: Stripe) -> Self {
        Self { stripe, kept: Mutex::default() }
    }

    /// The prices, at most five minutes old. Older ones serve on while Stripe does not answer.
    pub async fn get(&self, now: Timestamp) -> Result<Arc<Vec<Price>>, StripeError> {
        let mut kept = self.kept.lock().await;
        if let Some((at, prices)) = kept.as_ref()
            && now.duration_since(*at) < KEPT
        {
            return Ok(prices.clone());
        }
        match (self.stripe.prices().await, kept.as_ref()) {
            (Ok(prices), _) => Ok(kept.insert((now, Arc::new(prices))).1.clone()),
            (Err(_), Some((_, older))) => Ok(older.clone()),
            (Err(error), None) => Err(error),
        }
    }
}
