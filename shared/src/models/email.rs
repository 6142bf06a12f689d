//! Email addresses: what was typed is kept for mail, one spelling of it is unique.

use email_address::{EmailAddress, Options};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// Longest address that mail can have (RFC 5321, path of 256 with its brackets).
pub const EMAIL_CHARACTERS_MAX: usize = 254;

/// A well-formed address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    typed: String,
}

impl Email {
    /// The address as it was typed, less surrounding white space: for mail.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The one spelling under which it is unique.
    pub fn key(&self) -> String {
        self.typed.to_lowercase()
    }

    /// The part before the `@`, in lower case: no password.
    pub fn local_part(&self) -> String {
        self.key().rsplit_once('@').map(|(local, _)| local.to_owned()).unwrap_or_default()
    }
}

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// It is not of the form that mail takes.
    #[error("must be a valid email address")]
    Malformed,
    /// Two spellings that look the same would be two accounts.
    #[error("has characters with a simpler spelling; please use that")]
    Ambiguous,
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        let typed = text.trim();
        if typed.chars().count() > EMAIL_CHARACTERS_MAX {
            return Err(EmailError::Malformed);
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        EmailAddress::parse_with_options(typed, options).map_err(|_| EmailError::Malformed)?;
        // As typed too: the Kelvin sign is one that lower case alone would make a plain k.
        if [typed, &typed.to_lowercase()].into_iter().any(|text| !text.nfkc().eq(text.chars())) {
            return Err(EmailError::Ambiguous);
        }
        Ok(Self { typed: typed.to_owned() })
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Email> for String {
    fn from(email: Email) -> String {
        email.typed
    }
}

impl JsonSchema for Email {
    fn schema_name() -> Cow<'static, str> {
        "Email".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "email", "maxLength": 320, "description": "An email address." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_white_space_make_no_second_account() {
        let typed: Email = "  Ada.L@Example.COM\n".parse().expect("valid");
        assert_eq!(typed.as_typed(), "Ada.L@Example.COM");
        assert_eq!(typed.key(), "ada.l@example.com");
        assert_eq!(typed.local_part(), "ada.l");
    }

    #[test]
    fn look_alikes_and_malformed_addresses_are_refused() {
        for ambiguous in ["ﬁsh@example.com", "\u{ff41}da@example.com", "mi\u{212a}e@example.com"] {
            assert_eq!(ambiguous.parse::<Email>(), Err(EmailError::Ambiguous), "{ambiguous}");
        }
        for malformed in
            ["", "a", "a@", "@b.c", "a@b", "a b@c.de", "a@b..c", "Ada <a@b.cd>", "a@[127.0.0.1]", "e\u{301}va@b.cd"]
        {
            assert_eq!(malformed.parse::<Email>(), Err(EmailError::Malformed), "{malformed}");
        }
    }
}
