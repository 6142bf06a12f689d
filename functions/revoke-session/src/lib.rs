//! `DELETE /api/auth/sessions/{id}`: signs one device out.

use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::SessionId;
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::streams::Streams;

/// Ends one of the caller's sessions and its stream; other users' sessions are not found.
pub struct RevokeSession {
    sessions: Sessions,
    streams: Streams,
}

impl Endpoint for RevokeSession {
    type Caller = Viewer;
    type Input = Path<SessionId>;
    type Reads = Key<Slots>;
    type Output = ();
    const SUMMARY: &'static str = "Signs one device out.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { sessions: Sessions::connect(services)?, streams: Streams::connect(services)? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Path(id) = call.input;
        let user = call.caller.user.id;
        let slots = call.rows.unwrap_or_default();
        if !self.sessions.end(user, id).await? {
            return Err(ApiError::not_found("session"));
        }
        // The session has ended. If this fails, its lease expires within half a minute.
        let _ = self.streams.release(user, slots, |sid| sid == id).await;
        Ok(Reply::new(()))
    }
}
