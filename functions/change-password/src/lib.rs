//! `POST /api/auth/change-password`: changes the password and ends all other sessions.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash;
use shared::auth::sign_in::{Attempts, wrong_password};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::mail::Mails;
use shared::models::mail_content::MailContent;
use shared::models::password::{NewPassword, Password};
use shared::models::streams::Slots;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::mail::{NOTICE_LIFE, NewMail, cause_of};
use shared::stores::row::Key;
use shared::stores::streams::Streams;
use shared::stores::table::Table;
use shared::stores::users::Users;

/// Changes a password: counts the attempt, checks the current password, replaces it.
pub struct ChangePassword {
    database: Database,
    users: Users,
    streams: Streams,
    attempts: Attempts,
    mails: Mails,
}

/// The current and the new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    current_password: Password,
    new_password: NewPassword,
}

impl Endpoint for ChangePassword {
    type Caller = Viewer;
    type Input = Body<ChangePasswordRequest>;
    type Reads = Key<Slots>;
    type Output = ();
    const SUMMARY: &'static str = "Changes the password and ends all other sessions.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Mail])?,
            users: Users::connect(services)?,
            streams: Streams::connect(services)?,
            attempts: Attempts::connect(services)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Slots> {
        Slots::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Body(given) = &call.input;
        let (user, session) = (&call.caller.user, &call.caller.session);
        let new = given.new_password.for_account(&user.email);
        let new = new.map_err(|issue| ApiError::field("new_password", issue.to_string()))?;
        let confirm = self.attempts.confirm(&self.users, &user.email, &given.current_password, &call.address, call.now);
        let credential = confirm.await?;
        let slots = call.rows.unwrap_or_default();
        let hash = hash::hash(new).await.map_err(ApiError::internal)?;
        let mail = NewMail {
            cause: cause_of("password-changed", user.id, &(credential.version + 1).to_string()),
            to: user.email.clone().into(),
            content: MailContent::PasswordChanged { at: call.now }.into(),
            addressee: None,
            grant: None,
            created_at: call.now,
            until: call.now + NOTICE_LIFE,
        };
        let mut statements = self.users.set_password(user, credential.version, &hash, Some(session.id))?;
        statements.push(self.mails.statement(&mail)?);
        match self.database.transact(statements).await {
            // Another change came first: the given password is no longer the current one.
            Err(StoreError::Condition(_)) => return Err(wrong_password()),
            result => result?,
        }
        // The other sessions have ended. If this fails, their leases expire within half a minute.
        let released = self.streams.release(user.id, slots, |sid| sid != session.id);
        let _ = tokio::join!(released, self.mails.deliver(&mail.cause, call.now));
        Ok(Reply::new(()))
    }
}
