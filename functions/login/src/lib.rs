//! `POST /api/auth/login`: starts a session with email and password.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash::{self, Check};
use shared::auth::sign_in::{Attempts, SignIn, Tokens, device_name, listed_device_name, new_device_notice};
use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::device::Device;
use shared::models::email::Email;
use shared::models::password::Password;
use shared::models::session::Session;
use shared::models::text::OptionalLine;
use shared::services::{ConfigError, Services};
use shared::stores::devices::Devices;
use shared::stores::error::StoreError;
use shared::stores::mail::Outbox;
use shared::stores::rate_limits::Budget;
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::users::{Credential, Users};

/// Signs in: counts the attempt, checks the password, starts a session.
pub struct Login {
    users: Users,
    sessions: Sessions,
    devices: Devices,
    outbox: Outbox,
    attempts: Attempts,
    tokens: Tokens,
}

/// The credentials.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    email: Email,
    password: Password,
    /// The name for this device in the list of sessions.
    device_name: Option<OptionalLine<200>>,
}

impl Endpoint for Login {
    type Caller = Anyone;
    type Input = Body<Credentials>;
    type Reads = Key<Credential>;
    type Output = SignIn;
    const SUMMARY: &'static str = "Signs in.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            users: Users::connect(services)?,
            sessions: Sessions::connect(services)?,
            devices: Devices::connect(services)?,
            outbox: Outbox::connect(services)?,
            attempts: Attempts::connect(services)?,
            tokens: Tokens::connect(services).await?,
        })
    }

    fn reads(&self, input: &Self::Input, (): &()) -> Key<Credential> {
        Credential::key(&input.0.email)
    }

    fn budgets(&self, input: &Self::Input, address: &str) -> Vec<Budget> {
        self.attempts.budgets(&input.0.email, address)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        let given = &call.input.0;
        let credential = call.rows.as_ref();
        let stored = credential.and_then(|credential| credential.password_hash.clone());
        let check = hash::check(given.password.clone(), stored.clone()).await.map_err(ApiError::internal)?;
        let (Some(credential), Check::Right | Check::RightButWeak) = (credential, check) else { return Err(wrong()) };

        let (name, agent) = (given.device_name.as_ref().and_then(OptionalLine::given), call.header("user-agent"));
        let device = Device::seen(name, agent, &call.address);
        let name = device_name(name, agent);
        let listed = listed_device_name(name.as_deref());
        let session = Session::start(credential.user_id, credential.version, listed, call.now);
        let token = self.tokens.issue(&session).await?;
        let (user, started, noticed, (), ()) = tokio::join!(
            self.users.get(credential.user_id),
            self.sessions.put(&session),
            self.notice(credential, &given.email, &session, &device, name),
            self.attempts.succeeded(&given.email, &call.address, call.counted, call.now),
            self.replace_weak_hash(given, stored.filter(|_| check == Check::RightButWeak)),
        );
        started?;
        // Every sign-in from a new device sends a notice.
        noticed?;
        let user = user?.ok_or_else(wrong)?;
        Ok(Reply::with_token(SignIn { token, user: user.view() }))
    }
}

impl Login {
    /// Records the device, with an email if it is new. The outbox's job sends it.
    async fn notice(
        &self,
        credential: &Credential,
        typed: &Email,
        session: &Session,
        device: &Device,
        device_name: Option<String>,
    ) -> Result<(), StoreError> {
        let to = credential.email.as_ref().unwrap_or(typed).clone();
        let mail = new_device_notice(session, to, device_name);
        self.devices.greet(credential.user_id, device, self.outbox.add(&mail)?, session.created_at).await
    }

    /// Replaces a weak hash with a new one of the password that was just checked. If this fails, the next sign-in
    /// retries.
    async fn replace_weak_hash(&self, given: &Credentials, weak: Option<String>) {
        let Some(weak) = weak else { return };
        if let Ok(strong) = hash::hash(given.password.clone()).await {
            let _ = self.users.rehash(&given.email, &weak, &strong).await;
        }
    }
}

/// The same error, whether or not the account exists.
fn wrong() -> ApiError {
    ApiError::new(Code::InvalidCredentials, "Email or password is wrong.")
}
