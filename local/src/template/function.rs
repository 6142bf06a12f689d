//! A function of the template: its routes and schedules, its environment and its permissions.

use super::intrinsics::Resolver;
use super::policy::{ManagedPolicies, Statement};
use super::schedule::Expression;
use super::value::{TemplateError, known_keys, object, scalar};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// Lambda's default timeout.
const TIMEOUT_SECONDS_DEFAULT: u64 = 3;

/// Properties about building, sizing and monitoring a function, which have no counterpart here.
const PROPERTIES_WITHOUT_COUNTERPART: [&str; 17] = [
    "Architectures",
    "AutoPublishAlias",
    "CodeUri",
    "DeadLetterConfig",
    "DeploymentPreference",
    "Description",
    "EphemeralStorage",
    "EventInvokeConfig",
    "FunctionName",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "PermissionsBoundary",
    "ReservedConcurrentExecutions",
    "Runtime",
    "Tags",
    "Tracing",
];

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name in the template: `PlayVideoFunction`.
    pub logical_id: String,
    /// Its package and binary, such as `play-video`.
    pub name: String,
    /// Its routes; none for a job.
    pub routes: Vec<Route>,
    /// Its schedules.
    pub schedules: Vec<Schedule>,
    /// Its environment, including that of `Globals`.
    pub environment: BTreeMap<String, String>,
    /// Its permissions; everything else is refused.
    pub statements: Vec<Statement>,
    /// The longest that an invocation may take.
    pub timeout: Duration,
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The default route, for requests that no other route matches.
    Default,
    /// A method (`None` for any) and a path such as `/api/videos/{id}`.
    Path(Option<http::Method>, String),
}

impl Route {
    /// Whether it belongs to the API. The others are pages and files of the web app that a function makes.
    pub fn is_api(&self) -> bool {
        match self {
            Self::Default => true,
            Self::Path(_, path) => path.starts_with("/api/"),
        }
    }

    /// The route's key as the event carries it: `GET /api/videos/{id}`.
    pub fn key(&self) -> String {
        match self {
            Self::Default => "$default".into(),
            Self::Path(Some(method), path) => format!("{method} {path}"),
            Self::Path(None, path) => format!("ANY {path}"),
        }
    }
}

/// A schedule of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The event's name in the template.
    pub name: String,
    /// When it runs.
    pub expression: Expression,
    /// The event that it receives instead of EventBridge's standard event.
    pub input: Option<Value>,
}

impl Function {
    pub(super) fn read(
        resolver: &Resolver<'_>,
        id: &str,
        resource: &Value,
        globals: Option<&Map<String, Value>>,
        managed: &ManagedPolicies,
    ) -> Result<Self, TemplateError> {
        let own = resolver.properties(id, resource)?;
        let empty = Map::new();
        let globals = globals.unwrap_or(&empty);
        let modelled = ["Environment", "Policies", "Events", "Timeout"];
        let known = [modelled.as_slice(), PROPERTIES_WITHOUT_COUNTERPART.as_slice()].concat();
        known_keys(&own, &known, id)?;
        known_keys(globals, &known, "Globals.Function")?;
        if globals.contains_key("Policies") || globals.contains_key("Events") {
            return Err(TemplateError::new("Globals.Function", "policies and events must be set per function"));
        }
        let timeout = own.get("Timeout").or(globals.get("Timeout")).and_then(scalar);
        let timeout = match timeout.map(|text| text.parse()) {
            None => TIMEOUT_SECONDS_DEFAULT,
            Some(Ok(seconds)) => seconds,
            Some(Err(_)) => return Err(TemplateError::new(format!("{id}.Timeout"), "not a number of seconds")),
        };
        let mut environment = variables(globals, "Globals.Function")?;
        environment.extend(variables(&own, id)?);
        let mut function = Self {
            logical_id: id.to_owned(),
            name: binary(id, resource)?,
            routes: Vec::new(),
            schedules: Vec::new(),
            environment,
            statements: managed.statements(own.get("Policies"), &format!("{id}.Policies"))?,
            timeout: Duration::from_secs(timeout),
        };
        for (name, event) in object(&own, "Events").into_iter().flatten() {
            function.event(name, event, &format!("{id}.Events.{name}"))?;
        }
        Ok(function)
    }

    fn event(&mut self, name: &str, event: &Value, place: &str) -> Result<(), TemplateError> {
        let empty = Map::new();
        let properties = event.get("Properties").and_then(Value::as_object).unwrap_or(&empty);
        match event.get("Type").and_then(Value::as_str) {
            Some("HttpApi") => self.routes.push(route(properties, place)?),
            Some("Schedule") => self.schedules.extend(schedule(name, properties, "Schedule", place)?),
            Some("ScheduleV2") => self.schedules.extend(schedule(name, properties, "ScheduleExpression", place)?),
            other => {
                let kind = other.unwrap_or("(none)");
                return Err(TemplateError::new(place, format!("events of type `{kind}` are not supported")));
            }
        }
        Ok(())
    }
}

/// `Metadata.BuildProperties.Binary`.
fn binary(id: &str, resource: &Value) -> Result<String, TemplateError> {
    let binary = resource.pointer("/Metadata/BuildProperties/Binary").and_then(Value::as_str);
    let binary = binary.map(str::to_owned);
    binary.ok_or_else(|| TemplateError::new(format!("{id}.Metadata.BuildProperties"), "`Binary` is missing"))
}

fn variables(properties: &Map<String, Value>, place: &str) -> Result<BTreeMap<String, String>, TemplateError> {
    let place = format!("{place}.Environment");
    let Some(environment) = object(properties, "Environment") else { return Ok(BTreeMap::new()) };
    known_keys(environment, &["Variables"], &place)?;
    let read = |(name, value): (&String, &Value)| match scalar(value) {
        Some(text) => Ok((name.clone(), text)),
        None => Err(TemplateError::new(&place, format!("`{name}` is not a string"))),
    };
    object(environment, "Variables").into_iter().flatten().map(read).collect()
}

fn route(properties: &Map<String, Value>, place: &str) -> Result<Route, TemplateError> {
    known_keys(properties, &["Path", "Method", "ApiId", "PayloadFormatVersion", "TimeoutInMillis"], place)?;
    if properties.get("PayloadFormatVersion").and_then(scalar).is_some_and(|version| version != "2.0") {
        return Err(TemplateError::new(place, "only payload format 2.0 is supported"));
    }
    let path = match properties.get("Path").and_then(Value::as_str) {
        None | Some("$default") => return Ok(Route::Default),
        Some(path) if path.starts_with('/') && !path.contains('+') && !path.contains('*') => path.to_owned(),
        Some(path) => return Err(TemplateError::new(place, format!("the path `{path}` is not supported"))),
    };
    let method = properties.get("Method").and_then(Value::as_str).unwrap_or("ANY").to_ascii_uppercase();
    let method = match method.as_str() {
        "ANY" | "X-AMAZON-APIGATEWAY-ANY-METHOD" => None,
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" => method.parse().ok(),
        _ => return Err(TemplateError::new(place, format!("the method `{method}` is not supported"))),
    };
    Ok(Route::Path(method, path))
}

fn schedule(
    name: &str,
    properties: &Map<String, Value>,
    key: &str,
    place: &str,
) -> Result<Option<Schedule>, TemplateError> {
    let plain = ["Name", "Description", "Enabled", "State", "Input", "RetryPolicy", "DeadLetterConfig"];
    let further = ["FlexibleTimeWindow", "ScheduleExpressionTimezone", "OmitName"];
    known_keys(properties, &[plain.as_slice(), further.as_slice(), &[key]].concat(), place)?;
    let disabled = properties.get("Enabled") == Some(&Value::Bool(false))
        || properties.get("State").and_then(Value::as_str) == Some("DISABLED");
    if properties.get("ScheduleExpressionTimezone").and_then(Value::as_str).is_some_and(|zone| zone != "UTC") {
        return Err(TemplateError::new(place, "only schedules in UTC are supported"));
    }
    let expression = properties.get(key).and_then(Value::as_str);
    let expression = expression.ok_or_else(|| TemplateError::new(place, format!("`{key}` is missing")))?;
    let expression = Expression::parse(expression)
        .ok_or_else(|| TemplateError::new(place, format!("the schedule `{expression}` is not supported")))?;
    let input = match properties.get("Input").and_then(Value::as_str).map(serde_json::from_str) {
        None => None,
        Some(Ok(input)) => Some(input),
        Some(Err(_)) => return Err(TemplateError::new(place, "`Input` is not JSON")),
    };
    Ok((!disabled).then(|| Schedule { name: name.to_owned(), expression, input }))
}
