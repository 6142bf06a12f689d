//! `POST /api/auth/login`: email and password for a session.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash::{self, Check};
use shared::auth::sign_in::{Attempts, SignIn, Tokens, device_name};
use shared::endpoint::{Anyone, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::email::Email;
use shared::models::password::Password;
use shared::services::{ConfigError, Services};
use shared::stores::rate_limits::Budget;
use shared::stores::row::Wanted;
use shared::stores::sessions::{Session, Sessions};
use shared::stores::users::{Credential, Users};

/// Signs in: count, check, start a session.
pub struct Login {
    users: Users,
    sessions: Sessions,
    attempts: Attempts,
    tokens: Tokens,
}

/// What signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    email: Email,
    password: Password,
    /// What to call this device in the list of sessions.
    #[schemars(length(max = 200))]
    device_name: Option<String>,
}

impl Endpoint for Login {
    type Caller = Anyone;
    type Input = Body<Credentials>;
    type Output = SignIn;
    const SUMMARY: &'static str = "Signs in.";
    const CODES: &'static [Code] = &[Code::InvalidCredentials];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            users: Users::connect(services)?,
            sessions: Sessions::connect(services)?,
            attempts: Attempts::connect(services)?,
            tokens: Tokens::connect(services).await?,
        })
    }

    fn reads(&self, input: &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&Credential::key(&input.0.email))
    }

    fn budgets(&self, input: &Self::Input, address: &str) -> Vec<Budget> {
        self.attempts.budgets(&input.0.email, address)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        let given = &call.input.0;
        let credential = call.rows.get(&Credential::key(&given.email))?;
        let stored = credential.as_ref().and_then(|credential| credential.password_hash.clone());
        let check = hash::check(given.password.clone(), stored.clone()).await.map_err(ApiError::internal)?;
        let (Some(credential), Check::Right | Check::RightButWeak) = (credential, check) else { return Err(wrong()) };

        let device = device_name(given.device_name.as_deref(), call.header("user-agent"));
        let session = Session::start(credential.user_id, credential.version, device, call.now);
        let token = self.tokens.issue(&session, call.now).await?;
        let (user, started, (), ()) = tokio::join!(
            self.users.get(credential.user_id),
            self.sessions.put(&session),
            self.attempts.succeeded(&given.email, &call.address, call.now),
            self.strengthen(given, stored.filter(|_| check == Check::RightButWeak)),
        );
        started?;
        let user = user?.ok_or_else(wrong)?;
        Ok(Reply::with_token(SignIn { token, user: user.profile() }))
    }
}

impl Login {
    /// Replaces a weak hash of the password that was just shown. The next sign-in tries again when this one fails.
    async fn strengthen(&self, given: &Credentials, weak: Option<String>) {
        let Some(weak) = weak else { return };
        if let Ok(strong) = hash::hash(given.password.clone()).await {
            let _ = self.users.rehash(&given.email, &weak, &strong).await;
        }
    }
}

/// One text and one cost, whether the account exists or not.
fn wrong() -> ApiError {
    ApiError::new(Code::InvalidCredentials, "Email or password is wrong.")
}
