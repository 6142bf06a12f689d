//! A client that uses the service through its gateway, for creating the demo accounts.

use crate::machine::Machine;
use axum::body::Body;
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The password of every seeded account; it appears only here.
pub(super) const PASSWORD: &str = "marquee-demo";
/// How often, and how far apart, it is checked whether a mail was sent.
const SENDING_CHECKS: u32 = 50;
const SENDING_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
/// The email domain of every seeded account, which cannot receive email (RFC 2606).
const DOMAIN: &str = "marquee.test";
/// The IP address of visitors, from a documentation range (RFC 5737), so they do not use up anybody's rate limits.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// The largest response that is read, in bytes; all responses are smaller.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The age at which a token is refreshed: a day less than its lifetime.
const TOKEN_AGE_MAX: SignedDuration = SignedDuration::from_hours(6 * 24);
/// How long a session can be resumed after its last use: a day less than its lifetime.
const SESSION_IDLE_MAX: SignedDuration = SignedDuration::from_hours(29 * 24);

/// Why an action failed.
pub(super) enum ActionError {
    /// The service refused.
    Refused(String),
    /// Something else went wrong.
    Broken(String),
}

impl From<ActionError> for String {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Refused(text) | ActionError::Broken(text) => text,
        }
    }
}

/// A user with an account.
pub(super) struct Visitor {
    machine: Arc<Machine>,
    email: String,
    token: String,
    /// When the token was issued.
    since: Timestamp,
}

impl Visitor {
    /// Creates a seeded account, and signs in.
    pub(super) async fn register(machine: &Arc<Machine>, name: &str) -> Result<Self, String> {
        let mut visitor = Self::signed_out(machine, name);
        let account = json!({ "email": visitor.email, "password": PASSWORD });
        visitor.sign_in("/api/auth/register", account).await?;
        Ok(visitor)
    }

    /// Signs in to a seeded account.
    pub(super) async fn sign_in_as(machine: &Arc<Machine>, name: &str) -> Result<Self, String> {
        let mut visitor = Self::signed_out(machine, name);
        visitor.sign_in_again().await?;
        Ok(visitor)
    }

    fn signed_out(machine: &Arc<Machine>, name: &str) -> Self {
        let email = format!("{name}@{DOMAIN}");
        Self { machine: machine.clone(), email, token: String::new(), since: machine.clock().now() }
    }

    /// The token of the account's session.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The account's email address.
    pub(super) fn email(&self) -> &str {
        &self.email
    }

    /// Confirms the account's address with the link of the email that its registration caused.
    pub(super) async fn confirm(&self) -> Result<(), String> {
        let token = self.confirmation().await?;
        self.call("POST", "/api/auth/verify-email", json!({ "token": token })).await?;
        Ok(())
    }

    /// The token that confirms the account's address.
    pub(super) async fn confirmation(&self) -> Result<String, String> {
        // The scheduled job may be sending this mail at the same time.
        for _ in 0..SENDING_CHECKS {
            self.machine.jobs.run("send-mail", json!({})).await?;
            if let Ok(token) = self.token_of("/verify-email") {
                return Ok(token);
            }
            tokio::time::sleep(SENDING_PAUSE).await;
        }
        self.token_of("/verify-email")
    }

    /// The token of the newest emailed link to a page.
    pub(super) fn token_of(&self, page: &str) -> Result<String, String> {
        let mail = self.machine.aws.mailbox().list(Some(&self.email));
        let link = format!("{page}?token=");
        let mut texts = mail.iter().filter_map(|message| message.text.as_deref());
        let token = texts.find_map(|text| text.split_once(&link)?.1.split_whitespace().next());
        token.map(str::to_owned).ok_or_else(|| format!("no mail has a link to {page}"))
    }

    /// Comes back after a while: refreshes an old token, or signs in again if the session has ended.
    pub(super) async fn come_back(&mut self) -> Result<(), String> {
        let age = self.machine.clock().now().duration_since(self.since);
        if age < TOKEN_AGE_MAX {
            return Ok(());
        }
        if age < SESSION_IDLE_MAX {
            return self.sign_in("/api/auth/refresh", Value::Null).await;
        }
        self.sign_in_again().await
    }

    /// Signs in again, because moving money or granting rights requires a recent sign-in.
    pub(super) async fn sign_in_again(&mut self) -> Result<(), String> {
        let credentials = json!({ "email": self.email, "password": PASSWORD });
        self.sign_in("/api/auth/login", credentials).await
    }

    async fn sign_in(&mut self, path: &str, body: Value) -> Result<(), String> {
        let answer = self.call("POST", path, body).await?;
        self.token = answer["token"].as_str().ok_or("the sign-in returned no token")?.to_owned();
        self.since = self.machine.clock().now();
        Ok(())
    }

    /// Makes a request and returns the response's `data`.
    pub(super) async fn call(&self, method: &str, path: &str, body: Value) -> Result<Value, ActionError> {
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
        let request = request.body(body).map_err(|error| ActionError::Broken(error.to_string()))?;
        let response = self.machine.gateway.answer(request, ADDRESS).await;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
        let bytes = bytes.map_err(|error| ActionError::Broken(error.to_string()))?;
        let said = || format!("{method} {path} was answered {status}: {}", String::from_utf8_lossy(&bytes));
        match status {
            status if status.is_success() => {
                let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
                Ok(answer["data"].take())
            }
            status if status.is_client_error() => Err(ActionError::Refused(said())),
            _ => Err(ActionError::Broken(said())),
        }
    }

    /// Pays on the hosted page of a checkout, and waits for the webhooks.
    pub(super) async fn pay(&self, checkout_url: &str, card: &str) -> Result<(), String> {
        let form = client()?.post(checkout_url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = form.body(format!("card={card}")).send().await.map_err(|error| error.to_string())?;
        self.machine.timeline.advance(0).await;
        match response.status() {
            status if status.is_redirection() => Ok(()),
            status => Err(format!("the checkout page answered {status} instead of redirecting")),
        }
    }
}

/// A client for this machine's servers that does not follow redirects.
pub(super) fn client() -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none());
    client.build().map_err(|error| error.to_string())
}
