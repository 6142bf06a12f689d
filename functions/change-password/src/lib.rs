//! `POST /api/auth/change-password`: the current password for a new one; all other sessions end.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash::{self, Check};
use shared::auth::sign_in::Attempts;
use shared::endpoint::{Call, Endpoint, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::password::{NewPassword, Password};
use shared::services::{ConfigError, Services};
use shared::stores::database::{Database, StoreError, Table};
use shared::stores::users::Users;

/// Changes a password: count, check the current one, replace it.
pub struct ChangePassword {
    database: Database,
    users: Users,
    attempts: Attempts,
}

/// What changes it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    current_password: Password,
    new_password: NewPassword,
}

impl Endpoint for ChangePassword {
    type Caller = Viewer;
    type Input = Body<Change>;
    type Output = ();
    const SUMMARY: &'static str = "Changes the password and ends all other sessions.";
    const CODES: &'static [Code] = &[Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users])?,
            users: Users::connect(services)?,
            attempts: Attempts::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Body(given) = &call.input;
        let (user, session) = (&call.caller.user, &call.caller.session);
        let new = given.new_password.for_account(&user.email);
        let new = new.map_err(|issue| ApiError::field("new_password", issue.to_string()))?;
        // Whoever found a device signed in must not try passwords here more often than at the door.
        let (counted, credential) = tokio::join!(
            self.attempts.count(&user.email, &call.address, call.now),
            self.users.credential(&user.email),
        );
        counted?;
        let credential = credential?.ok_or_else(wrong)?;
        let check = hash::check(given.current_password.clone(), credential.password_hash).await;
        if check.map_err(ApiError::internal)? == Check::Wrong {
            return Err(wrong());
        }
        let (hash, ()) = tokio::join!(hash::hash(new), self.attempts.succeeded(&user.email, &call.address, call.now));
        let hash = hash.map_err(ApiError::internal)?;
        let statements = self.users.set_password(user, credential.version, &hash, Some(session.id))?;
        match self.database.transact(statements).await {
            // Another change came first: what was shown is not the current password any more.
            Err(StoreError::Condition(_)) => Err(wrong()),
            result => Ok(Reply::of(result?)),
        }
    }
}

fn wrong() -> ApiError {
    ApiError::new(Code::InvalidCredentials, "The current password is wrong.")
}
