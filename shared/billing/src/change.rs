//! A change of plan: what it is, now or when the period ends, and why it cannot be made.

use crate::prices::{Price, Prices};
use crate::rules;
use crate::snapshot::Subscription;
use crate::stripe::{Stripe, StripeError};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use shared::http::error::{ApiError, Code};
use shared::models::plan::{Interval, PlanType};
use shared::services::{ConfigError, Services};
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The plan.
    pub plan_type: PlanType,
    /// How often it is paid; as often as now unless it is said.
    pub interval: Option<Interval>,
}

/// When, and how, a wish comes true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Now, once the difference is paid: a higher plan, or a year instead of a month.
    Now,
    /// When the period ends: a lower plan, or a month instead of a year.
    AtPeriodEnd,
    /// It is set to come true already.
    Set,
    /// What was to change is taken back.
    Back,
    /// It is so already.
    Same,
}

/// Why there is no change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// There is nothing to change.
    NoSubscription,
    /// What is owed comes first.
    Owed(&'a Subscription),
    /// It ends: that has to be taken back first, lest somebody pays for what will be cancelled, or is billed for what they
    /// cancelled.
    Ends,
    /// Another change is set: that has to be taken back first, lest a declined card loses it.
    OtherChange,
}

/// A change that can be made.
#[derive(Clone, Debug)]
pub struct Change {
    /// Of which subscription.
    pub subscription: Subscription,
    /// To what.
    pub price: Price,
    /// When.
    pub course: Course,
}

/// Decides about a wish.
pub fn decide<'a>(
    subscriptions: &'a [Subscription],
    prices: &[Price],
    wish: Wish,
) -> Result<(&'a Subscription, (PlanType, Interval), Course), Refusal<'a>> {
    let one = rules::granting(subscriptions).filter(|one| rules::is_live_of_ours(one));
    let (one, present) = one.and_then(|one| Some((one, one.plan?))).ok_or(Refusal::NoSubscription)?;
    let target = (wish.plan_type, wish.interval.unwrap_or(present.1));
    let next = one.schedule.as_ref().and_then(|schedule| schedule.next.as_ref());
    let is_set = next.is_some_and(|next| Some(next) != one.price.as_ref());
    if target == present {
        let course = if is_set || one.awaited.is_some() { Course::Back } else { Course::Same };
        return Ok((one, target, course));
    }
    if rules::is_unpaid(one) {
        return Err(Refusal::Owed(one));
    }
    if rules::is_ending(one) {
        return Err(Refusal::Ends);
    }
    // A higher plan, or else the same for longer.
    let course = match target > present {
        true if is_set => return Err(Refusal::OtherChange),
        true => Course::Now,
        false if rules::pending(one, subscriptions, prices) == Some(target) => Course::Set,
        false => Course::AtPeriodEnd,
    };
    Ok((one, target, course))
}

/// Changes of plan at Stripe.
pub struct Changes {
    stripe: Stripe,
    prices: Prices,
    web_origin: String,
}

impl Changes {
    /// Stripe as this function was given it.
    pub fn connect(services: &Services, stripe: Stripe) -> Result<Self, ConfigError> {
        Ok(Self { prices: Prices::new(stripe.clone()), stripe, web_origin: services.web_origin()? })
    }

    /// The prices.
    pub async fn prices(&self, now: Timestamp) -> Result<Arc<Vec<Price>>, StripeError> {
        self.prices.get(now).await
    }

    /// The change that a wish comes to.
    pub async fn decide(&self, customer: Option<&str>, wish: Wish, now: Timestamp) -> Result<Change, ApiError> {
        let customer = customer.ok_or_else(no_subscription)?;
        let (subscriptions, prices) = tokio::try_join!(self.stripe.subscriptions(customer), self.prices.get(now))?;
        let (one, (plan, interval), course) = match decide(&subscriptions, &prices, wish) {
            Ok(decided) => decided,
            Err(refusal) => return Err(self.refused(refusal).await?),
        };
        let price = prices.iter().find(|price| (price.plan_type, price.interval) == (plan, interval));
        let price = price.ok_or_else(|| ApiError::internal("Stripe has no price with the plan's lookup key"))?;
        Ok(Change { subscription: one.clone(), price: price.clone(), course })
    }

    /// Makes a change; under a client's key twice the same.
    pub async fn make(&self, change: &Change, key: Option<&str>) -> Result<(), ApiError> {
        let Change { subscription: one, price, course } = change;
        match (course, key) {
            (Course::Now, _) => {
                // A schedule that changes nothing any more.
                self.stripe.drop_schedule(one).await?;
                let changed = self.stripe.change_now(one, &price.id, key).await?;
                self.paid(changed.subscription.awaited.as_deref()).await
            }
            (Course::AtPeriodEnd, _) => {
                self.stripe.drop_awaited(one).await?;
                Ok(self.stripe.change_later(one, &price.id, price.interval).await?)
            }
            (Course::Back, _) => Ok(self.stripe.drop_changes(one).await?),
            (Course::Set, _) => Ok(()),
            // Perhaps this very request made it so. If not, nothing is changed.
            (Course::Same, Some(key)) => match self.stripe.change_now(one, &price.id, Some(key)).await?.is_replayed {
                true => Ok(()),
                false => Err(same()),
            },
            (Course::Same, None) => Err(same()),
        }
    }

    /// Whether the invoice that a change waits for was paid after all.
    async fn paid(&self, awaited: Option<&str>) -> Result<(), ApiError> {
        let Some(invoice) = awaited else { return Ok(()) };
        let Some(unpaid) = self.stripe.unpaid(invoice).await? else { return Ok(()) };
        let error = match unpaid.wants_confirmation {
            true => ApiError::new(Code::PaymentActionRequired, "Your bank asks you to confirm the payment."),
            false => ApiError::new(Code::CardDeclined, "The card was declined; your plan stays as it is."),
        };
        Err(self.with_page(error, unpaid.page))
    }

    async fn refused(&self, refusal: Refusal<'_>) -> Result<ApiError, StripeError> {
        Ok(match refusal {
            Refusal::NoSubscription => no_subscription(),
            Refusal::Owed(one) => {
                let invoices = self.stripe.invoices(&one.customer).await?;
                let owed = invoices.into_iter().filter(|invoice| {
                    invoice.entry.status == "open" && invoice.entry.subscription.as_ref() == Some(&one.id)
                });
                let oldest = owed.min_by_key(|invoice| invoice.entry.created);
                let message = "An invoice is not paid yet; please pay it first.";
                self.with_page(ApiError::new(Code::PaymentActionRequired, message), oldest.and_then(|one| one.page))
            }
            Refusal::Ends => conflict("The subscription is cancelled; please take that back first."),
            Refusal::OtherChange => conflict("Another change is set; please take it back first."),
        })
    }

    /// Where it is paid: Stripe's page of the invoice, or the account's own.
    fn with_page(&self, error: ApiError, page: Option<String>) -> ApiError {
        let page = page.unwrap_or_else(|| format!("{}/account", self.web_origin));
        error.with_details(vec![json!({ "field": "confirm_url", "issue": page })])
    }
}

fn no_subscription() -> ApiError {
    ApiError::new(Code::SubscriptionRequired, "There is no subscription to change; please choose a plan.")
}

/// That nothing would change.
pub fn same() -> ApiError {
    conflict("This is the present plan.")
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
