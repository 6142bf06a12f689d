//! Starting a session: its row and its first token.

use crate::auth::hash::{self, Check};
use crate::auth::token::{self, Identity, Issuer, SigningKey};
use crate::http::error::{ApiError, Code};
use crate::models::email::Email;
use crate::models::mail_content::MailContent;
use crate::models::password::Password;
use crate::models::session::Session;
use crate::models::text;
use crate::models::user::UserView;
use crate::secrets::Secret;
use crate::services::{ConfigError, Services, SignInLimits};
use crate::stores::mail::{NOTICE_LIFE, NewMail};
use crate::stores::rate_limits::{Budget, CountedRequest, Kind, RateLimits};
use crate::stores::users::{Credential, Users};
use boxed::boxed;
use futures::future::join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest device name; longer names are truncated.
const DEVICE_NAME_CHARACTERS_MAX: usize = 80;

/// A token and its user: the response to registration, sign-in and refresh.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignIn {
    /// The session's token, for `Authorization: Bearer`.
    pub token: String,
    /// The user.
    pub user: UserView,
}

/// Signs the tokens of sessions.
pub struct Tokens {
    key: Secret<SigningKey>,
    issuer: Issuer,
}

impl Tokens {
    /// Uses the signing key of this function.
    #[boxed]
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let tokens = Self { key: services.signing_key()?, issuer: services.issuer()? };
        // Reads the key while the function starts. If that fails, the first request retries.
        let _ = tokens.key.get().await;
        Ok(tokens)
    }

    /// Issues the newest token of a session, for its profile.
    #[boxed]
    pub async fn issue(&self, session: &Session) -> Result<String, ApiError> {
        let key = self.key.get().await.map_err(ApiError::unavailable)?;
        let (viewer, issued_at) = (session.viewer(), session.token_issued_at);
        let who = Identity { user_id: session.user_id, viewer, session_id: session.id, issued_at };
        token::sign(&key, &self.issuer, &who).map_err(ApiError::internal)
    }
}

/// Counts failed sign-ins to prevent password guessing: per account and address, and per account, whether or not the
/// account exists.
pub struct Attempts {
    limiter: RateLimits,
    limits: SignInLimits,
}

impl Attempts {
    /// Uses the limits of this function.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { limiter: RateLimits::connect(services)?, limits: services.sign_in_limits()? })
    }

    /// The counters of an attempt, for an endpoint whose input names the account.
    pub fn budgets(&self, email: &Email, address: &str) -> Vec<Budget> {
        self.limits.budgets(&email.key(), address).into()
    }

    /// Counts an attempt for an account that is known only after admission. Fails with `RATE_LIMITED` before the
    /// password is checked.
    #[boxed]
    pub async fn count(&self, email: &Email, address: &str, now: Timestamp) -> Result<Vec<CountedRequest>, ApiError> {
        let [pair, account] = self.limits.budgets(&email.key(), address);
        let (of_pair, of_account) =
            futures::try_join!(self.limiter.count(&pair, now), self.limiter.count(&account, now))?;
        let counted = vec![of_pair, of_account];
        let refused = counted.iter().map(|counted| &counted.decision).find(|decision| !decision.admitted);
        let Some(reset_seconds) = refused.map(|decision| decision.reset_seconds) else { return Ok(counted) };
        // No password was checked, so both counts are given back.
        join_all(counted.into_iter().map(|counted| self.limiter.give_back(counted))).await;
        Err(ApiError::too_many_wrong("passwords", reset_seconds))
    }

    /// Checks the password of a signed-in user, for actions that need more than a signed-in device. The same limit on
    /// failures applies as at sign-in.
    ///
    /// # Errors
    /// `RATE_LIMITED`, or `INVALID_CREDENTIALS` if the password is wrong.
    #[boxed]
    pub async fn confirm(
        &self,
        users: &Users,
        email: &Email,
        password: &Password,
        address: &str,
        now: Timestamp,
    ) -> Result<Credential, ApiError> {
        let (counted, credential) = tokio::join!(self.count(email, address, now), users.credential(email));
        let (counted, credential) = (counted?, credential?);
        let stored = credential.as_ref().and_then(|credential| credential.password_hash.clone());
        let check = hash::check(password.clone(), stored).await.map_err(ApiError::internal)?;
        let credential = credential.filter(|_| check != Check::Wrong).ok_or_else(wrong_password)?;
        self.succeeded(email, address, counted, now).await;
        Ok(credential)
    }

    /// Removes a successful attempt from the count, and clears earlier failures from the same address.
    #[boxed]
    pub async fn succeeded(&self, email: &Email, address: &str, counted: Vec<CountedRequest>, now: Timestamp) {
        let [pair, _] = self.limits.budgets(&email.key(), address);
        // The pair's count is cleared together with its other failures.
        let of_account = counted.into_iter().filter(|counted| counted.decision.name != pair.name);
        let give_back = join_all(of_account.map(|counted| self.limiter.give_back(counted)));
        futures::join!(self.limiter.clear(&pair.key, now), give_back);
    }
}

impl SignInLimits {
    /// The key of the counter for one account and one address.
    pub fn pair_key(email_key: &str, address: &str) -> String {
        format!("SIGNIN#{email_key}#{address}")
    }

    /// The two budgets of a sign-in.
    fn budgets(&self, email_key: &str, address: &str) -> [Budget; 2] {
        [
            Budget { key: Self::pair_key(email_key, address), name: "sign-in", limit: self.pair, kind: Kind::Requests },
            Budget {
                key: format!("SIGNIN#{email_key}"),
                name: "sign-in-account",
                limit: self.account,
                kind: Kind::Requests,
            },
        ]
    }
}

/// The error when a signed-in user gives a wrong password.
pub fn wrong_password() -> ApiError {
    ApiError::new(Code::InvalidCredentials, "The password is wrong.")
}

/// The name of a device: the one that its user gave it, or its user agent; `None` without either. A name that looks like
/// a web address does not count, because emails and the page that approves a device show it.
pub fn device_name(given: Option<&str>, user_agent: Option<&str>) -> Option<String> {
    let named = |name: &str| {
        Some(text::cleaned(name, DEVICE_NAME_CHARACTERS_MAX)).filter(|name| !name.is_empty() && !text::has_link(name))
    };
    given.and_then(named).or_else(|| user_agent.and_then(named))
}

/// The email to the owner of an account about a session that a new device started.
pub fn new_device_notice(session: &Session, to: Email, device_name: Option<String>) -> NewMail {
    let now = session.created_at;
    NewMail {
        cause: format!("new-device#{}", session.id),
        to: to.into(),
        content: MailContent::NewDevice { device: device_name, at: now }.into(),
        addressee: None,
        grant: None,
        created_at: now,
        until: now + NOTICE_LIFE,
    }
}

/// The name of a device in the list of sessions.
pub fn listed_device_name(name: Option<&str>) -> String {
    name.unwrap_or("Unknown device").to_owned()
}
