//! `POST /api/auth/device/approve`: shows a viewer the device that displays a code, and approves or refuses it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::sign_in::{device_name, listed_device_name};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::device;
use shared::models::device_login::{Decision, DecisionStatus, DeviceLogin, UserCode};
use shared::services::{ConfigError, Services, SignInLimits};
use shared::stores::backoff::Backoff;
use shared::stores::device_logins::DeviceLogins;
use shared::stores::rate_limits::{Budget, Kind, RateLimits};
use shared::stores::row::Key;

/// Counts the guess, looks up the code, and records the decision.
pub struct ApproveDeviceLogin {
    logins: DeviceLogins,
    limiter: RateLimits,
    limits: SignInLimits,
}

/// The code, and the decision.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveDeviceLoginRequest {
    user_code: UserCode,
    /// Whether the device may sign in. Without it, the response shows the device and nothing changes.
    approve: Option<bool>,
}

/// A device that asks to be signed in.
#[derive(Serialize, JsonSchema)]
pub struct WaitingDevice {
    /// The name that the device gave, or its user agent.
    device_name: String,
    /// The client address that it asked from; IPv6 is grouped by /64.
    address: String,
    /// Whether the caller is in the same network.
    same_network: bool,
    /// Until when it can be approved.
    expires_at: Timestamp,
    /// The decision.
    status: DecisionStatus,
}

impl Endpoint for ApproveDeviceLogin {
    type Caller = Viewer;
    type Input = Body<ApproveDeviceLoginRequest>;
    type Reads = Key<DeviceLogin>;
    type Output = WaitingDevice;
    const SUMMARY: &'static str = "Shows which device uses a code, and approves or refuses it.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            logins: DeviceLogins::connect(services)?,
            limiter: RateLimits::connect(services)?,
            limits: services.sign_in_limits()?,
        })
    }

    fn reads(&self, input: &Self::Input, _: &Identity) -> Key<DeviceLogin> {
        DeviceLogin::key(&input.0.user_code)
    }

    /// Limits the guesses per address, because one person can have many accounts.
    fn budgets(&self, _: &Self::Input, address: &str) -> Vec<Budget> {
        let key = format!("DEVICE_CODE#ADDRESS#{address}");
        vec![Budget { key, name: "device-code-address", limit: self.limits.account, kind: Kind::Requests }]
    }

    async fn handle(&self, mut call: Call<Self>) -> Result<Reply<WaitingDevice>, ApiError> {
        let (user, now) = (&call.caller.user, call.now);
        let guesses = format!("DEVICE_CODE#USER#{}", user.id);
        let budget = Budget { key: guesses, name: "device-code", limit: self.limits.pair, kind: Kind::Requests };
        let guess = self.limiter.count(&budget, now).await?;
        if !guess.decision.admitted {
            let reset_seconds = guess.decision.reset_seconds;
            self.limiter.give_back(guess).await;
            return Err(ApiError::too_many_wrong("codes", reset_seconds));
        }
        let login = call.rows.take().filter(|login| login.is_open_to(user.id, now)).ok_or_else(unknown)?;
        // Only wrong codes count.
        call.counted.push(guess);
        futures::future::join_all(call.counted.drain(..).map(|count| self.limiter.give_back(count))).await;
        let decision = call.input.0.approve.map(|approve| match approve {
            true => Decision::Approved {
                user_id: user.id,
                credential_version: user.credential_version,
                profile_id: call.caller.viewer.added_profile(),
            },
            false => Decision::Refused { user_id: user.id },
        });
        let login = match decision {
            Some(decision) => self.decide(&call, login, decision).await?,
            None => login,
        };
        Ok(Reply::new(shown(&login, &call.address)))
    }
}

impl ApproveDeviceLogin {
    /// Records the decision. The device's polls change the same row, so this may take several attempts.
    async fn decide(
        &self,
        call: &Call<Self>,
        mut login: DeviceLogin,
        decision: Decision,
    ) -> Result<DeviceLogin, ApiError> {
        let code = &call.input.0.user_code;
        let mut backoff = Backoff::default();
        while login.decision != decision {
            let decided = login.decided(decision.clone()).ok_or_else(final_refusal)?;
            if self.logins.replace(code, &login, &decided).await? {
                return Ok(decided);
            }
            backoff.wait().await.map_err(ApiError::unavailable)?;
            let found = self.logins.get(code).await?;
            login = found.filter(|found| found.is_open_to(call.caller.user.id, call.now)).ok_or_else(unknown)?;
        }
        Ok(login)
    }
}

fn shown(login: &DeviceLogin, address: &str) -> WaitingDevice {
    let name = device_name(login.given_name.as_deref(), login.user_agent.as_deref());
    WaitingDevice {
        device_name: listed_device_name(name.as_deref()),
        address: login.address.clone(),
        same_network: device::is_same_network(&login.address, address),
        expires_at: login.expires_at,
        status: login.status(),
    }
}

/// The same message for a code that never existed, has expired, was redeemed, or was another viewer's.
fn unknown() -> ApiError {
    ApiError::new(
        Code::NotFound,
        "No device is waiting with this code. Codes are valid for ten minutes; please check what the device shows.",
    )
}

fn final_refusal() -> ApiError {
    ApiError::new(Code::Conflict, "You have refused this device. To sign it in, get a new code on the device.")
}
