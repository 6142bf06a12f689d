//! `POST /api/auth/resend-verification`: emails the link that confirms the address again.

use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::mail::Mails;
use shared::models::preferences::Preferences;
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::rate_limits::RateLimits;
use shared::stores::row::Key;
use shared::stores::table::Table;
use shared::stores::verification;

/// Sends the link to the address that is not confirmed: a new one, or the account's own.
pub struct ResendVerification {
    database: Database,
    limiter: RateLimits,
    mails: Mails,
}

impl Endpoint for ResendVerification {
    type Caller = Viewer;
    type Input = ();
    type Reads = Key<Preferences>;
    type Output = ();
    const SUMMARY: &'static str = "Emails the link that confirms the address again.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            // The link's one-time token is stored in `sessions`.
            database: services.database(&[Table::Mail, Table::Sessions])?,
            limiter: RateLimits::connect(services)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, (): &Self::Input, who: &Identity) -> Key<Preferences> {
        Preferences::key(ViewerKey::first(who.user_id))
    }

    /// The response is the same if the address is confirmed already, or has reached its limit of emails.
    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let user = &call.caller.user;
        let mail = match &user.pending_email {
            Some(new) => {
                let language = user.language_of_mail(call.rows.as_ref());
                Some((new, verification::of_new(user, new, language, &call.request_id, call.now)))
            }
            None if user.email_verified => None,
            None => Some((&user.email, verification::of_own(user, &call.request_id, call.now))),
        };
        if let Some((address, mail)) = mail
            && self.limiter.count_mail(address, call.now).await?
        {
            self.database.transact(vec![self.mails.statement(&mail)?]).await?;
            self.mails.deliver(&mail.cause, call.now).await;
        }
        Ok(Reply::new(()))
    }
}
