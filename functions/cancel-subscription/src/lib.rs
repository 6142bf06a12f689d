//! `POST /api/subscription/cancel`: it ends with the period that is paid.

use billing::converge::{Billing, Outcome};
use billing::rules;
use jiff::SignedDuration;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::subscription::{Subscription, SubscriptionView};
use shared::services::{ConfigError, Services};
use shared::stores::row::Wanted;

/// Cancels: at Stripe, then here.
pub struct CancelSubscription {
    billing: Billing,
    grace: SignedDuration,
}

impl Endpoint for CancelSubscription {
    type Caller = Viewer;
    type Input = ();
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "Cancels the subscription at the end of its period.";
    const CODES: &'static [Code] = &[Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { billing: Billing::connect(services)?, grace: services.grace()? })
    }

    fn reads(&self, _: &Self::Input, caller: Option<&Identity>) -> Wanted {
        caller.map(|who| Wanted::default().and(&Subscription::key(who.user_id))).unwrap_or_default()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let kept: Subscription = call.rows.get(&Subscription::key(call.caller.user.id))?.unwrap_or_default();
        let customer = kept.stripe_customer_id.as_ref().or(call.caller.user.stripe_customer_id.as_ref());
        let customer = customer.ok_or_else(|| conflict("There is no subscription to cancel."))?;
        let stripe = self.billing.stripe();
        let subscriptions = stripe.subscriptions(customer).await?;
        let (subscription, how) = rules::cancelling(&subscriptions)
            .ok_or_else(|| conflict("There is no subscription to cancel."))?
            .map_err(|()| conflict("The subscription is cancelled already, and ends with its period."))?;
        // What waits to change it would keep it alive, or take money for what ends.
        stripe.drop_changes(subscription).await?;
        stripe.cancel(&subscription.id, how).await?;
        match self.billing.converge(customer, None, call.now).await? {
            Outcome::Written(fresh) => Ok(Reply::of(SubscriptionView::of(&fresh.beside(&kept), self.grace, call.now))),
            Outcome::Duplicate | Outcome::NotOurs => Err(ApiError::unavailable("the customer is not the caller's")),
        }
    }
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}
