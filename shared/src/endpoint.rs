//! What a function is: an [`Endpoint`] behind a route, or a [`Job`] without one.

use crate::auth::token::Identity;
use crate::http::error::{ApiError, Code};
use crate::http::input::Input;
use crate::models::session::Session;
use crate::models::user::User;
use crate::services::{ConfigError, Services};
use crate::stores::audit::OperatorAction;
use crate::stores::rate_limits::{Budget, CountedRequest};
use crate::stores::row::Keys;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::future::Future;
use std::marker::PhantomData;

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

    /// Its own limits, counted in addition to the request's. Over one of them, the request is refused before anything
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
    /// What the caller does as an operator, for the audit log.
    pub fn action(&self, name: &'static str) -> OperatorAction {
        OperatorAction { name, operator: self.caller.user.id, request_id: self.request_id.clone(), at: self.now }
    }
}

/// A signed-in caller: the current rows of the user and the session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The session of the token.
    pub session: Session,
    /// When the token was issued.
    pub token_issued_at: Timestamp,
}

/// The credentials that a caller needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Open,
    /// A token of a live session, expired by at most so many days.
    Session {
        /// For how many days after its expiry the token is still accepted.
        expired_days: i64,
        /// Whether a token that was already exchanged is admitted, so the endpoint can end its session.
        exchanged: bool,
    },
    /// A token of a live session of an admin.
    Admin,
    /// The same, for an admin who signed in recently.
    RecentAdmin,
    /// A provider's signature, which the endpoint verifies over the raw bytes.
    Signature(Signature),
}

impl Access {
    /// Whether it requires a token of a live session.
    pub fn is_signed_in(self) -> bool {
        matches!(self, Self::Session { .. } | Self::Admin | Self::RecentAdmin)
    }

    /// Whether it requires the role `admin`.
    pub fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::RecentAdmin)
    }
}

/// Who may call an endpoint.
pub trait Caller: Send + Sync + 'static {
    /// The rule.
    const ACCESS: Access;
    /// The limit that counts its requests unless the endpoint says otherwise.
    const LIMIT: Limit;
    /// What the token says before anything is read: an [`Identity`], or `()` if no token is required.
    type TokenIdentity: Send + Sync;
    /// What the endpoint learns about the caller.
    type SignedInUser: Send;

    /// Extracts what the token says; `None` if a token is required and there is no valid one.
    fn token_identity(identity: Option<&Identity>) -> Option<Self::TokenIdentity>;

    /// Converts the signed-in caller that the bootstrap found. There always is one if the rule requires a session.
    fn signed_in_user(signed_in: Option<SignedIn>) -> Option<Self::SignedInUser>;
}

/// No sign-in; a token is ignored.
pub struct Anyone;

impl Caller for Anyone {
    const ACCESS: Access = Access::Open;
    const LIMIT: Limit = Limit::Address;
    type TokenIdentity = ();
    type SignedInUser = ();

    fn token_identity(_: Option<&Identity>) -> Option<()> {
        Some(())
    }

    fn signed_in_user(_: Option<SignedIn>) -> Option<()> {
        Some(())
    }
}

/// Any signed-in user.
pub struct Viewer;

impl Caller for Viewer {
    const ACCESS: Access = Access::Session { expired_days: 0, exchanged: false };
    const LIMIT: Limit = Limit::User;
    type TokenIdentity = Identity;
    type SignedInUser = SignedIn;

    fn token_identity(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn signed_in_user(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// Any signed-in user, even if the token expired up to 30 days ago or was already exchanged.
pub struct TokenRefresher;

impl Caller for TokenRefresher {
    const ACCESS: Access = Access::Session { expired_days: 30, exchanged: true };
    const LIMIT: Limit = Limit::User;
    type TokenIdentity = Identity;
    type SignedInUser = SignedIn;

    fn token_identity(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn signed_in_user(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A user whose row has the role `admin`.
pub struct Admin;

impl Caller for Admin {
    const ACCESS: Access = Access::Admin;
    const LIMIT: Limit = Limit::User;
    type TokenIdentity = Identity;
    type SignedInUser = SignedIn;

    fn token_identity(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn signed_in_user(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A user whose row has the role `admin`, and who signed in within the last 15 minutes: for endpoints that move money
/// or grant rights. So a token that was stolen from an operator's browser can do neither.
pub struct RecentAdmin;

impl Caller for RecentAdmin {
    const ACCESS: Access = Access::RecentAdmin;
    const LIMIT: Limit = Limit::User;
    type TokenIdentity = Identity;
    type SignedInUser = SignedIn;

    fn token_identity(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn signed_in_user(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A provider, identified by the signature of its webhooks.
pub struct Signed<P>(PhantomData<P>);

/// A provider that signs its webhooks.
pub trait Provider: Send + Sync + 'static {
    /// How it signs.
    const SIGNATURE: Signature;
}

/// Stripe, for payments.
pub struct ByStripe;

impl Provider for ByStripe {
    const SIGNATURE: Signature = Signature::Stripe;
}

/// Mux, for videos.
pub struct ByMux;

impl Provider for ByMux {
    const SIGNATURE: Signature = Signature::Mux;
}

/// The provider that signs a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Stripe's.
    Stripe,
    /// Mux's.
    Mux,
}

impl Signature {
    /// The header that carries it.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Stripe => "Stripe-Signature",
            Self::Mux => "Mux-Signature",
        }
    }
}

impl<P: Provider> Caller for Signed<P> {
    const ACCESS: Access = Access::Signature(P::SIGNATURE);
    const LIMIT: Limit = Limit::Exempt;
    type TokenIdentity = ();
    type SignedInUser = ();

    fn token_identity(_: Option<&Identity>) -> Option<()> {
        Some(())
    }

    fn signed_in_user(_: Option<SignedIn>) -> Option<()> {
        Some(())
    }
}

/// The rate limit that counts a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Per user; per client address if there is no valid token.
    User,
    /// Per client address.
    Address,
    /// Reads of the public catalogue, per client address.
    Catalogue,
    /// Requests that waiting devices repeat every few seconds, per client address: as many as those of a user.
    Polling,
    /// Not counted.
    Exempt,
}

/// An area of the API. Client generators write a class for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Signing in and out, passwords, devices.
    Authentication,
    /// The user's own account.
    Account,
    /// Plans, checkout, and the user's subscription.
    Subscription,
    /// Videos and series as viewers see them.
    Catalogue,
    /// Playing, progress and live streams.
    Playback,
    /// What a viewer has watched, and means to.
    Library,
    /// Videos and series as operators see them.
    AdminCatalogue,
    /// Members, for operators.
    AdminMembers,
    /// Payments and Stripe's events, for operators.
    AdminBilling,
    /// Metrics and the audit log, for operators.
    AdminReports,
    /// Webhooks of Stripe and Mux.
    Webhooks,
    /// The service itself.
    Service,
}

impl Tag {
    /// All tags, in the order of the API document.
    pub const ALL: [Self; 12] = [
        Self::Authentication,
        Self::Account,
        Self::Subscription,
        Self::Catalogue,
        Self::Playback,
        Self::Library,
        Self::AdminCatalogue,
        Self::AdminMembers,
        Self::AdminBilling,
        Self::AdminReports,
        Self::Webhooks,
        Self::Service,
    ];

    /// Its name in the API document, and what it contains.
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Authentication => ("Authentication", "Signing in and out, passwords, and signed-in devices."),
            Self::Account => ("Account", "The signed-in user: profile, preferences, deletion."),
            Self::Subscription => ("Subscription", "Plans, checkout, and the user's subscription and invoices."),
            Self::Catalogue => ("Catalogue", "Videos, series and categories."),
            Self::Playback => ("Playback", "Playing a video, reporting the position, and live streams."),
            Self::Library => ("Library", "The viewer's home screen, watch history and watchlist."),
            Self::AdminCatalogue => ("Admin catalogue", "For operators: videos, uploads and series."),
            Self::AdminMembers => ("Admin members", "For operators: members and complimentary plans."),
            Self::AdminBilling => ("Admin billing", "For operators: refunds, events from Stripe, reconciliation."),
            Self::AdminReports => ("Admin reports", "For operators: business metrics and the audit log."),
            Self::Webhooks => ("Webhooks", "Called by Stripe and Mux, not by clients."),
            Self::Service => ("Service", "Health, and this document."),
        }
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
}

impl<T> Reply<T> {
    /// A response without a token.
    pub fn new(output: T) -> Self {
        Self { output, carries_token: false }
    }

    /// A response that carries a token.
    pub fn with_token(output: T) -> Self {
        Self { output, carries_token: true }
    }
}

/// What an endpoint returns: any serialisable value, a [`Page`], a bare [`Document`], [`WebVtt`] or [`Jpeg`].
pub trait Output: Send + 'static {
    /// Its content type.
    const CONTENT_TYPE: &'static str = "application/json";

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
        let data = generator.subschema_for::<T>().to_value();
        // Client generators turn a field that is always `null` into an untyped field.
        if data["type"] == "null" { success(&[]) } else { success(&[("data", data)]) }
    }
}

/// Where the next page of a list starts.
#[derive(Serialize, JsonSchema)]
struct Pagination<'a> {
    /// The requested page size.
    limit: u32,
    /// The cursor of the next page; `null` on the last.
    next_cursor: Option<&'a str>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The requested page size.
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
            pagination: Pagination<'a>,
        }
        let pagination = Pagination { limit: self.limit, next_cursor: self.next_cursor.as_deref() };
        serde_json::to_vec(&Success { success: true, data: &self.items, pagination })
    }

    fn describe(generator: &mut SchemaGenerator) -> Value {
        let pagination = generator.subschema_for::<Pagination<'_>>().to_value();
        success(&[("data", generator.subschema_for::<Vec<T>>().to_value()), ("pagination", pagination)])
    }
}

/// A page of a list that can be searched.
#[derive(Clone, Debug)]
pub struct SearchPage<T> {
    /// The items that were found.
    pub page: Page<T>,
    /// Suggestions, nearest first, if nothing was found.
    pub suggestions: Vec<T>,
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for SearchPage<T> {
    fn body(&self) -> serde_json::Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Success<'a, T> {
            success: bool,
            data: &'a [T],
            pagination: Pagination<'a>,
            #[serde(skip_serializing_if = "<[T]>::is_empty")]
            suggestions: &'a [T],
        }
        let Self { page, suggestions } = self;
        let pagination = Pagination { limit: page.limit, next_cursor: page.next_cursor.as_deref() };
        serde_json::to_vec(&Success { success: true, data: &page.items, pagination, suggestions })
    }

    fn describe(generator: &mut SchemaGenerator) -> Value {
        let mut body = Page::<T>::describe(generator);
        let mut suggestions = generator.subschema_for::<Vec<T>>().to_value();
        suggestions["description"] = "Suggestions, nearest first; only if a search found nothing.".into();
        body["properties"]["suggestions"] = suggestions;
        body
    }
}

fn success(fields: &[(&str, Value)]) -> Value {
    let mut properties = json!({ "success": { "type": "boolean", "description": "Always `true`." } });
    let mut required = vec!["success"];
    for (name, schema) in fields {
        properties[*name] = schema.clone();
        required.push(name);
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Captions, without the envelope.
#[derive(Clone, Debug)]
pub struct WebVtt(pub String);

impl Output for WebVtt {
    const CONTENT_TYPE: &'static str = "text/vtt; charset=utf-8";

    fn body(&self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "string" })
    }
}

/// A picture, without the envelope.
#[derive(Clone, Debug)]
pub struct Jpeg(pub Vec<u8>);

impl Output for Jpeg {
    const CONTENT_TYPE: &'static str = "image/jpeg";

    fn body(&self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.clone())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "string", "format": "binary" })
    }
}

/// A JSON document that is returned as it is, without the envelope.
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
