//! `POST /api/auth/logout`: ends the session of the token.

use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::streams::Streams;

/// Signs out: the next request with the token is refused, and the session's stream is freed.
pub struct Logout {
    sessions: Sessions,
    streams: Streams,
}

impl Endpoint for Logout {
    type Caller = Viewer;
    type Input = ();
    type Reads = Key<Slots>;
    type Output = ();
    const SUMMARY: &'static str = "Signs out.";
    const TAG: Tag = Tag::Authentication;
    const PROFILES: ProfileRule = ProfileRule::Any;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { sessions: Sessions::connect(services)?, streams: Streams::connect(services)? })
    }

    fn reads(&self, (): &(), who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let (user, session) = (call.caller.user.id, call.caller.session.id);
        let slots = call.rows.unwrap_or_default();
        // Succeeds even if another request has ended it meanwhile.
        self.sessions.end(user, session).await?;
        // The session has ended. If this fails, its lease expires within half a minute.
        let _ = self.streams.release(user, slots, |sid| sid == session).await;
        Ok(Reply::new(()))
    }
}
