//! `POST /api/auth/verify-email`: confirms an address with the token of an emailed link, once.

use billing::customers::Customers;
use billing::stripe::Stripe;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::mail::Mails;
use shared::models::email::Email;
use shared::models::preferences::Preferences;
use shared::models::user::User;
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::one_time_tokens::{OneTimeSecret, OneTimeToken, OneTimeTokens, Purpose};
use shared::stores::row::Key;
use shared::stores::table::Table;
use shared::stores::user_edits::UserEdit;
use shared::stores::users::{Credential, Users};
use shared::stores::verification;
use std::time::Duration;

/// The longest wait for Stripe. What takes longer is left to the nightly reconciliation.
const CUSTOMER: Duration = Duration::from_secs(2);

/// Confirms an account's address, or moves the account to the address that its owner entered.
pub struct VerifyEmail {
    database: Database,
    users: Users,
    tokens: OneTimeTokens,
    customers: Customers,
    mails: Mails,
}

/// The token of the link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailRequest {
    token: OneTimeSecret,
}

/// The address that is confirmed now.
#[derive(Serialize, JsonSchema)]
pub struct ConfirmedAddress {
    /// The account's address from now on.
    email: String,
}

impl Endpoint for VerifyEmail {
    type Caller = Anyone;
    type Input = Body<VerifyEmailRequest>;
    type Reads = Key<OneTimeToken>;
    type Output = ConfirmedAddress;
    const SUMMARY: &'static str = "Confirms an address with an emailed link.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[Code::CodeExpired, Code::EmailTaken];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Sessions, Table::Mail, Table::Preferences])?,
            users: Users::connect(services)?,
            tokens: OneTimeTokens::connect(services)?,
            customers: Customers::connect(services, Stripe::connect(services)?)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, input: &Self::Input, (): &()) -> Key<OneTimeToken> {
        OneTimeToken::key(&input.0.token)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<ConfirmedAddress>, ApiError> {
        let token = call.rows.as_ref();
        let grant = token.and_then(|token| token.grant_for(Purpose::VerifyEmail, call.now)).ok_or_else(expired)?;
        let user = self.users.get(grant.user_id).await?.ok_or_else(expired)?;
        // The new address first: it may be a link for an address that the account has had before.
        let new = user.pending_email.as_ref().filter(|new| grant.is_of(new));
        // A password that was set since then withdraws a change of the address.
        match new.filter(|_| grant.credential_version == user.credential_version) {
            Some(new) => self.move_to(&call, &user, new).await?,
            None if grant.is_of(&user.email) => self.confirm(&call, &user).await?,
            None => return Err(expired()),
        }
        let email = new.unwrap_or(&user.email).as_typed().to_owned();
        Ok(Reply::new(ConfirmedAddress { email }))
    }
}

impl VerifyEmail {
    async fn confirm(&self, call: &Call<Self>, user: &User) -> Result<(), ApiError> {
        let statements = vec![self.tokens.redeem(&call.input.0.token)?, self.users.confirm_email(user)?];
        match self.database.transact(statements).await {
            // Another request redeemed it, or the account has another address now.
            Err(StoreError::Condition(_)) => Err(expired()),
            done => Ok(done?),
        }
    }

    /// Gives the account its new address, and notifies the earlier one.
    async fn move_to(&self, call: &Call<Self>, user: &User, new: &Email) -> Result<(), ApiError> {
        let keys = (Credential::key(&user.email), Preferences::key(ViewerKey::first(user.id)));
        let (credential, preferences) = self.database.read(keys).await?;
        let credential = credential.filter(|credential| credential.user_id == user.id).ok_or_else(expired)?;
        let edit = UserEdit { email: Some((new.clone(), true)), ..UserEdit::default() };
        let language = user.language_of_mail(preferences.as_ref());
        let notice = verification::of_moved(user, language, &call.request_id, call.now);
        let mut statements = vec![self.tokens.redeem(&call.input.0.token)?];
        statements.extend(self.users.move_email(user, &credential, &edit, credential.version)?);
        statements.push(self.mails.statement(&notice)?);
        match self.database.transact(statements).await {
            Err(StoreError::Condition(failed)) if failed.at(0) => return Err(expired()),
            Err(StoreError::Condition(failed)) if failed.at(1) => {
                let message = "Another account has this email address now. Please enter a different one.";
                return Err(ApiError::new(Code::EmailTaken, message));
            }
            // The account was changed or deleted meanwhile.
            Err(StoreError::Condition(_)) => return Err(expired()),
            done => done?,
        }
        let followed = tokio::time::timeout(CUSTOMER, self.customers.follow(user.id));
        let _ = tokio::join!(self.mails.deliver(&notice.cause, call.now), followed);
        Ok(())
    }
}

/// The same message for a link that never existed, was redeemed, has expired, or is for an earlier address.
fn expired() -> ApiError {
    ApiError::new(Code::CodeExpired, "This link has expired or was already used. Please request a new one.")
}
