//! `GET /api/auth/me`: the signed-in user.

use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::user::Profile;
use shared::services::{ConfigError, Services};

/// Returns the signed-in user.
pub struct GetMe;

impl Endpoint for GetMe {
    type Caller = Viewer;
    type Input = ();
    type Reads = ();
    type Output = Profile;
    const SUMMARY: &'static str = "Returns the signed-in user.";
    const TAG: Tag = Tag::Account;
    const CODES: &'static [Code] = &[];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Profile>, ApiError> {
        Ok(Reply::new(call.caller.user.profile()))
    }
}
