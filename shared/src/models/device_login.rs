//! Signing in a device without a keyboard (RFC 8628): the device shows a code, and a viewer approves it elsewhere.

use crate::models::ids::{ProfileId, UserId};
use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// How long a device may wait for its viewer.
pub const DEVICE_LOGIN_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// The seconds between two polls of a device, and by how many the interval grows when a device polls too soon.
pub const POLL_SECONDS: i64 = 5;
/// The longest interval between polls, in seconds.
const POLL_SECONDS_MAX: i64 = 60;
/// How much sooner than the interval a poll may arrive, because the network delays some polls more than others.
const POLL_TOLERANCE: SignedDuration = SignedDuration::from_secs(1);

/// The schema's `format` for a code that a person types.
pub const USER_CODE_FORMAT: &str = "user-code";
/// The letters of a code: no vowels, so codes spell no words, and no `Y`.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// The letters in a code: 20⁸ codes.
const LETTERS: usize = 8;
/// The longest text that is read as a code, with spaces and hyphens.
const TYPED_CHARACTERS_MAX: usize = 40;

/// The code that a device shows and a viewer types: eight letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// The code of random bytes; `None` if too few of them are usable. 32 bytes practically always suffice.
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        // Bytes from 240 on are dropped: otherwise some letters would be more frequent than others.
        let usable = bytes.iter().filter(|byte| **byte < 240);
        let code: String = usable.take(LETTERS).map(|byte| char::from(ALPHABET[usize::from(*byte) % 20])).collect();
        (code.len() == LETTERS).then_some(Self(code))
    }

    /// The eight letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the eight letters that the device shows")]
pub struct NotAUserCode;

impl FromStr for UserCode {
    type Err = NotAUserCode;

    /// Accepts lower case, spaces and hyphens.
    fn from_str(typed: &str) -> Result<Self, NotAUserCode> {
        let is_separator = |letter: &char| letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}');
        let code: String = typed.chars().filter(|letter| !is_separator(letter)).collect();
        let code = code.to_ascii_uppercase();
        let is_code = code.len() == LETTERS && code.bytes().all(|letter| ALPHABET.contains(&letter));
        if is_code { Ok(Self(code)) } else { Err(NotAUserCode) }
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for UserCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for UserCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for UserCode {
    fn schema_name() -> Cow<'static, str> {
        "UserCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": USER_CODE_FORMAT,
            "maxLength": TYPED_CHARACTERS_MAX,
            "description": "The code that a device shows: eight letters of `BCDFGHJKLMNPQRSTVWXZ`. \
                Requests may also have lower case, spaces and hyphens.",
        })
    }
}

/// What the viewer decided about a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Decision {
    /// Nothing yet.
    Pending,
    /// To sign the device in.
    Approved {
        /// The viewer.
        user_id: UserId,
        /// The version of the viewer's password at that time: the device's session ends with that password.
        credential_version: u64,
        /// The profile that approved it, in which the device starts; `None` for the first one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile_id: Option<ProfileId>,
    },
    /// Not to sign the device in.
    Refused {
        /// The viewer.
        user_id: UserId,
    },
}

/// What somebody may know of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionStatus {
    /// The viewer has not decided yet.
    Pending,
    /// The device may sign in.
    Approved,
    /// The device may not sign in.
    Refused,
}

/// A device that waits to be signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLogin {
    /// The hash of the secret with which the device polls.
    pub device_code_hash: String,
    /// The name that the device gave.
    pub given_name: Option<String>,
    /// The device's user agent.
    pub user_agent: Option<String>,
    /// The client address of the device; IPv6 is grouped by /64.
    pub address: String,
    /// When it expires.
    pub expires_at: Timestamp,
    /// How many seconds the device must wait between polls.
    pub interval: i64,
    /// Before this time, a poll is too soon.
    pub next_poll_at: Timestamp,
    /// The viewer's decision.
    pub decision: Decision,
    /// Counts the changes of the row: a change is written only if no other one came first.
    pub version: u64,
    /// When DynamoDB may remove it, in Unix seconds.
    pub ttl: i64,
}

/// The result of a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// There is no decision yet. The row must be replaced by this one.
    Pending(DeviceLogin),
    /// There is no decision yet, and the device polls too often. The row must be replaced by this one.
    TooSoon(DeviceLogin),
    /// The viewer approved the device.
    Approved {
        /// The viewer.
        user_id: UserId,
        /// The version of the viewer's password.
        credential_version: u64,
        /// The profile that approved it; `None` for the first one.
        profile_id: Option<ProfileId>,
    },
    /// The viewer refused the device.
    Refused,
    /// It is too late.
    Expired,
}

impl DeviceLogin {
    /// A device that starts to wait at `now`.
    pub fn start(
        device_code_hash: String,
        given_name: Option<String>,
        user_agent: Option<String>,
        address: String,
        now: Timestamp,
    ) -> Self {
        let expires_at = now + DEVICE_LOGIN_LIFE;
        Self {
            device_code_hash,
            given_name,
            user_agent,
            address,
            expires_at,
            interval: POLL_SECONDS,
            next_poll_at: now,
            decision: Decision::Pending,
            version: 0,
            ttl: expires_at.as_second(),
        }
    }

    /// What a poll at `now` leads to. A device whose viewer has decided is never too soon.
    pub fn poll(&self, now: Timestamp) -> Poll {
        if now >= self.expires_at {
            return Poll::Expired;
        }
        match self.decision {
            Decision::Approved { user_id, credential_version, profile_id } => {
                Poll::Approved { user_id, credential_version, profile_id }
            }
            Decision::Refused { .. } => Poll::Refused,
            Decision::Pending if now < self.next_poll_at => {
                Poll::TooSoon(self.polled((self.interval + POLL_SECONDS).min(POLL_SECONDS_MAX), now))
            }
            Decision::Pending => Poll::Pending(self.polled(self.interval, now)),
        }
    }

    fn polled(&self, interval: i64, now: Timestamp) -> Self {
        let next_poll_at = now + SignedDuration::from_secs(interval) - POLL_TOLERANCE;
        Self { interval, next_poll_at, version: self.version + 1, ..self.clone() }
    }

    /// Whether a user may see it: until it expires, and unless another user has decided.
    pub fn is_open_to(&self, user: UserId, now: Timestamp) -> bool {
        let is_theirs = match self.decision {
            Decision::Pending => true,
            Decision::Approved { user_id, .. } | Decision::Refused { user_id } => user_id == user,
        };
        now < self.expires_at && is_theirs
    }

    /// What may be known of the decision.
    pub fn status(&self) -> DecisionStatus {
        match self.decision {
            Decision::Pending => DecisionStatus::Pending,
            Decision::Approved { .. } => DecisionStatus::Approved,
            Decision::Refused { .. } => DecisionStatus::Refused,
        }
    }

    /// The row after a user's decision. An approval can be withdrawn until the device signs in; a refusal is final,
    /// because the device may have learned it already: then `None`.
    pub fn decided(&self, decision: Decision) -> Option<Self> {
        if matches!((&self.decision, &decision), (Decision::Refused { .. }, Decision::Approved { .. })) {
            return None;
        }
        Some(Self { decision, version: self.version + 1, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn waiting() -> DeviceLogin {
        DeviceLogin::start("hash".into(), None, None, "192.0.2.1".into(), at(0))
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["BCDFGHJK", "bcdf-ghjk", " bcdf ghjk\n", "BCDF–GHJK", "b c d f g h j k"] {
            assert_eq!(typed.parse(), Ok(UserCode("BCDFGHJK".into())), "{typed}");
        }
        for other in ["", "BCDFGHJ", "BCDFGHJKL", "ACDFGHJK", "BCDFGHJ1", "BCDF_GHJK", "BCDFGHJÉ", "ſCDFGHJK"] {
            assert_eq!(other.parse::<UserCode>(), Err(NotAUserCode), "{other}");
        }
    }

    #[test]
    fn every_letter_of_a_random_code_is_equally_likely() {
        let mut counts = [0; 20];
        for byte in 0..=255_u8 {
            let Some(code) = UserCode::from_random(&[byte; LETTERS]) else { continue };
            counts[ALPHABET.iter().position(|letter| *letter == code.0.as_bytes()[0]).expect("of the alphabet")] += 1;
        }
        assert_eq!(counts, [12; 20]);
        assert_eq!(UserCode::from_random(&[255; 32]), None);
        assert_eq!(UserCode::from_random(&[0; 7]), None);
    }

    #[test]
    fn each_poll_that_is_too_soon_lengthens_the_interval_for_all_later_polls() {
        let Poll::Pending(first) = waiting().poll(at(0)) else { panic!("the first poll is welcome") };
        let Poll::TooSoon(second) = first.poll(at(3)) else { panic!("five seconds are required") };
        assert_eq!(second.interval, 10);
        let Poll::TooSoon(third) = second.poll(at(3 + 8)) else { panic!("ten seconds are required by now") };
        assert_eq!(third.interval, 15);
        let Poll::Pending(fourth) = third.poll(at(11 + 15)) else { panic!("the device has slowed down") };
        assert_eq!((fourth.interval, fourth.version), (15, 4));
        assert!(matches!(fourth.poll(at(26 + 5)), Poll::TooSoon(_)), "for all later polls");
        let hasty = (1..100).fold(first, |login, _| match login.poll(at(0)) {
            Poll::TooSoon(next) => next,
            other => panic!("{other:?}"),
        });
        assert_eq!(hasty.interval, POLL_SECONDS_MAX);
    }

    #[test]
    fn a_poll_may_arrive_a_second_early() {
        let Poll::Pending(first) = waiting().poll(at(0)) else { panic!("the first poll is welcome") };
        assert!(matches!(first.poll(at(4)), Poll::Pending(_)));
    }

    #[test]
    fn a_decision_counts_at_once_and_only_for_ten_minutes() {
        let user_id = UserId::new(at(0));
        let Poll::Pending(polled) = waiting().poll(at(0)) else { panic!("pending") };
        let approved =
            polled.decided(Decision::Approved { user_id, credential_version: 3, profile_id: None }).expect("open");
        assert_eq!(
            approved.poll(at(1)),
            Poll::Approved { user_id, credential_version: 3, profile_id: None },
            "however soon"
        );
        assert_eq!(approved.poll(at(600)), Poll::Expired);
        assert_eq!(waiting().poll(at(600)), Poll::Expired);
        let refused = approved.decided(Decision::Refused { user_id }).expect("an approval can be withdrawn");
        assert_eq!(refused.poll(at(1)), Poll::Refused);
        assert_eq!(
            refused.decided(Decision::Approved { user_id, credential_version: 3, profile_id: None }),
            None,
            "a refusal is final"
        );
    }

    #[test]
    fn nobody_else_sees_a_decided_device() {
        let (ada, bob) = (UserId::new(at(0)), UserId::new(at(0)));
        assert!(waiting().is_open_to(ada, at(599)) && !waiting().is_open_to(ada, at(600)));
        let decided = waiting().decided(Decision::Refused { user_id: ada }).expect("open");
        assert!(decided.is_open_to(ada, at(1)) && !decided.is_open_to(bob, at(1)));
    }
}
