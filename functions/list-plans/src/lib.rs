//! `GET /api/plans`: the plans for sale, with Stripe's prices.

use billing::price::Price;
use billing::prices::Prices;
use billing::stripe::{Stripe, StripeError};
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Anyone, Cache, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::models::plan::{Interval, PlanType, streams};
use shared::services::{ConfigError, Services};

/// Lists the plans.
pub struct ListPlans {
    prices: Prices,
    trial_days: u32,
}

/// A plan and its prices.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Plan {
    /// The plan.
    plan_type: PlanType,
    /// Its prices, shortest interval first.
    prices: Vec<PlanPrice>,
    /// Its features, for people.
    features: &'static [&'static str],
    /// Trial days of a user's first subscription; 0 for none.
    trial_days: u32,
    /// How many streams may play simultaneously.
    stream_limit: usize,
}

/// A price of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Price")]
pub struct PlanPrice {
    /// The billing interval.
    interval: Interval,
    /// In minor units.
    amount: i64,
    /// ISO 4217, in lower case.
    currency: String,
    /// Stripe's lookup key.
    lookup_key: String,
}

impl Endpoint for ListPlans {
    type Caller = Anyone;
    type Input = ();
    type Reads = ();
    type Output = Vec<Plan>;
    const SUMMARY: &'static str = "Lists the plans and their prices.";
    const TAG: Tag = Tag::Subscription;
    const CODES: &'static [Code] = &[Code::PaymentProviderUnavailable];
    const LIMIT: Limit = Limit::Catalogue;
    const CACHE: Cache = Cache::Public;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { prices: Prices::new(Stripe::connect(services)?), trial_days: services.trial_days()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<Plan>>, ApiError> {
        let prices = self.prices.get(call.now).await.map_err(StripeError::of_read)?;
        Ok(Reply::new(PlanType::ALL.map(|plan| self.plan(plan, &prices)).into()))
    }
}

impl ListPlans {
    fn plan(&self, plan_type: PlanType, prices: &[Price]) -> Plan {
        let mut own: Vec<&Price> = prices.iter().filter(|price| price.plan_type == plan_type).collect();
        own.sort_by_key(|price| price.interval);
        let shown = |price: &Price| PlanPrice {
            interval: price.interval,
            amount: price.amount,
            currency: price.currency.clone(),
            lookup_key: price.lookup_key.clone(),
        };
        Plan {
            plan_type,
            prices: own.into_iter().map(shown).collect(),
            features: features(plan_type),
            trial_days: self.trial_days,
            stream_limit: streams(Some(plan_type)),
        }
    }
}

fn features(plan: PlanType) -> &'static [&'static str] {
    match plan {
        PlanType::Basic => &["Free and basic titles", "One stream at a time", "Cancel at any time"],
        PlanType::Premium => &["The whole catalogue", "Four streams at a time", "Cancel at any time"],
    }
}
