//! `POST /api/auth/forgot-password`: mails a single-use link, and tells nobody whether there is an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Anyone, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::mail::Mails;
use shared::models::email::Email;
use shared::models::letter::Letter;
use shared::services::{ConfigError, Services};
use shared::stores::database::{Database, Table};
use shared::stores::mail::NewMail;
use shared::stores::one_time_tokens::{Grant, ONE_TIME_TOKEN_LIFE, Purpose};
use shared::stores::rate_limits::RateLimits;
use shared::stores::row::Wanted;
use shared::stores::users::{Credential, Users};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// When every answer leaves, counted from the request: writing and sending a mail takes less, and sending nothing takes as
/// long. A mail that is not out by then is sent by the job.
const ANSWER_AFTER: Duration = Duration::from_secs(1);

/// Mails a link: count, write, send, and answer at the same time as for anybody else.
pub struct ForgotPassword {
    database: Database,
    users: Users,
    limiter: RateLimits,
    mails: Mails,
}

/// Whose password was forgotten.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forgotten {
    email: Email,
}

/// What everybody is told.
#[derive(Serialize, JsonSchema)]
pub struct Told {
    /// For a person.
    message: &'static str,
}

impl Endpoint for ForgotPassword {
    type Caller = Anyone;
    type Input = Body<Forgotten>;
    type Output = Told;
    const SUMMARY: &'static str = "Mails a link to choose a new password, if there is such an account.";
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            // The link's one-time token is kept in `sessions`.
            database: services.database(&[Table::Users, Table::Mail, Table::Sessions])?,
            users: Users::connect(services)?,
            limiter: services.rate_limits()?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, input: &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&Credential::key(&input.0.email))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Told>, ApiError> {
        let answered_at = Instant::now() + ANSWER_AFTER;
        let written = self.write(&call).await;
        if let Ok(Some(cause)) = &written {
            let _ = timeout_at(answered_at, self.mails.deliver(cause, call.now)).await;
        }
        sleep_until(answered_at).await;
        written?;
        Ok(Reply::of(Told {
            message: "If there is an account with this address, a mail with a link to choose a new password is on its way.",
        }))
    }
}

impl ForgotPassword {
    /// Puts the mail into the outbox, unless there is no such account or it had its share of mail; answers the cause.
    async fn write(&self, call: &Call<Self>) -> Result<Option<String>, ApiError> {
        let email = &call.input.0.email;
        let credential = call.rows.get(&Credential::key(email))?;
        let is_admitted = self.limiter.count_mail(&email.key(), call.now).await?;
        let Some(credential) = credential.filter(|_| is_admitted) else { return Ok(None) };
        let Some(user) = self.users.get(credential.user_id).await? else { return Ok(None) };
        let mail = NewMail {
            cause: format!("password-reset#{}", call.request_id),
            letter: Letter::reset_password(user.name.as_deref()),
            to: user.email,
            grant: Some(Grant {
                user_id: user.id,
                purpose: Purpose::ResetPassword,
                credential_version: credential.version,
            }),
            created_at: call.now,
            until: call.now + 2 * ONE_TIME_TOKEN_LIFE,
        };
        self.database.transact(vec![self.mails.statement(&mail)?]).await?;
        Ok(Some(mail.cause))
    }
}
