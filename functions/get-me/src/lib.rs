//! `GET /api/auth/me`: the signed-in user.

use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::profile::ProfileView;
use shared::models::user::UserView;
use shared::services::{ConfigError, Services};

/// Returns the signed-in user.
pub struct GetMe;

/// The signed-in user and the current profile.
#[derive(Serialize, JsonSchema)]
pub struct Me {
    #[serde(flatten)]
    user: UserView,
    /// The profile of the token; `null` if it was deleted.
    profile: Option<ProfileView>,
}

impl Endpoint for GetMe {
    type Caller = Viewer;
    type Input = ();
    type Reads = ();
    type Output = Me;
    const SUMMARY: &'static str = "Returns the signed-in user and the current profile.";
    const TAG: Tag = Tag::Account;
    const PROFILES: ProfileRule = ProfileRule::Any;
    const CODES: &'static [Code] = &[];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Me>, ApiError> {
        let profile = call.caller.profile.map(|profile| profile.view(Some(profile.id)));
        Ok(Reply::new(Me { user: call.caller.user.view(), profile }))
    }
}
