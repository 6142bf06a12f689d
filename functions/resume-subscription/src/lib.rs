//! `POST /api/subscription/resume`: undoes a cancellation before it takes effect.

use billing::converge::Billing;
use billing::rules;
use billing::stripe::StripeError;
use jiff::SignedDuration;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::subscription::Subscription;
use shared::models::subscription_view::SubscriptionView;
use shared::services::{ConfigError, Services};
use shared::stores::locks::Locks;
use shared::stores::row::Key;

/// Undoes a cancellation at Stripe, then updates the tables.
pub struct ResumeSubscription {
    billing: Billing,
    locks: Locks,
    grace: SignedDuration,
}

impl Endpoint for ResumeSubscription {
    type Caller = Viewer;
    type Input = ();
    type Reads = Key<Subscription>;
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "Undoes a cancellation at the end of the period.";
    const TAG: Tag = Tag::Subscription;
    const CODES: &'static [Code] = &[Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { billing: Billing::connect(services)?, locks: Locks::connect(services)?, grace: services.grace()? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Subscription> {
        Subscription::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let (user, now) = (call.caller.user.id, call.now);
        self.locks.with_subscription(user, now, Box::pin(self.resume(call))).await
    }
}

impl ResumeSubscription {
    async fn resume(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let stored = call.rows.unwrap_or_default();
        let customer = stored.stripe_customer_id.as_ref().or(call.caller.user.stripe_customer_id.as_ref());
        let customer = customer.ok_or_else(nothing_to_resume)?;
        let stripe = self.billing.stripe();
        let subscriptions = self.billing.subscriptions(customer, &stored).await.map_err(StripeError::of_read)?;
        match rules::resuming(&subscriptions) {
            Some((subscription, how)) => stripe.cancel(&subscription.id, how).await.map(|_| ()).map_err(ended_since)?,
            // An earlier request resumed it but its response was lost: the row does not show it yet.
            None if stored.cancel_at.is_some() && rules::is_subscribed(&subscriptions) => {}
            None if stored.status.is_live() && !rules::is_subscribed(&subscriptions) => {
                self.billing.converge(customer, None, call.now).await?;
                return Err(subscription_ended());
            }
            None => return Err(nothing_to_resume()),
        }
        let fresh = self.billing.refresh(customer, &stored, call.now).await?;
        Ok(Reply::new(SubscriptionView::new(&fresh, self.grace, call.now)))
    }
}

/// The error when Stripe refuses to resume because the subscription has just ended.
fn ended_since(error: StripeError) -> ApiError {
    match error {
        error if error.is_refusal() => subscription_ended().because(error),
        error => error.of_read(),
    }
}

fn subscription_ended() -> ApiError {
    ApiError::new(Code::Conflict, "The subscription has just ended. Please choose a plan to continue.")
}

fn nothing_to_resume() -> ApiError {
    ApiError::new(Code::Conflict, "There is no cancellation to undo.")
}
