//! `GET /api/preferences`: the caller's playback preferences.

use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::preferences::Preferences;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::table::Table;

/// Returns the caller's preferences, or the defaults.
pub struct GetPreferences;

impl Endpoint for GetPreferences {
    type Caller = Viewer;
    type Input = ();
    type Reads = Key<Preferences>;
    type Output = Preferences;
    const SUMMARY: &'static str = "Returns the caller's playback preferences.";
    const TAG: Tag = Tag::Account;
    const PROFILES: ProfileRule = ProfileRule::Existing;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Preferences])?;
        Ok(Self)
    }

    fn reads(&self, (): &Self::Input, who: &Identity) -> Key<Preferences> {
        Preferences::key(who.viewer)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Preferences>, ApiError> {
        Ok(Reply::new(call.rows.unwrap_or_default()))
    }
}
