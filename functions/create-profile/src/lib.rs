//! `POST /api/profiles`: adds a profile to the account.

use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::ids::ProfileId;
use shared::models::profile::{NewProfile, ProfileView};
use shared::profiles::Profiles;
use shared::services::{ConfigError, Services};

/// Adds a profile, unless the account already has the maximum number of profiles or one with the same name.
pub struct CreateProfile {
    profiles: Profiles,
}

impl Endpoint for CreateProfile {
    type Caller = Viewer;
    type Input = Body<NewProfile>;
    type Reads = ();
    type Output = ProfileView;
    const SUMMARY: &'static str = "Adds a profile to the account.";
    const TAG: Tag = Tag::Account;
    const CODES: &'static [Code] = &[Code::Conflict];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { profiles: Profiles::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<ProfileView>, ApiError> {
        let (Body(new), id) = (call.input, ProfileId::new(call.now));
        let add = self.profiles.change(&call.caller.user, |all| new.added(all, id, call.now), || Ok(Vec::new()));
        let current = Some(call.caller.viewer.profile_id());
        let added = add.await?.iter().find(|profile| profile.id == id).map(|profile| profile.view(current));
        Ok(Reply::new(added.ok_or_else(|| ApiError::internal("an added profile is missing"))?))
    }
}
