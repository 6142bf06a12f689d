//! `GET /api/profiles`: the account's profiles.

use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::profile::ProfileView;
use shared::services::{ConfigError, Services};

/// Lists the profiles of an account.
pub struct ListProfiles;

impl Endpoint for ListProfiles {
    type Caller = Viewer;
    type Input = ();
    type Reads = ();
    type Output = Vec<ProfileView>;
    const SUMMARY: &'static str = "Lists the account's profiles, the first one first.";
    const TAG: Tag = Tag::Account;
    const PROFILES: ProfileRule = ProfileRule::Any;
    const CODES: &'static [Code] = &[];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<ProfileView>>, ApiError> {
        let current = Some(call.caller.viewer.profile_id());
        Ok(Reply::new(call.caller.user.profiles().iter().map(|profile| profile.view(current)).collect()))
    }
}
