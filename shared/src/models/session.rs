//! Sign-in sessions: how long they last, and which of their tokens are valid.

use crate::models::ids::{ProfileId, SessionId, UserId};
use crate::models::user::User;
use crate::models::viewer::ViewerKey;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an unused session lasts.
const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The maximum lifetime of a session.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The precision of the time of last use: one write an hour is enough for a device list.
pub const LAST_USED_PRECISION: SignedDuration = SignedDuration::from_hours(1);
/// How long a token stays valid after it was exchanged, for requests in flight.
const REFRESH_OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// The most by which a token's time of issue may be ahead of the clock. The check of tokens tolerates more.
const ISSUED_AHEAD_MAX: SignedDuration = SignedDuration::from_secs(3);
/// How long a sign-in counts as recent, for actions that require a recent one.
const RECENT: SignedDuration = SignedDuration::from_mins(15);

/// A row of `sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The times of issue of the tokens that were exchanged within the last minute, in Unix seconds, oldest first. Each
    /// token was exchanged for the next one, and the last one for the newest token. No two tokens are issued in the same
    /// second, so there are about sixty at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanged_tokens: Vec<i64>,
    /// The profile of its newest token; `None` (the first profile) until one is selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_id: Option<ProfileId>,
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
            token_issued_at: in_whole_seconds(now),
            exchanged_tokens: Vec::new(),
            profile_id: None,
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
        let has_current_password =
            self.credential_version >= user.credential_version || user.session_kept == Some(self.id);
        now < self.ends_at() && has_current_password
    }

    /// Whether the sign-in was within the last 15 minutes; a refresh does not count as a sign-in.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now <= self.created_at + RECENT
    }

    /// The key of the rows of its newest token's profile.
    pub fn viewer(&self) -> ViewerKey {
        ViewerKey::from_optional(self.user_id, self.profile_id)
    }

    /// The session after the newest token was exchanged at `now`. The new token is never older than the one that it
    /// replaces. If both were issued in the same second, they are the same token.
    #[must_use]
    pub fn exchanged(&self, now: Timestamp) -> Self {
        self.with_token_issued_at(in_whole_seconds(now).max(self.token_issued_at), now)
    }

    /// The session after the newest token was exchanged at `now` for one of the given profile. Tokens are identified by
    /// their time of issue in seconds, so the token of another profile is dated at least one second after the one that it
    /// replaces. `None` if that is too far ahead of the clock, as after several switches within a second.
    #[must_use]
    pub fn switched(&self, profile_id: ProfileId, now: Timestamp) -> Option<Self> {
        if self.viewer().profile_id() == profile_id {
            return Some(self.exchanged(now));
        }
        let token_issued_at = in_whole_seconds(now).max(self.token_issued_at + SignedDuration::from_secs(1));
        let after = Self { profile_id: Some(profile_id), ..self.with_token_issued_at(token_issued_at, now) };
        (token_issued_at <= now + ISSUED_AHEAD_MAX).then_some(after)
    }

    fn with_token_issued_at(&self, token_issued_at: Timestamp, now: Timestamp) -> Self {
        let mut after = Self { token_issued_at, last_used_at: now, ..self.clone() };
        if token_issued_at > self.token_issued_at {
            after.exchanged_tokens.push(self.token_issued_at.as_second());
        }
        let ended = after.exchanged_tokens.iter().take_while(|issued| !after.is_in_overlap(**issued, now)).count();
        after.exchanged_tokens.drain(..ended);
        after.ttl = after.ends_at().as_second();
        after
    }

    /// Whether the token that was issued at `issued_at` is valid: the newest one is, and any other one for a minute after
    /// it was exchanged.
    pub fn accepts_token(&self, issued_at: Timestamp, now: Timestamp) -> bool {
        let issued = issued_at.as_second();
        issued_at >= self.token_issued_at
            || (self.exchanged_tokens.contains(&issued) && self.is_in_overlap(issued, now))
    }

    /// Whether an exchanged token's successor is less than a minute old.
    fn is_in_overlap(&self, issued: i64, now: Timestamp) -> bool {
        let later = self.exchanged_tokens.iter().copied().find(|other| *other > issued);
        let successor = later.unwrap_or(self.token_issued_at.as_second());
        now.as_second() < successor + REFRESH_OVERLAP.as_secs()
    }
}

/// A time in whole seconds, as in tokens.
fn in_whole_seconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    #[test]
    fn each_token_is_valid_for_a_minute_after_its_own_exchange() {
        let first = Session::start(UserId::from_uuid(Uuid::nil()), 0, String::new(), at(0));
        let third = first.exchanged(at(10)).exchanged(at(20));
        for (issued, until) in [(0, 70), (10, 80)] {
            assert!(third.accepts_token(at(issued), at(until - 1)), "{issued}");
            assert!(!third.accepts_token(at(issued), at(until)), "{issued}");
        }
        assert!(third.accepts_token(at(20), at(1_000)), "the newest");
        assert!(!third.accepts_token(at(5), at(21)), "never issued");
    }

    #[test]
    fn selecting_a_profile_always_makes_a_new_token_even_within_the_same_second() {
        let profile = |number| ProfileId::from_uuid(Uuid::from_u128(number));
        let first = Session::start(UserId::from_uuid(Uuid::nil()), 0, String::new(), at(0));
        let second = first.switched(profile(1), at(0)).expect("not too far ahead");
        assert_eq!((second.token_issued_at, second.profile_id), (at(1), Some(profile(1))));
        assert!(
            second.accepts_token(at(0), at(60)) && !second.accepts_token(at(0), at(61)),
            "a minute after it was replaced"
        );
        let fourth = second.switched(profile(2), at(0)).and_then(|third| third.switched(profile(3), at(0)));
        assert_eq!(fourth.as_ref().and_then(|fourth| fourth.switched(profile(1), at(0))), None, "too far ahead");
        assert!(fourth.and_then(|fourth| fourth.switched(profile(1), at(1))).is_some());
        assert_eq!(second.switched(profile(1), at(1)), Some(second.exchanged(at(1))), "the profile it has");
    }

    #[test]
    fn a_session_that_is_refreshed_all_the_time_stores_only_the_last_minutes_tokens() {
        let mut session = Session::start(UserId::from_uuid(Uuid::nil()), 0, String::new(), at(0));
        for second in 0..600 {
            session = session.exchanged(at(second / 2));
            assert!(session.exchanged_tokens.len() <= 60, "{}", session.exchanged_tokens.len());
        }
        assert_eq!(session.exchanged(at(1_000)).exchanged_tokens, [at(299).as_second()]);
    }
}
