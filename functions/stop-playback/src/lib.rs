//! `DELETE /api/playback/{session_id}`: frees a stream at once.

use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::PlaybackId;
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::database::StoreError;
use shared::stores::row::Wanted;
use shared::stores::streams::Streams;

/// Tries against heartbeats of the same account's other streams.
const TRIES_MAX: usize = 5;

/// Ends a stream of one's own account.
pub struct StopPlayback {
    streams: Streams,
}

/// What was stopped.
#[derive(Serialize, JsonSchema)]
pub struct Stopped {
    playback_session_id: PlaybackId,
}

impl Endpoint for StopPlayback {
    type Caller = Viewer;
    type Input = Path<PlaybackId>;
    type Output = Stopped;
    const SUMMARY: &'static str = "Stops a stream of this account; its next heartbeat is refused.";
    const CODES: &'static [Code] = &[Code::NotFound];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { streams: Streams::connect(services)? })
    }

    fn reads(&self, _: &Self::Input, caller: Option<&Identity>) -> Wanted {
        caller.map(|who| Wanted::default().and(&Slots::key(who.user_id))).unwrap_or_default()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Stopped>, ApiError> {
        let user_id = call.caller.user.id;
        let Path(id) = call.input;
        let mut slots = call.rows.get(&Slots::key(user_id))?.unwrap_or_default();
        for _ in 0..TRIES_MAX {
            if !slots.stop(id, call.now) {
                return Err(ApiError::not_found("stream"));
            }
            match self.streams.keep(user_id, &slots, call.now).await {
                Err(StoreError::Condition(_)) => slots = self.streams.of(user_id).await?,
                result => {
                    result?;
                    return Ok(Reply::of(Stopped { playback_session_id: id }));
                }
            }
        }
        Err(ApiError::unavailable("the slots changed under every try"))
    }
}
