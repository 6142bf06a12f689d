//! `POST /api/auth/device/token`: tells a waiting device whether its viewer has approved it, and signs it in, once.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::sign_in::{SignIn, Tokens, device_name, listed_device_name, new_device_notice};
use shared::endpoint::{Anyone, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::device::Device;
use shared::models::device_login::{DeviceLogin, Poll, UserCode};
use shared::models::session::Session;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::device_logins::{DeviceCode, DeviceLogins};
use shared::stores::devices::Devices;
use shared::stores::error::StoreError;
use shared::stores::mail::Outbox;
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::table::Table;
use shared::stores::users::Users;

/// Reads the device's row, and either records the poll or redeems the approval.
pub struct PollDeviceLogin {
    database: Database,
    logins: DeviceLogins,
    users: Users,
    sessions: Sessions,
    devices: Devices,
    outbox: Outbox,
    tokens: Tokens,
}

/// The device's secret.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollDeviceLoginRequest {
    device_code: DeviceCode,
}

/// An approved device.
struct Approved<'a> {
    code: &'a UserCode,
    login: DeviceLogin,
    /// The session that the viewer allowed.
    session: Session,
}

impl Endpoint for PollDeviceLogin {
    type Caller = Anyone;
    type Input = Body<PollDeviceLoginRequest>;
    type Reads = Option<Key<DeviceLogin>>;
    type Output = SignIn;
    const SUMMARY: &'static str = "Asks whether the viewer has approved a device, and signs it in.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] =
        &[Code::AuthorizationPending, Code::SlowDown, Code::AccessDenied, Code::ExpiredToken];
    // A device polls 120 times in ten minutes, and a household may have several. The secret cannot be guessed.
    const LIMIT: Limit = Limit::Polling;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Sessions])?,
            logins: DeviceLogins::connect(services)?,
            users: Users::connect(services)?,
            sessions: Sessions::connect(services)?,
            devices: Devices::connect(services)?,
            outbox: Outbox::connect(services)?,
            tokens: Tokens::connect(services).await?,
        })
    }

    fn reads(&self, input: &Self::Input, (): &()) -> Option<Key<DeviceLogin>> {
        input.0.device_code.user_code().map(|code| DeviceLogin::key(&code))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        let secret = &call.input.0.device_code;
        let code = secret.user_code().ok_or_else(expired)?;
        let mut found = call.rows.clone();
        // The second attempt follows a decision, or another poll, that came between reading and writing.
        for _ in 0..2 {
            // A code can be in use again once it has expired, so the secret must be that of the row.
            let login = found.filter(|login| login.device_code_hash == secret.hash()).ok_or_else(expired)?;
            let (next, answer) = match login.poll(call.now) {
                Poll::Expired => return Err(expired()),
                Poll::Refused => return Err(refused()),
                Poll::Approved { user_id, credential_version, profile_id } => {
                    let name = device_name(login.given_name.as_deref(), login.user_agent.as_deref());
                    let listed = listed_device_name(name.as_deref());
                    let session = Session::start(user_id, credential_version, listed, call.now);
                    let session = Session { profile_id, ..session };
                    return self.sign_in(&call, Approved { code: &code, login, session }).await;
                }
                Poll::Pending(next) => (next, pending()),
                Poll::TooSoon(next) => (next, too_soon()),
            };
            if self.logins.replace(&code, &login, &next).await? {
                return Err(answer);
            }
            found = self.logins.get(&code).await?;
        }
        Err(too_soon())
    }
}

impl PollDeviceLogin {
    /// Redeems the approval: one transaction removes it and adds the session.
    async fn sign_in(&self, call: &Call<Self>, approved: Approved<'_>) -> Result<Reply<SignIn>, ApiError> {
        let Approved { code, login, session } = approved;
        let (user, token) = tokio::join!(self.users.get(session.user_id), self.tokens.issue(&session));
        // The account was deleted, or its password was changed, after the approval.
        let user = user?.filter(|user| session.is_live(user, call.now)).ok_or_else(refused)?;
        let token = token?;
        let (given, agent) = (login.given_name.clone(), call.header("user-agent"));
        let device = Device::seen(given.as_deref(), agent, &call.address);
        let name = device_name(given.as_deref(), agent);
        // Every sign-in from a new device sends a notice. It is written first: if the redemption then fails, the device
        // polls again.
        let mail = new_device_notice(&session, user.email.clone(), name);
        self.devices.greet(user.id, &device, self.outbox.add(&mail)?, call.now).await?;
        let statements = vec![self.logins.redeem(code, &login)?, self.sessions.add(&session)?];
        match self.database.transact(statements).await {
            // Another request redeemed it.
            Err(StoreError::Condition(_)) => Err(expired()),
            result => {
                result?;
                Ok(Reply::with_token(SignIn { token, user: user.view() }))
            }
        }
    }
}

fn pending() -> ApiError {
    ApiError::new(Code::AuthorizationPending, "Nobody has approved this device yet; please ask again.")
}

fn too_soon() -> ApiError {
    ApiError::new(Code::SlowDown, "This device asks too often; please wait five seconds longer between requests.")
}

fn refused() -> ApiError {
    ApiError::new(Code::AccessDenied, "The sign-in of this device was refused.")
}

/// The same message for a code that never existed, was redeemed, or has expired.
fn expired() -> ApiError {
    ApiError::new(Code::ExpiredToken, "This code has expired or was already used; please start again.")
}
