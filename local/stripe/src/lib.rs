//! A stand-in for Stripe: the API under `/v1` in the shapes of version `2026-09-30.endive`, the hosted pages for checkout,
//! invoices and the customer portal, and signed webhooks, all on one clock that can be moved.
//!
//! It knows nothing of the program that uses it. State is typed objects in memory ([`state`]), written through to
//! [`Documents`] at every change; [`engine`] holds the rules of billing, [`render`] the shapes, [`api`] the routes and
//! [`pages`] what people see. Timers are derived from the objects and run by the [`Timeline`].

// `json!` recurses once an attribute, and Stripe's objects have many.
#![recursion_limit = "256"]

mod api;
mod cards;
mod engine;
mod error;
mod ids;
mod model;
mod pages;
mod render;
mod seed;
mod stand_in;
mod state;
mod tx;
mod webhooks;

pub use seed::{Interval, SeedPrice};
pub use webhooks::signature;

use crate::api::operation;
use crate::error::ApiError;
use axum::Router;
use axum::response::Response;
use axum::routing::{any, get};
use serde::{Deserialize, Serialize};
use standin::calls::Calls;
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::faults::{Faults, Kind, Target};
use standin::server::Watch;
use standin::timeline::Timeline;
use std::sync::Arc;

/// What a stand-in is opened with.
#[derive(Clone)]
pub struct Config {
    /// Where its pages are reached, without a slash at the end: `http://127.0.0.1:3001`.
    pub base_url: String,
    /// The only key that the API accepts: `sk_test_…`.
    pub api_key: String,
    /// The secret that events for `webhook_url` are signed with: `whsec_…`; two, separated by a comma, during a rotation.
    pub webhook_secret: String,
    /// Where all events are posted to.
    pub webhook_url: String,
    /// Runs the timers: renewals, retries, expiries.
    pub timeline: Timeline,
    /// Delivers the events.
    pub deliveries: Deliveries,
    /// Keeps the state.
    pub documents: Documents,
}

/// What the next charges of a customer come to. Cards that always decline still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Charges succeed, whatever the card.
    #[serde(rename = "succeed")]
    Succeed,
    /// Charges are declined.
    #[serde(rename = "decline")]
    Decline,
    /// Charges wait until somebody has authenticated them.
    #[serde(rename = "require_3ds")]
    Require3ds,
}

/// What becomes of a subscription when all attempts to charge a renewal have failed: a setting of Stripe's dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dunning {
    /// It is canceled.
    #[default]
    Cancel,
    /// It becomes `unpaid`, and its next invoices stay drafts.
    Unpaid,
    /// It stays `past_due`.
    PastDue,
}

/// The stand-in. Clones are the same.
#[derive(Clone)]
pub struct StripeStandIn(Arc<stand_in::Inner>);

impl StripeStandIn {
    /// Loads the state, joins the timeline, and takes its place among the deliveries.
    ///
    /// # Errors
    /// When the documents cannot be read.
    pub fn open(config: Config) -> rusqlite::Result<Self> {
        let timeline = config.timeline.clone();
        let this = Self(Arc::new(stand_in::Inner::open(config)?));
        this.configure();
        timeline.add(Arc::new(this.clone()));
        Ok(this)
    }

    /// The API under `/v1`, and the hosted pages.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/{*path}", any(api::answer))
            .route("/c/pay/{session}", get(pages::checkout::show).post(pages::checkout::pay))
            .route(
                "/c/pay/{session}/authenticate",
                get(pages::checkout::show_authentication).post(pages::checkout::authenticate),
            )
            .route("/i/{invoice}", get(pages::invoice::show).post(pages::invoice::act))
            .route("/i/{invoice}/pdf", get(pages::pdf::show))
            .route("/p/session/{session}", get(pages::portal::show).post(pages::portal::act))
            .with_state(self.clone())
    }

    /// How the calls of the API are recorded and struck: `POST /v1/customers/{id}`. Pages are neither.
    pub fn watch(calls: Calls, faults: Faults) -> Watch {
        Watch { service: "stripe", target: Target::Stripe, calls, faults, operation, refusal }
    }

    /// Sets what the next charges of the customer of an address come to, until it is set again. The customer need not
    /// exist yet.
    pub fn set_outcome(&self, email: &str, outcome: Outcome) {
        self.decree(email, outcome);
    }

    /// Sets what becomes of subscriptions whose renewals cannot be charged.
    pub fn set_dunning(&self, dunning: Dunning) {
        self.0.set_dunning(dunning);
    }

    /// Sets which events the configured endpoint wants, by type; all of them (`*`) unless this is called.
    pub fn set_webhook_events(&self, types: &[&str]) {
        self.0.set_wanted(types);
        self.configure();
    }

    /// Forgets everything but its configuration.
    pub fn reset(&self) {
        self.0.forget();
        self.configure();
    }
}

/// Stripe's words for a call that is struck by a fault.
fn refusal(kind: Kind) -> Response {
    let error = match kind {
        Kind::Throttle | Kind::Unprocessed => ApiError::rate_limited(),
        Kind::Conflict => ApiError::conflict(
            "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.",
        )
        .code("lock_timeout"),
        _ => ApiError::internal(),
    };
    api::fault(&error)
}
