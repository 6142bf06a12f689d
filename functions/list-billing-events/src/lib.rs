//! `GET /api/admin/billing/events`: the events from Stripe and how they were processed, newest first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ids::UserId;
use shared::models::time::Day;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::billing_events::{BillingEvents, EventRecord, EventState};

/// Lists the event records.
pub struct ListBillingEvents {
    events: BillingEvents,
    pages: Pages,
}

/// The filter and the page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only events that arrived on this UTC day.
    day: Option<Day>,
    /// Only events in this state.
    state: Option<EventState>,
    /// The most events to return; 20 by default.
    #[serde(default)]
    limit: PageSize,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

/// An event from Stripe.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BillingEvent")]
pub struct EventView {
    /// Stripe's id.
    id: String,
    /// Stripe's event type, such as `invoice.paid`.
    event_type: String,
    /// Stripe's customer; `null` if unreadable.
    stripe_customer_id: Option<String>,
    /// The user; `null` if unknown.
    user_id: Option<UserId>,
    /// When it first arrived.
    received_at: Timestamp,
    /// How it was processed.
    state: EventState,
    /// Why it was set aside.
    error: Option<String>,
}

impl Endpoint for ListBillingEvents {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Reads = ();
    type Output = Page<EventView>;
    const SUMMARY: &'static str = "Lists the events that Stripe sent in the last weeks, newest first.";
    const TAG: Tag = Tag::AdminBilling;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { events: BillingEvents::connect(services)?, pages: Pages::connect(services, "list-billing-events")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<EventView>>, ApiError> {
        let Query(ListQuery { day, state, limit, cursor }) = call.input;
        let page = self.pages.request(&(day, state), limit, cursor).await?;
        let before: Option<String> = page.after()?;

        let (records, next) = self.events.page(day, state, page.limit(), before.as_deref(), call.now).await?;
        Ok(Reply::new(page.page(records.into_iter().map(EventView::from).collect(), next)?))
    }
}

impl From<EventRecord> for EventView {
    fn from(record: EventRecord) -> Self {
        let EventRecord { id, event_type, customer: stripe_customer_id, user_id, received_at, state, error, .. } =
            record;
        Self { id, event_type, stripe_customer_id, user_id, received_at, state, error }
    }
}
