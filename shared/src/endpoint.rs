//! What a function is: an [`Endpoint`] behind a route, or a [`Job`] without one.

mod caller;
mod output;
mod tag;

pub use caller::{
    Access, Admin, Anyone, ByMux, ByStripe, Caller, Limit, ProfileRule, Provider, RecentAdmin, Signature, Signed,
    SignedIn, TokenRefresher, Viewer,
};
pub use output::{Document, Jpeg, Output, Page, SearchPage, WebVtt};
pub use tag::Tag;

use crate::http::error::{ApiError, Code};
use crate::http::input::Input;
use crate::services::{ConfigError, Services};
use crate::stores::audit::OperatorAction;
use crate::stores::rate_limits::{Budget, CountedRequest};
use crate::stores::row::Keys;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// The public description of a function. The bootstrap and the OpenAPI document use all of it.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Who may call: [`Anyone`], [`Viewer`], [`Admin`], [`RecentAdmin`], [`Signed`].
    type Caller: Caller;
    /// Path, query and body, parsed before `handle`.
    type Input: Input;
    /// The keys of the rows that it needs; `()` for none. [`Call::rows`] holds the rows in the same shape.
    type Reads: Keys;
    /// The response's `data`.
    type Output: Output;
    /// One line for the API document.
    const SUMMARY: &'static str;
    /// The area of the API that it belongs to.
    const TAG: Tag;
    /// The error codes that it may return, beyond those that its caller and input imply. The bootstrap turns any other
    /// code into a 500.
    const CODES: &'static [Code];
    /// The rate limit that counts its requests.
    const LIMIT: Limit = <Self::Caller as Caller>::LIMIT;
    /// Which profiles may call it, if it requires sign-in.
    const PROFILES: ProfileRule = ProfileRule::of_tag(Self::TAG);
    /// The status of success: 200, or 201 for a creation.
    const STATUS: u16 = 200;
    /// Who may cache its successful responses.
    const CACHE: Cache = Cache::NoStore;

    /// Builds it from this function's services. Runs at cold start, and fails if a setting is missing.
    fn connect(services: &Services) -> impl Future<Output = Result<Self, ConfigError>> + Send;

    /// Names the rows that it needs. They are read in one consistent batch with the session, in parallel with the rate
    /// limiter.
    fn reads(&self, input: &Self::Input, who: &<Self::Caller as Caller>::TokenIdentity) -> Self::Reads {
        let _ = (input, who);
        Self::Reads::FIXED
    }

    /// Its own limits, counted in addition to the request's. A request that exceeds one of them is refused before anything
    /// is done.
    fn budgets(&self, input: &Self::Input, address: &str) -> Vec<Budget> {
        let _ = (input, address);
        Vec::new()
    }

    /// Handles a request that passed every check.
    fn handle(&self, call: Call<Self>) -> impl Future<Output = Result<Reply<Self::Output>, ApiError>> + Send;
}

/// A function without a route, started by a schedule or by the operator.
pub trait Job: Sized + Send + Sync + 'static {
    /// The event that starts it; unknown fields, such as a schedule's, are ignored.
    type Input: DeserializeOwned + Send;
    /// Its report.
    type Output: Serialize + Send;

    /// Builds it from this function's services.
    fn connect(services: &Services) -> impl Future<Output = Result<Self, ConfigError>> + Send;

    /// Does the work due at `now`; repeating it is harmless.
    fn run(&self, input: Self::Input, now: Timestamp) -> impl Future<Output = Result<Self::Output, ApiError>> + Send;
}

/// A request that passed route, size, content type, rate limit, authentication, role and input.
pub struct Call<E: Endpoint> {
    /// Who calls.
    pub caller: <E::Caller as Caller>::SignedInUser,
    /// The parsed input.
    pub input: E::Input,
    /// The rows that [`Endpoint::reads`] named.
    pub rows: <E::Reads as Keys>::Rows,
    /// The counts of [`Endpoint::budgets`], in the same order: a successful attempt gives them back.
    pub counted: Vec<CountedRequest>,
    /// The time of the request.
    pub now: Timestamp,
    /// The request's id, as logged and returned.
    pub request_id: String,
    /// The client address for rate limits; IPv6 is grouped by /64.
    pub address: String,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl<E: Endpoint> Call<E> {
    /// The value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl<E: Endpoint> Call<E>
where
    E::Caller: Caller<SignedInUser = SignedIn>,
{
    /// The operator's action, for the audit log.
    pub fn action(&self, name: &'static str) -> OperatorAction {
        OperatorAction { name, operator: self.caller.user.id, request_id: self.request_id.clone(), at: self.now }
    }
}

/// Who may cache a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Nobody.
    NoStore,
    /// Nobody, but the response has an `ETag`, so an app that still holds it learns that it is current.
    Tagged,
    /// Everybody, for a minute, with an `ETag`: nothing in it depends on the caller.
    Public,
    /// The distribution, for a minute. Browsers ask every time, with an `ETag`.
    Distribution,
    /// Everybody, forever: what the path names never changes.
    Forever,
}

/// A successful response.
#[derive(Debug)]
pub struct Reply<T> {
    /// The output.
    pub output: T,
    /// Whether it carries a token: such a response is never compressed.
    pub carries_token: bool,
    /// Its status, if it is not the one that the endpoint declares. Only for pages, which browsers show whatever their
    /// status; other endpoints return an [`ApiError`].
    pub status: Option<u16>,
}

impl<T> Reply<T> {
    /// A response without a token.
    pub fn new(output: T) -> Self {
        Self { output, carries_token: false, status: None }
    }

    /// A response that carries a token.
    pub fn with_token(output: T) -> Self {
        Self { carries_token: true, ..Self::new(output) }
    }

    /// A page with a status other than 200. It is not cached.
    pub fn with_status(output: T, status: u16) -> Self {
        Self { status: Some(status), ..Self::new(output) }
    }
}
