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

    /// Why it cannot be an account's new password, if so.
    pub fn refusal(&self, email: &Email) -> Option<&'static str> {
        let characters = self.0.chars().count();
        let lower = self.0.to_lowercase();
        if characters < PASSWORD_CHARACTERS_MIN {
            Some("must have at least 8 characters")
        } else if characters > PASSWORD_CHARACTERS_MAX {
            Some("must have at most 128 characters")
        } else if lower == email.local_part() || lower == email.key() {
            Some("must not be your email address")
        } else if COMMON.contains(lower.as_str()) {
            Some("is among the most common passwords; please choose another")
        } else {
            None
        }
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

/// Common passwords of eight characters and more, in lower case.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|line| !line.is_empty()).collect());

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let email = "alexandria@example.com".parse().expect("valid");
        Password(password.to_owned()).refusal(&email).is_some()
    }

    #[test]
    fn length_common_and_own_name_are_refused_and_nothing_else() {
        for bad in ["", "short", "password", "PassWord1", "12345678", "qwertyuiop", "Alexandria", &"x".repeat(129)] {
            assert!(refused(bad), "{bad}");
        }
        for good in ["correct horse", "ééééééêê", "        x", &"xy".repeat(64), "no composition rules"] {
            assert!(!refused(good), "{good}");
        }
    }
}
