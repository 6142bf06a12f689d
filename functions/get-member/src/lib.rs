//! `GET /api/admin/members/{id}`: a member with all details.

use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::member_details::MemberDetails;
use shared::models::ids::UserId;
use shared::models::subscription::Subscription;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::members::MemberDetail;
use shared::stores::notes::Notes;
use shared::stores::row::Key;

/// Shows a member with their payments from the ledger.
pub struct GetMember {
    details: MemberDetails,
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
        Ok(Self { details: MemberDetails::connect(services)? })
    }

    fn reads(&self, Path(id): &Self::Input, _: &Identity) -> Self::Reads {
        (User::key(*id), Subscription::key(*id), Notes::key(*id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<MemberDetail>, ApiError> {
        let (user, subscription, notes) = call.rows;
        let user = user.ok_or_else(|| ApiError::not_found("member"))?;
        let subscription = subscription.unwrap_or_default();
        Ok(Reply::new(self.details.get(&user, &subscription, notes, call.now).await?))
    }
}
