//! `POST /api/subscription/change`: another plan, now or when the period ends.

use billing::change::{Changes, Wish};
use billing::converge::{Billing, Outcome};
use jiff::SignedDuration;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::subscription::{Subscription, SubscriptionView};
use shared::services::{ConfigError, Services};
use shared::stores::row::Wanted;

/// Changes the plan: at Stripe, then here.
pub struct ChangePlan {
    billing: Billing,
    changes: Changes,
    grace: SignedDuration,
}

impl Endpoint for ChangePlan {
    type Caller = Viewer;
    type Input = Body<Wish>;
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "Changes the plan: a higher one now, a lower one at the end of the period.";
    const CODES: &'static [Code] = &[
        Code::CardDeclined,
        Code::PaymentActionRequired,
        Code::SubscriptionRequired,
        Code::IdempotencyConflict,
        Code::Conflict,
        Code::PaymentProviderUnavailable,
    ];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let billing = Billing::connect(services)?;
        let changes = Changes::connect(services, billing.stripe().clone())?;
        Ok(Self { billing, changes, grace: services.grace()? })
    }

    fn reads(&self, _: &Self::Input, caller: Option<&Identity>) -> Wanted {
        caller.map(|who| Wanted::default().and(&Subscription::key(who.user_id))).unwrap_or_default()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let user = &call.caller.user;
        let key = call.idempotency_key()?.map(|key| format!("{}:{key}", user.id));
        let kept: Subscription = call.rows.get(&Subscription::key(user.id))?.unwrap_or_default();
        let customer = kept.stripe_customer_id.as_deref().or(user.stripe_customer_id.as_deref());
        let change = self.changes.decide(customer, call.input.0, call.now).await?;
        self.changes.make(&change, key.as_deref()).await?;
        match self.billing.converge(&change.subscription.customer, None, call.now).await? {
            Outcome::Written(fresh) => Ok(Reply::of(SubscriptionView::of(&fresh.beside(&kept), self.grace, call.now))),
            Outcome::Duplicate | Outcome::NotOurs => Err(ApiError::unavailable("the customer is not the caller's")),
        }
    }
}
