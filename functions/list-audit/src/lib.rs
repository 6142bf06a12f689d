//! `GET /api/admin/audit`: who did what, newest first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::time::Day;
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};
use shared::stores::audit::{Audit, Deed};

const LIMIT_DEFAULT: u32 = 20;

/// Lists a day, or along the index of all deeds by their time: one query a page.
pub struct ListAudit {
    audit: Audit,
    common: Secret<Common>,
}

/// Which page of which deeds.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only those of this UTC day.
    day: Option<Day>,
    /// How many at most; 20 unless given.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// What somebody did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Deed")]
pub struct DeedView {
    /// When.
    at: Timestamp,
    /// The user who did it, or the function.
    actor: String,
    /// What was done: `payment.refund`.
    action: String,
    /// To what: an id.
    subject: String,
    /// Why.
    reason: String,
    /// The subject before.
    before: Value,
    /// The subject after.
    after: Value,
}

impl Endpoint for ListAudit {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Output = Page<DeedView>;
    const SUMMARY: &'static str = "What was done by hand or by rule, newest first.";
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { audit: Audit::connect(services)?, common: services.common()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<DeedView>>, ApiError> {
        let Query(ListQuery { day, limit, cursor }) = call.input;
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let cursors = Cursors::new(&common.cursor_key);
        let day = day.map(|day| day.to_string());
        let query = format!("list-audit?day={}", day.as_deref().unwrap_or_default());
        let before: Option<String> = cursor.map(|cursor| cursors.open(&query, &cursor)).transpose()?;

        let (deeds, more) = self.audit.page(day.as_deref(), limit as usize, before.as_deref()).await?;
        let last = deeds.last().filter(|_| more).map(Deed::place);
        let next_cursor = last.map(|place| cursors.seal(&query, &place)).transpose()?;
        Ok(Reply::of(Page { items: deeds.into_iter().map(DeedView::from).collect(), limit, next_cursor }))
    }
}

impl From<Deed> for DeedView {
    fn from(deed: Deed) -> Self {
        let Deed { at, actor, action, subject, reason, before, after, .. } = deed;
        Self { at, actor, action, subject, reason, before, after }
    }
}
