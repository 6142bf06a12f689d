//! Emails with a link that confirms an address.

use crate::models::email::Email;
use crate::models::language::Language;
use crate::models::mail_content::MailContent;
use crate::models::user::User;
use crate::stores::mail::{Addressee, NOTICE_LIFE, NewMail};
use crate::stores::one_time_tokens::{Grant, ONE_TIME_TOKEN_LIFE, Purpose};
use jiff::Timestamp;

/// The email that asks a user to confirm the account's address. `cause` is what caused it, such as the request's id.
pub fn of_own(user: &User, cause: &str, now: Timestamp) -> NewMail {
    NewMail {
        cause: format!("verify-email#{cause}"),
        content: MailContent::VerifyEmail.into(),
        to: user.email.clone().into(),
        addressee: None,
        grant: Some(Grant::of(user.id, Purpose::VerifyEmail, user.credential_version, &user.email)),
        created_at: now,
        until: now + NOTICE_LIFE,
    }
}

/// The email that asks for the confirmation of the address to which an account is to be moved. The address may meanwhile
/// belong to somebody else's account, so the reader is not looked up by it.
pub fn of_new(user: &User, new: &Email, language: Language, cause: &str, now: Timestamp) -> NewMail {
    NewMail {
        cause: format!("confirm-new-email#{cause}"),
        content: MailContent::ConfirmNewEmail.into(),
        to: new.clone().into(),
        addressee: Some(Addressee { name: user.name.clone(), language }),
        grant: Some(Grant::of(user.id, Purpose::VerifyEmail, user.credential_version, new)),
        created_at: now,
        until: now + 2 * ONE_TIME_TOKEN_LIFE,
    }
}

/// The notice to the address that an account had until now.
pub fn of_moved(user: &User, language: Language, cause: &str, now: Timestamp) -> NewMail {
    NewMail {
        cause: format!("email-changed#{cause}"),
        content: MailContent::EmailChanged { at: now }.into(),
        to: user.email.clone().into(),
        addressee: Some(Addressee { name: user.name.clone(), language }),
        grant: None,
        created_at: now,
        until: now + NOTICE_LIFE,
    }
}
