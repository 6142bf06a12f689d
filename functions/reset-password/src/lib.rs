//! `POST /api/auth/reset-password`: the token of a mailed link, once, for a new password; all sessions end.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash;
use shared::endpoint::{Anyone, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::password::NewPassword;
use shared::services::{ConfigError, Services, SignInLimits};
use shared::stores::database::{Database, StoreError, Table};
use shared::stores::one_time_tokens::{OneTimeSecret, OneTimeToken, OneTimeTokens, Purpose};
use shared::stores::rate_limits::RateLimits;
use shared::stores::row::Wanted;
use shared::stores::users::Users;

/// Resets a password: the token's row, the hash, one transaction that redeems the one and sets the other.
pub struct ResetPassword {
    database: Database,
    users: Users,
    tokens: OneTimeTokens,
    limiter: RateLimits,
}

/// What resets it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    token: OneTimeSecret,
    password: NewPassword,
}

impl Endpoint for ResetPassword {
    type Caller = Anyone;
    type Input = Body<Reset>;
    type Output = ();
    const SUMMARY: &'static str = "Sets a new password by a mailed link and ends all sessions.";
    const CODES: &'static [Code] = &[Code::CodeExpired];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Sessions])?,
            users: Users::connect(services)?,
            tokens: OneTimeTokens::connect(services)?,
            limiter: services.rate_limits()?,
        })
    }

    fn reads(&self, input: &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&OneTimeToken::key(&input.0.token))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Body(given) = &call.input;
        let token = call.rows.get(&OneTimeToken::key(&given.token))?;
        let grant = token.and_then(|token| token.grant_for(Purpose::ResetPassword, call.now)).ok_or_else(over)?;
        let user = self.users.get(grant.user_id).await?.ok_or_else(over)?;
        // A refused password leaves the link as it is.
        let password = given.password.for_account(&user.email);
        let password = password.map_err(|issue| ApiError::field("password", issue.to_string()))?;
        let hash = hash::hash(password).await.map_err(ApiError::internal)?;
        let mut statements = vec![self.tokens.redeem(&given.token)?];
        statements.extend(self.users.set_password(&user, grant.credential_version, &hash, None)?);
        match self.database.transact(statements).await {
            // Redeemed by another request, or the password has changed since it was mailed.
            Err(StoreError::Condition(_)) => return Err(over()),
            result => result?,
        }
        // Whoever forgot a password has likely tried a few. It stays counted when this fails, for a quarter of an hour.
        let _ = self.limiter.clear(&SignInLimits::pair_key(&user.email.key(), &call.address), call.now).await;
        Ok(Reply::of(()))
    }
}

/// One text for what never was, was redeemed, or is over.
fn over() -> ApiError {
    ApiError::new(Code::CodeExpired, "This link has expired or was used before; please ask for a new one.")
}
