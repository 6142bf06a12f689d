//! `POST /api/profiles/{profile_id}/select`: exchanges the token for one of another profile of the account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::pin::Pins;
use shared::auth::sign_in::Tokens;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::ids::ProfileId;
use shared::models::password::Pin;
use shared::models::profile::ProfileView;
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::sessions::Sessions;

/// Exchanges the token, as `refresh-token` does, after the PIN of a profile that has one.
pub struct SelectProfile {
    sessions: Sessions,
    tokens: Tokens,
    pins: Pins,
}

/// What the profile requires.
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
    type Caller = Viewer;
    type Input = (Path<ProfileId>, Body<SelectProfileRequest>);
    type Reads = ();
    type Output = SelectedProfile;
    const SUMMARY: &'static str = "Exchanges the token for one of another profile of the account.";
    const TAG: Tag = Tag::Account;
    const PROFILES: ProfileRule = ProfileRule::Any;
    const CODES: &'static [Code] = &[Code::NotFound, Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            sessions: Sessions::connect(services)?,
            tokens: Tokens::connect(services).await?,
            pins: Pins::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SelectedProfile>, ApiError> {
        let (Path(id), Body(given)) = &call.input;
        let (user, session) = (&call.caller.user, &call.caller.session);
        let profile = user.profile(*id).ok_or_else(|| ApiError::not_found("profile"))?;
        let viewer = ViewerKey::new(user.id, *id);
        self.pins.check(viewer, &profile, given.pin.as_ref(), call.now).await?;
        let issued_at = self.sessions.renew(session, call.caller.token_issued_at, call.now).await?;
        let issued_at = issued_at.ok_or_else(ApiError::session_revoked)?;
        let token = self.tokens.issue_for(viewer, session, issued_at).await?;
        Ok(Reply::with_token(SelectedProfile { token, profile: profile.view(Some(*id)) }))
    }
}
