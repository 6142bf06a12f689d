//! Which passwords are taken (contract §3): length and known-bad ones, no composition rules.

use crate::models::email::Email;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

/// Fewest characters of a password (NIST SP 800-63B).
pub const PASSWORD_CHARACTERS_MIN: usize = 8;
/// Most characters of a password; never truncated.
pub const PASSWORD_CHARACTERS_MAX: usize = 128;

/// A password as it was typed. It cannot be printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Its bytes, unaltered, for hashing.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

impl JsonSchema for Password {
    fn schema_name() -> Cow<'static, str> {
        "Password".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 1024, "writeOnly": true })
    }
}

/// A password that somebody chooses. Reading one checks its length and that it is not common; what depends on whose it is
/// follows with [`NewPassword::for_account`].
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewPassword(Password);

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Everybody who knows the account would try it first.
    #[error("must not be your email address or its first part")]
    OwnEmail,
}

impl NewPassword {
    /// The password of the account with that address.
    ///
    /// # Errors
    /// When it is the address, or its local part.
    pub fn for_account(&self, email: &Email) -> Result<Password, PasswordError> {
        let lower = self.0.0.to_lowercase();
        let is_own = lower == email.local_part() || lower == email.key();
        if is_own { Err(PasswordError::OwnEmail) } else { Ok(self.0.clone()) }
    }
}

impl JsonSchema for NewPassword {
    fn schema_name() -> Cow<'static, str> {
        "NewPassword".into()
    }

    // Lengths in a schema are in characters, as the contract counts them.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": PASSWORD_CHARACTERS_MIN,
            "maxLength": PASSWORD_CHARACTERS_MAX,
            "format": PASSWORD_FORMAT,
            "writeOnly": true,
            "description": "A new password; the most common ones are refused.",
        })
    }
}

/// The schema's word for a password that is not common.
pub const PASSWORD_FORMAT: &str = "password";

/// Whether a password is among those that are tried first.
pub fn is_common(password: &str) -> bool {
    COMMON.contains(password.to_lowercase().as_str())
}

/// Common passwords of eight characters and more, in lower case.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|line| !line.is_empty()).collect());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::body;

    fn is_refused(password: &str) -> bool {
        let email = "alexandria@example.com".parse().expect("valid");
        body::read::<NewPassword>(password.into()).is_err()
            || NewPassword(Password(password.to_owned())).for_account(&email).is_err()
    }

    #[test]
    fn length_common_and_own_name_are_refused_and_nothing_else() {
        let long = "x".repeat(129);
        let bad = ["", "short", "password", "PassWord1", "12345678", "Alexandria", "ALEXANDRIA@example.com", &long];
        for bad in bad {
            assert!(is_refused(bad), "{bad}");
        }
        for good in ["correct horse", "ééééééêê", "        x", &"xy".repeat(64), "no composition rules"] {
            assert!(!is_refused(good), "{good}");
        }
    }

    #[test]
    fn a_password_cannot_be_printed() {
        let password: NewPassword = serde_json::from_value("correct horse".into()).expect("a string");
        assert!(!format!("{password:?}").contains("horse"));
    }
}
