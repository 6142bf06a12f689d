//! `DELETE /api/auth/sessions/{id}`: signs one device out.

use shared::endpoint::{Call, Endpoint, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::SessionId;
use shared::services::{ConfigError, Services};
use shared::stores::sessions::Sessions;

/// Ends a session of the caller's; another's is not found.
pub struct RevokeSession {
    sessions: Sessions,
}

impl Endpoint for RevokeSession {
    type Caller = Viewer;
    type Input = Path<SessionId>;
    type Output = ();
    const SUMMARY: &'static str = "Signs one device out.";
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { sessions: Sessions::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Path(id) = call.input;
        if !self.sessions.end(call.caller.user.id, id).await? {
            return Err(ApiError::not_found("session"));
        }
        Ok(Reply::of(()))
    }
}
