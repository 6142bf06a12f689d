//! Compares the tables with Stripe on a schedule, and repairs differences.
//!
//! Every night it looks for lost events: those of the last two days at Stripe that have no mark here. Once a month, and
//! when it is invoked without parameters, it compares all customers, page by page. Every run also gives customers the
//! names and addresses that could not be sent to Stripe in time.

use billing::converge::Billing;
use billing::error::BillingError;
use billing::reconcile::{Drift, PageStart};
use billing::stripe::StripeError;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::services::{ConfigError, Services};
use shared::stores::billing_events::BillingEvents;
use shared::telemetry::{Metrics, Unit};
use std::collections::BTreeSet;

/// How far back a run looks: long enough to make up for a failed run.
const LOOKBACK: SignedDuration = SignedDuration::from_hours(50);
/// The job's name in the audit log.
const ACTOR: &str = "reconcile-nightly";

/// Finds drift, repairs it, and reports how much there was.
pub struct ReconcileNightly {
    billing: Billing,
    events: BillingEvents,
    metrics: Metrics,
}

/// The scope of a run.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every customer.
    #[default]
    Everybody,
    /// Customers with any unprocessed event.
    Missed,
}

/// The schedule's event.
#[derive(Deserialize)]
pub struct Tick {
    #[serde(default)]
    scope: Scope,
}

/// The result of a run.
#[derive(Serialize)]
pub struct Summary {
    checked: usize,
    drift: Vec<Drift>,
}

impl Job for ReconcileNightly {
    type Input = Tick;
    type Output = Summary;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            events: BillingEvents::connect(services)?,
            metrics: services.metrics()?,
        })
    }

    async fn run(&self, input: Tick, now: Timestamp) -> Result<Summary, ApiError> {
        let summary = match input.scope {
            Scope::Everybody => self.everybody(now).await?,
            Scope::Missed => self.reconcile_missed(now).await?,
        };
        let customers: Vec<&str> = summary.drift.iter().map(|customer| customer.stripe_customer_id.as_str()).collect();
        let drift = f64::from(u32::try_from(customers.len()).unwrap_or(u32::MAX));
        self.metrics.emit(now, &[("BillingDrift", Unit::Count, drift)], &json!({ "stripe_customer_ids": customers }));
        self.billing.follow_users().await?;
        Ok(summary)
    }
}

impl ReconcileNightly {
    async fn everybody(&self, now: Timestamp) -> Result<Summary, BillingError> {
        let mut summary = Summary { checked: 0, drift: Vec::new() };
        let mut place = Some(PageStart::Users(None));
        while let Some(here) = place {
            let page = self.billing.reconcile_page(here, Some(ACTOR), now).await?;
            summary.checked += page.checked;
            summary.drift.extend(page.drift);
            place = page.next;
        }
        Ok(summary)
    }

    async fn reconcile_missed(&self, now: Timestamp) -> Result<Summary, BillingError> {
        let credentials = self.billing.stripe().secret().get().await;
        let is_live = credentials.map_err(|_| StripeError::NoKey)?.is_live();
        let mut events = self.billing.stripe().events_since(now - LOOKBACK).await?;
        events.retain(|event| event.is_ours(is_live));
        let ids: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
        let marked = self.events.marked(&ids).await?;
        let mut customers = BTreeSet::new();
        for event in events.iter().filter(|event| !marked.contains(&event.id)) {
            match self.billing.customer_of(event).await {
                Ok(customer) => customers.extend(customer),
                // The customer's other events cover it.
                Err(error) if !error.is_transient() => {}
                Err(error) => return Err(error),
            }
        }
        let (checked, customers) = (customers.len(), customers.into_iter().collect());
        Ok(Summary { checked, drift: self.billing.reconcile_all(customers, Some(ACTOR), now).await? })
    }
}
