//! A function of the template: how it is reached, what it is told and what it may do.

use super::intrinsics::Resolver;
use super::schedule::Expression;
use super::{TemplateError, known_keys, object, scalar, strings};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// Lambda's own default when nothing says otherwise.
const TIMEOUT_SECONDS_DEFAULT: u64 = 3;

/// Properties that shape how a function is built, sized and watched, none of which exists here.
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

/// One Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name in the template: `PlayVideoFunction`.
    pub logical_id: String,
    /// Its package and binary: `play-video`.
    pub name: String,
    /// The routes that lead to it; none for a job.
    pub routes: Vec<Route>,
    /// When it is run by itself.
    pub schedules: Vec<Schedule>,
    /// Its environment, that of `Globals` included.
    pub environment: BTreeMap<String, String>,
    /// What it may do; everything else is refused.
    pub statements: Vec<Statement>,
    /// How long an invocation may take.
    pub timeout: Duration,
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// What no other route matches.
    Default,
    /// A method, `None` for any, and a path such as `/api/videos/{id}`.
    Path(Option<http::Method>, String),
}

impl Route {
    /// The route's key as the event carries it: `GET /api/videos/{id}`.
    pub fn key(&self) -> String {
        match self {
            Self::Default => "$default".into(),
            Self::Path(Some(method), path) => format!("{method} {path}"),
            Self::Path(None, path) => format!("ANY {path}"),
        }
    }
}

/// A time at which a function runs by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The event's name in the template.
    pub name: String,
    /// When it runs.
    pub expression: Expression,
    /// The event it is given instead of EventBridge's own.
    pub input: Option<Value>,
}

/// A statement that allows; there is no other kind here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `dynamodb:GetItem`, …
    pub actions: Vec<String>,
    /// ARNs; a `*` in one stands for any characters.
    pub resources: Vec<String>,
}

impl Function {
    pub(super) fn read(
        resolver: &Resolver<'_>,
        id: &str,
        resource: &Value,
        globals: Option<&Map<String, Value>>,
    ) -> Result<Self, TemplateError> {
        let own = resolver.properties(id, resource)?;
        let empty = Map::new();
        let globals = globals.unwrap_or(&empty);
        let modelled = ["Environment", "Policies", "Events", "Timeout"];
        let known = [modelled.as_slice(), PROPERTIES_WITHOUT_COUNTERPART.as_slice()].concat();
        known_keys(&own, &known, id)?;
        known_keys(globals, &known, "Globals.Function")?;
        if globals.contains_key("Policies") || globals.contains_key("Events") {
            return Err(TemplateError::new("Globals.Function", "policies and events belong to one function each"));
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
            statements: statements(&own, id)?,
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
                return Err(TemplateError::new(place, format!("events of type `{kind}` are unknown here")));
            }
        }
        Ok(())
    }
}

/// `Metadata.BuildProperties.Binary`.
fn binary(id: &str, resource: &Value) -> Result<String, TemplateError> {
    let binary = resource.pointer("/Metadata/BuildProperties/Binary").and_then(Value::as_str);
    let binary = binary.map(str::to_owned);
    binary.ok_or_else(|| TemplateError::new(format!("{id}.Metadata.BuildProperties"), "no `Binary`"))
}

fn variables(properties: &Map<String, Value>, place: &str) -> Result<BTreeMap<String, String>, TemplateError> {
    let place = format!("{place}.Environment");
    let Some(environment) = object(properties, "Environment") else { return Ok(BTreeMap::new()) };
    known_keys(environment, &["Variables"], &place)?;
    let read = |(name, value): (&String, &Value)| match scalar(value) {
        Some(text) => Ok((name.clone(), text)),
        None => Err(TemplateError::new(&place, format!("`{name}` is no string"))),
    };
    object(environment, "Variables").into_iter().flatten().map(read).collect()
}

fn route(properties: &Map<String, Value>, place: &str) -> Result<Route, TemplateError> {
    known_keys(properties, &["Path", "Method", "ApiId", "PayloadFormatVersion", "TimeoutInMillis"], place)?;
    if properties.get("PayloadFormatVersion").and_then(scalar).is_some_and(|version| version != "2.0") {
        return Err(TemplateError::new(place, "only the payload format 2.0 is known here"));
    }
    let path = match properties.get("Path").and_then(Value::as_str) {
        None | Some("$default") => return Ok(Route::Default),
        Some(path) if path.starts_with('/') && !path.contains('+') && !path.contains('*') => path.to_owned(),
        Some(path) => return Err(TemplateError::new(place, format!("the path `{path}` is not understood"))),
    };
    let method = properties.get("Method").and_then(Value::as_str).unwrap_or("ANY").to_ascii_uppercase();
    let method = match method.as_str() {
        "ANY" | "X-AMAZON-APIGATEWAY-ANY-METHOD" => None,
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" => method.parse().ok(),
        _ => return Err(TemplateError::new(place, format!("the method `{method}` is unknown here"))),
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
        return Err(TemplateError::new(place, "schedules are in UTC"));
    }
    let expression = properties.get(key).and_then(Value::as_str);
    let expression = expression.ok_or_else(|| TemplateError::new(place, format!("no `{key}`")))?;
    let expression = Expression::parse(expression)
        .ok_or_else(|| TemplateError::new(place, format!("the schedule `{expression}` is not understood")))?;
    let input = match properties.get("Input").and_then(Value::as_str).map(serde_json::from_str) {
        None => None,
        Some(Ok(input)) => Some(input),
        Some(Err(_)) => return Err(TemplateError::new(place, "`Input` is not JSON")),
    };
    Ok((!disabled).then(|| Schedule { name: name.to_owned(), expression, input }))
}

fn statements(properties: &Map<String, Value>, id: &str) -> Result<Vec<Statement>, TemplateError> {
    let place = format!("{id}.Policies");
    let documents = match properties.get("Policies") {
        None => return Ok(Vec::new()),
        Some(Value::Array(documents)) => documents.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let mut statements = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        let place = format!("{place}[{at}]");
        let Some(document) = document.as_object().filter(|document| document.contains_key("Statement")) else {
            return Err(TemplateError::new(place, "only policies written out as statements can be checked here"));
        };
        known_keys(document, &["Version", "Id", "Statement"], &place)?;
        let many = match &document["Statement"] {
            Value::Array(many) => many.as_slice(),
            one => std::slice::from_ref(one),
        };
        for statement in many {
            statements.push(read_statement(statement, &place)?);
        }
    }
    Ok(statements)
}

fn read_statement(statement: &Value, place: &str) -> Result<Statement, TemplateError> {
    let statement = statement.as_object().ok_or_else(|| TemplateError::new(place, "a statement is no mapping"))?;
    known_keys(statement, &["Sid", "Effect", "Action", "Resource"], place)?;
    if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
        return Err(TemplateError::new(place, "only the effect `Allow` can be checked here"));
    }
    let list = |key: &str| {
        let value =
            statement.get(key).ok_or_else(|| TemplateError::new(place, format!("a statement without `{key}`")))?;
        strings(value, place)
    };
    let (actions, resources) = (list("Action")?, list("Resource")?);
    if let Some(action) = actions.iter().find(|action| action.contains(['*', '?']) || !action.contains(':')) {
        return Err(TemplateError::new(place, format!("the action `{action}` does not name one action")));
    }
    if let Some(resource) = resources.iter().find(|resource| !resource.starts_with("arn:") || resource.contains('?')) {
        return Err(TemplateError::new(place, format!("the resource `{resource}` is not an ARN")));
    }
    Ok(Statement { actions, resources })
}
