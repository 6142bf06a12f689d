//! `POST /api/admin/members/{id}/end-sessions`: signs a member out of all devices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::ids::UserId;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry, Reason};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::streams::Streams;
use shared::stores::table::Table;
use shared::stores::users::Users;

/// Ends the sessions of a member and their streams, and writes an audit entry. The password stays valid.
pub struct EndSessions {
    database: Database,
    users: Users,
    sessions: Sessions,
    streams: Streams,
    audit: Audit,
}

/// The reason.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSessionsRequest {
    reason: Reason,
}

/// What was ended.
#[derive(Serialize, JsonSchema)]
pub struct EndedSessions {
    /// How many devices were signed in.
    ended: usize,
}

impl Endpoint for EndSessions {
    type Caller = Admin;
    type Input = (Path<UserId>, Body<EndSessionsRequest>);
    type Reads = Key<User>;
    type Output = EndedSessions;
    const SUMMARY: &'static str = "Signs a member out of all devices.";
    const TAG: Tag = Tag::AdminMembers;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Audit])?,
            users: Users::connect(services)?,
            sessions: Sessions::connect(services)?,
            streams: Streams::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: &Identity) -> Key<User> {
        User::key(*id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<EndedSessions>, ApiError> {
        let unknown = || ApiError::not_found("member");
        let user = call.rows.ok_or_else(unknown)?;
        let (credential, live) =
            tokio::try_join!(self.users.credential(&user.email), self.sessions.live(&user, call.now))?;
        let credential = credential.ok_or_else(unknown)?;
        let audit_entry = AuditEntry {
            at: call.now,
            cause: format!("end-sessions#{}", call.request_id),
            actor: call.caller.user.id.to_string(),
            action: "member.end_sessions".to_owned(),
            subject: user.id.to_string(),
            reason: call.input.1.0.reason.to_string(),
            before: json!({ "sessions": live.len() }),
            after: json!({ "sessions": 0 }),
        };
        let mut statements = self.users.end_sessions(&user, credential.version)?;
        statements.push(self.audit.note(&audit_entry)?);
        match self.database.transact(statements).await {
            Err(StoreError::Condition(_)) => {
                return Err(ApiError::new(Code::Conflict, "This member's data has just changed. Please try again."));
            }
            done => done?,
        }
        // The sessions have ended. If this fails, their leases expire within half a minute.
        let _ = self.streams.release_all(user.id).await;
        Ok(Reply::new(EndedSessions { ended: live.len() }))
    }
}
