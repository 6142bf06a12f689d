//! `GET /api/subscription`: the caller's subscription; with `session_id`, after a sync with Stripe.

use billing::converge::{Billing, Outcome};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ids::is_provider_id;
use shared::models::subscription::Subscription;
use shared::models::subscription_view::SubscriptionView;
use shared::models::text::OptionalLine;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::rate_limits::{Budget, Kind, RateLimits};
use shared::stores::row::Key;

/// The most syncs of a user in 15 minutes.
const SYNCS_MAX: u32 = 20;

/// Returns the subscription.
pub struct GetSubscription {
    billing: Billing,
    limiter: RateLimits,
    grace: SignedDuration,
}

/// The optional sync.
#[derive(Deserialize, JsonSchema)]
pub struct SubscriptionQuery {
    /// The checkout session from which the user returns. With it, the response is Stripe's current state.
    session_id: Option<OptionalLine<255>>,
}

impl Endpoint for GetSubscription {
    type Caller = Viewer;
    type Input = Query<SubscriptionQuery>;
    type Reads = Key<Subscription>;
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "Returns the subscription.";
    const TAG: Tag = Tag::Subscription;
    const PROFILES: ProfileRule = ProfileRule::Existing;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            limiter: RateLimits::connect(services)?,
            grace: services.grace()?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Subscription> {
        Subscription::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let user = &call.caller.user;
        let stored = call.rows.unwrap_or_default();
        let (subscription, synced) = match call.input.0.session_id.as_ref().and_then(OptionalLine::given) {
            Some(session) => match self.sync(user, session, call.now).await {
                Sync::NotTheirs => (stored, None),
                Sync::Failed => (stored, Some(false)),
                Sync::Done(fresh) => (fresh.with_complimentary_plan_of(&stored), Some(true)),
            },
            None => (stored, None),
        };
        Ok(Reply::new(SubscriptionView { synced, ..SubscriptionView::new(&subscription, self.grace, call.now) }))
    }
}

/// The result of a sync.
enum Sync {
    /// The session does not belong to the caller's customer.
    NotTheirs,
    /// Stripe or a store failed, or the limit was reached: the stored subscription is returned.
    Failed,
    /// Stripe's current state.
    Done(Box<Subscription>),
}

impl GetSubscription {
    async fn sync(&self, user: &User, session: &str, now: Timestamp) -> Sync {
        if !is_session_id(session) {
            return Sync::NotTheirs;
        }
        let budget = Budget { key: format!("SYNC#{}", user.id), name: "sync", limit: SYNCS_MAX, kind: Kind::Requests };
        // If the limiter is down, only the stored subscription is returned, because all users share Stripe's own limit.
        match self.limiter.count(&budget, now).await {
            Ok(counted) if counted.decision.admitted => {}
            Ok(refused) => {
                self.limiter.give_back(refused).await;
                return Sync::Failed;
            }
            Err(_) => return Sync::Failed,
        }
        let session = match self.billing.stripe().session(session).await {
            Ok(session) => session,
            Err(_) => return Sync::Failed,
        };
        let customer = match session.and_then(|session| Some((session.customer?, session.buyer))) {
            Some((customer, _)) if Some(&customer) == user.stripe_customer_id.as_ref() => customer,
            // Paid through a Payment Link, which created another customer.
            Some((customer, Some(buyer))) if buyer == user.id => match self.billing.is_of(&customer, user.id).await {
                Ok(true) => customer,
                Ok(false) => return Sync::NotTheirs,
                Err(_) => return Sync::Failed,
            },
            _ => return Sync::NotTheirs,
        };
        match self.billing.converge(&customer, None, now).await {
            Ok(Outcome::Written(fresh)) => Sync::Done(fresh),
            Ok(Outcome::Duplicate | Outcome::NotOurs) | Err(_) => Sync::Failed,
        }
    }
}

/// Whether a text is safe in the path of a call to Stripe.
fn is_session_id(text: &str) -> bool {
    text.starts_with("cs_") && is_provider_id(text)
}
