//! `POST /api/profiles/{profile_id}/select`: exchanges the token for one of another profile of the account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::exchange::TokenExchange;
use shared::auth::pin::Pins;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, TokenRefresher};
use shared::http::error::{ApiError, Code};
use shared::http::input::{OptionalBody, Path};
use shared::models::ids::ProfileId;
use shared::models::password::Pin;
use shared::models::profile::ProfileView;
use shared::models::streams::Slots;
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;

/// Exchanges the token as `refresh-token` does, but first checks the PIN if the profile has one.
pub struct SelectProfile {
    exchange: TokenExchange,
    pins: Pins,
}

/// The PIN that the profile requires.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectProfileRequest {
    /// The PIN, if the profile has one.
    pin: Option<Pin>,
}

/// The token of the profile.
#[derive(Serialize, JsonSchema)]
pub struct SelectedProfile {
    /// The session's new token, for `Authorization: Bearer`. The old one stays valid for a minute.
    token: String,
    /// The profile.
    profile: ProfileView,
}

impl Endpoint for SelectProfile {
    type Caller = TokenRefresher;
    type Input = (Path<ProfileId>, OptionalBody<SelectProfileRequest>);
    type Reads = Key<Slots>;
    type Output = SelectedProfile;
    const SUMMARY: &'static str = "Exchanges the token for one of another profile of the account.";
    const TAG: Tag = Tag::Account;
    const PROFILES: ProfileRule = ProfileRule::Any;
    const CODES: &'static [Code] = &[Code::NotFound, Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { exchange: TokenExchange::connect(services).await?, pins: Pins::connect(services)? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SelectedProfile>, ApiError> {
        let (Path(id), OptionalBody(given)) = &call.input;
        self.exchange.refuse_reused_token(&call.caller, call.rows, call.now).await?;
        let user = &call.caller.user;
        let profile = user.profile(*id).ok_or_else(|| ApiError::not_found("profile"))?;
        self.pins.check(ViewerKey::new(user.id, *id), &profile, given.pin.as_ref(), call.now).await?;
        let token = self.exchange.select(&call.caller, *id, call.now).await?;
        Ok(Reply::with_token(SelectedProfile { token, profile: profile.view(Some(*id)) }))
    }
}
