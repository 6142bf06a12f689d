//! Makes an account an administrator. It has no route: the operator invokes it with AWS rights of their own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::endpoint::Job;
use shared::http::error::{ApiError, Code};
use shared::models::email::Email;
use shared::models::ids::UserId;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, Deed};
use shared::stores::database::{Database, Table};
use shared::stores::users::{Role, User, Users};

/// Gives the role, and notes it in the audit.
pub struct GrantAdmin {
    database: Database,
    users: Users,
    audit: Audit,
}

/// Who is to be an administrator.
#[derive(Deserialize)]
pub struct Appointment {
    email: Email,
}

/// Who is one now.
#[derive(Serialize)]
pub struct Appointed {
    id: UserId,
    role: Role,
}

impl Job for GrantAdmin {
    type Input = Appointment;
    type Output = Appointed;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Audit])?,
            users: Users::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    async fn run(&self, input: Appointment, now: Timestamp) -> Result<Appointed, ApiError> {
        let unknown = || {
            let message = format!("There is no account with the email address {}.", input.email.as_typed());
            ApiError::new(Code::NotFound, message)
        };
        let credential = self.users.credential(&input.email).await?.ok_or_else(unknown)?;
        let user = self.users.get(credential.user_id).await?.ok_or_else(unknown)?;
        if user.role != Role::Admin {
            self.appoint(&user, now).await?;
        }
        Ok(Appointed { id: user.id, role: Role::Admin })
    }
}

impl GrantAdmin {
    async fn appoint(&self, user: &User, now: Timestamp) -> Result<(), ApiError> {
        let deed = Deed {
            at: now,
            cause: format!("grant-admin#{}", user.id),
            actor: "grant-admin".to_owned(),
            action: "user.grant_admin".to_owned(),
            subject: user.id.to_string(),
            reason: "invoked by the operator".to_owned(),
            before: json!({ "role": user.role }),
            after: json!({ "role": Role::Admin }),
        };
        let statements = vec![self.users.set_role(user.id, Role::Admin)?, self.audit.note(&deed)?];
        Ok(self.database.transact(statements).await?)
    }
}
