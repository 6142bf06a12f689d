//! `PATCH /api/auth/me`: changes the name, or starts a change of the address.

use billing::customers::Customers;
use billing::stripe::Stripe;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::sign_in::{Attempts, wrong_password};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::mail::Mails;
use shared::models::email::NewEmail;
use shared::models::mail_content::MailContent;
use shared::models::password::Password;
use shared::models::patch::Field;
use shared::models::preferences::Preferences;
use shared::models::text::AccountName;
use shared::models::user::{User, UserView};
use shared::models::viewer::ViewerKey;
use shared::services::{ConfigError, Services};
use shared::stores::database::{Database, Statement};
use shared::stores::error::StoreError;
use shared::stores::mail::{NOTICE_LIFE, NewMail};
use shared::stores::rate_limits::RateLimits;
use shared::stores::row::Key;
use shared::stores::table::Table;
use shared::stores::user_edits::UserEdit;
use shared::stores::users::{Credential, Users};
use shared::stores::verification;
use std::time::Duration;

/// The longest wait for Stripe. What takes longer is left to the nightly reconciliation.
const CUSTOMER: Duration = Duration::from_secs(2);

/// Changes a name or an address. A new address takes effect once it is confirmed with an emailed link.
pub struct UpdateMe {
    database: Database,
    users: Users,
    customers: Customers,
    attempts: Attempts,
    limiter: RateLimits,
    mails: Mails,
}

/// The changes; what is omitted stays the same.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateMeRequest {
    /// The name for greetings; `null` or blank for none.
    name: Field<Option<AccountName>>,
    /// The new address. It replaces the present one once it is confirmed with the link that is sent to it. The present
    /// address withdraws a change that is not confirmed yet.
    email: Option<NewEmail>,
    /// The password, which a new address requires.
    password: Option<Password>,
}

/// What is written, and the causes of the emails that are sent then.
#[derive(Default)]
struct Changes {
    edit: UserEdit,
    statements: Vec<Statement>,
    causes: Vec<String>,
}

impl Endpoint for UpdateMe {
    type Caller = Viewer;
    type Input = Body<UpdateMeRequest>;
    type Reads = Key<Preferences>;
    type Output = UserView;
    const SUMMARY: &'static str = "Changes the name, or starts a change of the address.";
    const TAG: Tag = Tag::Account;
    const CODES: &'static [Code] = &[Code::InvalidCredentials, Code::EmailTaken, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Mail])?,
            users: Users::connect(services)?,
            customers: Customers::connect(services, Stripe::connect(services)?)?,
            attempts: Attempts::connect(services)?,
            limiter: RateLimits::connect(services)?,
            mails: Mails::connect(services)?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Preferences> {
        Preferences::key(ViewerKey::first(who.user_id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<UserView>, ApiError> {
        let (user, Body(given)) = (&call.caller.user, &call.input);
        let mut changes = Changes::default();
        if let Field::Given(name) = &given.name {
            let name = name.as_ref().and_then(AccountName::given).map(str::to_owned);
            if name != user.name {
                changes.edit.name = Field::Given(name);
            }
        }
        match &given.email {
            Some(new) if new.as_typed() != user.email.as_typed() => self.change_email(&call, new, &mut changes).await?,
            Some(_) if user.pending_email.is_some() => changes.edit.pending_email = Field::Given(None),
            _ => {}
        }
        let after = changed(user, &changes.edit);
        if changes.edit.is_empty() {
            return Ok(Reply::new(after.view()));
        }
        if changes.edit.email.is_none() {
            changes.statements.push(self.users.edit(user, &changes.edit)?);
        }
        match self.database.transact(changes.statements).await {
            Err(StoreError::Condition(failed)) if given.email.is_some() && failed.at(0) => return Err(wrong_password()),
            Err(StoreError::Condition(_)) => {
                return Err(ApiError::new(
                    Code::Conflict,
                    "Your account has just been changed elsewhere. Please reload.",
                ));
            }
            done => done?,
        }
        let sent = changes.causes.iter().map(|cause| self.mails.deliver(cause, call.now));
        let followed = tokio::time::timeout(CUSTOMER, self.customers.follow(user.id));
        let _ = tokio::join!(futures::future::join_all(sent), followed);
        Ok(Reply::new(after.view()))
    }
}

impl UpdateMe {
    /// Checks the password, then prepares the change of the address.
    async fn change_email(&self, call: &Call<Self>, new: &NewEmail, changes: &mut Changes) -> Result<(), ApiError> {
        let user = &call.caller.user;
        let password = call.input.0.password.as_ref();
        let password = password.ok_or_else(|| ApiError::field("password", "is required to change the address"))?;
        let confirmed = self.attempts.confirm(&self.users, &user.email, password, &call.address, call.now);
        let credential = confirmed.await?;
        if new.key() == user.email.key() {
            // Another spelling of the same address, which needs no confirmation.
            changes.edit.email = Some(((**new).clone(), user.email_verified));
            changes.statements = self.users.move_email(user, &credential, &changes.edit, credential.version)?;
            return Ok(());
        }
        if self.users.credential(new).await?.is_some() {
            return Err(ApiError::new(Code::EmailTaken, "Another account uses this email address."));
        }
        changes.edit.pending_email = Field::Given(Some((**new).clone()));
        changes.statements.push(self.users.password_is(user, credential.version)?);
        for mail in self.mails_about(call, new, &credential).await? {
            changes.statements.push(self.mails.statement(&mail)?);
            changes.causes.push(mail.cause);
        }
        Ok(())
    }

    /// The link for the new address, and a notice to the present one; fewer if an address has reached its limit.
    async fn mails_about(
        &self,
        call: &Call<Self>,
        new: &NewEmail,
        credential: &Credential,
    ) -> Result<Vec<NewMail>, ApiError> {
        let user = &call.caller.user;
        let to_new = self.limiter.count_mail(new, call.now).await?;
        // Like every notice to an owner, this one is not limited, or whoever knows the password could use up the limit
        // first. It is limited for an address that nobody has confirmed: it may be a stranger's.
        let to_present = user.email_verified || self.limiter.count_mail(&user.email, call.now).await?;
        let language = user.language_of_mail(call.rows.as_ref());
        let proved = User { credential_version: credential.version, ..user.clone() };
        let link = verification::of_new(&proved, new, language, &call.request_id, call.now);
        let notice = NewMail {
            cause: format!("email-change-requested#{}", call.request_id),
            content: MailContent::EmailChangeRequested { at: call.now }.into(),
            to: user.email.clone().into(),
            addressee: None,
            grant: None,
            created_at: call.now,
            until: call.now + NOTICE_LIFE,
        };
        Ok([(to_new, link), (to_present, notice)]
            .into_iter()
            .filter_map(|(admitted, mail)| admitted.then_some(mail))
            .collect())
    }
}

/// The user after the change.
fn changed(user: &User, edit: &UserEdit) -> User {
    let mut user = user.clone();
    edit.name.apply(&mut user.name);
    edit.pending_email.apply(&mut user.pending_email);
    if let Some((email, is_verified)) = &edit.email {
        user.email = email.clone();
        user.email_verified = *is_verified;
        user.pending_email = None;
    }
    user
}
