//! `POST /api/subscription/cancel`: cancels the subscription at the end of the paid period.

use billing::converge::Billing;
use billing::rules::{self, Cancelling};
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

/// Cancels at Stripe, then updates the tables.
pub struct CancelSubscription {
    billing: Billing,
    locks: Locks,
    grace: SignedDuration,
}

impl Endpoint for CancelSubscription {
    type Caller = Viewer;
    type Input = ();
    type Reads = Key<Subscription>;
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "Cancels the subscription at the end of its period.";
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
        self.locks.with_subscription(user, now, Box::pin(self.cancel(call))).await
    }
}

impl CancelSubscription {
    async fn cancel(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let stored = call.rows.unwrap_or_default();
        let customer = stored.stripe_customer_id.as_ref().or(call.caller.user.stripe_customer_id.as_ref());
        let customer = customer.ok_or_else(|| conflict("There is no subscription to cancel."))?;
        let stripe = self.billing.stripe();
        let subscriptions = self.billing.subscriptions(customer, &stored).await.map_err(StripeError::of_read)?;
        match rules::cancelling(&subscriptions) {
            Cancelling::Live(subscription, how) => {
                // A pending change would keep the subscription alive, or charge for one that ends.
                stripe.drop_changes(subscription).await.map_err(ended_since)?;
                stripe.cancel(&subscription.id, how).await.map_err(ended_since)?;
            }
            // An earlier request cancelled it but its response was lost: the row does not show it yet.
            Cancelling::Ending if stored.cancel_at.is_none() => {}
            Cancelling::Ending => {
                return Err(conflict("The subscription is already cancelled. It ends with the current period."));
            }
            Cancelling::Nothing if stored.status.is_live() => {
                self.billing.converge(customer, None, call.now).await?;
                return Err(conflict("The subscription has already ended."));
            }
            Cancelling::Nothing => return Err(conflict("There is no subscription to cancel.")),
        }
        let fresh = self.billing.refresh(customer, &stored, call.now).await?;
        Ok(Reply::new(SubscriptionView::new(&fresh, self.grace, call.now)))
    }
}

/// The error when Stripe refuses to cancel because the subscription has just ended.
fn ended_since(error: StripeError) -> ApiError {
    match error {
        error if error.is_refusal() => {
            conflict("The subscription has just changed or ended. Please reload the page.").because(error)
        }
        error => error.of_read(),
    }
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}
