//! `GET /api/admin/members/{id}`: all of a member.

use jiff::SignedDuration;
use shared::endpoint::{Admin, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::UserId;
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::billing_events::BillingEvents;
use shared::stores::database::{Database, Table};
use shared::stores::members::{MemberDetail, ledger_of};
use shared::stores::row::Wanted;
use shared::stores::users::User;

/// Shows a member with what they paid, as the ledger has it.
pub struct GetMember {
    database: Database,
    events: BillingEvents,
    grace: SignedDuration,
}

impl Endpoint for GetMember {
    type Caller = Admin;
    type Input = Path<UserId>;
    type Output = MemberDetail;
    const SUMMARY: &'static str = "A member, their subscription and their payments.";
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Subscriptions])?,
            events: BillingEvents::connect(services)?,
            grace: services.grace()?,
        })
    }

    fn reads(&self, Path(id): &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&User::key(*id)).and(&Subscription::key(*id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<MemberDetail>, ApiError> {
        let Path(id) = call.input;
        let user = call.rows.get(&User::key(id))?.ok_or_else(|| ApiError::not_found("member"))?;
        let subscription = call.rows.get(&Subscription::key(id))?.unwrap_or_default();
        let entries = ledger_of(&user, &self.database, &self.events).await?;
        Ok(Reply::of(MemberDetail::of(&user, &subscription, &entries, self.grace, call.now)))
    }
}
