//! `POST /api/auth/refresh`: exchanges a token, even one that expired up to 30 days ago, for a new one of the same live
//! session.

use shared::auth::exchange::TokenExchange;
use shared::auth::sign_in::SignIn;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, TokenRefresher};
use shared::http::error::{ApiError, Code};
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;

/// Exchanges a token: see [`TokenExchange`].
pub struct RefreshToken {
    exchange: TokenExchange,
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
        Ok(Self { exchange: TokenExchange::connect(services).await? })
    }

    fn reads(&self, (): &(), who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        self.exchange.refuse_reused_token(&call.caller, call.rows, call.now).await?;
        let token = self.exchange.refresh(&call.caller, call.now).await?;
        Ok(Reply::with_token(SignIn { token, user: call.caller.user.view() }))
    }
}
