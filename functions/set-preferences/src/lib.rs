//! `PATCH /api/preferences`: changes the caller's playback preferences.

use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::preferences::{PreferenceEdits, Preferences};
use shared::services::{ConfigError, Services};
use shared::stores::preferences::PreferenceRows;
use shared::stores::row::Key;

/// Changes the given fields; two devices can change different fields concurrently.
pub struct SetPreferences {
    rows: PreferenceRows,
}

impl Endpoint for SetPreferences {
    type Caller = Viewer;
    type Input = Body<PreferenceEdits>;
    type Reads = Key<Preferences>;
    type Output = Preferences;
    const SUMMARY: &'static str = "Changes the caller's playback preferences.";
    const TAG: Tag = Tag::Account;
    const PROFILES: ProfileRule = ProfileRule::Existing;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { rows: PreferenceRows::connect(services)? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Preferences> {
        Preferences::key(who.viewer)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Preferences>, ApiError> {
        let viewer = call.caller.viewer;
        let before = call.rows.unwrap_or_default();
        let after = before.edited(&call.input.0);
        Ok(Reply::new(self.rows.change(viewer, &before, &after).await?))
    }
}
