//! `POST /api/admin/billing/events/{id}/replay`: an event is taken in again, as if it came now.

use billing::converge::{Billing, BillingError, Outcome};
use billing::webhook::Event;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use shared::endpoint::{Admin, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, Deed};
use shared::stores::billing_events::{BillingEvents, EventState, Mark};
use shared::stores::database::{Database, Table};
use shared::stores::row::Wanted;

/// Replays: what Stripe says now of the event's customer is written.
pub struct ReplayBillingEvent {
    billing: Billing,
    database: Database,
    events: BillingEvents,
    audit: Audit,
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
pub struct Replayed {
    id: String,
    outcome: Became,
}

/// What an event came to.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// What Stripe says of its customer is written.
    Applied,
    /// Its customer is of none of our users.
    NotOurs,
}

impl Endpoint for ReplayBillingEvent {
    type Caller = Admin;
    type Input = Path<String>;
    type Output = Replayed;
    const SUMMARY: &'static str = "Takes an event of Stripe's in again.";
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            database: services.database(&[Table::BillingEvents, Table::Audit])?,
            events: BillingEvents::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    fn reads(&self, Path(id): &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&Mark::key(id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Replayed>, ApiError> {
        let Path(id) = &call.input;
        let mark: Option<Mark> = call.rows.get(&Mark::key(id))?;
        let event = self.event(id, mark.as_ref()).await?;
        let outcome = match self.take(&event, mark.as_ref(), call.now).await {
            Ok(outcome) => outcome,
            Err(error) if error.is_passing() => return Err(error.into()),
            Err(error) => {
                let customer = mark.as_ref().and_then(|mark| mark.customer.as_deref());
                let came = mark.as_ref().map_or(call.now, |mark| mark.received_at);
                let aside = Mark::set_aside(&event.id, &event.kind, customer, error.to_string(), came);
                self.events.put_mark(&aside).await?;
                let message = format!("It cannot be taken in yet: {error}.");
                return Err(ApiError::new(Code::Conflict, message).because(error));
            }
        };
        let deed = Deed {
            at: call.now,
            cause: format!("replay#{}", call.request_id),
            actor: call.caller.user.id.to_string(),
            action: "billing.replay_event".to_owned(),
            subject: id.clone(),
            reason: "replayed by hand".to_owned(),
            before: json!({ "state": mark.as_ref().map(|mark| mark.state), "error": mark.and_then(|mark| mark.error) }),
            after: json!({ "state": EventState::Applied, "outcome": outcome }),
        };
        self.database.transact(vec![self.audit.note(&deed)?]).await?;
        Ok(Reply::of(Replayed { id: id.clone(), outcome }))
    }
}

impl ReplayBillingEvent {
    /// The event: as it was noted, where that says whose it is, or else as Stripe keeps it.
    async fn event(&self, id: &str, mark: Option<&Mark>) -> Result<Event, ApiError> {
        if let Some(mark) = mark
            && let Some(customer) = &mark.customer
        {
            return Ok(Event::noted(&mark.id, &mark.event_type, customer));
        }
        let is_id = id.starts_with("evt_") && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let kept = if is_id { self.billing.stripe().event(id).await? } else { None };
        kept.ok_or_else(|| ApiError::not_found("event"))
    }

    async fn take(&self, event: &Event, mark: Option<&Mark>, now: Timestamp) -> Result<Became, BillingError> {
        let outcome = match self.billing.customer_of(event).await? {
            Some(customer) => match mark {
                // It is marked as taken in: only what it tells of is fetched again.
                Some(mark) if mark.state == EventState::Applied => self.billing.converge(&customer, None, now).await?,
                _ => self.billing.converge(&customer, Some(event), now).await?,
            },
            None => Outcome::NotOurs,
        };
        if outcome == Outcome::NotOurs
            && let Some(mark) = mark.filter(|mark| mark.state == EventState::SetAside)
        {
            self.events.put_mark(&mark.clone().done()).await?;
        }
        Ok(if outcome == Outcome::NotOurs { Became::NotOurs } else { Became::Applied })
    }
}
