//! A stand-in for Stripe: the API under `/v1` in the format of version `2026-09-30.endive`, the hosted pages for
//! checkout, invoices and the customer portal, and signed webhooks, all on one clock that can be moved.
//!
//! It is independent of the program that uses it. Its state is typed objects in memory ([`state`]), written to
//! `Documents` with every change. [`engine`] contains the billing rules, [`render`] the JSON format, [`api`] the
//! routes and [`pages`] the hosted pages. Timers are derived from the objects and run by the `Timeline`.

// `json!` recurses once per attribute, and Stripe's objects have many.
#![recursion_limit = "256"]

mod api;
mod cards;
mod config;
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

pub use config::{Config, Dunning, Outcome};
pub use seed::{Interval, SeedPrice};
pub use stand_in::StripeStandIn;
pub use webhooks::signature;

use crate::api::operation;
use crate::error::ApiError;
use axum::Router;
use axum::response::Response;
use axum::routing::{any, get};
use standin::calls::Calls;
use standin::faults::{Faults, Kind, Target};
use standin::server::Watch;
use std::sync::Arc;

impl StripeStandIn {
    /// Loads the state, joins the timeline, and registers its webhook endpoints.
    ///
    /// # Errors
    /// If the documents cannot be read.
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
            .route("/b/{link}", get(pages::link::show).post(pages::link::pay))
            .route("/i/{invoice}", get(pages::invoice::show).post(pages::invoice::act))
            .route("/i/{invoice}/pdf", get(pages::pdf::show))
            .route("/p/session/{session}", get(pages::portal::show).post(pages::portal::act))
            .with_state(self.clone())
    }

    /// Records API calls and applies faults to them, by names such as `POST /v1/customers/{id}`. Pages are excluded.
    pub fn watch(calls: Calls, faults: Faults) -> Watch {
        Watch { service: "stripe", target: Target::Stripe, calls, faults, operation, refusal }
    }

    /// Sets the outcome of the next charges of the customer with an email address, until it is set again. The customer
    /// need not exist yet.
    pub fn set_outcome(&self, email: &str, outcome: Outcome) {
        self.decree(email, outcome);
    }

    /// Sets what happens to subscriptions whose renewals cannot be charged.
    pub fn set_dunning(&self, dunning: Dunning) {
        self.0.set_dunning(dunning);
    }

    /// Sets the types of events that the configured endpoint receives; by default all (`*`).
    pub fn set_webhook_events(&self, types: &[&str]) {
        self.0.set_wanted(types);
        self.configure();
    }

    /// Makes a card's bank dispute a charge, or only open an inquiry. `false` if there is no such successful charge.
    pub fn dispute(&self, charge: &str, is_inquiry: bool) -> bool {
        self.open_dispute(charge, is_inquiry)
    }

    /// Deletes all data and keeps the configuration.
    pub fn reset(&self) {
        self.0.forget();
        self.configure();
    }
}

/// Stripe's response to a call to which a fault applies.
fn refusal(kind: Kind) -> Response {
    let error = match kind {
        Kind::Throttle | Kind::Unprocessed => ApiError::rate_limited(),
        Kind::Conflict => ApiError::conflict(
            "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.",
        )
        .code("lock_timeout"),
        Kind::Reject => ApiError::invalid("The request was refused by an injected fault."),
        _ => ApiError::internal(),
    };
    api::fault(&error)
}
