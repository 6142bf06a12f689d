//! What a function is: an [`Endpoint`] behind a route, or a [`Job`] without one.

use crate::http::error::{ApiError, Code};
use crate::http::input::Input;
use crate::models::ids::{SessionId, UserId};
use crate::services::{ConfigError, Services};
use crate::stores::rate_limits::Budget;
use crate::stores::row::{Rows, Wanted};
use crate::stores::sessions::Session;
use crate::stores::users::User;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::future::Future;

/// Longest idempotency key of a client: Stripe takes 255 characters, of which the user's id has its part.
const IDEMPOTENCY_KEY_CHARACTERS_MAX: usize = 200;

/// What the world sees of a function; the bootstrap reads all of it, and so does the OpenAPI document.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Who may call: [`Anyone`], [`Viewer`], [`Admin`], [`Signed`].
    type Caller: Caller;
    /// Path, query and body, parsed at the door.
    type Input: Input;
    /// The answer's `data`.
    type Output: Output;
    /// One line for the API document.
    const SUMMARY: &'static str;
    /// What it may answer beyond the codes that its caller and input imply; the bootstrap answers any other as 500.
    const CODES: &'static [Code];
    /// Which of the contract's limits counts its requests.
    const LIMIT: Limit = <Self::Caller as Caller>::LIMIT;
    /// The status of success: 200, or 201 for a creation.
    const STATUS: u16 = 200;

    /// Builds it from what its function was given; says at cold start what is missing.
    fn connect(services: &Services) -> impl Future<Output = Result<Self, ConfigError>> + Send;

    /// The rows that it needs, read with the session's in one consistent batch beside the rate limiter.
    fn reads(&self, input: &Self::Input, caller: Option<&Identity>) -> Wanted {
        let _ = (input, caller);
        Wanted::default()
    }

    /// Limits of its own, counted beside the request's; over one of them it is refused before anything is done.
    fn budgets(&self, input: &Self::Input, address: &str) -> Vec<Budget> {
        let _ = (input, address);
        Vec::new()
    }

    /// Answers a request that passed every check before.
    fn handle(&self, call: Call<Self>) -> impl Future<Output = Result<Reply<Self::Output>, ApiError>> + Send;
}

/// A function without a route: started by a schedule or by the operator.
pub trait Job: Sized + Send + Sync + 'static {
    /// The event it is started with; unknown fields, such as a schedule's, are ignored.
    type Input: DeserializeOwned + Send;
    /// What it reports.
    type Output: Serialize + Send;

    /// Builds it from what its function was given.
    fn connect(services: &Services) -> impl Future<Output = Result<Self, ConfigError>> + Send;

    /// Does the work due at `now`; repeating it is harmless.
    fn run(&self, input: Self::Input, now: Timestamp) -> impl Future<Output = Result<Self::Output, ApiError>> + Send;
}

/// A request that passed route, size, content type, rate limit, authentication, role and input.
pub struct Call<E: Endpoint> {
    /// Who calls.
    pub caller: <E::Caller as Caller>::Known,
    /// The parsed input.
    pub input: E::Input,
    /// What [`Endpoint::reads`] asked for.
    pub rows: Rows,
    /// The moment of the request.
    pub now: Timestamp,
    /// Its id, as logged and answered.
    pub request_id: String,
    /// The client's address by the contract's rule, IPv6 by /64.
    pub address: String,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl<E: Endpoint> Call<E> {
    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The client's `Idempotency-Key`, if it sent one.
    ///
    /// # Errors
    /// A refused field when it is empty or too long.
    pub fn idempotency_key(&self) -> Result<Option<&str>, ApiError> {
        let Some(value) = self.headers.get("idempotency-key") else { return Ok(None) };
        let key = value.to_str().unwrap_or_default().trim();
        if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARACTERS_MAX {
            let issue = format!("must have 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} characters");
            return Err(ApiError::field("Idempotency-Key", issue));
        }
        Ok(Some(key))
    }
}

/// What a valid token says, before its session was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whose token.
    pub user_id: UserId,
    /// Of which sign-in session.
    pub session_id: SessionId,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// A signed-in caller: the rows of user and session as they stand now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The session of the token.
    pub session: Session,
}

/// What a caller has to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Open,
    /// A token of a live session, expired by at most so many days.
    Session {
        /// Days after its expiry in which the token still counts.
        expired_days: i64,
    },
    /// A token of a live session of an admin.
    Admin,
    /// A provider's signature, which the endpoint verifies over the raw bytes.
    Signature,
}

/// Who may call an endpoint.
pub trait Caller: Send + Sync + 'static {
    /// The rule.
    const ACCESS: Access;
    /// The limit that counts its requests unless the endpoint says otherwise.
    const LIMIT: Limit;
    /// What the endpoint is told of the caller.
    type Known: Send;

    /// Makes it from the signed-in caller that the bootstrap found, which is there whenever the rule wants a session.
    fn known(signed_in: Option<SignedIn>) -> Option<Self::Known>;
}

/// No sign-in; a token is not looked at.
pub struct Anyone;

impl Caller for Anyone {
    const ACCESS: Access = Access::Open;
    const LIMIT: Limit = Limit::Address;
    type Known = ();

    fn known(_: Option<SignedIn>) -> Option<()> {
        Some(())
    }
}

/// Anybody signed in.
pub struct Viewer;

impl Caller for Viewer {
    const ACCESS: Access = Access::Session { expired_days: 0 };
    const LIMIT: Limit = Limit::User;
    type Known = SignedIn;

    fn known(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// Anybody signed in whose token may have expired up to 30 days ago.
pub struct Returning;

impl Caller for Returning {
    const ACCESS: Access = Access::Session { expired_days: 30 };
    const LIMIT: Limit = Limit::User;
    type Known = SignedIn;

    fn known(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A user whose row has the role `admin`.
pub struct Admin;

impl Caller for Admin {
    const ACCESS: Access = Access::Admin;
    const LIMIT: Limit = Limit::User;
    type Known = SignedIn;

    fn known(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A provider, by the signature of its webhooks.
pub struct Signed;

impl Caller for Signed {
    const ACCESS: Access = Access::Signature;
    const LIMIT: Limit = Limit::Exempt;
    type Known = ();

    fn known(_: Option<SignedIn>) -> Option<()> {
        Some(())
    }
}

/// Which of the contract's limits counts a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// By user; by client address while there is no valid token.
    User,
    /// By client address.
    Address,
    /// Reads of the public catalogue, by client address.
    Catalogue,
    /// Not counted.
    Exempt,
}

/// Who may keep an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Nobody.
    NoStore,
    /// Everybody for a minute, with an `ETag`: nothing in it depends on the asker.
    Public,
}

/// A successful answer.
#[derive(Debug)]
pub struct Reply<T> {
    /// The output.
    pub output: T,
    /// Who may keep it.
    pub cache: Cache,
    /// Whether it carries a token: such an answer is never compressed.
    pub carries_token: bool,
}

impl<T> Reply<T> {
    /// An answer for the asker alone.
    pub fn of(output: T) -> Self {
        Self { output, cache: Cache::NoStore, carries_token: false }
    }

    /// An answer that is the same for everybody.
    pub fn public(output: T) -> Self {
        Self { output, cache: Cache::Public, carries_token: false }
    }

    /// An answer that carries a token.
    pub fn with_token(output: T) -> Self {
        Self { output, cache: Cache::NoStore, carries_token: true }
    }
}

/// What an endpoint answers with: any serialisable value, a [`Page`], or a bare [`Document`].
pub trait Output: Send + 'static {
    /// The whole body.
    fn body(&self) -> serde_json::Result<Vec<u8>>;

    /// The schema of the whole body.
    fn describe(generator: &mut SchemaGenerator) -> Value;
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for T {
    fn body(&self) -> serde_json::Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Success<'a, T> {
            success: bool,
            data: &'a T,
        }
        serde_json::to_vec(&Success { success: true, data: self })
    }

    fn describe(generator: &mut SchemaGenerator) -> Value {
        success(&[("data", generator.subschema_for::<T>().to_value())])
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The page size that was asked for.
    pub limit: u32,
    /// The cursor of the next page; `None` on the last.
    pub next_cursor: Option<String>,
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for Page<T> {
    fn body(&self) -> serde_json::Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Success<'a, T> {
            success: bool,
            data: &'a [T],
            pagination: Value,
        }
        let pagination = json!({ "limit": self.limit, "next_cursor": self.next_cursor });
        serde_json::to_vec(&Success { success: true, data: &self.items, pagination })
    }

    fn describe(generator: &mut SchemaGenerator) -> Value {
        let pagination = json!({
            "type": "object",
            "properties": { "limit": { "type": "integer" }, "next_cursor": { "type": ["string", "null"] } },
            "required": ["limit", "next_cursor"],
        });
        success(&[("data", generator.subschema_for::<Vec<T>>().to_value()), ("pagination", pagination)])
    }
}

fn success(fields: &[(&str, Value)]) -> Value {
    let mut properties = json!({ "success": { "const": true } });
    let mut required = vec!["success"];
    for (name, schema) in fields {
        properties[*name] = schema.clone();
        required.push(name);
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A JSON document answered as it is, outside the envelope.
#[derive(Clone, Copy, Debug)]
pub struct Document(pub &'static [u8]);

impl Output for Document {
    fn body(&self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.to_vec())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "object" })
    }
}
