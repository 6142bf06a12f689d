//! `GET /api/playback`: the live streams of this account.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, ProfileRule, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::ids::{PlaybackId, ProfileId, VideoId};
use shared::models::streams::{Slot, Slots};
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;

/// Lists the live streams of an account.
pub struct ListPlayback;

/// A live stream.
#[derive(Serialize, JsonSchema)]
pub struct Stream {
    playback_session_id: PlaybackId,
    /// The profile that plays.
    profile_id: ProfileId,
    /// The profile's name; `null` if it has just been deleted.
    profile_name: Option<String>,
    device_name: String,
    video_id: VideoId,
    video_title: String,
    started_at: Timestamp,
    /// When it expires without a heartbeat.
    expires_at: Timestamp,
    /// Whether it belongs to this device.
    current: bool,
}

impl Endpoint for ListPlayback {
    type Caller = Viewer;
    type Input = ();
    type Reads = Key<Slots>;
    type Output = Vec<Stream>;
    const SUMMARY: &'static str = "Lists the live streams of this account.";
    const TAG: Tag = Tag::Playback;
    const PROFILES: ProfileRule = ProfileRule::NoKids;
    const CODES: &'static [Code] = &[];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    fn reads(&self, (): &(), who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<Stream>>, ApiError> {
        let slots = call.rows.unwrap_or_default();
        let user = &call.caller.user;
        let profile_of = |slot: &Slot| slot.viewer(user.id).profile_id();
        let streams = slots.live(call.now).map(|slot| Stream {
            playback_session_id: slot.playback_session_id,
            profile_id: profile_of(slot),
            profile_name: user.profile(profile_of(slot)).map(|profile| profile.name),
            device_name: slot.device_name.clone(),
            video_id: slot.video_id,
            video_title: slot.video_title.clone(),
            started_at: slot.started_at,
            expires_at: slot.expires_at,
            current: slot.sid == call.caller.session.id,
        });
        Ok(Reply::new(streams.collect()))
    }
}
