//! Starting a session: its row, and the first token of it.

use crate::auth::token::{self, Issuer, SigningKey};
use crate::endpoint::Identity;
use crate::http::error::ApiError;
use crate::secrets::Secret;
use crate::services::{ConfigError, Services};
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

/// What to call a device: the name that its user gave, or what it calls itself.
pub fn device_name(given: Option<&str>, user_agent: Option<&str>) -> String {
    let name = given.map(str::trim).filter(|name| !name.is_empty()).or(user_agent).unwrap_or("Unknown device");
    name.chars().filter(|character| !character.is_control()).take(DEVICE_NAME_CHARACTERS_MAX).collect()
}
