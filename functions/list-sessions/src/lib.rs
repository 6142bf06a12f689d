//! `GET /api/auth/sessions`: the devices that are signed in.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::ids::SessionId;
use shared::services::{ConfigError, Services};
use shared::stores::sessions::Sessions;

/// Lists the live sessions of the caller, newest first.
pub struct ListSessions {
    sessions: Sessions,
}

/// A device that is signed in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub struct Device {
    /// The id, for revoking it.
    id: SessionId,
    /// The name that its user gave it, or its user agent.
    device_name: String,
    /// When it signed in.
    created_at: Timestamp,
    /// When it was last used, to the hour.
    last_used_at: Timestamp,
    /// Whether it is the current device.
    current: bool,
}

impl Endpoint for ListSessions {
    type Caller = Viewer;
    type Input = ();
    type Reads = ();
    type Output = Vec<Device>;
    const SUMMARY: &'static str = "Lists the signed-in devices, newest first.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { sessions: Sessions::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Vec<Device>>, ApiError> {
        let own = call.caller.session.id;
        let live = self.sessions.live(&call.caller.user, call.now).await?;
        let devices = live.into_iter().map(|session| Device {
            id: session.id,
            device_name: session.device_name,
            created_at: session.created_at,
            last_used_at: if session.id == own { call.now } else { session.last_used_at },
            current: session.id == own,
        });
        Ok(Reply::new(devices.collect()))
    }
}
