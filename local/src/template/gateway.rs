//! The HTTP API's settings for every request: CORS and the throttle.

use super::value::{TemplateError, known_keys, scalar, strings};
use serde_json::{Map, Value};

/// The HTTP API's configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gateway {
    /// `None` if the template leaves CORS to functions.
    pub cors: Option<Cors>,
    /// `None` if only the account's limits apply.
    pub throttle: Option<Throttle>,
}

/// The CORS configuration, in API Gateway's terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Origins, or `*`.
    pub allow_origins: Vec<String>,
    /// Methods, or `*`.
    pub allow_methods: Vec<String>,
    /// Request headers, or `*`.
    pub allow_headers: Vec<String>,
    /// Response headers that scripts may read.
    pub expose_headers: Vec<String>,
    /// Whether credentials are allowed.
    pub allow_credentials: bool,
    /// How long a browser caches the response to a preflight, in seconds.
    pub max_age: Option<u64>,
}

/// The throttle for all routes together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// Requests per second.
    pub rate: f64,
    /// The burst: requests at once.
    pub burst: f64,
}

/// Properties of an HttpApi that do not affect its responses on this machine.
const WITHOUT_COUNTERPART: [&str; 6] =
    ["AccessLogSettings", "Description", "FailOnWarnings", "Name", "StageName", "Tags"];

impl Gateway {
    pub(super) fn read(
        place: &str,
        own: &Map<String, Value>,
        globals: Option<&Map<String, Value>>,
    ) -> Result<Self, TemplateError> {
        let modelled = ["CorsConfiguration", "DefaultRouteSettings"];
        let known = [modelled.as_slice(), WITHOUT_COUNTERPART.as_slice()].concat();
        let empty = Map::new();
        let globals = globals.unwrap_or(&empty);
        known_keys(own, &known, place)?;
        known_keys(globals, &known, "Globals.HttpApi")?;
        let get = |key: &str| own.get(key).or(globals.get(key));
        if get("StageName").and_then(Value::as_str).is_some_and(|stage| stage != "$default") {
            return Err(TemplateError::new(place, "a named stage would add a prefix to every path"));
        }
        let cors =
            get("CorsConfiguration").map(|value| cors(value, &format!("{place}.CorsConfiguration"))).transpose()?;
        let throttle = get("DefaultRouteSettings").and_then(Value::as_object);
        let throttle = throttle.map(|settings| throttle_of(settings, &format!("{place}.DefaultRouteSettings")));
        Ok(Self { cors, throttle: throttle.transpose()?.flatten() })
    }
}

fn cors(value: &Value, place: &str) -> Result<Cors, TemplateError> {
    let map = value.as_object().ok_or_else(|| TemplateError::new(place, "not a mapping"))?;
    let lists = ["AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders"];
    known_keys(map, &[lists.as_slice(), &["AllowCredentials", "MaxAge"]].concat(), place)?;
    let list = |key: &str| match map.get(key) {
        Some(value) => strings(value, &format!("{place}.{key}")),
        None => Ok(Vec::new()),
    };
    let max_age = match map.get("MaxAge").and_then(scalar).map(|text| text.parse()) {
        None => None,
        Some(Ok(seconds)) => Some(seconds),
        Some(Err(_)) => return Err(TemplateError::new(format!("{place}.MaxAge"), "not a number of seconds")),
    };
    Ok(Cors {
        allow_origins: list("AllowOrigins")?,
        allow_methods: list("AllowMethods")?,
        allow_headers: list("AllowHeaders")?,
        expose_headers: list("ExposeHeaders")?,
        allow_credentials: map.get("AllowCredentials") == Some(&Value::Bool(true)),
        max_age,
    })
}

fn throttle_of(settings: &Map<String, Value>, place: &str) -> Result<Option<Throttle>, TemplateError> {
    known_keys(settings, &["ThrottlingRateLimit", "ThrottlingBurstLimit", "DetailedMetricsEnabled"], place)?;
    let number = |key: &str| match settings.get(key).and_then(scalar).map(|text| text.parse::<f64>()) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(TemplateError::new(format!("{place}.{key}"), "not a number")),
    };
    let (rate, burst) = (number("ThrottlingRateLimit")?, number("ThrottlingBurstLimit")?);
    Ok(match (rate, burst) {
        (None, None) => None,
        (rate, burst) => Some(Throttle { rate: rate.unwrap_or(10_000.0), burst: burst.unwrap_or(5_000.0) }),
    })
}
