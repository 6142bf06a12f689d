//! `GET /api/admin/billing/events`: what Stripe told, newest first, and what became of it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ids::UserId;
use shared::models::time::Day;
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};
use shared::stores::billing_events::{BillingEvents, EventState, Mark};

const LIMIT_DEFAULT: u32 = 20;

/// Lists the marks of events.
pub struct ListBillingEvents {
    events: BillingEvents,
    common: Secret<Common>,
}

/// Which page of which events.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only those that came on this UTC day.
    day: Option<Day>,
    /// Only those that came to this.
    state: Option<EventState>,
    /// How many at most; 20 unless given.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// An event of Stripe's.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BillingEvent")]
pub struct EventView {
    /// Stripe's id.
    id: String,
    /// Stripe's type: `invoice.paid`.
    event_type: String,
    /// Stripe's customer; `null` where that could not be read.
    stripe_customer_id: Option<String>,
    /// Whose; `null` where that was not found out.
    user_id: Option<UserId>,
    /// When it came first.
    received_at: Timestamp,
    /// What became of it.
    state: EventState,
    /// Why it was set aside.
    error: Option<String>,
}

impl Endpoint for ListBillingEvents {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Output = Page<EventView>;
    const SUMMARY: &'static str = "The events of Stripe's that came in the last weeks, newest first.";
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { events: BillingEvents::connect(services)?, common: services.common()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<EventView>>, ApiError> {
        let Query(ListQuery { day, state, limit, cursor }) = call.input;
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let cursors = Cursors::new(&common.cursor_key);
        let of_day = day.map(|day| day.to_string()).unwrap_or_default();
        let query = format!("list-billing-events?day={of_day}&state={}", state.map_or("", EventState::name));
        let before: Option<String> = cursor.map(|cursor| cursors.open(&query, &cursor)).transpose()?;

        let (marks, next) = self.events.page(day, state, limit as usize, before.as_deref(), call.now).await?;
        let next_cursor = next.map(|place| cursors.seal(&query, &place)).transpose()?;
        Ok(Reply::of(Page { items: marks.into_iter().map(EventView::from).collect(), limit, next_cursor }))
    }
}

impl From<Mark> for EventView {
    fn from(mark: Mark) -> Self {
        let Mark { id, event_type, customer: stripe_customer_id, user_id, received_at, state, error, .. } = mark;
        Self { id, event_type, stripe_customer_id, user_id, received_at, state, error }
    }
}
