//! `POST /api/subscription/change`: changes the plan, now or at the end of the period.

use billing::change::{Changes, PlanChangeRequest};
use billing::converge::Billing;
use jiff::SignedDuration;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, IdempotencyKey};
use shared::models::subscription::Subscription;
use shared::models::subscription_view::SubscriptionView;
use shared::services::{ConfigError, Services};
use shared::stores::locks::Locks;
use shared::stores::row::Key;

/// Changes the plan at Stripe, then updates the tables.
pub struct ChangePlan {
    billing: Billing,
    changes: Changes,
    locks: Locks,
    grace: SignedDuration,
}

impl Endpoint for ChangePlan {
    type Caller = Viewer;
    type Input = (Body<PlanChangeRequest>, IdempotencyKey);
    type Reads = Key<Subscription>;
    type Output = SubscriptionView;
    const SUMMARY: &'static str =
        "Changes the plan. Upgrades take effect once paid, downgrades at the end of the period.";
    const TAG: Tag = Tag::Subscription;
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
        Ok(Self { billing, changes, locks: Locks::connect(services)?, grace: services.grace()? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Subscription> {
        Subscription::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let (user, now) = (call.caller.user.id, call.now);
        self.locks.with_subscription(user, now, Box::pin(self.change(call))).await
    }
}

impl ChangePlan {
    async fn change(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let user = &call.caller.user;
        let (Body(wanted), IdempotencyKey(key)) = call.input;
        let key = key.map(|key| format!("{}:{key}", user.id));
        let stored = call.rows.unwrap_or_default();
        let customer = stored.stripe_customer_id.as_deref().or(user.stripe_customer_id.as_deref());
        let change = self.changes.decide(customer, &stored, wanted, call.now).await?;
        let is_stored =
            (stored.plan_type, stored.interval) == (Some(change.price.plan_type), Some(change.price.interval));
        self.changes.make(&change, key.as_deref(), is_stored).await?;
        let fresh = self.billing.refresh(&change.subscription.customer, &stored, call.now).await?;
        Ok(Reply::new(SubscriptionView::new(&fresh, self.grace, call.now)))
    }
}
