//! `POST /api/admin/members/{id}/comp`: grants a member a complimentary plan, or withdraws it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, RecentAdmin, Reply, Tag};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Body, Path, WithRules};
use shared::http::rules::{Fields, Rules};
use shared::member_details::MemberDetails;
use shared::models::ids::UserId;
use shared::models::patch::Field;
use shared::models::plan::PlanType;
use shared::models::subscription::Subscription;
use shared::models::time::Moment;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry, Reason};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::members::MemberDetail;
use shared::stores::notes::Notes;
use shared::stores::row::Key;
use shared::stores::subscriptions::Subscriptions;
use shared::stores::table::Table;
use shared::stores::users::Users;

/// Grants or withdraws a plan, and writes an audit entry.
pub struct CompMember {
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
    audit: Audit,
    details: MemberDetails,
}

/// The complimentary plan and the reason for it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplimentaryPlanRequest {
    /// The plan; `null` withdraws the complimentary plan.
    plan_type: Field<Option<PlanType>>,
    /// When it ends, which must be in the future. Without an end, it lasts until it is withdrawn. Only allowed with a
    /// plan.
    until: Option<Moment>,
    reason: Reason,
}

impl Endpoint for CompMember {
    type Caller = RecentAdmin;
    type Input = (Path<UserId>, WithRules<Body<ComplimentaryPlanRequest>>);
    type Reads = (Key<User>, Key<Subscription>, Key<Notes>);
    type Output = MemberDetail;
    const SUMMARY: &'static str = "Grants a member a complimentary plan, or withdraws it.";
    const TAG: Tag = Tag::AdminMembers;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Subscriptions, Table::Audit])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
            audit: Audit::connect(services)?,
            details: MemberDetails::connect(services)?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: &Identity) -> Self::Reads {
        (User::key(*id), Subscription::key(*id), Notes::key(*id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<MemberDetail>, ApiError> {
        let (Path(id), gift) = call.input;
        let Body(gift) = gift.checked(Vec::new())?;
        let (plan, until) = (gift.plan_type.given().copied().flatten(), gift.until.map(Moment::get));
        let (user, before, notes) = call.rows;
        let (user, before) = (user.ok_or_else(|| ApiError::not_found("member"))?, before.unwrap_or_default());
        let after = Subscription { complimentary_plan: plan, complimentary_until: until, ..before.clone() };
        let audit_entry = AuditEntry {
            at: call.now,
            cause: format!("comp-member#{}", call.request_id),
            actor: call.caller.user.id.to_string(),
            action: "member.comp".to_owned(),
            subject: id.to_string(),
            reason: gift.reason.to_string(),
            before: complimentary_plan(&before),
            after: complimentary_plan(&after),
        };
        // If the same request was already carried out but its response was lost, the audit log already has the entry.
        if before != after {
            let was = (before.complimentary_plan, before.complimentary_until);
            let gift = self.subscriptions.comp(id, was, (plan, until))?;
            let statements = vec![self.users.exists(id)?, gift, self.audit.note(&audit_entry)?];
            match self.database.transact(statements).await {
                Err(StoreError::Condition(failed)) if failed.at(0) => return Err(ApiError::not_found("member")),
                Err(StoreError::Condition(_)) => {
                    return Err(ApiError::new(Code::Conflict, "Somebody else has just changed this. Please reload."));
                }
                done => done?,
            }
        }
        Ok(Reply::new(self.details.get(&user, &after, notes, call.now).await?))
    }
}

impl Rules for ComplimentaryPlanRequest {
    fn issues(fields: &Fields<'_>, now: Timestamp) -> Vec<FieldIssue> {
        let issue = if fields.given("plan_type").is_some_and(Value::is_null) && fields.is_set("until") {
            Some("is only allowed with a plan")
        } else {
            let is_past = fields.valid::<Moment>("until").is_some_and(|until| until.get() <= now);
            is_past.then_some("must be in the future")
        };
        issue.map(|issue| FieldIssue::new("until", issue)).into_iter().collect()
    }
}

fn complimentary_plan(subscription: &Subscription) -> Value {
    json!({
        "complimentary_plan": subscription.complimentary_plan,
        "complimentary_until": subscription.complimentary_until,
    })
}
