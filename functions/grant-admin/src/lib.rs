//! Makes an account an administrator. It has no route: the operator invokes it with their own AWS permissions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::endpoint::Job;
use shared::http::error::{ApiError, Code};
use shared::models::email::Email;
use shared::models::ids::UserId;
use shared::models::user::{Role, User};
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry};
use shared::stores::database::Database;
use shared::stores::table::Table;
use shared::stores::users::Users;

/// Grants the role, and writes an audit entry.
pub struct GrantAdmin {
    database: Database,
    users: Users,
    audit: Audit,
}

/// The account to make an administrator.
#[derive(Deserialize)]
pub struct NewAdmin {
    email: Email,
}

/// The new administrator.
#[derive(Serialize)]
pub struct GrantedRole {
    id: UserId,
    role: Role,
}

impl Job for GrantAdmin {
    type Input = NewAdmin;
    type Output = GrantedRole;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Audit])?,
            users: Users::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    async fn run(&self, input: NewAdmin, now: Timestamp) -> Result<GrantedRole, ApiError> {
        let unknown = || {
            let message = format!("There is no account with the email address {}.", input.email.as_typed());
            ApiError::new(Code::NotFound, message)
        };
        let credential = self.users.credential(&input.email).await?.ok_or_else(unknown)?;
        let user = self.users.get(credential.user_id).await?.ok_or_else(unknown)?;
        if user.role != Role::Admin {
            self.make_admin(&user, now).await?;
        }
        Ok(GrantedRole { id: user.id, role: Role::Admin })
    }
}

impl GrantAdmin {
    async fn make_admin(&self, user: &User, now: Timestamp) -> Result<(), ApiError> {
        let audit_entry = AuditEntry {
            at: now,
            cause: format!("grant-admin#{}", user.id),
            actor: "grant-admin".to_owned(),
            action: "user.grant_admin".to_owned(),
            subject: user.id.to_string(),
            reason: "invoked by the operator".to_owned(),
            before: json!({ "role": user.role }),
            after: json!({ "role": Role::Admin }),
        };
        let statements = vec![self.users.set_role(user.id, Role::Admin)?, self.audit.note(&audit_entry)?];
        Ok(self.database.transact(statements).await?)
    }
}
