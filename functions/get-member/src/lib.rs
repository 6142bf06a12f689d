//! `GET /api/admin/members/{id}`: a member with all details.

use jiff::SignedDuration;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::mail::subject_for_operators;
use shared::models::email_message::Brand;
use shared::models::ids::UserId;
use shared::models::subscription::Subscription;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::billing_events::BillingEvents;
use shared::stores::database::Database;
use shared::stores::mail::Outbox;
use shared::stores::members::{MemberDetail, ledger_of};
use shared::stores::notes::Notes;
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::table::Table;

/// Shows a member with their payments from the ledger.
pub struct GetMember {
    database: Database,
    events: BillingEvents,
    outbox: Outbox,
    sessions: Sessions,
    brand: Brand,
    grace: SignedDuration,
}

impl Endpoint for GetMember {
    type Caller = Admin;
    type Input = Path<UserId>;
    type Reads = (Key<User>, Key<Subscription>, Key<Notes>);
    type Output = MemberDetail;
    const SUMMARY: &'static str = "Returns a member, their subscription and their payments.";
    const TAG: Tag = Tag::AdminMembers;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Subscriptions])?,
            events: BillingEvents::connect(services)?,
            outbox: Outbox::connect(services)?,
            sessions: Sessions::connect(services)?,
            brand: Brand::of_sender(&services.mail_from()?),
            grace: services.grace()?,
        })
    }

    fn reads(&self, Path(id): &Self::Input, _: &Identity) -> Self::Reads {
        (User::key(*id), Subscription::key(*id), Notes::key(*id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<MemberDetail>, ApiError> {
        let (user, subscription, notes) = call.rows;
        let user = user.ok_or_else(|| ApiError::not_found("member"))?;
        let subscription = subscription.unwrap_or_default();
        let entries = ledger_of(&user, &self.database, &self.events).await?;
        let detail = MemberDetail::new(&user, &subscription, &entries, self.grace, call.now);
        let detail = detail.with_notes(notes).with_devices(&self.sessions, &user, call.now).await?;
        let mut detail = detail.with_emails(&self.outbox).await?;
        for email in &mut detail.emails {
            email.subject = subject_for_operators(&email.subject, &self.brand);
        }
        Ok(Reply::new(detail))
    }
}
