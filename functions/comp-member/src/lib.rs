//! `POST /api/admin/members/{id}/comp`: a plan without payment, given or taken back.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::endpoint::{Admin, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Body, Path};
use shared::http::patch::Field;
use shared::models::ids::UserId;
use shared::models::plan::PlanType;
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, Deed, Reason};
use shared::stores::billing_events::BillingEvents;
use shared::stores::database::{Database, StoreError, Table};
use shared::stores::members::{MemberDetail, ledger_of};
use shared::stores::row::Wanted;
use shared::stores::subscriptions::Subscriptions;
use shared::stores::users::{User, Users};

/// Gives a plan, and notes it in the audit.
pub struct CompMember {
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
    events: BillingEvents,
    audit: Audit,
    grace: SignedDuration,
}

/// What is given, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// The plan; `null` takes back what was given.
    #[serde(default)]
    plan_type: Field<Option<PlanType>>,
    /// When it ends; without it, when it is taken back.
    until: Option<Timestamp>,
    reason: Reason,
}

impl Endpoint for CompMember {
    type Caller = Admin;
    type Input = (Path<UserId>, Body<Gift>);
    type Output = MemberDetail;
    const SUMMARY: &'static str = "Gives a member a plan without payment, or takes it back.";
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Subscriptions, Table::Audit])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
            events: BillingEvents::connect(services)?,
            audit: Audit::connect(services)?,
            grace: services.grace()?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&User::key(*id)).and(&Subscription::key(*id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<MemberDetail>, ApiError> {
        let (Path(id), Body(gift)) = &call.input;
        let (plan, until) = gift.checked(call.now)?;
        let user: User = call.rows.get(&User::key(*id))?.ok_or_else(|| ApiError::not_found("member"))?;
        let before: Subscription = call.rows.get(&Subscription::key(*id))?.unwrap_or_default();
        let after = Subscription { complimentary_plan: plan, complimentary_until: until, ..before.clone() };
        let deed = Deed {
            at: call.now,
            cause: format!("comp-member#{}", call.request_id),
            actor: call.caller.user.id.to_string(),
            action: "member.comp".to_owned(),
            subject: id.to_string(),
            reason: gift.reason.to_string(),
            before: told(&before),
            after: told(&after),
        };
        let was = (before.complimentary_plan, before.complimentary_until);
        let statements =
            vec![self.users.exists(*id)?, self.subscriptions.comp(*id, was, (plan, until))?, self.audit.note(&deed)?];
        match self.database.transact(statements).await {
            Err(StoreError::Condition(failed)) if failed.at(0) => return Err(ApiError::not_found("member")),
            Err(StoreError::Condition(_)) => {
                return Err(ApiError::new(Code::Conflict, "Somebody else changed it just now; please look again."));
            }
            done => done?,
        }
        let entries = ledger_of(&user, &self.database, &self.events).await?;
        Ok(Reply::of(MemberDetail::of(&user, &after, &entries, self.grace, call.now)))
    }
}

impl Gift {
    /// What it comes to, where it makes sense.
    fn checked(&self, now: Timestamp) -> Result<(Option<PlanType>, Option<Timestamp>), ApiError> {
        let plan = self.plan_type.given().ok_or_else(|| ApiError::field("plan_type", "is required"))?;
        let issue = match (plan, self.until) {
            (None, Some(_)) => "belongs to a plan that is given",
            (Some(_), Some(until)) if until <= now => "must be in the future",
            _ => return Ok((*plan, self.until)),
        };
        Err(ApiError::validation(vec![FieldIssue::new("until", issue)]))
    }
}

fn told(subscription: &Subscription) -> Value {
    json!({
        "complimentary_plan": subscription.complimentary_plan,
        "complimentary_until": subscription.complimentary_until,
    })
}
