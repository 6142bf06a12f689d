//! `PATCH /api/profiles/{profile_id}`: changes a profile.

use shared::auth::hash;
use shared::auth::pin::Pins;
use shared::auth::sign_in::Attempts;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::ids::ProfileId;
use shared::models::profile::{ProfileEdits, ProfileView};
use shared::models::viewer::ViewerKey;
use shared::profiles::Profiles;
use shared::services::{ConfigError, Services};
use shared::stores::users::Users;

/// Changes a profile: checks the password if the change requires it, and hashes a new PIN. A changed PIN can be used at
/// once, however many wrong ones came before.
pub struct UpdateProfile {
    profiles: Profiles,
    users: Users,
    attempts: Attempts,
    pins: Pins,
}

impl Endpoint for UpdateProfile {
    type Caller = Viewer;
    type Input = (Path<ProfileId>, Body<ProfileEdits>);
    type Reads = ();
    type Output = ProfileView;
    const SUMMARY: &'static str = "Changes a profile.";
    const TAG: Tag = Tag::Account;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict, Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            profiles: Profiles::connect(services)?,
            users: Users::connect(services)?,
            attempts: Attempts::connect(services)?,
            pins: Pins::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<ProfileView>, ApiError> {
        let (Path(id), Body(edits)) = &call.input;
        let user = &call.caller.user;
        let before = user.profile(*id).ok_or_else(|| ApiError::not_found("profile"))?;
        let needs_password = edits.needs_password(&before);
        if needs_password {
            let issue = "is required to change the PIN, and to raise or remove the age limit";
            let password = edits.password.as_ref().ok_or_else(|| ApiError::field("password", issue))?;
            self.attempts.confirm(&self.users, &user.email, password, &call.address, call.now).await?;
        }
        let pin_hash = match edits.pin.given().and_then(Option::as_ref) {
            Some(pin) => Some(hash::hash(pin.password()).await.map_err(ApiError::internal)?),
            None => None,
        };
        let edit = |all: &[_]| edits.applied(all, *id, pin_hash.as_deref(), needs_password);
        let after = self.profiles.change(user, edit, || Ok(Vec::new())).await?;
        if edits.changes_pin(&before) {
            self.pins.forget_wrong(ViewerKey::new(user.id, *id), call.now).await;
        }
        let current = Some(call.caller.viewer.profile_id());
        let changed = after.iter().find(|profile| profile.id == *id).map(|profile| profile.view(current));
        Ok(Reply::new(changed.ok_or_else(|| ApiError::internal("a changed profile is missing"))?))
    }
}
