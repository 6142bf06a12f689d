//! Starting a session: its row, and the first token of it.

use crate::auth::token::{self, Issuer, SigningKey};
use crate::endpoint::Identity;
use crate::http::error::ApiError;
use crate::models::email::Email;
use crate::secrets::Secret;
use crate::services::{ConfigError, Services, SignInLimits};
use crate::stores::rate_limits::{Budget, RateLimits};
use crate::stores::sessions::Session;
use crate::stores::users::Profile;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest name of a device; a longer one is cut.
const DEVICE_NAME_CHARACTERS_MAX: usize = 80;

/// A token and whose it is: what registration, sign-in and refresh answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignIn {
    /// The session's token, for `Authorization: Bearer`.
    pub token: String,
    /// The user.
    pub user: Profile,
}

/// Signs the tokens of sessions.
pub struct Tokens {
    key: Secret<SigningKey>,
    issuer: Issuer,
}

impl Tokens {
    /// Signing with the key that this function was given.
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let tokens = Self { key: services.signing_key()?, issuer: services.issuer()? };
        // Read while the function starts; when that fails, the first request tries again.
        let _ = tokens.key.get().await;
        Ok(tokens)
    }

    /// A token of a session, issued now.
    pub async fn issue(&self, session: &Session, now: Timestamp) -> Result<String, ApiError> {
        let key = self.key.get().await.map_err(ApiError::unavailable)?;
        let who = Identity { user_id: session.user_id, session_id: session.id, issued_at: now };
        token::sign(&key, &self.issuer, &who).map_err(ApiError::internal)
    }
}

/// Counts sign-ins that fail, so that passwords cannot be tried out: by account and address, and by account, whether there
/// is such an account or not.
pub struct Attempts {
    limiter: RateLimits,
    limits: SignInLimits,
}

impl Attempts {
    /// Counting by the limits that this function was given.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { limiter: services.rate_limits()?, limits: services.sign_in_limits()? })
    }

    /// What an attempt counts against, for an endpoint whose input names the account.
    pub fn budgets(&self, email: &Email, address: &str) -> Vec<Budget> {
        self.limits.budgets(&email.key(), address).into()
    }

    /// Counts an attempt of an account that is known only after admission; `RATE_LIMITED` before its password is looked at.
    pub async fn count(&self, email: &Email, address: &str, now: Timestamp) -> Result<(), ApiError> {
        let [pair, account] = self.limits.budgets(&email.key(), address);
        let (of_pair, of_account) =
            futures::try_join!(self.limiter.count(&pair, now), self.limiter.count(&account, now))?;
        match (of_pair.admitted, of_account.admitted) {
            (true, true) => return Ok(()),
            // Nothing was tried, so what the other one counted is given back.
            (true, false) => self.limiter.give_back(&pair.key, now).await?,
            (false, true) => self.limiter.give_back(&account.key, now).await?,
            (false, false) => {}
        }
        let refused = if of_pair.admitted { of_account } else { of_pair };
        Err(ApiError::rate_limited(refused.reset_seconds))
    }

    /// Takes an attempt that succeeded out of the count, and forgets the failures before it from the same address.
    pub async fn succeeded(&self, email: &Email, address: &str, now: Timestamp) {
        let [pair, account] = self.limits.budgets(&email.key(), address);
        // What stays counted refuses too early, never too late.
        let _ = futures::join!(self.limiter.clear(&pair.key, now), self.limiter.give_back(&account.key, now));
    }
}

/// What to call a device: the name that its user gave, or what it calls itself.
pub fn device_name(given: Option<&str>, user_agent: Option<&str>) -> String {
    let name = given.map(str::trim).filter(|name| !name.is_empty()).or(user_agent).unwrap_or("Unknown device");
    name.chars().filter(|character| !character.is_control()).take(DEVICE_NAME_CHARACTERS_MAX).collect()
}
