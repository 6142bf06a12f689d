//! `PATCH /api/admin/members/{id}`: changes the name, the address or the notes of a member.

use billing::customers::Customers;
use billing::stripe::Stripe;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, RecentAdmin, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::mail::Mails;
use shared::models::email::NewEmail;
use shared::models::ids::UserId;
use shared::models::patch::Field;
use shared::models::preferences::Preferences;
use shared::models::text::{OptionalLine, OptionalProse};
use shared::models::user::{User, UserView};
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry, Reason};
use shared::stores::database::{Database, Statement};
use shared::stores::error::StoreError;
use shared::stores::notes::Notes;
use shared::stores::rate_limits::RateLimits;
use shared::stores::row::Key;
use shared::stores::streams::Streams;
use shared::stores::table::Table;
use shared::stores::user_edits::UserEdit;
use shared::stores::users::Users;
use shared::stores::verification;
use std::time::Duration;

/// The longest wait for Stripe. What takes longer is left to the nightly reconciliation.
const CUSTOMER: Duration = Duration::from_secs(2);

/// Changes a member's data for them, with an audit entry. A new address takes effect at once, but counts as not
/// confirmed; it ends the member's sessions, because whoever holds them may be the reason for the change.
pub struct UpdateMember {
    database: Database,
    users: Users,
    customers: Customers,
    streams: Streams,
    audit: Audit,
    limiter: RateLimits,
    mails: Mails,
}

/// The changes, and the reason for them. What is omitted stays the same.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMemberRequest {
    /// The name; `null` or blank for none.
    #[serde(default)]
    name: Field<Option<OptionalLine<100>>>,
    /// The new address. The earlier one is notified, and all sessions end.
    email: Option<NewEmail>,
    /// The operators' notes; blank for none.
    notes: Option<OptionalProse<2_000>>,
    reason: Reason,
}

/// A member after a change.
#[derive(Serialize, JsonSchema)]
pub struct UpdatedMember {
    /// The user.
    user: UserView,
    /// The operators' notes.
    notes: Option<String>,
}

impl Endpoint for UpdateMember {
    type Caller = RecentAdmin;
    type Input = (Path<UserId>, Body<UpdateMemberRequest>);
    type Reads = (Key<User>, Key<Notes>, Key<Preferences>);
    type Output = UpdatedMember;
    const SUMMARY: &'static str = "Changes the name, the address or the notes of a member.";
    const TAG: Tag = Tag::AdminMembers;
    const CODES: &'static [Code] = &[Code::NotFound, Code::EmailTaken, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Audit, Table::Mail])?,
            users: Users::connect(services)?,
            customers: Customers::connect(services, Stripe::connect(services)?)?,
            streams: Streams::connect(services)?,
            audit: Audit::connect(services)?,
            limiter: RateLimits::connect(services)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: &Identity) -> Self::Reads {
        (User::key(*id), Notes::key(*id), Preferences::key(ViewerKey::first(*id)))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<UpdatedMember>, ApiError> {
        let (_, Body(given)) = &call.input;
        let user = call.rows.0.as_ref().ok_or_else(|| ApiError::not_found("member"))?;
        let notes = call.rows.1.as_ref().map(|row| row.notes.clone());
        let change = Change::new(given, user, notes.as_deref());
        if change.is_none() {
            return Ok(Reply::new(UpdatedMember { user: user.view(), notes: change.notes }));
        }
        let (mut statements, causes) = self.statements(&call, user, &change).await?;
        if change.are_notes_changed {
            statements.push(self.users.set_notes(user.id, change.notes.as_deref().unwrap_or_default(), call.now)?);
        }
        statements.push(self.audit.note(&change.audit_entry(&call, given))?);
        match self.database.transact(statements).await {
            Err(StoreError::Condition(failed)) if change.edit.email.is_some() && failed.at(0) => return Err(taken()),
            Err(StoreError::Condition(_)) => {
                return Err(ApiError::new(Code::Conflict, "Somebody else has just changed this. Please reload."));
            }
            done => done?,
        }
        let sent = causes.iter().map(|cause| self.mails.deliver(cause, call.now));
        let followed = tokio::time::timeout(CUSTOMER, self.customers.follow(user.id));
        let released = async {
            if change.edit.email.is_some() {
                let _ = self.streams.release_all(user.id).await;
            }
        };
        let _ = tokio::join!(futures::future::join_all(sent), followed, released);
        Ok(Reply::new(UpdatedMember { user: change.after.view(), notes: change.notes }))
    }
}

impl UpdateMember {
    /// The statements that change the account, and the causes of the emails about it.
    async fn statements(
        &self,
        call: &Call<Self>,
        user: &User,
        change: &Change,
    ) -> Result<(Vec<Statement>, Vec<String>), ApiError> {
        if change.edit.is_empty() {
            return Ok((vec![self.users.exists(user.id)?], Vec::new()));
        }
        if change.edit.email.is_none() {
            return Ok((vec![self.users.edit(user, &change.edit)?], Vec::new()));
        }
        let credential = self.users.credential(&user.email).await?;
        let credential = credential.ok_or_else(|| ApiError::not_found("member"))?;
        let version = credential.version + 1;
        let mut statements = self.users.move_email(user, &credential, &change.edit, version)?;
        let language = user.language_of_mail(call.rows.2.as_ref());
        let mut mails = vec![verification::of_moved(user, language, &call.request_id, call.now)];
        let moved = User { credential_version: version, ..change.after.clone() };
        if self.limiter.count_mail(&moved.email, call.now).await? {
            mails.push(verification::of_own(&moved, &call.request_id, call.now));
        }
        for mail in &mails {
            statements.push(self.mails.statement(mail)?);
        }
        Ok((statements, mails.into_iter().map(|mail| mail.cause).collect()))
    }
}

/// What an operator changes.
struct Change {
    edit: UserEdit,
    notes: Option<String>,
    are_notes_changed: bool,
    after: User,
    before: Map<String, Value>,
}

impl Change {
    fn new(given: &UpdateMemberRequest, user: &User, stored: Option<&str>) -> Self {
        let mut before = Map::new();
        let mut edit = UserEdit::default();
        let mut after = user.clone();
        let name = given.name.given().map(|name| name.as_ref().and_then(OptionalLine::given).map(str::to_owned));
        if let Some(name) = name.filter(|name| *name != user.name) {
            before.insert("name".to_owned(), json!(user.name));
            after.name.clone_from(&name);
            edit.name = Field::Given(name);
        }
        let email = given.email.as_ref().filter(|new| new.as_typed() != user.email.as_typed());
        if let Some(new) = email {
            before.insert("email".to_owned(), json!(user.email));
            let is_same = new.key() == user.email.key();
            after = User {
                email: (**new).clone(),
                email_verified: is_same && user.email_verified,
                pending_email: None,
                ..after
            };
            edit.email = Some((after.email.clone(), after.email_verified));
        }
        let notes = match &given.notes {
            Some(notes) => notes.given().map(str::to_owned),
            None => stored.map(str::to_owned),
        };
        let are_notes_changed = notes.as_deref() != stored;
        if are_notes_changed {
            before.insert("notes".to_owned(), json!(stored));
        }
        Self { edit, notes, are_notes_changed, after, before }
    }

    fn is_none(&self) -> bool {
        self.before.is_empty()
    }

    fn audit_entry(&self, call: &Call<UpdateMember>, given: &UpdateMemberRequest) -> AuditEntry {
        let after = |name: &str| match name {
            "name" => json!(self.after.name),
            "email" => json!(self.after.email),
            _ => json!(self.notes),
        };
        let after: Map<String, Value> = self.before.keys().map(|name| (name.clone(), after(name))).collect();
        AuditEntry {
            at: call.now,
            cause: format!("update-member#{}", call.request_id),
            actor: call.caller.user.id.to_string(),
            action: "member.update".to_owned(),
            subject: self.after.id.to_string(),
            reason: given.reason.to_string(),
            before: Value::Object(self.before.clone()),
            after: Value::Object(after),
        }
    }
}

fn taken() -> ApiError {
    ApiError::new(Code::EmailTaken, "Another account uses this email address.")
}
