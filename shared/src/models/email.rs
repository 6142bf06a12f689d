//! Email addresses. Email goes to the address as it was typed; uniqueness is checked on a normalized spelling.

use email_address::{EmailAddress, Options};
use icu_properties::props::{EnumeratedProperty, GeneralCategory, GeneralCategoryGroup, Script};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Deref;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// The longest address that SMTP supports (RFC 5321: a path of 256 characters, including its brackets).
const EMAIL_CHARACTERS_MAX: usize = 254;

/// The schema's `format` for an address.
pub const EMAIL_FORMAT: &str = "email";
/// The schema's `format` for an address to which we can send.
pub const DELIVERABLE_FORMAT: &str = "deliverable-email";

/// Any well-formed address, which an older account may have. Sign-in and forgotten passwords accept any such address,
/// because their response must not depend on whether it could register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    typed: String,
}

impl Email {
    /// The address as it was typed, without surrounding white space, for display.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The address for mail servers: as it was typed, with a non-ASCII domain in Punycode.
    pub fn for_sending(&self) -> String {
        let (local, domain) = self.parts();
        if domain.is_ascii() {
            return self.typed.clone();
        }
        format!("{local}@{}", ascii(domain))
    }

    /// The unique spelling: lower case, with the domain in Punycode.
    pub fn key(&self) -> String {
        let (local, domain) = self.parts();
        format!("{}@{}", local.to_lowercase(), ascii(domain))
    }

    /// The part before the `@` in lower case, which must not be the password.
    pub fn local_part(&self) -> String {
        self.parts().0.to_lowercase()
    }

    fn parts(&self) -> (&str, &str) {
        self.typed.rsplit_once('@').unwrap_or((&self.typed, ""))
    }
}

/// A domain in Punycode and lower case. A domain that has no Punycode form cannot exist, so it is only lower-cased.
fn ascii(domain: &str) -> String {
    idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase())
}

/// An address for a new account: we can send to it, and it cannot be mistaken for another address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct NewEmail(Email);

impl Deref for NewEmail {
    type Target = Email;

    fn deref(&self) -> &Email {
        &self.0
    }
}

impl From<NewEmail> for Email {
    fn from(new: NewEmail) -> Self {
        new.0
    }
}

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// It is not a valid email address.
    #[error("must be a valid email address")]
    Malformed,
    /// Two spellings that look the same would be two accounts.
    #[error("has characters with a simpler spelling; please use that")]
    Ambiguous,
    /// We cannot send to it.
    #[error("may have only unaccented letters, digits and signs such as . _ + - before the @")]
    UnreachableLocalPart,
    /// No server can have such a name.
    #[error("must have a valid domain after the @")]
    UnreachableDomain,
    /// A part of the domain mixes letters of several alphabets.
    #[error("has a domain that mixes alphabets and could be mistaken for another one")]
    MixedScripts,
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
        // The typed form is checked too, because lower-casing would turn the Kelvin sign into a plain k.
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

impl TryFrom<String> for NewEmail {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        let email = Email::try_from(text)?;
        let (local, domain) = email.parts();
        if !local.is_ascii() || local.contains('"') {
            return Err(EmailError::UnreachableLocalPart);
        }
        check_domain(domain)?;
        if email.for_sending().len() > EMAIL_CHARACTERS_MAX {
            return Err(EmailError::Malformed);
        }
        Ok(Self(email))
    }
}

impl FromStr for NewEmail {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        Self::try_from(text.to_owned())
    }
}

/// A domain that can be registered: valid by UTS 46 with the rules for host names, consisting of letters, marks and
/// digits (IDNA 2008), and each of its labels in one script, so a Cyrillic letter cannot pass for a Latin one among
/// Latin letters. A label entirely in another script is accepted: whatever it looks like, it is a different domain with
/// its own owner.
fn check_domain(domain: &str) -> Result<(), EmailError> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError::UnreachableDomain)?;
    let (unicode, valid) = idna::domain_to_unicode(&ascii);
    valid.map_err(|_| EmailError::UnreachableDomain)?;
    for label in unicode.split('.') {
        if !label.chars().all(is_label_character) {
            return Err(EmailError::UnreachableDomain);
        }
        if !is_of_one_alphabet(label) {
            return Err(EmailError::MixedScripts);
        }
    }
    if is_top_level(ascii.rsplit('.').next().unwrap_or_default()) { Ok(()) } else { Err(EmailError::UnreachableDomain) }
}

/// Whether a label can be a top-level domain: two characters at least, beginning with a letter. So an IPv4 address is no domain.
fn is_top_level(label: &str) -> bool {
    label.len() >= 2 && label.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// What IDNA 2008 allows: letters, marks, digits, and the few signs that some languages need within a word.
fn is_label_character(character: char) -> bool {
    let signs = ['-', '\u{b7}', '\u{375}', '\u{5f3}', '\u{5f4}', '\u{30fb}', '\u{200c}', '\u{200d}'];
    let category =
        GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Mark).union(GeneralCategoryGroup::DecimalNumber);
    signs.contains(&character) || category.contains(GeneralCategory::for_char(character))
}

/// One script, or one of the combinations in which a language is written (UTS 39, "highly restrictive").
fn is_of_one_alphabet(label: &str) -> bool {
    const SCRIPT_COMBINATIONS: [&[Script]; 3] = [
        &[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana],
        &[Script::Latin, Script::Han, Script::Bopomofo],
        &[Script::Latin, Script::Han, Script::Hangul],
    ];
    let scripts = label.chars().map(Script::for_char);
    let scripts: Vec<Script> = scripts.filter(|one| ![Script::Common, Script::Inherited].contains(one)).collect();
    let is_one = scripts.windows(2).all(|pair| pair[0] == pair[1]);
    is_one || SCRIPT_COMBINATIONS.iter().any(|together| scripts.iter().all(|one| together.contains(one)))
}

impl JsonSchema for Email {
    fn schema_name() -> Cow<'static, str> {
        "EmailAddress".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": EMAIL_FORMAT, "maxLength": 320, "description": "An email address." })
    }
}

impl JsonSchema for NewEmail {
    fn schema_name() -> Cow<'static, str> {
        "DeliverableEmailAddress".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": DELIVERABLE_FORMAT,
            "maxLength": 320,
            "description": "An email address to which the service can send: plain letters before the @, a domain in one alphabet.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_white_space_do_not_make_a_second_account() {
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

    #[test]
    fn all_spellings_of_a_domain_have_one_key() {
        for spelling in
            ["ada@bücher.example", "ADA@BÜCHER.example", "ada@xn--bcher-kva.example", "ada@XN--BCHER-KVA.example"]
        {
            let email: Email = spelling.parse().expect(spelling);
            assert_eq!(email.key(), "ada@xn--bcher-kva.example", "{spelling}");
            assert_eq!(email.for_sending().to_lowercase(), "ada@xn--bcher-kva.example", "{spelling}");
        }
        let typed: Email = "Ada@bücher.example".parse().expect("valid");
        assert_eq!(
            (typed.as_typed(), typed.for_sending().as_str()),
            ("Ada@bücher.example", "Ada@xn--bcher-kva.example")
        );
    }

    #[test]
    fn an_account_needs_an_address_that_mail_can_reach() {
        use EmailError::{MixedScripts, UnreachableLocalPart};
        for (refused, why) in [
            ("jörg@example.com", UnreachableLocalPart),
            ("аda@example.com", UnreachableLocalPart),
            ("\"a b\"@example.com", UnreachableLocalPart),
            ("\"ada\"@example.com", UnreachableLocalPart),
            ("ada@exаmple.com", MixedScripts),
            ("ada@xn--exmple-4nf.com", MixedScripts),
            ("ada@γoogle.example", MixedScripts),
        ] {
            assert_eq!(refused.parse::<NewEmail>().map(|_| ()), Err(why), "{refused}");
        }
        for refused in [
            "ada@xn--a.example",
            "ada@☃.example",
            "ada@-a.example",
            "ada@a_b.example",
            "ada@example.com.",
            "ada@a..example",
            "ada@\u{202e}a.example",
            "ada@a\u{200d}b.example",
            "ada@127.0.0.1",
            "ada@example.123",
            "ada@example.c",
            "ada@example.4you",
            &format!("ada@{}.example", "a".repeat(64)),
            &format!("{}@example.com", "a".repeat(65)),
        ] {
            assert!(refused.parse::<NewEmail>().is_err(), "{refused}");
        }
        for taken in [
            "Ada.L+x@Example.COM",
            "o'hara@example.com",
            "ada@bücher.example",
            "ada@東京テスト.example",
            "ada@пример.example",
            "ada@straße.example",
            "ada@xn--bcher-kva.example",
            "ada@한국kr.example",
            "ada@a-b.example",
            "ada@1.example",
        ] {
            assert!(taken.parse::<NewEmail>().is_ok(), "{taken}: {:?}", taken.parse::<NewEmail>());
        }
    }
}
