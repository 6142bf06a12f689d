//! `POST /api/subscription/webhook`: an event of Stripe's is the trigger to ask Stripe what is true.
//!
//! What fails for a passing reason is answered 5xx, and Stripe repeats it. What fails for a reason of its own is set aside for
//! an operator to mend and replay.

use billing::converge::{Billing, BillingError};
use billing::stripe::Credentials;
use billing::webhook::{self, Event, Unverified};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use shared::endpoint::{Call, Endpoint, Reply, Signed};
use shared::http::error::{ApiError, Code};
use shared::http::input::Raw;
use shared::services::{ConfigError, Services};
use shared::stores::billing_events::{BillingEvents, Mark};
use shared::telemetry::{Metrics, Unit};
use std::sync::Arc;

/// Takes an event: verify, sort out, converge.
pub struct StripeWebhook {
    billing: Billing,
    events: BillingEvents,
    metrics: Metrics,
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
        Ok(Self {
            billing: Billing::connect(services)?,
            events: BillingEvents::connect(services)?,
            metrics: services.metrics()?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Received>, ApiError> {
        let credentials = self.verified(&call).await?;
        let event = Event::parse(&call.input.body)
            .map_err(|error| ApiError::field("", format!("is no event (line {})", error.line())))?;
        if event.is_known() && event.livemode == credentials.is_live() {
            let mut customer = None;
            match self.take(&event, &mut customer, call.now).await {
                Err(error) if !error.is_passing() => {
                    self.set_aside(&event, customer.as_deref(), &error, call.now).await?;
                }
                done => done?,
            }
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

    /// Takes an event in. Done, done before, or of nobody here: none of them is for Stripe to try again.
    async fn take(&self, event: &Event, customer: &mut Option<String>, now: Timestamp) -> Result<(), BillingError> {
        *customer = self.billing.customer_of(event).await?;
        if let Some(customer) = customer {
            self.billing.converge(customer, Some(event), now).await?;
        }
        Ok(())
    }

    /// Puts an event aside that would fail as often as Stripe repeated it, and rings the bell.
    async fn set_aside(
        &self,
        event: &Event,
        customer: Option<&str>,
        error: &BillingError,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        self.events.put_mark(&Mark::set_aside(&event.id, &event.kind, customer, error.to_string(), now)).await?;
        self.metrics.emit(now, &[("BillingEventsSetAside", Unit::Count, 1.0)], &json!({ "event_id": event.id }));
        Ok(())
    }
}

fn refused(error: Unverified) -> ApiError {
    ApiError::new(Code::InvalidSignature, "The signature is not valid.").because(error)
}
