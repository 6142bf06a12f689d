//! `POST /api/auth/refresh`: exchanges a token, even one that expired up to 30 days ago, for a new one of the same live
//! session.

use shared::auth::sign_in::{SignIn, Tokens};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, TokenRefresher};
use shared::http::error::{ApiError, Code};
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::streams::Streams;

/// Exchanges a token. The old token stays valid for a minute, for requests in flight. If it is exchanged again within
/// that minute, as by another tab, the session's newest token is returned. If it is exchanged later than that, somebody
/// has a copy, so the session ends for both.
pub struct RefreshToken {
    sessions: Sessions,
    streams: Streams,
    tokens: Tokens,
}

impl Endpoint for RefreshToken {
    type Caller = TokenRefresher;
    type Input = ();
    type Reads = Key<Slots>;
    type Output = SignIn;
    const SUMMARY: &'static str = "Exchanges a token for a new one of the same session.";
    const TAG: Tag = Tag::Authentication;
    const PROFILES: ProfileRule = ProfileRule::Any;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            sessions: Sessions::connect(services)?,
            streams: Streams::connect(services)?,
            tokens: Tokens::connect(services).await?,
        })
    }

    fn reads(&self, (): &(), who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        let (session, presented) = (&call.caller.session, call.caller.token_issued_at);
        if !session.admits(presented, call.now) {
            self.end(call).await?;
            return Err(ApiError::session_revoked());
        }
        let issued_at = self.sessions.renew(session, presented, call.now).await?;
        let issued_at = issued_at.ok_or_else(ApiError::session_revoked)?;
        let token = self.tokens.issue_for(call.caller.viewer, session, issued_at).await?;
        Ok(Reply::with_token(SignIn { token, user: call.caller.user.view() }))
    }
}

impl RefreshToken {
    /// Ends the session of a token that was already exchanged, with its stream.
    async fn end(&self, call: Call<Self>) -> Result<(), ApiError> {
        let (user, session) = (call.caller.user.id, call.caller.session.id);
        let slots = call.rows.unwrap_or_default();
        self.sessions.end(user, session).await?;
        let _ = self.streams.release(user, slots, |sid| sid == session).await;
        Ok(())
    }
}
