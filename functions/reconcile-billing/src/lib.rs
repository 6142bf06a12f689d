//! `POST /api/admin/billing/reconcile`: compares the tables with Stripe, page by page, and repairs differences.

use billing::converge::Billing;
use billing::reconcile::{Drift, PageStart};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::OptionalBody;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};

/// Compares, and repairs on request.
pub struct ReconcileBilling {
    billing: Billing,
    pages: Pages,
}

/// The options and the page.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReconcileRequest {
    /// Whether differences are repaired or only reported.
    apply: bool,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

/// The result of comparing a page.
#[derive(Serialize, JsonSchema)]
pub struct ReconcileReport {
    /// How many customers were compared.
    checked: usize,
    /// The customers whose tables differed from Stripe.
    drift: Vec<Drift>,
    /// The cursor of the next page; `null` after the last.
    next_cursor: Option<String>,
}

impl Endpoint for ReconcileBilling {
    type Caller = Admin;
    type Input = OptionalBody<ReconcileRequest>;
    type Reads = ();
    type Output = ReconcileReport;
    const SUMMARY: &'static str = "Compares a page of customers with Stripe, and repairs differences on request.";
    const TAG: Tag = Tag::AdminBilling;
    const CODES: &'static [Code] = &[Code::InvalidCursor, Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { billing: Billing::connect(services)?, pages: Pages::connect(services, "reconcile-billing")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<ReconcileReport>, ApiError> {
        let OptionalBody(ReconcileRequest { apply, cursor }) = call.input;
        let request = self.pages.request(&(), PageSize::default(), cursor).await?;
        let place = request.after()?.unwrap_or(PageStart::Users(None));
        let actor = call.caller.user.id.to_string();

        let page = self.billing.reconcile_page(place, apply.then_some(actor.as_str()), call.now).await?;
        let next_cursor = request.next_cursor(page.next)?;
        Ok(Reply::new(ReconcileReport { checked: page.checked, drift: page.drift, next_cursor }))
    }
}
