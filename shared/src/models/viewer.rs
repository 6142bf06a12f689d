//! The key of rows that belong to a profile rather than to its account.

use crate::models::ids::{NotAnId, ProfileId, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A profile of an account, as the partition key of its rows: the user's id for the first profile, because accounts had no
/// profiles at first, and `<user>#<profile>` for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewerKey {
    user_id: UserId,
    /// `None` for the first profile.
    added_profile: Option<ProfileId>,
}

impl ViewerKey {
    /// The first profile of an account.
    pub const fn first(user_id: UserId) -> Self {
        Self { user_id, added_profile: None }
    }

    /// The profile with this id.
    pub fn new(user_id: UserId, id: ProfileId) -> Self {
        Self { user_id, added_profile: Some(id).filter(|id| *id != first_profile_id(user_id)) }
    }

    /// The profile with this id; `None` is the first one.
    pub fn from_optional(user_id: UserId, added_profile: Option<ProfileId>) -> Self {
        added_profile.map_or(Self::first(user_id), |id| Self::new(user_id, id))
    }

    /// The account.
    pub const fn user_id(self) -> UserId {
        self.user_id
    }

    /// The profile.
    pub fn profile_id(self) -> ProfileId {
        self.added_profile.unwrap_or(first_profile_id(self.user_id))
    }

    /// The profile, unless it is the first one.
    pub const fn added_profile(self) -> Option<ProfileId> {
        self.added_profile
    }
}

/// The id of an account's first profile, which is the account's own id.
pub const fn first_profile_id(user_id: UserId) -> ProfileId {
    ProfileId::from_uuid(user_id.uuid())
}

impl fmt::Display for ViewerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.added_profile {
            None => self.user_id.fmt(formatter),
            Some(id) => write!(formatter, "{}#{id}", self.user_id),
        }
    }
}

impl FromStr for ViewerKey {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.split_once('#') {
            None => text.parse().map(Self::first),
            Some((user, profile)) => Ok(Self::new(user.parse()?, profile.parse()?)),
        }
    }
}

impl Serialize for ViewerKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ViewerKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_first_profile_is_the_accounts_id_and_that_of_any_other_has_both_ids() {
        let user: UserId = "01890000-0000-7000-8000-0000000000ab".parse().expect("an id");
        let other: ProfileId = "01890000-0000-7000-8000-0000000000cd".parse().expect("an id");
        for (key, text) in [
            (ViewerKey::first(user), "01890000-0000-7000-8000-0000000000ab"),
            (ViewerKey::new(user, first_profile_id(user)), "01890000-0000-7000-8000-0000000000ab"),
            (ViewerKey::new(user, other), "01890000-0000-7000-8000-0000000000ab#01890000-0000-7000-8000-0000000000cd"),
        ] {
            assert_eq!(key.to_string(), text);
            assert_eq!(text.parse(), Ok(key));
        }
        assert_eq!(ViewerKey::first(user).profile_id(), first_profile_id(user));
        assert!("01890000-0000-7000-8000-0000000000ab#".parse::<ViewerKey>().is_err());
    }
}
