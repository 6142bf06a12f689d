//! `GET /api/admin/audit`: the audit entries, newest first.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::time::Day;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry};

/// Queries one day, or the index of all entries by time: one query per page.
pub struct ListAudit {
    audit: Audit,
    pages: Pages,
}

/// The filter and the page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only entries of this UTC day.
    day: Option<Day>,
    /// The most entries to return; 20 by default.
    #[serde(default)]
    limit: PageSize,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

/// An audit entry.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct AuditEntryView {
    /// When.
    at: Timestamp,
    /// The user or function that did it.
    actor: String,
    /// The action, such as `payment.refund`.
    action: String,
    /// The id of its subject.
    subject: String,
    /// The reason.
    reason: String,
    /// The subject's state before; `null` if it did not exist.
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    before: Value,
    /// The subject's state after; `null` if it no longer exists.
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    after: Value,
}

impl Endpoint for ListAudit {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Reads = ();
    type Output = Page<AuditEntryView>;
    const SUMMARY: &'static str = "Lists the audit entries, newest first.";
    const TAG: Tag = Tag::AdminReports;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { audit: Audit::connect(services)?, pages: Pages::connect(services, "list-audit")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<AuditEntryView>>, ApiError> {
        let Query(ListQuery { day, limit, cursor }) = call.input;
        let day = day.map(|day| day.to_string());
        let page = self.pages.request(&day, limit, cursor).await?;
        let before: Option<String> = page.after()?;

        let (entries, more) = self.audit.page(day.as_deref(), page.limit(), before.as_deref()).await?;
        let last = entries.last().filter(|_| more).map(AuditEntry::place);
        Ok(Reply::new(page.page(entries.into_iter().map(AuditEntryView::from).collect(), last)?))
    }
}

impl From<AuditEntry> for AuditEntryView {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { at, actor, action, subject, reason, before, after, .. } = entry;
        Self { at, actor, action, subject, reason, before, after }
    }
}
