//! Sign-in sessions: how long they last, and which of their tokens are valid.

use crate::models::ids::{SessionId, UserId};
use crate::models::user::User;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an unused session lasts.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The maximum lifetime of a session.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The precision of the time of last use: one write an hour is enough for a device list.
pub const LAST_USE_GRAIN: SignedDuration = SignedDuration::from_hours(1);
/// How long tokens from before the last refresh stay valid, for requests in flight.
const REFRESH_OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// How long a sign-in counts as recent, for actions that require a recent one.
const RECENT: SignedDuration = SignedDuration::from_mins(15);

/// A row of `sessions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// The user.
    pub user_id: UserId,
    /// The version of the password that opened it.
    #[serde(default)]
    pub credential_version: u64,
    /// The name that its user gave the device, or its user agent.
    pub device_name: String,
    /// When the sign-in happened.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Timestamp,
    /// When its newest token was issued, in whole seconds as in tokens.
    pub token_issued_at: Timestamp,
    /// When the token that the last refresh exchanged was issued. It is the only older token that stays valid for a
    /// minute.
    #[serde(default)]
    pub exchanged_token_issued_at: Option<Timestamp>,
    /// When DynamoDB may remove it, in Unix seconds.
    pub ttl: i64,
}

impl Session {
    /// A new session, opened with the password of the given version.
    pub fn start(user_id: UserId, credential_version: u64, device_name: String, now: Timestamp) -> Self {
        let mut session = Self {
            id: SessionId::new(now),
            user_id,
            credential_version,
            device_name,
            created_at: now,
            last_used_at: now,
            token_issued_at: whole(now),
            exchanged_token_issued_at: None,
            ttl: 0,
        };
        session.ttl = session.ends_at().as_second();
        session
    }

    /// When it ends if it is not used again.
    pub fn ends_at(&self) -> Timestamp {
        (self.created_at + SESSION_LIFE).min(self.last_used_at + SESSION_IDLE)
    }

    /// Whether it is live. The row alone does not prove that: TTL removes rows days late, and a changed password ends
    /// sessions without removing them.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        let is_of_present_password =
            self.credential_version >= user.credential_version || user.session_kept == Some(self.id);
        now < self.ends_at() && is_of_present_password
    }

    /// Whether the sign-in was within the last 15 minutes; a refresh does not count as a sign-in.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now <= self.created_at + RECENT
    }

    /// The issue time of a new token at `now`, when the newest one is exchanged; never earlier than that of the newest.
    pub fn reissued_at(&self, now: Timestamp) -> Timestamp {
        whole(now).max(self.token_issued_at)
    }

    /// Whether one of its tokens is still valid. The token that the last refresh exchanged stays valid for a minute;
    /// earlier tokens do not.
    pub fn admits(&self, issued_at: Timestamp, now: Timestamp) -> bool {
        let is_last = self.exchanged_token_issued_at.is_some_and(|last| issued_at >= last);
        issued_at >= self.token_issued_at || (is_last && now < self.token_issued_at + REFRESH_OVERLAP)
    }
}

/// A time in whole seconds, as in tokens.
fn whole(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}
