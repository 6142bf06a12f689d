//! `GET /api/admin/members`: all accounts, newest first, with a search.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Admin, Call, Endpoint, Page, Reply, Tag};
use shared::http::cursor::{Cursor, PageSize};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::email::Email;
use shared::models::search::WordQuery;
use shared::models::subscription::Status;
use shared::models::text::OptionalLine;
use shared::pages::Pages;
use shared::services::{ConfigError, Services};
use shared::stores::members::{Member, MemberFilter, Members};

/// Queries the index of users by registration time, or the index of subscriptions by status.
pub struct ListMembers {
    members: Members,
    pages: Pages,
}

/// The filter and the page.
#[derive(Deserialize, JsonSchema)]
pub struct ListQuery {
    /// Words that must occur in the address or the name, ignoring case and accents. A search examines the 10,000 newest
    /// members first, and the cursor continues from there, so a page may be empty and still be followed by another. A
    /// complete address is found at once.
    q: Option<OptionalLine<200>>,
    /// Only the member with this address.
    email: Option<Email>,
    /// Only members whose subscription has this status.
    status: Option<Status>,
    /// Only members who have confirmed their address (`true`), or only those who have not (`false`).
    verified: Option<bool>,
    /// The most members to return; 20 by default. A page may have fewer and still be followed by another.
    #[serde(default)]
    limit: PageSize,
    /// The cursor of the previous page's response.
    cursor: Option<Cursor>,
}

impl Endpoint for ListMembers {
    type Caller = Admin;
    type Input = Query<ListQuery>;
    type Reads = ();
    type Output = Page<Member>;
    const SUMMARY: &'static str = "Lists all accounts, newest first.";
    const TAG: Tag = Tag::AdminMembers;
    const CODES: &'static [Code] = &[Code::InvalidCursor];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { members: Members::connect(services)?, pages: Pages::connect(services, "list-members")? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<Member>>, ApiError> {
        let Query(ListQuery { q, email, status, verified, limit, cursor }) = call.input;
        // An empty search field does not filter.
        let q = q.as_ref().and_then(OptionalLine::given);
        let sought = q.and_then(WordQuery::parse);
        let filter = MemberFilter { status, verified };
        let query = (sought.as_ref().and(q), email.as_ref().map(Email::key), filter);
        let page = self.pages.request(&query, limit, cursor).await?;

        let page = match (&email, &sought) {
            (Some(email), sought) => {
                let mut members = self.members.of_email(email, filter).await?;
                members.retain(|member| sought.as_ref().is_none_or(|query| member.is_found_by(query)));
                page.page(members, None::<()>)?
            }
            (None, Some(words)) => {
                let address: Option<Email> = q.and_then(|typed| typed.parse().ok());
                let (members, next) =
                    self.members.search(words, address.as_ref(), filter, page.limit(), page.after()?).await?;
                page.page(members, next)?
            }
            (None, None) => {
                let (members, next) = self.members.page(filter, page.limit(), page.after()?).await?;
                page.page(members, next)?
            }
        };
        Ok(Reply::new(page))
    }
}
