//! `POST /api/auth/reset-password`: sets a new password with the token of an emailed link, once; ends all sessions.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash;
use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::mail::Mails;
use shared::models::mail_content::MailContent;
use shared::models::password::NewPassword;
use shared::services::{ConfigError, Services, SignInLimits};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::mail::{NOTICE_LIFE, NewMail, cause_of};
use shared::stores::one_time_tokens::{OneTimeSecret, OneTimeToken, OneTimeTokens, Purpose};
use shared::stores::rate_limits::RateLimits;
use shared::stores::row::Key;
use shared::stores::streams::Streams;
use shared::stores::table::Table;
use shared::stores::users::Users;

/// Resets a password: reads the token's row, hashes, and redeems the token and sets the password in one transaction.
pub struct ResetPassword {
    database: Database,
    users: Users,
    tokens: OneTimeTokens,
    streams: Streams,
    limiter: RateLimits,
    mails: Mails,
}

/// The token and the new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordRequest {
    token: OneTimeSecret,
    password: NewPassword,
}

impl Endpoint for ResetPassword {
    type Caller = Anyone;
    type Input = Body<ResetPasswordRequest>;
    type Reads = Key<OneTimeToken>;
    type Output = ();
    const SUMMARY: &'static str = "Sets a new password with an emailed link and ends all sessions.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[Code::CodeExpired];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Sessions, Table::Mail])?,
            users: Users::connect(services)?,
            tokens: OneTimeTokens::connect(services)?,
            streams: Streams::connect(services)?,
            limiter: RateLimits::connect(services)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, input: &Self::Input, (): &()) -> Key<OneTimeToken> {
        OneTimeToken::key(&input.0.token)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Body(given) = &call.input;
        let grant =
            call.rows.and_then(|token| token.grant_for(Purpose::ResetPassword, call.now)).ok_or_else(expired)?;
        // A link that was sent to an earlier address of the account is not valid any more.
        let user = self.users.get(grant.user_id).await?.filter(|user| grant.is_of(&user.email)).ok_or_else(expired)?;
        // A refused password does not use up the link.
        let password = given.password.for_account(&user.email);
        let password = password.map_err(|issue| ApiError::field("password", issue.to_string()))?;
        let hash = hash::hash(password).await.map_err(ApiError::internal)?;
        let mut statements = vec![self.tokens.redeem(&given.token)?];
        statements.extend(self.users.set_password(&user, grant.credential_version, &hash, None)?);
        let mail = NewMail {
            cause: cause_of("password-was-reset", user.id, &(grant.credential_version + 1).to_string()),
            to: user.email.clone().into(),
            content: MailContent::PasswordReset { at: call.now }.into(),
            addressee: None,
            grant: None,
            created_at: call.now,
            until: call.now + NOTICE_LIFE,
        };
        statements.push(self.mails.statement(&mail)?);
        match self.database.transact(statements).await {
            // Another request redeemed it, or the password has changed since the link was sent.
            Err(StoreError::Condition(_)) => return Err(expired()),
            result => result?,
        }
        // All sessions have ended. If this fails, their leases expire within half a minute.
        let released = self.streams.release_all(user.id);
        // Somebody who forgot a password has probably tried a few. If this fails, those attempts count for up to 15
        // minutes.
        let pair = SignInLimits::pair_key(&user.email.key(), &call.address);
        let cleared = self.limiter.clear(&pair, call.now);
        let _ = tokio::join!(released, cleared, self.mails.deliver(&mail.cause, call.now));
        Ok(Reply::new(()))
    }
}

/// The same message for a link that never existed, was redeemed, or has expired.
fn expired() -> ApiError {
    ApiError::new(Code::CodeExpired, "This link has expired or was already used. Please request a new one.")
}
