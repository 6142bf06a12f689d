//! `DELETE /api/profiles/{profile_id}`: deletes a profile with its history, watchlist and preferences.

use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::ProfileId;
use shared::models::profile::without_profile;
use shared::models::streams::Slots;
use shared::models::viewer::ViewerKey;
use shared::profiles::Profiles;
use shared::services::{ConfigError, Services};
use shared::stores::deletions::{Deletions, ProfileDeletion};
use shared::stores::row::Key;
use shared::stores::streams::Streams;
use std::time::Duration;

/// The time limit for deleting the rows, well within a request's deadline. A job deletes what is left.
const ERASING_MAX: Duration = Duration::from_secs(4);

/// Removes a profile from the account, so that its tokens are refused. Then ends its streams and deletes its rows.
pub struct DeleteProfile {
    profiles: Profiles,
    streams: Streams,
    deletions: Deletions,
}

/// The deleted profile.
#[derive(Serialize, JsonSchema)]
pub struct DeletedProfile {
    /// Its id.
    id: ProfileId,
}

impl Endpoint for DeleteProfile {
    type Caller = Viewer;
    type Input = Path<ProfileId>;
    type Reads = Key<Slots>;
    type Output = DeletedProfile;
    const SUMMARY: &'static str = "Deletes a profile with its history, watchlist and preferences.";
    const TAG: Tag = Tag::Account;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            profiles: Profiles::connect(services)?,
            streams: Streams::connect(services)?,
            deletions: Deletions::connect(services)?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<DeletedProfile>, ApiError> {
        let (user, Path(id)) = (&call.caller.user, call.input);
        let viewer = ViewerKey::new(user.id, id);
        let deletion = ProfileDeletion { viewer, deleted_at: call.now };
        let record = || Ok(vec![self.deletions.add_profile(&deletion)?]);
        self.profiles.change(user, |all| without_profile(all, id), record).await?;
        // From here on, errors are ignored: the profile is gone, and a job deletes its rows once more, because requests in
        // flight may still write.
        let slots = call.rows.unwrap_or_default();
        let _ = self.streams.amend(user.id, slots, |slots| slots.remove_profile(viewer)).await;
        let _ = tokio::time::timeout(ERASING_MAX, self.deletions.delete_profile_data(viewer)).await;
        Ok(Reply::new(DeletedProfile { id }))
    }
}
