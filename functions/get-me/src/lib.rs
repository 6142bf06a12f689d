//! `GET /api/auth/me`: the signed-in user.

use shared::endpoint::{Call, Endpoint, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};
use shared::stores::users::Profile;

/// Answers who is signed in.
pub struct GetMe;

impl Endpoint for GetMe {
    type Caller = Viewer;
    type Input = ();
    type Output = Profile;
    const SUMMARY: &'static str = "The signed-in user.";
    const CODES: &'static [Code] = &[];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Profile>, ApiError> {
        Ok(Reply::of(call.caller.user.profile()))
    }
}
