//! `GET /api/subscription`: the caller's subscription; with `session_id`, after fetching it from Stripe.

use billing::converge::{Billing, Outcome};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::subscription::{Subscription, SubscriptionView};
use shared::services::{ConfigError, Services};
use shared::stores::rate_limits::{Budget, RateLimits};
use shared::stores::row::Wanted;
use shared::stores::users::User;

/// Most fetches of a user in 15 minutes.
const SYNCS_MAX: u32 = 20;

/// Answers the subscription.
pub struct GetSubscription {
    billing: Billing,
    limiter: RateLimits,
    grace: SignedDuration,
}

/// What the answer may depend on.
#[derive(Deserialize, JsonSchema)]
pub struct Asked {
    /// The checkout session that one returns from: the answer is then what Stripe says now.
    #[schemars(length(max = 200))]
    session_id: Option<String>,
}

impl Endpoint for GetSubscription {
    type Caller = Viewer;
    type Input = Query<Asked>;
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "The subscription.";
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { billing: Billing::connect(services)?, limiter: services.rate_limits()?, grace: services.grace()? })
    }

    fn reads(&self, _: &Self::Input, caller: Option<&Identity>) -> Wanted {
        caller.map(|who| Wanted::default().and(&Subscription::key(who.user_id))).unwrap_or_default()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let user = &call.caller.user;
        let kept: Subscription = call.rows.get(&Subscription::key(user.id))?.unwrap_or_default();
        let (subscription, synced) = match &call.input.0.session_id {
            Some(session) => match self.sync(user, session, &call).await {
                Sync::NotTheirs => (kept, None),
                Sync::Failed => (kept, Some(false)),
                Sync::Done(fresh) => (fresh.beside(&kept), Some(true)),
            },
            None => (kept, None),
        };
        Ok(Reply::of(SubscriptionView { synced, ..SubscriptionView::of(&subscription, self.grace, call.now) }))
    }
}

/// What came of asking Stripe.
enum Sync {
    /// The session is not one of the caller's customer.
    NotTheirs,
    /// Stripe or a store did not answer, or it was asked too often: what is kept has to do.
    Failed,
    /// What Stripe says now.
    Done(Subscription),
}

impl GetSubscription {
    async fn sync(&self, user: &User, session: &str, call: &Call<Self>) -> Sync {
        let Some(customer) = user.stripe_customer_id.as_deref().filter(|_| is_session_id(session)) else {
            return Sync::NotTheirs;
        };
        let budget = Budget { key: format!("SYNC#{}", user.id), name: "sync", limit: SYNCS_MAX };
        // Nothing but what is kept while the limiter does not answer: Stripe's own limit is everybody's.
        if !self.limiter.count(&budget, call.now).await.is_ok_and(|verdict| verdict.admitted) {
            return Sync::Failed;
        }
        match self.billing.stripe().session(session).await {
            Ok(Some(session)) if session.customer.as_deref() == Some(customer) => {}
            Ok(_) => return Sync::NotTheirs,
            Err(_) => return Sync::Failed,
        }
        match self.billing.converge(customer, None, call.now).await {
            Ok(Outcome::Written(fresh)) => Sync::Done(*fresh),
            Ok(Outcome::Duplicate | Outcome::NotOurs) | Err(_) => Sync::Failed,
        }
    }
}

/// Whether a text may stand in a path of Stripe's.
fn is_session_id(text: &str) -> bool {
    text.starts_with("cs_") && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
