//! `POST /api/auth/device/code`: starts signing in a device without a keyboard, such as a television (RFC 8628).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::random;
use shared::auth::sign_in::device_name;
use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::OptionalBody;
use shared::models::device_login::{DEVICE_LOGIN_LIFE, DeviceLogin, POLL_SECONDS, UserCode};
use shared::models::text::OptionalLine;
use shared::services::{ConfigError, Services};
use shared::stores::device_logins::{DeviceCode, DeviceLogins};

/// How many codes are tried before the request fails. There are 25 billion, so a second one is practically never needed.
const CODES_MAX: u32 = 3;

/// Generates the two codes and stores their hashes.
pub struct StartDeviceLogin {
    logins: DeviceLogins,
    web_origin: String,
}

/// The device.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartDeviceLoginRequest {
    /// The device's name, which the viewer sees before approving it, and later in the list of sessions.
    device_name: Option<OptionalLine<200>>,
}

/// The codes, with the names of RFC 8628.
#[derive(Serialize, JsonSchema)]
pub struct DeviceCodes {
    /// The secret with which the device polls. It is never shown to anybody.
    device_code: DeviceCode,
    /// The code to show, for example as `BCDF-GHJK`.
    user_code: UserCode,
    /// Where the viewer types the code.
    verification_uri: String,
    /// The same address with the code, for a QR code.
    verification_uri_complete: String,
    /// For how many seconds the codes are valid.
    expires_in: i64,
    /// How many seconds to wait between two polls. Add five seconds after each `SLOW_DOWN`.
    interval: i64,
}

impl Endpoint for StartDeviceLogin {
    type Caller = Anyone;
    type Input = OptionalBody<StartDeviceLoginRequest>;
    type Reads = ();
    type Output = DeviceCodes;
    const SUMMARY: &'static str = "Starts signing in a device without a keyboard, such as a television.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { logins: DeviceLogins::connect(services)?, web_origin: services.web_origin()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<DeviceCodes>, ApiError> {
        let given = call.input.0.device_name.as_ref().and_then(OptionalLine::given);
        let (given, agent) = (device_name(given, None), device_name(None, call.header("user-agent")));
        for _ in 0..CODES_MAX {
            let Some(user_code) = UserCode::from_random(&random::bytes::<32>().map_err(ApiError::internal)?) else {
                continue;
            };
            let device_code = DeviceCode::from_random(&user_code, random::bytes().map_err(ApiError::internal)?);
            let hash = device_code.hash();
            let login = DeviceLogin::start(hash, given.clone(), agent.clone(), call.address.clone(), call.now);
            if self.logins.add(&user_code, &login, call.now).await? {
                return Ok(Reply::with_token(self.codes(device_code, user_code)));
            }
        }
        Err(ApiError::unavailable("every generated code is in use"))
    }
}

impl StartDeviceLogin {
    fn codes(&self, device_code: DeviceCode, user_code: UserCode) -> DeviceCodes {
        let verification_uri = format!("{}/link", self.web_origin);
        DeviceCodes {
            device_code,
            verification_uri_complete: format!("{verification_uri}?code={user_code}"),
            user_code,
            verification_uri,
            expires_in: DEVICE_LOGIN_LIFE.as_secs(),
            interval: POLL_SECONDS,
        }
    }
}
