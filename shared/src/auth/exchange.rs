//! The exchange of a token for a newer one of its session.

use crate::auth::sign_in::Tokens;
use crate::endpoint::SignedIn;
use crate::http::error::{ApiError, Code};
use crate::models::ids::ProfileId;
use crate::models::streams::Slots;
use crate::services::{ConfigError, Services};
use crate::stores::sessions::{SelectedProfile, Sessions};
use crate::stores::streams::Streams;
use boxed::boxed;
use jiff::Timestamp;

/// Exchanges tokens. The old token stays valid for a minute, for requests in flight; another tab may exchange it again
/// within that minute. A later attempt means that somebody has a copy of the token, so it ends the session for both.
pub struct TokenExchange {
    sessions: Sessions,
    streams: Streams,
    tokens: Tokens,
}

impl TokenExchange {
    /// The tables and the signing key of this function.
    #[boxed]
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            sessions: Sessions::connect(services)?,
            streams: Streams::connect(services)?,
            tokens: Tokens::connect(services).await?,
        })
    }

    /// Ends the session and its stream if the caller's token was exchanged more than a minute ago.
    ///
    /// # Errors
    /// `SESSION_REVOKED` if the session was ended.
    #[boxed]
    pub async fn refuse_reused_token(
        &self,
        caller: &SignedIn,
        slots: Option<Slots>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let session = &caller.session;
        if session.accepts_token(caller.token_issued_at, now) {
            return Ok(());
        }
        self.sessions.end(session.user_id, session.id).await?;
        let _ = self.streams.release(session.user_id, slots.unwrap_or_default(), |sid| sid == session.id).await;
        Err(ApiError::session_revoked())
    }

    /// A new token, or the session's newest one if another request has just exchanged the caller's.
    #[boxed]
    pub async fn refresh(&self, caller: &SignedIn, now: Timestamp) -> Result<String, ApiError> {
        let session = self.sessions.renew(&caller.session, caller.token_issued_at, now).await?;
        self.tokens.issue(&session.ok_or_else(ApiError::session_revoked)?).await
    }

    /// A new token for a profile. All other tokens of the session expire within a minute.
    #[boxed]
    pub async fn select(&self, caller: &SignedIn, profile: ProfileId, now: Timestamp) -> Result<String, ApiError> {
        match self.sessions.select(&caller.session, profile, now).await? {
            SelectedProfile::Session(session) => self.tokens.issue(&session).await,
            SelectedProfile::Ended => Err(ApiError::session_revoked()),
            SelectedProfile::TooSoon => {
                let message = "The profile was switched several times within a second. Please try again in a second.";
                Err(ApiError::new(Code::RateLimited, message).retry_after(1))
            }
        }
    }
}
