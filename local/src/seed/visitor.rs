//! Somebody who uses the service through its gateway, as the demo accounts do while they are being made.

use crate::machine::Machine;
use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Where visitors come from: an address of documentation, so that they use up nobody's limits (RFC 5737).
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// Longer than any answer of the service.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Somebody with an account.
pub(super) struct Visitor {
    machine: Arc<Machine>,
    token: String,
}

impl Visitor {
    /// Makes an account and signs in.
    pub(super) async fn register(machine: &Arc<Machine>, email: &str, password: &str) -> Result<Self, String> {
        let stranger = Self { machine: machine.clone(), token: String::new() };
        let account = json!({ "email": email, "password": password });
        let answer = stranger.call("POST", "/api/auth/register", account).await?;
        let token = answer["token"].as_str().ok_or("an account without a token")?.to_owned();
        Ok(Self { token, ..stranger })
    }

    /// Asks for something and returns the answer's `data`.
    pub(super) async fn call(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1");
        let mut request = request.header(header::CONTENT_TYPE, "application/json");
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        let request = request.body(Body::from(body.to_string())).map_err(|error| error.to_string())?;
        let response = self.machine.gateway.answer(request, ADDRESS).await;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
        let bytes = bytes.map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if !status.is_success() {
            return Err(format!("{method} {path} was answered {status}: {}", String::from_utf8_lossy(&bytes)));
        }
        Ok(answer["data"].take())
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
