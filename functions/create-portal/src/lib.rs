//! `POST /api/subscription/portal`: opens Stripe's page for card, subscription and invoices.

use billing::stripe::{Stripe, StripeError};
use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;

/// Opens a portal session for the customer of the granting subscription.
pub struct CreatePortal {
    stripe: Stripe,
    web_origin: String,
}

/// The portal session.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PortalSession {
    /// Stripe's page, which links back to the account.
    portal_url: String,
}

impl Endpoint for CreatePortal {
    type Caller = Viewer;
    type Input = ();
    type Reads = Key<Subscription>;
    type Output = PortalSession;
    const SUMMARY: &'static str = "Opens Stripe's page for card, subscription and invoices.";
    const TAG: Tag = Tag::Subscription;
    const CODES: &'static [Code] = &[Code::SubscriptionRequired, Code::PaymentProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { stripe: Stripe::connect(services)?, web_origin: services.web_origin()? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Subscription> {
        Subscription::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<PortalSession>, ApiError> {
        let user = &call.caller.user;
        let stored = call.rows.unwrap_or_default();
        let customer = stored.stripe_customer_id.as_ref().or(user.stripe_customer_id.as_ref());
        let customer = customer.ok_or_else(nothing_to_manage)?;
        match self.stripe.portal(customer, &format!("{}/account", self.web_origin)).await {
            Ok(portal_url) => Ok(Reply::new(PortalSession { portal_url })),
            // The customer was deleted at Stripe.
            Err(StripeError::Missing { .. }) => Err(nothing_to_manage()),
            // The operator must enable the portal in Stripe's dashboard.
            Err(error) if error.is_refusal() => Err(not_configured().because(error)),
            Err(error) => Err(error.of_read()),
        }
    }
}

fn not_configured() -> ApiError {
    let message = "The page for your payment details is not available at the moment. Please contact support.";
    ApiError::new(Code::PaymentProviderUnavailable, message)
}

fn nothing_to_manage() -> ApiError {
    ApiError::new(Code::SubscriptionRequired, "You have no subscription to manage yet. Please choose a plan.")
}
