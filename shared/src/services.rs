//! The composition root: a function's environment, and the only code that reads settings.

use crate::auth::token::{Issuer, SigningKey};
use crate::runtime::{Clock, Log, Runtime};
use crate::secrets::Secret;
use crate::stores::database::Database;
use crate::stores::table::Table;
use crate::telemetry::Metrics;
use aws_types::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

/// The environment of one function: its settings from the template, and its runtime.
#[derive(Clone)]
pub struct Services {
    function: String,
    settings: Arc<BTreeMap<String, String>>,
    runtime: Runtime,
    secrets: Secrets,
}

/// The function's secrets by ARN. Every part of a function that needs a secret shares one cached value, and one read.
type Secrets = Arc<Mutex<BTreeMap<String, Box<dyn Any + Send + Sync>>>>;

/// Why a function cannot start: a setting is missing or invalid.
#[derive(Debug, thiserror::Error)]
#[error("{function}: {issue}")]
pub struct ConfigError {
    function: String,
    issue: String,
}

/// The secret `common`, which every function may read.
#[derive(Deserialize)]
pub struct Common {
    /// The public keys of session tokens by `kid`; several during a rotation.
    pub verification_keys: HashMap<String, String>,
    /// Authenticates cursors.
    #[serde(deserialize_with = "base64_bytes")]
    pub cursor_key: Vec<u8>,
    /// The value with which our CloudFront identifies itself; empty without a distribution.
    #[serde(default)]
    pub origin_verify: String,
}

impl Services {
    /// The environment of `function`.
    pub fn new(function: &str, settings: BTreeMap<String, String>, runtime: Runtime) -> Self {
        Self { function: function.to_owned(), settings: Arc::new(settings), runtime, secrets: Arc::default() }
    }

    /// The function's name, such as `play-video`.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The current time.
    pub fn clock(&self) -> &Clock {
        &self.runtime.clock
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.runtime.log
    }

    /// A client for a third party's API at `base_url`. It follows no redirects, which could send a key elsewhere, and
    /// ignores proxy settings of the environment.
    pub fn third_party(&self, base_url: &str) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        // Only the local platform is called without TLS. Then certificates need not be parsed.
        if base_url.starts_with("http://") { builder.tls_certs_only([]) } else { builder }
    }

    /// The SDK's configuration, for clients of other AWS services.
    pub fn aws(&self) -> &SdkConfig {
        &self.runtime.aws
    }

    /// The same services with another SDK configuration.
    #[must_use]
    pub fn with_aws(&self, change: impl FnOnce(SdkConfig) -> SdkConfig) -> Self {
        let mut services = self.clone();
        services.runtime.aws = change(services.runtime.aws);
        // The secrets have clients of the former configuration.
        services.secrets = Arc::default();
        services
    }

    /// DynamoDB with this function's tables, which must include all of `needed`.
    pub fn database(&self, needed: &[Table]) -> Result<Database, ConfigError> {
        for table in needed {
            self.text(table.setting())?;
        }
        let given = |table: &Table| Some((*table, self.settings.get(table.setting())?.clone()));
        let tables = Table::ALL.iter().filter_map(given).collect();
        Ok(Database::new(aws_sdk_dynamodb::Client::new(&self.runtime.aws), tables))
    }

    /// The secret that every function may read.
    pub fn common(&self) -> Result<Secret<Common>, ConfigError> {
        self.secret("COMMON_SECRET")
    }

    /// The key that signs session tokens.
    pub fn signing_key(&self) -> Result<Secret<SigningKey>, ConfigError> {
        self.secret("SESSION_SIGNING_SECRET")
    }

    /// Stripe's credentials.
    pub fn stripe_secret<T: DeserializeOwned + Send + Sync + 'static>(&self) -> Result<Secret<T>, ConfigError> {
        self.secret("STRIPE_SECRET")
    }

    /// Mux's credentials.
    pub fn mux_secret<T: DeserializeOwned + Send + Sync + 'static>(&self) -> Result<Secret<T>, ConfigError> {
        self.secret("MUX_SECRET")
    }

    /// The URL of Stripe's API, without a trailing slash.
    pub fn stripe_base_url(&self) -> Result<String, ConfigError> {
        self.origin("STRIPE_BASE_URL")
    }

    /// The URL of Mux's API, without a trailing slash.
    pub fn mux_base_url(&self) -> Result<String, ConfigError> {
        self.origin("MUX_BASE_URL")
    }

    /// The URL of Mux's streams and captions, without a trailing slash.
    pub fn mux_stream_url(&self) -> Result<String, ConfigError> {
        self.origin("MUX_STREAM_URL")
    }

    /// The URL of Mux's images and storyboards, without a trailing slash.
    pub fn mux_image_url(&self) -> Result<String, ConfigError> {
        self.origin("MUX_IMAGE_URL")
    }

    /// The origin of the web app, for links in emails and returns from checkout; never taken from a request.
    pub fn web_origin(&self) -> Result<String, ConfigError> {
        self.origin("WEB_ORIGIN")
    }

    /// The sender of emails.
    pub fn mail_from(&self) -> Result<String, ConfigError> {
        self.text("MAIL_FROM").map(str::to_owned)
    }

    /// The issuer and audience of session tokens.
    pub fn issuer(&self) -> Result<Issuer, ConfigError> {
        Ok(Issuer { issuer: self.text("TOKEN_ISSUER")?.to_owned(), audience: self.text("TOKEN_AUDIENCE")?.to_owned() })
    }

    /// How long a `past_due` subscription keeps access.
    pub fn grace(&self) -> Result<SignedDuration, ConfigError> {
        self.number::<i64>("GRACE_DAYS").map(|days| SignedDuration::from_hours(24 * days))
    }

    /// The trial days of a user's first subscription.
    pub fn trial_days(&self) -> Result<u32, ConfigError> {
        self.number("TRIAL_DAYS")
    }

    /// How often a player reports its position.
    pub fn heartbeat(&self) -> Result<SignedDuration, ConfigError> {
        self.number::<i64>("HEARTBEAT_SECONDS").map(SignedDuration::from_secs)
    }

    /// The rate limits for requests.
    pub fn limits(&self) -> Result<Limits, ConfigError> {
        Ok(Limits {
            user: self.number("LIMIT_USER_REQUESTS")?,
            address: self.number("LIMIT_ADDRESS_REQUESTS")?,
            catalogue: self.number("LIMIT_CATALOGUE_REQUESTS")?,
        })
    }

    /// The rate limits for failed sign-ins: per account and address, and per account.
    pub fn sign_in_limits(&self) -> Result<SignInLimits, ConfigError> {
        Ok(SignInLimits { pair: self.number("LIMIT_SIGN_IN_PAIR")?, account: self.number("LIMIT_SIGN_IN_ACCOUNT")? })
    }

    /// Metrics for CloudWatch.
    pub fn metrics(&self) -> Result<Metrics, ConfigError> {
        Ok(Metrics::new(&self.function, self.text("METRICS_NAMESPACE")?, self.runtime.log.clone()))
    }

    /// The function cannot start for a reason other than a missing setting.
    pub fn refused(&self, issue: impl Into<String>) -> ConfigError {
        self.wrong(issue.into())
    }

    /// A setting of this function is invalid.
    pub(crate) fn unusable(&self, issue: &str) -> ConfigError {
        self.wrong(issue.to_owned())
    }

    fn secret<T: DeserializeOwned + Send + Sync + 'static>(&self, name: &str) -> Result<Secret<T>, ConfigError> {
        let arn = self.text(name)?;
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = secrets.get(arn).and_then(|secret| secret.downcast_ref::<Secret<T>>()) {
            return Ok(secret.clone());
        }
        let secret = Secret::new(&self.runtime.aws, arn.to_owned(), self.runtime.clock.clone());
        secrets.insert(arn.to_owned(), Box::new(secret.clone()));
        Ok(secret)
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

/// The requests allowed in any 15 minutes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// With a valid token, per user.
    pub user: u32,
    /// Without one, per client address.
    pub address: u32,
    /// Reads of the public catalogue, per client address.
    pub catalogue: u32,
}

/// The failed sign-ins allowed in any 15 minutes.
#[derive(Clone, Copy, Debug)]
pub struct SignInLimits {
    /// Per account and address.
    pub pair: u32,
    /// Per account.
    pub account: u32,
}

fn base64_bytes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}
