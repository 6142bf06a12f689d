//! `DELETE /api/playback/{session_id}`: frees a stream immediately.

use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::PlaybackId;
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::backoff::Backoff;
use shared::stores::error::StoreError;
use shared::stores::row::Key;
use shared::stores::streams::Streams;

/// Ends a stream of the caller's account.
pub struct StopPlayback {
    streams: Streams,
}

/// The stopped stream.
#[derive(Serialize, JsonSchema)]
pub struct StoppedStream {
    playback_session_id: PlaybackId,
}

impl Endpoint for StopPlayback {
    type Caller = Viewer;
    type Input = Path<PlaybackId>;
    type Reads = Key<Slots>;
    type Output = StoppedStream;
    const SUMMARY: &'static str = "Stops a stream of this account; its next heartbeat is refused.";
    const TAG: Tag = Tag::Playback;
    const PROFILES: ProfileRule = ProfileRule::NoKids;
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { streams: Streams::connect(services)? })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<StoppedStream>, ApiError> {
        let user_id = call.caller.user.id;
        let Path(id) = call.input;
        let mut slots = call.rows.unwrap_or_default();
        let mut backoff = Backoff::default();
        loop {
            if !slots.stop(id, call.now) {
                return Err(ApiError::not_found("stream"));
            }
            match self.streams.keep(user_id, &slots).await {
                Err(StoreError::Condition(_)) => backoff.wait().await.map_err(StoreError::from)?,
                result => {
                    result?;
                    return Ok(Reply::new(StoppedStream { playback_session_id: id }));
                }
            }
            slots = self.streams.slots(user_id).await?;
        }
    }
}
