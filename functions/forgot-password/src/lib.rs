//! `POST /api/auth/forgot-password`: emails a single-use link, and does not reveal whether the account exists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::mail::Mails;
use shared::models::email::Email;
use shared::models::mail_content::MailContent;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::mail::{NewMail, Recipient};
use shared::stores::one_time_tokens::{Grant, ONE_TIME_TOKEN_LIFE, Purpose};
use shared::stores::rate_limits::RateLimits;
use shared::stores::row::Key;
use shared::stores::table::Table;
use shared::stores::users::{Credential, Users};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// When every response is sent, counted from the request. Writing and sending an email takes less time, so the response
/// time does not show whether one was sent. The job sends an email that is not sent by then.
const RESPONSE_DELAY: Duration = Duration::from_secs(1);

/// Emails a link: counts, writes, sends, and responds to everybody after the same time.
pub struct ForgotPassword {
    database: Database,
    users: Users,
    limiter: RateLimits,
    mails: Mails,
}

/// The address of the account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPasswordRequest {
    email: Email,
}

/// The response, which is the same for everybody.
#[derive(Serialize, JsonSchema)]
pub struct Acknowledgement {
    /// A message for people.
    message: &'static str,
}

impl Endpoint for ForgotPassword {
    type Caller = Anyone;
    type Input = Body<ForgotPasswordRequest>;
    type Reads = Key<Credential>;
    type Output = Acknowledgement;
    const SUMMARY: &'static str = "Emails a link to choose a new password, if the account exists.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            // The link's one-time token is stored in `sessions`.
            database: services.database(&[Table::Users, Table::Mail, Table::Sessions])?,
            users: Users::connect(services)?,
            limiter: RateLimits::connect(services)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, input: &Self::Input, (): &()) -> Key<Credential> {
        Credential::key(&input.0.email)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Acknowledgement>, ApiError> {
        let answered_at = Instant::now() + RESPONSE_DELAY;
        let written = self.write(&call).await;
        if let Ok(Some(cause)) = &written {
            let _ = timeout_at(answered_at, self.mails.deliver(cause, call.now)).await;
        }
        sleep_until(answered_at).await;
        written?;
        Ok(Reply::new(Acknowledgement {
            message: "If there is an account with this address, we have sent it a link to choose a new password.",
        }))
    }
}

impl ForgotPassword {
    /// Puts the email into the outbox, unless the account does not exist or has reached its limit of emails. Returns
    /// the cause.
    async fn write(&self, call: &Call<Self>) -> Result<Option<String>, ApiError> {
        let email = &call.input.0.email;
        let is_admitted = self.limiter.count_mail(email, call.now).await?;
        let Some(credential) = call.rows.as_ref().filter(|_| is_admitted) else { return Ok(None) };
        let Some(user) = self.users.get(credential.user_id).await? else { return Ok(None) };
        let mail = NewMail {
            cause: format!("password-reset#{}", call.request_id),
            content: MailContent::ResetPassword.into(),
            grant: Some(Grant::of(user.id, Purpose::ResetPassword, credential.version, &user.email)),
            to: Recipient::Address(user.email),
            addressee: None,
            created_at: call.now,
            until: call.now + 2 * ONE_TIME_TOKEN_LIFE,
        };
        self.database.transact(vec![self.mails.statement(&mail)?]).await?;
        Ok(Some(mail.cause))
    }
}
