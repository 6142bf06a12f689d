//! `POST /api/auth/logout`: ends the session of the token.

use shared::endpoint::{Call, Endpoint, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};
use shared::stores::sessions::Sessions;

/// Signs out: the very next request with the token is refused.
pub struct Logout {
    sessions: Sessions,
}

impl Endpoint for Logout {
    type Caller = Viewer;
    type Input = ();
    type Output = ();
    const SUMMARY: &'static str = "Signs out.";
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { sessions: Sessions::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        // One that another request ended meanwhile is just as over.
        self.sessions.end(call.caller.user.id, call.caller.session.id).await?;
        Ok(Reply::of(()))
    }
}
