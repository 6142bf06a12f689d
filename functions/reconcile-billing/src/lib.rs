//! `POST /api/admin/billing/reconcile`: where the tables differ from what Stripe says, page by page, and the repair of it.

use billing::converge::Billing;
use billing::reconcile::{Drift, Place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Admin, Call, Endpoint, Reply};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::OptionalBody;
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};

/// What a cursor is for.
const QUERY: &str = "reconcile-billing";

/// Compares, and repairs when asked to.
pub struct ReconcileBilling {
    billing: Billing,
    common: Secret<Common>,
}

/// What is to be done, and where.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// Whether what differs is repaired, or only told.
    apply: bool,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// What a page came to.
#[derive(Serialize, JsonSchema)]
pub struct Report {
    /// How many customers were compared.
    checked: usize,
    /// Those of whom the tables said something else than Stripe.
    drift: Vec<Drift>,
    /// The cursor of the next page; `null` when all were compared.
    next_cursor: Option<String>,
}

impl Endpoint for ReconcileBilling {
    type Caller = Admin;
    type Input = OptionalBody<Asked>;
    type Output = Report;
    const SUMMARY: &'static str = "Compares a page of customers with Stripe, and repairs what differs when asked to.";
    const CODES: &'static [Code] = &[Code::InvalidCursor, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { billing: Billing::connect(services)?, common: services.common()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Report>, ApiError> {
        let OptionalBody(Asked { apply, cursor }) = call.input;
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let cursors = Cursors::new(&common.cursor_key);
        let place = cursor.map(|cursor| cursors.open(QUERY, &cursor)).transpose()?.unwrap_or(Place::Users(None));
        let actor = call.caller.user.id.to_string();

        let page = self.billing.reconcile_page(place, apply.then_some(actor.as_str()), call.now).await?;
        let next_cursor = page.next.map(|place| cursors.seal(QUERY, &place)).transpose()?;
        Ok(Reply::of(Report { checked: page.checked, drift: page.drift, next_cursor }))
    }
}
