//! Somebody who uses the service through its gateway, as the demo accounts do while they are being made.

use crate::machine::Machine;
use axum::body::Body;
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The password of everybody in the seed: here and nowhere else.
const PASSWORD: &str = "marquee-demo";
/// Where everybody in the seed gets their mail, which is nowhere (RFC 2606).
const DOMAIN: &str = "marquee.test";
/// Where visitors come from: an address of documentation, so that they use up nobody's limits (RFC 5737).
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// Longer than any answer of the service.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How old a token gets: a day less than it lives.
const TOKEN_AGE_MAX: SignedDuration = SignedDuration::from_hours(6 * 24);
/// How long after its last use a session is still there to be gone on with: a day less than it lives.
const SESSION_IDLE_MAX: SignedDuration = SignedDuration::from_hours(29 * 24);

/// Why something was not done.
pub(super) enum Trouble {
    /// The service said no.
    Refused(String),
    /// It did not work.
    Broken(String),
}

impl From<Trouble> for String {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(text) | Trouble::Broken(text) => text,
        }
    }
}

/// Somebody with an account.
pub(super) struct Visitor {
    machine: Arc<Machine>,
    email: String,
    token: String,
    /// When the token was issued.
    since: Timestamp,
}

impl Visitor {
    /// Makes an account under a name of the seed's, and signs in.
    pub(super) async fn register(machine: &Arc<Machine>, name: &str) -> Result<Self, String> {
        let email = format!("{name}@{DOMAIN}");
        let account = json!({ "email": email, "password": PASSWORD });
        let mut visitor = Self { machine: machine.clone(), email, token: String::new(), since: machine.clock().now() };
        visitor.sign_in("/api/auth/register", account).await?;
        Ok(visitor)
    }

    /// Whose account it is.
    pub(super) fn email(&self) -> &str {
        &self.email
    }

    /// Comes back after a while: with a fresh token where the last one is old, by the password where the session has ended.
    pub(super) async fn come_back(&mut self) -> Result<(), String> {
        let age = self.machine.clock().now().duration_since(self.since);
        if age < TOKEN_AGE_MAX {
            return Ok(());
        }
        if age < SESSION_IDLE_MAX {
            return self.sign_in("/api/auth/refresh", Value::Null).await;
        }
        let credentials = json!({ "email": self.email, "password": PASSWORD });
        self.sign_in("/api/auth/login", credentials).await
    }

    async fn sign_in(&mut self, path: &str, body: Value) -> Result<(), String> {
        let answer = self.call("POST", path, body).await?;
        self.token = answer["token"].as_str().ok_or("a sign-in without a token")?.to_owned();
        self.since = self.machine.clock().now();
        Ok(())
    }

    /// Asks for something and returns the answer's `data`.
    pub(super) async fn call(&self, method: &str, path: &str, body: Value) -> Result<Value, Trouble> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1");
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        let request = request.body(body).map_err(|error| Trouble::Broken(error.to_string()))?;
        let response = self.machine.gateway.answer(request, ADDRESS).await;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
        let bytes = bytes.map_err(|error| Trouble::Broken(error.to_string()))?;
        let said = || format!("{method} {path} was answered {status}: {}", String::from_utf8_lossy(&bytes));
        match status {
            status if status.is_success() => {
                let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
                Ok(answer["data"].take())
            }
            status if status.is_client_error() => Err(Trouble::Refused(said())),
            _ => Err(Trouble::Broken(said())),
        }
    }

    /// Pays on the hosted page of a checkout, and lets the webhooks arrive.
    pub(super) async fn pay(&self, checkout_url: &str, card: &str) -> Result<(), String> {
        let form = client()?.post(checkout_url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = form.body(format!("card={card}")).send().await.map_err(|error| error.to_string())?;
        self.machine.timeline.advance(0).await;
        match response.status() {
            status if status.is_redirection() => Ok(()),
            status => Err(format!("the checkout page did not go on but answered {status}")),
        }
    }
}

/// A client of this machine's servers that follows no redirects.
pub(super) fn client() -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none());
    client.build().map_err(|error| error.to_string())
}
