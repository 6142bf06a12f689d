//! `POST /api/subscription/webhook`: receives an event from Stripe, and then fetches Stripe's current state.
//!
//! Transient failures are answered 5xx, and Stripe resends the event. An event that fails permanently is set aside for
//! an operator, who fixes the cause and replays it.

use billing::converge::{Billing, Outcome};
use billing::error::BillingError;
use billing::stripe::Credentials;
use billing::webhook::Event;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use shared::auth::signature::{self, Unverified};
use shared::endpoint::{ByStripe, Call, Endpoint, Reply, Signed, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::RawBody;
use shared::services::{ConfigError, Services};
use shared::stores::billing_events::{BillingEvents, EventRecord};
use shared::telemetry::{Metrics, Unit};
use std::sync::Arc;

/// Processes an event: verifies, classifies, converges.
pub struct StripeWebhook {
    billing: Billing,
    events: BillingEvents,
    metrics: Metrics,
}

/// How an event was processed; Stripe reads only the status.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookReceipt {
    received: bool,
}

impl Endpoint for StripeWebhook {
    type Caller = Signed<ByStripe>;
    type Input = RawBody;
    type Reads = ();
    type Output = WebhookReceipt;
    const SUMMARY: &'static str = "Receives an event from Stripe.";
    const TAG: Tag = Tag::Webhooks;
    const CODES: &'static [Code] = &[Code::InvalidJson, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            events: BillingEvents::connect(services)?,
            metrics: services.metrics()?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<WebhookReceipt>, ApiError> {
        let credentials = self.verified(&call).await?;
        let event = Event::from_json(&call.input.json()?);
        if event.is_ours(credentials.is_live()) {
            let mut customer = None;
            match self.take(&event, &mut customer, call.now).await {
                Err(error) if !error.is_transient() => {
                    self.set_aside(&event, customer.as_deref(), &error, call.now).await?;
                }
                done => done?,
            }
        }
        Ok(Reply::new(WebhookReceipt { received: true }))
    }
}

impl StripeWebhook {
    /// The credentials with which the body's signature is verified, before anything else.
    async fn verified(&self, call: &Call<Self>) -> Result<Arc<Credentials>, ApiError> {
        let verify = |credentials: &Arc<Credentials>| {
            let header = call.input.header("stripe-signature");
            signature::verify(&call.input.body, header, &credentials.webhook_secrets, call.now)?;
            Ok(credentials.clone())
        };
        Ok(self.billing.stripe().secret().verify(verify, Unverified::may_be_rotated).await?)
    }

    /// Processes an event. Succeeds if it was processed, was already processed, or belongs to no account here: then
    /// Stripe need not retry.
    async fn take(&self, event: &Event, customer: &mut Option<String>, now: Timestamp) -> Result<(), BillingError> {
        *customer = self.billing.customer_of(event).await?;
        if let Some(customer) = customer {
            let outcome = self.billing.converge(customer, Some(event), now).await?;
            let is_dispute = matches!(event.kind.as_str(), "charge.dispute.created" | "charge.dispute.closed");
            if is_dispute && matches!(outcome, Outcome::Written(_)) {
                let about = json!({ "event_id": event.id, "event_type": event.kind, "stripe_customer_id": customer });
                self.metrics.emit(now, &[("Disputes", Unit::Count, 1.0)], &about);
            }
        }
        Ok(())
    }

    /// Sets aside an event that would fail on every retry, and triggers the alarm.
    async fn set_aside(
        &self,
        event: &Event,
        customer: Option<&str>,
        error: &BillingError,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        self.events
            .put_record(&EventRecord::set_aside(&event.id, &event.kind, customer, error.to_string(), now))
            .await?;
        self.metrics.emit(now, &[("BillingEventsSetAside", Unit::Count, 1.0)], &json!({ "event_id": event.id }));
        Ok(())
    }
}
