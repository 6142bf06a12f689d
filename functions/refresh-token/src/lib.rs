//! `POST /api/auth/refresh`: a token, even one that expired a while ago, for a fresh one of the same live session.

use shared::auth::sign_in::{SignIn, Tokens};
use shared::endpoint::{Call, Endpoint, Reply, Returning};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};
use shared::stores::sessions::Sessions;

/// Renews: note the newest token, then issue it. Older ones go on for a minute, for requests under way.
pub struct RefreshToken {
    sessions: Sessions,
    tokens: Tokens,
}

impl Endpoint for RefreshToken {
    type Caller = Returning;
    type Input = ();
    type Output = SignIn;
    const SUMMARY: &'static str = "Trades a token for a fresh one of the same session.";
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { sessions: Sessions::connect(services)?, tokens: Tokens::connect(services).await? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        let caller = &call.caller;
        let token = self.tokens.issue(&caller.session, call.now).await?;
        if !self.sessions.touch(&caller.session, true, call.now).await? {
            return Err(ApiError::new(Code::SessionRevoked, "This session has ended; please sign in again."));
        }
        Ok(Reply::with_token(SignIn { token, user: caller.user.profile() }))
    }
}
