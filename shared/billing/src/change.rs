//! Plan changes: when a change takes effect, and why it may be refused.

use crate::price::Price;
use crate::prices::Prices;
use crate::rules;
use crate::snapshot::Subscription;
use crate::stripe::{Stripe, StripeError};
use boxed::boxed;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::http::error::{ApiError, Code, Details, PaymentConfirmation};
use shared::models::plan::{Interval, PlanType, lookup_key};
use shared::models::subscription::Subscription as StoredSubscription;
use shared::services::{ConfigError, Services};
use std::sync::Arc;

/// The plan that the viewer requests.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChangeRequest {
    /// The plan.
    pub plan_type: PlanType,
    /// How often it is billed; unchanged if omitted.
    pub interval: Option<Interval>,
}

/// When and how the change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeTiming {
    /// Now, once the difference is paid: a higher plan, or a year instead of a month.
    Immediate,
    /// At the end of the period: a lower plan, or a month instead of a year.
    AtPeriodEnd,
    /// It is already scheduled for the end of the period.
    AlreadyScheduled,
    /// A pending change is cancelled, so the current plan stays.
    CancelPending,
    /// Nothing changes: it is the current plan.
    Unchanged,
}

impl ChangeTiming {
    /// Whether the plan changes without a charge.
    const fn is_free(self) -> bool {
        matches!(self, Self::AtPeriodEnd | Self::AlreadyScheduled | Self::CancelPending)
    }
}

/// Why a change is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// There is no subscription to change.
    NoSubscription,
    /// An open invoice must be paid first.
    Owed(&'a Subscription),
    /// Collection is paused at Stripe, but a change would still charge the card.
    Paused,
    /// It is scheduled to end. The viewer must undo that first; otherwise they would pay for something that ends, or be
    /// billed for something they cancelled.
    Ends,
    /// Another change is scheduled. The viewer must undo that first; otherwise a declined card would lose it.
    OtherChange,
}

/// A change that can be made.
#[derive(Clone, Debug)]
pub struct Change {
    /// The subscription.
    pub subscription: Subscription,
    /// The new price.
    pub price: Price,
    /// When and how.
    pub timing: ChangeTiming,
}

/// Decides when a change takes effect, or why it is refused. Returns the subscription, its new plan and interval, and
/// the timing.
pub fn decide<'a>(
    subscriptions: &'a [Subscription],
    prices: &[Price],
    request: PlanChangeRequest,
) -> Result<(&'a Subscription, (PlanType, Interval), ChangeTiming), Refusal<'a>> {
    let subscription = rules::granting(subscriptions).filter(|subscription| rules::is_live_of_ours(subscription));
    let (subscription, present) = subscription
        .and_then(|subscription| Some((subscription, subscription.plan?)))
        .ok_or(Refusal::NoSubscription)?;
    let target = (request.plan_type, request.interval.unwrap_or(present.1));
    let next = subscription.schedule.as_ref().and_then(|schedule| schedule.next.as_ref());
    let is_set = next.is_some_and(|next| Some(next) != subscription.price.as_ref());
    if target == present {
        let timing = if is_set || subscription.awaited.is_some() {
            ChangeTiming::CancelPending
        } else {
            ChangeTiming::Unchanged
        };
        return Ok((subscription, target, timing));
    }
    if subscription.pause.is_some() {
        return Err(Refusal::Paused);
    }
    if rules::is_unpaid(subscription) {
        return Err(Refusal::Owed(subscription));
    }
    if rules::is_ending(subscription) {
        return Err(Refusal::Ends);
    }
    // An upgrade is a higher plan, or the same plan for a year instead of a month.
    let timing = match target > present {
        true if is_set => return Err(Refusal::OtherChange),
        true => ChangeTiming::Immediate,
        false if rules::pending(subscription, prices).is_some_and(|next| (next.plan_type, next.interval) == target) => {
            ChangeTiming::AlreadyScheduled
        }
        false => ChangeTiming::AtPeriodEnd,
    };
    Ok((subscription, target, timing))
}

/// Changes of plan at Stripe.
pub struct Changes {
    stripe: Stripe,
    prices: Prices,
    web_origin: String,
}

impl Changes {
    /// Uses this function's settings.
    pub fn connect(services: &Services, stripe: Stripe) -> Result<Self, ConfigError> {
        Ok(Self { prices: Prices::new(stripe.clone()), stripe, web_origin: services.web_origin()? })
    }

    /// The prices.
    #[boxed]
    pub async fn prices(&self, now: Timestamp) -> Result<Arc<Vec<Price>>, StripeError> {
        self.prices.get(now).await
    }

    /// The change that a request leads to.
    #[boxed]
    pub async fn decide(
        &self,
        customer: Option<&str>,
        stored: &StoredSubscription,
        request: PlanChangeRequest,
        now: Timestamp,
    ) -> Result<Change, ApiError> {
        let customer = customer.ok_or_else(no_subscription)?;
        let read = async { tokio::try_join!(self.stripe.subscriptions(customer), self.prices.get(now)) };
        let (mut subscriptions, _) = read.await.map_err(StripeError::of_read)?;
        rules::recall(&mut subscriptions, stored);
        let prices = self.prices.with_scheduled(&subscriptions, stored, now).await.map_err(StripeError::of_read)?;
        let (subscription, (plan, interval), timing) = match decide(&subscriptions, &prices, request) {
            Ok(decided) => decided,
            Err(refusal) => return Err(self.refused(refusal).await.map_err(StripeError::of_read)?),
        };
        // A change that is already scheduled keeps its price.
        let set = rules::pending(subscription, &prices).filter(|_| timing == ChangeTiming::AlreadyScheduled).cloned();
        let price = match set.or_else(|| own_price(subscription, (plan, interval))) {
            Some(price) => price,
            // A subscription stays in its currency, even if plans are now sold in another one.
            None => self
                .prices
                .in_currency((plan, interval), &subscription.currency, now)
                .await
                .map_err(StripeError::of_read)?
                .ok_or_else(|| not_sold(plan, interval, &subscription.currency))?,
        };
        Ok(Change { subscription: subscription.clone(), price, timing })
    }

    /// Makes a change. Calls with the same client key make it only once. `is_stored` says whether our table already has
    /// the plan that the subscription has at Stripe: if not, the response to an earlier request was lost.
    #[boxed]
    pub async fn make(&self, change: &Change, key: Option<&str>, is_stored: bool) -> Result<(), ApiError> {
        let Change { subscription, price, timing } = change;
        if timing.is_free() {
            self.note(change, key).await?;
        }
        match (timing, key) {
            (ChangeTiming::Unchanged, None) if !is_stored => Ok(()),
            (ChangeTiming::Immediate, _) => {
                // Any schedule that is left no longer changes anything.
                self.stripe.drop_schedule(subscription).await?;
                let changed = self
                    .stripe
                    .change_now(subscription, &price.id, key)
                    .await
                    .map_err(|error| self.change_error(error))?;
                self.paid(changed.subscription.awaited.as_deref()).await
            }
            (ChangeTiming::AtPeriodEnd, _) => {
                self.stripe.drop_awaited(subscription).await?;
                let changed = self.stripe.change_later(subscription, &price.id, price.interval).await;
                changed.map_err(|error| self.change_error(error))
            }
            (ChangeTiming::CancelPending, _) => {
                self.stripe.drop_awaited(subscription).await?;
                Ok(self.stripe.drop_schedule(subscription).await?)
            }
            (ChangeTiming::AlreadyScheduled, _) => Ok(()),
            // An earlier attempt of this request may have made the change. If not, this call changes nothing.
            (ChangeTiming::Unchanged, Some(key)) => {
                match self.stripe.change_now(subscription, &price.id, Some(key)).await {
                    Ok(changed) if changed.is_replayed || !is_stored => Ok(()),
                    Ok(_) => Err(already_on_plan()),
                    // It was used for another call. If that was for this change without a charge, Stripe replays it.
                    Err(StripeError::KeyReused) => {
                        let requested = lookup_key(price.plan_type, price.interval);
                        Ok(self.stripe.bind_key(&subscription.customer, &requested, key).await.map(drop)?)
                    }
                    Err(error) => Err(error.into()),
                }
            }
            (ChangeTiming::Unchanged, None) => Err(already_on_plan()),
        }
    }

    /// Notes a change without a charge before it is made. A request that arrives again may continue what its first attempt
    /// began, but not once another change was requested after it: a late duplicate would revive what was undone.
    async fn note(&self, change: &Change, key: Option<&str>) -> Result<(), ApiError> {
        let Change { subscription, price, timing } = change;
        let requested = lookup_key(price.plan_type, price.interval);
        let customer = &subscription.customer;
        let Some(key) = key else {
            return match timing {
                ChangeTiming::AlreadyScheduled => Ok(()),
                _ => Ok(self.stripe.note_change(customer, &requested).await?),
            };
        };
        let is_repeated = self.stripe.bind_key(customer, &requested, key).await?;
        if is_repeated && !self.stripe.is_noted_change(customer, &requested).await? {
            return Err(conflict("The plan was changed again after this request. Please reload the page."));
        }
        Ok(())
    }

    /// Fails if a change waits for an invoice that is not paid.
    async fn paid(&self, awaited: Option<&str>) -> Result<(), ApiError> {
        let Some(invoice) = awaited else { return Ok(()) };
        let Some(unpaid) = self.stripe.unpaid(invoice).await? else { return Ok(()) };
        let error = match unpaid.wants_confirmation {
            true => ApiError::new(Code::PaymentActionRequired, "Your bank asks you to confirm the payment."),
            false => ApiError::new(Code::CardDeclined, "The card was declined; your plan stays as it is."),
        };
        Err(self.with_page(error, unpaid.page))
    }

    /// The error when Stripe refuses to change a subscription.
    fn change_error(&self, error: StripeError) -> ApiError {
        let is_about_call = matches!(error, StripeError::Missing { .. } | StripeError::Invalid { .. });
        match ApiError::from(error) {
            // Add the page where the viewer can confirm the payment.
            error if error.code == Code::PaymentActionRequired => self.with_page(error, None),
            error if is_about_call && error.code == Code::PaymentProviderUnavailable => ApiError {
                code: Code::Conflict,
                message:
                    "The plan cannot be changed right now. Please reload the page and try again; if it happens again, \
                          please contact support."
                        .into(),
                ..error
            },
            error => error,
        }
    }

    async fn refused(&self, refusal: Refusal<'_>) -> Result<ApiError, StripeError> {
        Ok(match refusal {
            Refusal::NoSubscription => no_subscription(),
            Refusal::Owed(subscription) => {
                let invoices = self.stripe.invoices(&subscription.customer).await?;
                let owed = invoices.into_iter().filter(|invoice| {
                    invoice.entry.status == "open" && invoice.entry.subscription.as_ref() == Some(&subscription.id)
                });
                let oldest = owed.min_by_key(|invoice| invoice.entry.created);
                let message = "An invoice is not paid yet; please pay it first.";
                self.with_page(
                    ApiError::new(Code::PaymentActionRequired, message),
                    oldest.and_then(|invoice| invoice.page),
                )
            }
            Refusal::Paused => conflict(
                "Billing of your subscription is paused, so its plan cannot be changed. Please contact support.",
            ),
            Refusal::Ends => conflict("The subscription is cancelled; please take that back first."),
            Refusal::OtherChange => conflict("Another change is set; please take it back first."),
        })
    }

    /// Adds the page for paying: Stripe's page for the invoice, or the account page.
    fn with_page(&self, error: ApiError, page: Option<String>) -> ApiError {
        let confirm_url = page.unwrap_or_else(|| format!("{}/account", self.web_origin));
        error.with_details(Details::Payment(PaymentConfirmation { confirm_url }))
    }
}

/// The subscription's price, if it is for the requested plan and interval.
fn own_price(subscription: &Subscription, wanted: (PlanType, Interval)) -> Option<Price> {
    let id = subscription.price.clone().filter(|_| subscription.plan == Some(wanted))?;
    let (plan_type, interval) = wanted;
    let lookup_key = lookup_key(plan_type, interval);
    Some(Price {
        id,
        plan_type,
        interval,
        amount: subscription.amount,
        currency: subscription.currency.clone(),
        lookup_key,
    })
}

/// The error when a plan is not sold in the viewer's currency.
pub fn not_sold(plan: PlanType, every: Interval, currency: &str) -> ApiError {
    let (plan, currency) = (plan.title(), currency.to_uppercase());
    let message = format!(
        "You pay in {currency}, and {plan} by the {} is not sold in {currency} at the moment. You can keep what you have, \
         choose another plan, or contact support.",
        every.name()
    );
    ApiError::new(Code::Conflict, message)
}

fn no_subscription() -> ApiError {
    ApiError::new(Code::SubscriptionRequired, "There is no subscription to change; please choose a plan.")
}

/// The error when nothing would change.
pub fn already_on_plan() -> ApiError {
    conflict("This is the present plan.")
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
