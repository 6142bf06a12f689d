//! `POST /api/admin/billing/events/{id}/replay`: processes an event again, as if it had just arrived.

use billing::converge::{Billing, Outcome};
use billing::error::BillingError;
use billing::stripe::StripeError;
use billing::webhook::Event;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::ProviderId;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry};
use shared::stores::billing_events::{BillingEvents, EventRecord, EventState};
use shared::stores::database::Database;
use shared::stores::row::Key;
use shared::stores::table::Table;

/// Replays an event: writes the current state of its customer at Stripe.
pub struct ReplayBillingEvent {
    billing: Billing,
    database: Database,
    events: BillingEvents,
    audit: Audit,
}

/// The result.
#[derive(Serialize, JsonSchema)]
pub struct ReplayResult {
    id: String,
    outcome: ReplayOutcome,
}

/// How an event was processed.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplayOutcome {
    /// The current state of its customer was written.
    Applied,
    /// Its customer is not one of ours.
    NotOurs,
}

impl Endpoint for ReplayBillingEvent {
    type Caller = Admin;
    type Input = Path<ProviderId>;
    type Reads = Key<EventRecord>;
    type Output = ReplayResult;
    const SUMMARY: &'static str = "Processes an event from Stripe again.";
    const TAG: Tag = Tag::AdminBilling;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            database: services.database(&[Table::BillingEvents, Table::Audit])?,
            events: BillingEvents::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    fn reads(&self, Path(id): &Self::Input, _: &Identity) -> Key<EventRecord> {
        EventRecord::key(id.as_str())
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<ReplayResult>, ApiError> {
        let id = call.input.0.as_str();
        let record = call.rows;
        let event = self.event(id, record.as_ref()).await?;
        let outcome = match self.take(&event, record.as_ref(), call.now).await {
            Ok(outcome) => outcome,
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => {
                let customer = record.as_ref().and_then(|record| record.customer.as_deref());
                let came = record.as_ref().map_or(call.now, |record| record.received_at);
                let aside = EventRecord::set_aside(&event.id, &event.kind, customer, error.to_string(), came);
                self.events.put_record(&aside).await?;
                let message = format!("It still cannot be processed: {error}.");
                return Err(ApiError::new(Code::Conflict, message).because(error));
            }
        };
        let audit_entry = AuditEntry {
            at: call.now,
            cause: format!("replay#{}", call.request_id),
            actor: call.caller.user.id.to_string(),
            action: "billing.replay_event".to_owned(),
            subject: id.to_owned(),
            reason: "replayed by hand".to_owned(),
            before: json!({ "state": record.as_ref().map(|record| record.state), "error": record.and_then(|record| record.error) }),
            after: json!({ "state": EventState::Applied, "outcome": outcome }),
        };
        self.database.transact(vec![self.audit.note(&audit_entry)?]).await?;
        Ok(Reply::new(ReplayResult { id: id.to_owned(), outcome }))
    }
}

impl ReplayBillingEvent {
    /// The event as recorded, if the record names its customer; otherwise from Stripe.
    async fn event(&self, id: &str, record: Option<&EventRecord>) -> Result<Event, ApiError> {
        if let Some(record) = record
            && let Some(customer) = &record.customer
        {
            return Ok(Event::noted(&record.id, &record.event_type, customer));
        }
        let event = if id.starts_with("evt_") {
            self.billing.stripe().event(id).await.map_err(StripeError::of_read)?
        } else {
            None
        };
        event.ok_or_else(|| ApiError::not_found("event"))
    }

    async fn take(
        &self,
        event: &Event,
        record: Option<&EventRecord>,
        now: Timestamp,
    ) -> Result<ReplayOutcome, BillingError> {
        let outcome = match self.billing.customer_of(event).await? {
            Some(customer) => match record {
                // The event is already marked as applied, so only the current state is fetched again.
                Some(record) if record.state == EventState::Applied => {
                    self.billing.converge(&customer, None, now).await?
                }
                _ => self.billing.converge(&customer, Some(event), now).await?,
            },
            None => Outcome::NotOurs,
        };
        if outcome == Outcome::NotOurs
            && let Some(record) = record.filter(|record| record.state == EventState::SetAside)
        {
            self.events.put_record(&record.clone().done()).await?;
        }
        Ok(if outcome == Outcome::NotOurs { ReplayOutcome::NotOurs } else { ReplayOutcome::Applied })
    }
}
