//! `GET /api/admin/members`: who has an account, newest first.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::email::Email;
use shared::models::subscription::Status;
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};
use shared::stores::members::{Member, Members};

const LIMIT_DEFAULT: u32 = 20;

/// Lists along the index of users by their registration, or of subscriptions by their status.
pub struct ListMembers {
    members: Members,
    common: Secret<Common>,
}

/// Which page of which members.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Only the one of this address.
    email: Option<Email>,
    /// Only those whose subscription stands so.
    status: Option<Status>,
    /// How many at most; 20 unless given. A page may hold fewer and still have a next one.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Where the last page ended.
    cursor: Option<String>,
}

impl Endpoint for ListMembers {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Output = Page<Member>;
    const SUMMARY: &'static str = "Everybody with an account, newest first.";
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { members: Members::connect(services)?, common: services.common()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<Member>>, ApiError> {
        let Query(ListQuery { email, status, limit, cursor }) = call.input;
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let cursors = Cursors::new(&common.cursor_key);
        let of_email = email.as_ref().map(Email::key).unwrap_or_default();
        let query = format!("list-members?email={of_email}&status={}", status.map_or("", Status::name));
        let after = cursor.map(|cursor| cursors.open(&query, &cursor)).transpose()?;

        let (items, next) = match &email {
            Some(email) => (self.members.of_email(email, status).await?, None),
            None => self.members.page(status, limit as usize, after).await?,
        };
        let next_cursor = next.map(|after| cursors.seal(&query, &after)).transpose()?;
        Ok(Reply::of(Page { items, limit, next_cursor }))
    }
}
