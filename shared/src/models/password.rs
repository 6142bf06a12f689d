//! Password rules: length and known bad passwords, no composition rules.

use crate::models::email::Email;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

/// The fewest characters of a password (NIST SP 800-63B).
const PASSWORD_CHARACTERS_MIN: usize = 8;
/// The most characters of a password; it is never truncated.
const PASSWORD_CHARACTERS_MAX: usize = 128;

/// A password as typed. It cannot be printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Its unaltered bytes, for hashing.
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

/// A PIN as typed: four digits, which keep children out of a profile. It cannot be printed.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Pin(Password);

impl Pin {
    /// The PIN, for hashing.
    pub fn password(&self) -> Password {
        self.0.clone()
    }
}

/// The digits of a PIN.
const PIN_DIGITS: usize = 4;

/// The schema's `format` for a PIN.
pub const PIN_FORMAT: &str = "pin";

/// Whether a text is a PIN.
pub fn is_pin(text: &str) -> bool {
    text.len() == PIN_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl JsonSchema for Pin {
    fn schema_name() -> Cow<'static, str> {
        "Pin".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": PIN_DIGITS,
            "maxLength": PIN_DIGITS,
            "format": PIN_FORMAT,
            "writeOnly": true,
            "description": "A PIN of four digits.",
        })
    }
}

/// A new password. Parsing checks its length and that it is not common; [`NewPassword::for_account`] checks it against
/// the account.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewPassword(Password);

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// An attacker who knows the account would try it first.
    #[error("must not be your email address or its first part")]
    OwnEmail,
}

impl NewPassword {
    /// Checks the password for the account with an address.
    ///
    /// # Errors
    /// If it is the address or its local part.
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

    // Schemas count characters, as we do.
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

/// The schema's `format` for a password that is not common.
pub const PASSWORD_FORMAT: &str = "password";

/// Whether a password is among those that attackers try first.
pub fn is_common(password: &str) -> bool {
    COMMON.contains(password.to_lowercase().as_str())
}

/// Common passwords with at least eight characters, in lower case.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|line| !line.is_empty()).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_cannot_be_printed() {
        let password: NewPassword = serde_json::from_value("correct horse".into()).expect("a string");
        assert!(!format!("{password:?}").contains("horse"));
    }
}
