//! `POST /api/subscription/resume`: a cancellation is taken back before it comes.

use billing::converge::{Billing, Outcome};
use billing::rules;
use jiff::SignedDuration;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::subscription::{Subscription, SubscriptionView};
use shared::services::{ConfigError, Services};
use shared::stores::row::Wanted;

/// Takes a cancellation back: at Stripe, then here.
pub struct ResumeSubscription {
    billing: Billing,
    grace: SignedDuration,
}

impl Endpoint for ResumeSubscription {
    type Caller = Viewer;
    type Input = ();
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "Takes a cancellation at the end of the period back.";
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
        let customer = customer.ok_or_else(nothing_to_resume)?;
        let stripe = self.billing.stripe();
        let subscriptions = stripe.subscriptions(customer).await?;
        let (subscription, how) = rules::resuming(&subscriptions).ok_or_else(nothing_to_resume)?;
        stripe.cancel(&subscription.id, how).await?;
        match self.billing.converge(customer, None, call.now).await? {
            Outcome::Written(fresh) => Ok(Reply::of(SubscriptionView::of(&fresh.beside(&kept), self.grace, call.now))),
            Outcome::Duplicate | Outcome::NotOurs => Err(ApiError::unavailable("the customer is not the caller's")),
        }
    }
}

fn nothing_to_resume() -> ApiError {
    ApiError::new(Code::Conflict, "There is no cancellation to take back.")
}
