//! The profiles of an account. Each has its own history, watchlist and preferences.

use crate::models::age::AgeLimit;
use crate::models::ids::ProfileId;
use crate::models::password::{Password, Pin};
use crate::models::patch::Field;
use crate::models::text::Line;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most profiles of an account, with the first one.
pub const PROFILES_MAX: usize = 5;

/// The most characters of a profile's name.
pub const PROFILE_NAME_MAX: usize = 40;
/// The name of a profile.
pub type ProfileName = Line<PROFILE_NAME_MAX>;

/// A picture that stands for a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Avatar {
    /// A sun.
    Sun,
    /// A moon.
    Moon,
    /// A star.
    Star,
    /// A wave.
    Wave,
    /// A leaf.
    Leaf,
    /// A mountain.
    Mountain,
    /// A cloud.
    Cloud,
    /// A flame.
    Flame,
    /// A shell.
    Shell,
    /// A comet.
    Comet,
    /// A kite.
    Kite,
    /// A bird.
    Bird,
}

impl Avatar {
    /// All avatars, in the order in which profiles get them.
    const ALL: [Self; 12] = [
        Self::Sun,
        Self::Moon,
        Self::Star,
        Self::Wave,
        Self::Leaf,
        Self::Mountain,
        Self::Cloud,
        Self::Flame,
        Self::Shell,
        Self::Comet,
        Self::Kite,
        Self::Bird,
    ];

    /// The first avatar that none of these profiles has.
    fn unused(profiles: &[Profile]) -> Self {
        let is_free = |avatar: &Self| profiles.iter().all(|profile| profile.avatar != *avatar);
        Self::ALL.into_iter().find(is_free).unwrap_or(Self::Sun)
    }
}

/// A profile, as it is stored in the row of its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The id.
    pub id: ProfileId,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub avatar: Avatar,
    /// The highest minimum age of what it may watch; a profile with a limit is a kids profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_limit: Option<AgeLimit>,
    /// The hash of its PIN, if selecting it requires one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_hash: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A profile as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Profile")]
pub struct ProfileView {
    /// The id; that of the first profile is the user's.
    pub id: ProfileId,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub avatar: Avatar,
    /// The highest minimum age of the titles that it may watch; `null` without a limit. A profile with a limit is a kids
    /// profile.
    pub age_limit: Option<AgeLimit>,
    /// Whether selecting it requires a PIN.
    pub has_pin: bool,
    /// Whether it is the profile of the token.
    pub is_current: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Profile {
    /// The profile that every account has from the start.
    pub fn first(id: ProfileId, name: String, created_at: Timestamp) -> Self {
        Self { id, name, avatar: Avatar::Sun, age_limit: None, pin_hash: None, created_at }
    }

    /// The profile as clients see it, where `current` is the profile of the token.
    pub fn view(&self, current: Option<ProfileId>) -> ProfileView {
        ProfileView {
            id: self.id,
            name: self.name.clone(),
            avatar: self.avatar,
            age_limit: self.age_limit,
            has_pin: self.pin_hash.is_some(),
            is_current: current == Some(self.id),
            created_at: self.created_at,
        }
    }
}

/// A new profile.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// Its name, which no other profile of the account has.
    name: ProfileName,
    /// Its picture; by default, the first one that no other profile has.
    avatar: Option<Avatar>,
    /// The highest minimum age of the titles that it may watch, which makes it a kids profile.
    age_limit: Option<AgeLimit>,
}

/// The changes of a profile. Omitted fields stay the same.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileEdits {
    /// Its name, which no other profile of the account has.
    name: Field<ProfileName>,
    /// Its picture.
    avatar: Field<Avatar>,
    /// The highest minimum age of the titles that it may watch; `null` for no limit. The first profile has none.
    age_limit: Field<Option<AgeLimit>>,
    /// The PIN that selecting it requires; `null` for none.
    pub pin: Field<Option<Pin>>,
    /// The account's password, which changing or removing a PIN and raising or removing an age limit require.
    pub password: Option<Password>,
}

/// Why profiles cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileConflict {
    /// The account has the maximum number of profiles.
    TooMany,
    /// Another profile has the name.
    NameTaken,
    /// The first profile cannot be deleted.
    FirstStays,
    /// The first profile cannot be a kids profile: nobody could change the profiles any more.
    FirstHasNoLimit,
    /// There is no such profile.
    Missing,
    /// The profile was changed meanwhile, so that the change requires the password.
    NeedsPassword,
}

impl NewProfile {
    /// The profiles, with this one added at the end.
    ///
    /// # Errors
    /// If the account has the maximum number of profiles, or one of them has the name.
    pub fn added(&self, profiles: &[Profile], id: ProfileId, now: Timestamp) -> Result<Vec<Profile>, ProfileConflict> {
        if profiles.len() >= PROFILES_MAX {
            return Err(ProfileConflict::TooMany);
        }
        let avatar = self.avatar.unwrap_or_else(|| Avatar::unused(profiles));
        let name = self.name.as_str().to_owned();
        let new = Profile { id, name, avatar, age_limit: self.age_limit, pin_hash: None, created_at: now };
        if is_taken(profiles, &new) {
            return Err(ProfileConflict::NameTaken);
        }
        Ok(profiles.iter().cloned().chain([new]).collect())
    }
}

impl ProfileEdits {
    /// Whether the changes affect a profile's PIN or let it watch more, which requires the password.
    pub fn needs_password(&self, before: &Profile) -> bool {
        let allows_more = self.age_limit.given().is_some_and(|after| match (before.age_limit, after) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(before), Some(after)) => *after > before,
        });
        self.changes_pin(before) || allows_more
    }

    /// Whether they set, change or remove a PIN.
    pub fn changes_pin(&self, before: &Profile) -> bool {
        self.pin.given().is_some_and(|pin| pin.is_some() || before.pin_hash.is_some())
    }

    /// The profiles with the one of this id changed. `pin_hash` is the hash of the new PIN, if one is given.
    /// `is_confirmed`: the password was given.
    ///
    /// # Errors
    /// If another profile has the name, the profile is the first one and would get an age limit, or the change requires
    /// the password.
    pub fn applied(
        &self,
        profiles: &[Profile],
        id: ProfileId,
        pin_hash: Option<&str>,
        is_confirmed: bool,
    ) -> Result<Vec<Profile>, ProfileConflict> {
        let mut profiles = profiles.to_vec();
        let place = profiles.iter().position(|profile| profile.id == id).ok_or(ProfileConflict::Missing)?;
        let is_renamed = self.name.given().is_some_and(|name| name.as_str() != profiles[place].name);
        let profile = &mut profiles[place];
        if self.needs_password(profile) && !is_confirmed {
            return Err(ProfileConflict::NeedsPassword);
        }
        self.name.apply_as(&mut profile.name, |name| name.as_str().to_owned());
        self.avatar.apply(&mut profile.avatar);
        self.age_limit.apply(&mut profile.age_limit);
        self.pin.apply_as(&mut profile.pin_hash, |pin| pin.and(pin_hash).map(str::to_owned));
        if place == 0 && profile.age_limit.is_some() {
            return Err(ProfileConflict::FirstHasNoLimit);
        }
        if is_renamed && is_taken(&profiles, &profiles[place]) {
            return Err(ProfileConflict::NameTaken);
        }
        Ok(profiles)
    }
}

/// The profiles without the one of this id.
///
/// # Errors
/// If it is the first profile, or does not exist.
pub fn removed(profiles: &[Profile], id: ProfileId) -> Result<Vec<Profile>, ProfileConflict> {
    match profiles.iter().position(|profile| profile.id == id) {
        None => Err(ProfileConflict::Missing),
        Some(0) => Err(ProfileConflict::FirstStays),
        Some(_) => Ok(profiles.iter().filter(|profile| profile.id != id).cloned().collect()),
    }
}

/// Whether another profile has the name of this one.
fn is_taken(profiles: &[Profile], named: &Profile) -> bool {
    let name = named.name.to_lowercase();
    profiles.iter().any(|other| other.id != named.id && other.name.to_lowercase() == name)
}
