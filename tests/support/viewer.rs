//! A client with or without an account, and its requests to the service.

use crate::Answer;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A client of the service.
#[derive(Clone, Debug)]
pub struct Viewer {
    client: reqwest::Client,
    base: String,
    email: String,
    token: Option<String>,
}

impl Viewer {
    pub(crate) fn new(client: reqwest::Client, base: &str) -> Self {
        Self { client, base: base.to_owned(), email: String::new(), token: None }
    }

    /// The same viewer with another session of the account.
    #[must_use]
    pub fn with_token(&self, email: &str, token: String) -> Self {
        Self { email: email.to_owned(), token: Some(token), ..self.clone() }
    }

    /// The account's address; empty without an account.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The session's token; empty without a session.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// `DELETE` with a JSON body.
    pub async fn delete_with(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::DELETE, path).json(&body)).await
    }

    /// Asks to play a video.
    pub async fn play(&self, video_id: &str) -> Answer {
        self.get(&format!("/api/videos/{video_id}/play")).await
    }

    /// A request to be completed by the caller, with the token set.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request completed by the caller.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("an answer")).await
    }
}
