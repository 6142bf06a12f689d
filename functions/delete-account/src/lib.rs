//! `DELETE /api/account`: ends the subscription, then deletes the account.

use billing::deletion::{Accounts, account_deleted_cause};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::sign_in::Attempts;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::mail::Mails;
use shared::models::erased::Erased;
use shared::models::password::Password;
use shared::models::preferences::Preferences;
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;
use shared::stores::users::Users;

/// Deletes the caller's account: counts the attempt, checks the password, deletes, and confirms by email.
pub struct DeleteAccount {
    accounts: Accounts,
    users: Users,
    attempts: Attempts,
    mails: Mails,
}

/// The password: a signed-in device is not enough.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccountRequest {
    password: Password,
}

/// The confirmation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccountDeletion {
    /// Always true.
    deleted: bool,
    /// What was deleted with the account; `null` if that could not be counted.
    erased: Option<Erased>,
}

impl Endpoint for DeleteAccount {
    type Caller = Viewer;
    type Input = Body<DeleteAccountRequest>;
    type Reads = Key<Preferences>;
    type Output = AccountDeletion;
    const SUMMARY: &'static str = "Cancels the subscription immediately and deletes the account permanently.";
    const TAG: Tag = Tag::Account;
    const CODES: &'static [Code] = &[Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            accounts: Accounts::connect(services)?,
            users: Users::connect(services)?,
            attempts: Attempts::connect(services)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Preferences> {
        Preferences::key(ViewerKey::first(who.user_id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AccountDeletion>, ApiError> {
        let (user, Body(given)) = (&call.caller.user, &call.input);
        self.attempts.confirm(&self.users, &user.email, &given.password, &call.address, call.now).await?;
        let language = user.language_of_mail(call.rows.as_ref());
        let erased = self.accounts.delete(user, language, call.now).await?;
        self.mails.deliver(&account_deleted_cause(user.id), call.now).await;
        Ok(Reply::new(AccountDeletion { deleted: true, erased }))
    }
}
