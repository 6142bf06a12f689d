//! Users: their accounts and roles.

use crate::models::email::Email;
use crate::models::ids::{ProfileId, SessionId, UserId};
use crate::models::language::Language;
use crate::models::preferences::Preferences;
use crate::models::profile::{PROFILE_NAME_MAX, Profile};
use crate::models::time::{as_sortable, to_millisecond};
use crate::models::viewer::first_profile_id;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The value of [`User::listing`] in every row.
pub const LISTING: &str = "users";

/// What a user may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May watch.
    #[default]
    Viewer,
    /// May operate the service.
    Admin,
}

/// A row of `users`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// The user.
    pub id: UserId,
    /// The address as it was typed.
    pub email: Email,
    /// The name for greetings, if given.
    pub name: Option<String>,
    /// Their role.
    #[serde(default)]
    pub role: Role,
    /// Whether the address was confirmed through a link sent to it.
    #[serde(default)]
    pub email_verified: bool,
    /// The address that replaces this one once its owner has confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_email: Option<Email>,
    /// Whether Stripe's customer may still have an earlier name or address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub customer_behind: bool,
    /// The partition of the operator's list, newest first: the same for every user.
    #[serde(default)]
    pub listing: String,
    /// When they registered.
    #[serde(serialize_with = "as_sortable")]
    pub created_at: Timestamp,
    /// The one of our languages that their browser preferred when they registered.
    #[serde(default)]
    pub language: Option<Language>,
    /// Stripe's customer, once there is one.
    pub stripe_customer_id: Option<String>,
    /// The version of the current password. Sessions that an older password opened have ended, except
    /// [`User::session_kept`]. Versions are compared, not times, so a sign-in that overlaps a change cannot survive it.
    #[serde(default)]
    pub credential_version: u64,
    /// The session that changed the password, which stays alive.
    pub session_kept: Option<SessionId>,
    /// The profiles that were added, in that order, and the first one if it was changed: see [`User::profiles`].
    #[serde(rename = "profiles", default, skip_serializing_if = "Vec::is_empty")]
    pub stored_profiles: Vec<Profile>,
    /// Incremented with every change of the profiles: the second of two concurrent writers reads again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub profiles_version: u64,
}

fn is_zero(version: &u64) -> bool {
    *version == 0
}

impl User {
    /// A viewer who is registering.
    pub fn new(email: Email, name: Option<String>, now: Timestamp) -> Self {
        Self {
            id: UserId::new(now),
            email,
            name,
            role: Role::Viewer,
            email_verified: false,
            pending_email: None,
            customer_behind: false,
            listing: LISTING.to_owned(),
            created_at: to_millisecond(now),
            language: None,
            stripe_customer_id: None,
            credential_version: 0,
            session_kept: None,
            stored_profiles: Vec::new(),
            profiles_version: 0,
        }
    }

    /// The language in which we write to them: the interface language that they chose, else the language of their
    /// registration.
    pub fn language_of_mail(&self, preferences: Option<&Preferences>) -> Language {
        let chosen = preferences.and_then(|preferences| preferences.interface_language.as_ref());
        chosen.and_then(|tag| Language::of_tag(tag.as_str())).or(self.language).unwrap_or_default()
    }

    /// The account's profiles, the first one first. An account has that one without storing it.
    pub fn profiles(&self) -> Vec<Profile> {
        let id = first_profile_id(self.id);
        let changed = self.stored_profiles.iter().find(|profile| profile.id == id).cloned();
        let added = self.stored_profiles.iter().filter(|profile| profile.id != id).cloned();
        std::iter::once(changed.unwrap_or_else(|| self.unchanged_profile())).chain(added).collect()
    }

    /// A profile of the account.
    pub fn profile(&self, id: ProfileId) -> Option<Profile> {
        self.profiles().into_iter().find(|profile| profile.id == id)
    }

    /// The stored profiles of the account.
    pub fn to_store(&self, profiles: Vec<Profile>) -> Vec<Profile> {
        let unchanged = self.unchanged_profile();
        profiles.into_iter().filter(|profile| *profile != unchanged).collect()
    }

    /// The first profile as long as nobody has changed it. It has the account's name, followed by a number if another
    /// profile has that name already.
    fn unchanged_profile(&self) -> Profile {
        let id = first_profile_id(self.id);
        let name = self.name.clone().unwrap_or_else(|| self.email.local_part());
        // An account's name may be longer than that of a profile.
        let shortened = |max: usize| name.chars().take(max).collect::<String>().trim().to_owned();
        let numbered = (2..).map(|number| format!("{} {number}", shortened(PROFILE_NAME_MAX - 2)));
        let is_free = |name: &String| {
            let mut others = self.stored_profiles.iter().filter(|profile| profile.id != id);
            others.all(|profile| profile.name.to_lowercase() != name.to_lowercase())
        };
        let mut names = std::iter::once(shortened(PROFILE_NAME_MAX)).chain(numbered);
        Profile::first(id, names.find(is_free).unwrap_or_default(), self.created_at)
    }

    /// The user as clients see them.
    pub fn view(&self) -> UserView {
        UserView {
            id: self.id,
            email: self.email.as_typed().to_owned(),
            name: self.name.clone(),
            role: self.role,
            email_verified: self.email_verified,
            pending_email: self.pending_email.as_ref().map(|email| email.as_typed().to_owned()),
            created_at: self.created_at,
        }
    }
}

/// A user as clients see them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserView {
    /// The user.
    pub id: UserId,
    /// The address as it was typed.
    pub email: String,
    /// The name to greet by.
    pub name: Option<String>,
    /// Their role.
    pub role: Role,
    /// Whether the address was confirmed through a link sent to it.
    pub email_verified: bool,
    /// The address that replaces this one once it is confirmed through the link sent to it.
    pub pending_email: Option<String>,
    /// When they registered.
    pub created_at: Timestamp,
}
