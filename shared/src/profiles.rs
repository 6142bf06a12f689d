//! Changes an account's profiles, which are stored in its user's row.

use crate::http::error::ApiError;
use crate::models::profile::{Profile, ProfileConflict};
use crate::models::user::User;
use crate::services::{ConfigError, Services};
use crate::stores::backoff::Backoff;
use crate::stores::database::{Database, Statement};
use crate::stores::error::StoreError;
use crate::stores::table::Table;
use crate::stores::users::Users;

/// Changes profiles.
pub struct Profiles {
    database: Database,
    users: Users,
}

impl Profiles {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { database: services.database(&[Table::Users])?, users: Users::connect(services)? })
    }

    /// Applies a rule to the profiles, again with the current ones after losing a race. Writes `extra_statements` in the
    /// same transaction. Returns the new profiles.
    ///
    /// # Errors
    /// The rule's, or `SESSION_REVOKED` if the account was deleted.
    pub async fn change(
        &self,
        user: &User,
        rule: impl Fn(&[Profile]) -> Result<Vec<Profile>, ProfileConflict> + Send + Sync,
        extra_statements: impl Fn() -> Result<Vec<Statement>, StoreError> + Send + Sync,
    ) -> Result<Vec<Profile>, ApiError> {
        let mut user = user.clone();
        let mut backoff = Backoff::default();
        loop {
            let profiles = rule(&user.profiles())?;
            let mut statements = vec![self.users.set_profiles(&user, profiles.clone())?];
            statements.extend(extra_statements()?);
            match self.database.transact(statements).await {
                Err(StoreError::Condition(_)) => backoff.wait().await.map_err(StoreError::from)?,
                written => return Ok(written.map(|()| profiles)?),
            }
            user = self.users.get(user.id).await?.ok_or_else(ApiError::session_revoked)?;
        }
    }
}
