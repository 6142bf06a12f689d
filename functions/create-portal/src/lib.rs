//! `POST /api/subscription/portal`: Stripe's page for card, subscription and invoices.

use billing::stripe::{Stripe, StripeError};
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::row::Wanted;

/// Opens a portal for the customer whose subscription counts.
pub struct CreatePortal {
    stripe: Stripe,
    web_origin: String,
}

/// Where to go.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Portal {
    /// Stripe's page, which leads back to the account.
    portal_url: String,
}

impl Endpoint for CreatePortal {
    type Caller = Viewer;
    type Input = ();
    type Output = Portal;
    const SUMMARY: &'static str = "Opens Stripe's page for card, subscription and invoices.";
    const CODES: &'static [Code] = &[Code::SubscriptionRequired, Code::PaymentProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { stripe: Stripe::connect(services)?, web_origin: services.web_origin()? })
    }

    fn reads(&self, _: &Self::Input, caller: Option<&Identity>) -> Wanted {
        caller.map(|who| Wanted::default().and(&Subscription::key(who.user_id))).unwrap_or_default()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Portal>, ApiError> {
        let user = &call.caller.user;
        let kept: Subscription = call.rows.get(&Subscription::key(user.id))?.unwrap_or_default();
        let customer = kept.stripe_customer_id.as_ref().or(user.stripe_customer_id.as_ref());
        let customer = customer.ok_or_else(nothing_to_manage)?;
        match self.stripe.portal(customer, &format!("{}/account", self.web_origin)).await {
            Ok(portal_url) => Ok(Reply::of(Portal { portal_url })),
            // Deleted at Stripe since.
            Err(StripeError::Missing { .. }) => Err(nothing_to_manage()),
            Err(error) => Err(error.into()),
        }
    }
}

fn nothing_to_manage() -> ApiError {
    ApiError::new(Code::SubscriptionRequired, "There is nothing to manage yet; please choose a plan.")
}
