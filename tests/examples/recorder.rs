//! A platform whose responses are recorded by function and by error code.

use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use support::{Answer, Platform, Viewer};

/// The most items of a list that an example shows.
const ITEMS_MAX: usize = 2;

/// The recorded responses of a platform.
pub(super) struct Recorder {
    pub(super) platform: Platform,
    /// The recorded exchanges of each function.
    pub(super) answers: Vec<(String, Answer)>,
    functions: BTreeMap<String, Value>,
    errors: BTreeMap<String, Value>,
}

/// The folder with the examples.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("docs/examples")
}

impl Recorder {
    pub(super) fn new(platform: Platform) -> Self {
        Self { platform, answers: Vec::new(), functions: BTreeMap::new(), errors: BTreeMap::new() }
    }

    /// Sends a request to a route, such as `POST /api/auth/login`, and records the first response of each kind.
    pub(super) async fn ask(&mut self, who: &Viewer, function: &str, route: &str, body: Value) -> Answer {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let request = who.request(method.parse::<Method>().expect("a method"), path);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = who.send(request).await;
        self.note(function, &body, answer)
    }

    /// Records a response.
    pub(super) fn note(&mut self, function: &str, request: &Value, answer: Answer) -> Answer {
        self.answers.push((function.to_owned(), answer.clone()));
        let response = self.shown(answer.json());
        if answer.status() < 300 {
            let mut exchange = Map::new();
            if !request.is_null() {
                exchange.insert("request".to_owned(), self.shown(request));
            }
            exchange.insert("response".to_owned(), response);
            self.functions.entry(function.to_owned()).or_insert(Value::Object(exchange));
        } else {
            self.errors.entry(answer.code().to_owned()).or_insert(response);
        }
        answer
    }

    /// All examples, by file name.
    pub(super) fn examples(&self) -> BTreeMap<String, Value> {
        let mut examples = self.functions.clone();
        examples.insert(local::openapi::examples::ERRORS.to_owned(), json!(self.errors));
        examples
    }

    /// A body as an example: short lists, the providers' own hosts, no token that looks like a secret.
    fn shown(&self, body: &Value) -> Value {
        match body {
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), self.shown(value))).collect::<Map<_, _>>().into()
            }
            Value::Array(values) => values.iter().take(ITEMS_MAX).map(|value| self.shown(value)).collect(),
            Value::String(text) => Value::String(self.public(text)),
            other => other.clone(),
        }
    }

    fn public(&self, text: &str) -> String {
        let urls = self.platform.running().urls();
        let hosts = [
            (&urls.web, "https://marquee.example"),
            (&urls.stripe, "https://billing.stripe.example"),
            (&urls.mux, "https://video.mux.example"),
        ];
        let text = hosts.iter().fold(text.to_owned(), |text, (local, public)| text.replace(local.as_str(), public));
        without_tokens(&text)
    }
}

/// The text with each JWT cut short.
fn without_tokens(text: &str) -> String {
    let mut parts = text.split("eyJ");
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|one: char| !(one.is_ascii_alphanumeric() || "-_.".contains(one))).unwrap_or(part.len());
        // The header of a token. Its payload starts in the same way.
        if !(end == part.len() && part.ends_with('.')) {
            short += "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl";
        }
        short += &part[end..];
    }
    short
}
