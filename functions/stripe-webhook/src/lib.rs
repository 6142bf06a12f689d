//! `POST /api/subscription/webhook`: an event of Stripe's is the trigger to ask Stripe what is true.

use billing::converge::Billing;
use billing::stripe::Credentials;
use billing::webhook::{self, Event, Unverified, Whose};
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Reply, Signed};
use shared::http::error::{ApiError, Code};
use shared::http::input::Raw;
use shared::services::{ConfigError, Services};
use std::sync::Arc;

/// Takes an event: verify, sort out, converge.
pub struct StripeWebhook {
    billing: Billing,
}

/// What became of an event; Stripe reads the status alone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Received {
    received: bool,
}

impl Endpoint for StripeWebhook {
    type Caller = Signed;
    type Input = Raw;
    type Output = Received;
    const SUMMARY: &'static str = "Takes an event of Stripe's.";
    const CODES: &'static [Code] = &[Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { billing: Billing::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Received>, ApiError> {
        let credentials = self.verified(&call).await?;
        let event = Event::parse(&call.input.body)
            .map_err(|error| ApiError::field("", format!("is no event (line {})", error.line())))?;
        if event.is_known()
            && event.livemode == credentials.is_live()
            && let Some(customer) = self.customer(&event).await?
        {
            // Done, done before, or of nobody here: none of them is for Stripe to try again.
            self.billing.converge(&customer, Some(&event), call.now).await?;
        }
        Ok(Reply::of(Received { received: true }))
    }
}

impl StripeWebhook {
    /// The credentials by which the body is Stripe's, before anything else is looked at.
    async fn verified(&self, call: &Call<Self>) -> Result<Arc<Credentials>, ApiError> {
        let judge = |credentials: &Credentials| {
            let signature = call.input.header("stripe-signature");
            webhook::verify(&call.input.body, signature, &credentials.webhook_secrets, call.now)
        };
        let secret = self.billing.stripe().secret();
        let credentials = secret.get().await.map_err(ApiError::unavailable)?;
        match judge(&credentials) {
            Ok(()) => return Ok(credentials),
            Err(error @ (Unverified::Malformed | Unverified::OutOfTime)) => return Err(refused(error)),
            // A rotation may have brought a secret that was not read yet.
            Err(Unverified::Wrong | Unverified::NoSecret) => {}
        }
        let credentials = secret.refreshed().await.map_err(ApiError::unavailable)?;
        judge(&credentials).map_err(refused)?;
        Ok(credentials)
    }

    async fn customer(&self, event: &Event) -> Result<Option<String>, ApiError> {
        Ok(match event.whose() {
            Whose::Customer(id) => Some(id.to_owned()),
            Whose::Charge(id) => self.billing.stripe().customer_of_charge(id).await?,
            Whose::Nobody => None,
        })
    }
}

fn refused(error: Unverified) -> ApiError {
    ApiError::new(Code::InvalidSignature, "The signature is not valid.").because(error)
}
