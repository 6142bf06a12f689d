//! `GET /api/playback`: who is watching on this account.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::ids::{PlaybackId, VideoId};
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::row::Wanted;

/// Lists the live streams of an account.
pub struct ListPlayback;

/// A live stream.
#[derive(Serialize, JsonSchema)]
pub struct Stream {
    playback_session_id: PlaybackId,
    device_name: String,
    video_id: VideoId,
    video_title: String,
    started_at: Timestamp,
    /// When it ends if its player reports no more.
    expires_at: Timestamp,
    /// Whether it is this device's own.
    current: bool,
}

impl Endpoint for ListPlayback {
    type Caller = Viewer;
    type Input = ();
    type Output = Vec<Stream>;
    const SUMMARY: &'static str = "The streams that play on this account.";
    const CODES: &'static [Code] = &[];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    fn reads(&self, (): &(), caller: Option<&Identity>) -> Wanted {
        caller.map(|who| Wanted::default().and(&Slots::key(who.user_id))).unwrap_or_default()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<Stream>>, ApiError> {
        let slots = call.rows.get(&Slots::key(call.caller.user.id))?.unwrap_or_default();
        let streams = slots.live(call.now).map(|slot| Stream {
            playback_session_id: slot.playback_session_id,
            device_name: slot.device_name.clone(),
            video_id: slot.video_id,
            video_title: slot.video_title.clone(),
            started_at: slot.started_at,
            expires_at: slot.expires_at,
            current: slot.sid == call.caller.session.id,
        });
        Ok(Reply::of(streams.collect()))
    }
}
