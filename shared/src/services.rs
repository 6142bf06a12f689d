//! The composition root: what a function was given, and the only reader of settings.

use crate::auth::token::{Issuer, SigningKey};
use crate::secrets::Secret;
use crate::stores::database::{Database, Table};
use crate::stores::rate_limits::{Budget, RateLimits};
use crate::telemetry::Metrics;
use aws_config::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::Arc;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Takes one line of log, a JSON object.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// What the machine that runs a function provides: Lambda, or the local platform.
#[derive(Clone)]
pub struct Runtime {
    /// The SDK's configuration: HTTP client, credentials, region, endpoint.
    pub aws: SdkConfig,
    /// The time.
    pub clock: Clock,
    /// Where log lines go.
    pub log: Log,
}

/// What one function was given: its settings as the template names them, and the machine.
#[derive(Clone)]
pub struct Services {
    function: String,
    settings: Arc<BTreeMap<String, String>>,
    runtime: Runtime,
}

/// A function cannot start: a setting is missing or wrong.
#[derive(Debug, thiserror::Error)]
#[error("{function}: {issue}")]
pub struct ConfigError {
    function: String,
    issue: String,
}

/// The secret `common`: what every function may know.
#[derive(Deserialize)]
pub struct Common {
    /// Public keys of session tokens by `kid`; several during a rotation.
    pub verification_keys: HashMap<String, String>,
    /// Authenticates cursors.
    #[serde(deserialize_with = "base64_bytes")]
    pub cursor_key: Vec<u8>,
    /// By which our CloudFront proves itself; empty where there is none.
    #[serde(default)]
    pub origin_verify: String,
}

impl Services {
    /// What `function` was given.
    pub fn new(function: &str, settings: BTreeMap<String, String>, runtime: Runtime) -> Self {
        Self { function: function.to_owned(), settings: Arc::new(settings), runtime }
    }

    /// The function's name: `play-video`.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.runtime.clock
    }

    /// Where log lines go.
    pub fn log(&self) -> &Log {
        &self.runtime.log
    }

    /// A client of a third party's API at `base_url`. It follows no redirect, which would carry a key elsewhere, and no
    /// proxy of the environment.
    pub fn third_party(&self, base_url: &str) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        // Only the local platform is reached without TLS: certificates of which nothing is verified are not parsed.
        if base_url.starts_with("http://") { builder.tls_certs_only([]) } else { builder }
    }

    /// The SDK's configuration, for clients of other AWS services.
    pub fn aws(&self) -> &SdkConfig {
        &self.runtime.aws
    }

    /// The same services with another configuration of the SDK.
    #[must_use]
    pub fn with_aws(&self, change: impl FnOnce(SdkConfig) -> SdkConfig) -> Self {
        let mut services = self.clone();
        services.runtime.aws = change(services.runtime.aws);
        services
    }

    /// DynamoDB with the tables that this function was given, among them all of `needed`.
    pub fn database(&self, needed: &[Table]) -> Result<Database, ConfigError> {
        for table in needed {
            self.text(table.setting())?;
        }
        let given = |table: &Table| Some((*table, self.settings.get(table.setting())?.clone()));
        let tables = Table::ALL.iter().filter_map(given).collect();
        Ok(Database::new(aws_sdk_dynamodb::Client::new(&self.runtime.aws), tables))
    }

    /// What every function may know.
    pub fn common(&self) -> Result<Secret<Common>, ConfigError> {
        self.secret("COMMON_SECRET")
    }

    /// The key that signs session tokens.
    pub fn signing_key(&self) -> Result<Secret<SigningKey>, ConfigError> {
        self.secret("SESSION_SIGNING_SECRET")
    }

    /// Stripe's credentials.
    pub fn stripe_secret<T: DeserializeOwned + Send + Sync>(&self) -> Result<Secret<T>, ConfigError> {
        self.secret("STRIPE_SECRET")
    }

    /// Mux's credentials.
    pub fn mux_secret<T: DeserializeOwned + Send + Sync>(&self) -> Result<Secret<T>, ConfigError> {
        self.secret("MUX_SECRET")
    }

    /// Where Stripe's API is, without a slash at the end.
    pub fn stripe_base_url(&self) -> Result<String, ConfigError> {
        self.origin("STRIPE_BASE_URL")
    }

    /// Where Mux's API is, without a slash at the end.
    pub fn mux_base_url(&self) -> Result<String, ConfigError> {
        self.origin("MUX_BASE_URL")
    }

    /// Where Mux's streams and captions are, without a slash at the end.
    pub fn mux_stream_url(&self) -> Result<String, ConfigError> {
        self.origin("MUX_STREAM_URL")
    }

    /// Where Mux's images and storyboards are, without a slash at the end.
    pub fn mux_image_url(&self) -> Result<String, ConfigError> {
        self.origin("MUX_IMAGE_URL")
    }

    /// The origin of the web app, for links in mail and returns from checkout: never a request's own.
    pub fn web_origin(&self) -> Result<String, ConfigError> {
        self.origin("WEB_ORIGIN")
    }

    /// Who mail comes from.
    pub fn mail_from(&self) -> Result<String, ConfigError> {
        self.text("MAIL_FROM").map(str::to_owned)
    }

    /// Who issues session tokens, and for whom.
    pub fn issuer(&self) -> Result<Issuer, ConfigError> {
        Ok(Issuer { issuer: self.text("TOKEN_ISSUER")?.to_owned(), audience: self.text("TOKEN_AUDIENCE")?.to_owned() })
    }

    /// How long `past_due` keeps its access.
    pub fn grace(&self) -> Result<SignedDuration, ConfigError> {
        self.number::<i64>("GRACE_DAYS").map(|days| SignedDuration::from_hours(24 * days))
    }

    /// How long the first subscription of a person is free, in days.
    pub fn trial_days(&self) -> Result<u32, ConfigError> {
        self.number("TRIAL_DAYS")
    }

    /// How often a player reports where it is.
    pub fn heartbeat(&self) -> Result<SignedDuration, ConfigError> {
        self.number::<i64>("HEARTBEAT_SECONDS").map(SignedDuration::from_secs)
    }

    /// The limits on requests.
    pub fn limits(&self) -> Result<Limits, ConfigError> {
        Ok(Limits {
            user: self.number("LIMIT_USER_REQUESTS")?,
            address: self.number("LIMIT_ADDRESS_REQUESTS")?,
            catalogue: self.number("LIMIT_CATALOGUE_REQUESTS")?,
        })
    }

    /// The limits on failed sign-ins: by account and address, and by account.
    pub fn sign_in_limits(&self) -> Result<SignInLimits, ConfigError> {
        Ok(SignInLimits { pair: self.number("LIMIT_SIGN_IN_PAIR")?, account: self.number("LIMIT_SIGN_IN_ACCOUNT")? })
    }

    /// Figures for CloudWatch.
    pub fn metrics(&self) -> Result<Metrics, ConfigError> {
        Ok(Metrics::new(&self.function, self.text("METRICS_NAMESPACE")?, self.runtime.log.clone()))
    }

    /// The limiter.
    pub fn rate_limits(&self) -> Result<RateLimits, ConfigError> {
        RateLimits::connect(self)
    }

    /// The function cannot start for a reason that is not a setting's alone.
    pub fn refused(&self, issue: impl Into<String>) -> ConfigError {
        self.wrong(issue.into())
    }

    /// What this function was given is of no use to it.
    pub(crate) fn unusable(&self, issue: &str) -> ConfigError {
        self.wrong(issue.to_owned())
    }

    fn secret<T: DeserializeOwned + Send + Sync>(&self, name: &str) -> Result<Secret<T>, ConfigError> {
        let arn = self.text(name)?.to_owned();
        Ok(Secret::new(aws_sdk_secretsmanager::Client::new(&self.runtime.aws), arn, self.runtime.clock.clone()))
    }

    fn origin(&self, name: &str) -> Result<String, ConfigError> {
        self.text(name).map(|origin| origin.trim_end_matches('/').to_owned())
    }

    fn text(&self, name: &str) -> Result<&str, ConfigError> {
        let value = self.settings.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        value.ok_or_else(|| self.wrong(format!("the setting {name} is missing")))
    }

    fn number<T: FromStr>(&self, name: &str) -> Result<T, ConfigError> {
        let text = self.text(name)?;
        text.parse().map_err(|_| self.wrong(format!("the setting {name} is {text:?}, which is no number in range")))
    }

    fn wrong(&self, issue: String) -> ConfigError {
        ConfigError { function: self.function.clone(), issue }
    }
}

/// Requests admitted in any 15 minutes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// With a valid token, by user.
    pub user: u32,
    /// Without one, by client address.
    pub address: u32,
    /// Reads of the public catalogue, by client address.
    pub catalogue: u32,
}

/// Failed sign-ins admitted in any 15 minutes.
#[derive(Clone, Copy, Debug)]
pub struct SignInLimits {
    /// By account and address.
    pub pair: u32,
    /// By account.
    pub account: u32,
}

impl SignInLimits {
    /// What failures of one account from one address are counted under.
    pub fn pair_key(email_key: &str, address: &str) -> String {
        format!("SIGNIN#{email_key}#{address}")
    }

    /// The two budgets of a sign-in.
    pub fn budgets(&self, email_key: &str, address: &str) -> [Budget; 2] {
        [
            Budget { key: Self::pair_key(email_key, address), name: "sign-in", limit: self.pair },
            Budget { key: format!("SIGNIN#{email_key}"), name: "sign-in-account", limit: self.account },
        ]
    }
}

fn base64_bytes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}
