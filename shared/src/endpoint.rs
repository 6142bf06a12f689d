//! What a function is: an [`Endpoint`] behind a route, or a [`Job`] without one.

use crate::auth::token::Identity;
use crate::http::error::{ApiError, Code};
use crate::http::input::Input;
use crate::models::session::Session;
use crate::models::user::User;
use crate::services::{ConfigError, Services};
use crate::stores::rate_limits::{Budget, Counted};
use crate::stores::row::Keys;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::future::Future;
use std::marker::PhantomData;

/// What the world sees of a function; the bootstrap reads all of it, and so does the OpenAPI document.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Who may call: [`Anyone`], [`Viewer`], [`Admin`], [`RecentAdmin`], [`Signed`].
    type Caller: Caller;
    /// Path, query and body, parsed at the door.
    type Input: Input;
    /// The keys of the rows that it needs; `()` for none. [`Call::rows`] has the rows in the same shape.
    type Reads: Keys;
    /// The answer's `data`.
    type Output: Output;
    /// One line for the API document.
    const SUMMARY: &'static str;
    /// The area of the API that it belongs to.
    const TAG: Tag;
    /// What it may answer beyond the codes that its caller and input imply; the bootstrap answers any other as 500.
    const CODES: &'static [Code];
    /// Which of the contract's limits counts its requests.
    const LIMIT: Limit = <Self::Caller as Caller>::LIMIT;
    /// The status of success: 200, or 201 for a creation.
    const STATUS: u16 = 200;
    /// Who may keep its successes.
    const CACHE: Cache = Cache::NoStore;

    /// Builds it from what its function was given; says at cold start what is missing.
    fn connect(services: &Services) -> impl Future<Output = Result<Self, ConfigError>> + Send;

    /// Names the rows that it needs. They are read with the session's in one consistent batch beside the rate limiter.
    fn reads(&self, input: &Self::Input, who: &<Self::Caller as Caller>::Who) -> Self::Reads {
        let _ = (input, who);
        Self::Reads::NONE
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
    /// The rows that [`Endpoint::reads`] named.
    pub rows: <E::Reads as Keys>::Rows,
    /// What [`Endpoint::budgets`] counted, in their order: an attempt that succeeds gives it back.
    pub counted: Vec<Counted>,
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
    /// The value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A signed-in caller: the rows of user and session as they stand now.
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
        /// Days after its expiry in which the token still counts.
        expired_days: i64,
        /// Whether a token that was exchanged before is let through: the endpoint ends its session.
        exchanged: bool,
    },
    /// A token of a live session of an admin.
    Admin,
    /// The same, of an admin who signed in a moment ago.
    RecentAdmin,
    /// A provider's signature, which the endpoint verifies over the raw bytes.
    Signature(Signature),
}

impl Access {
    /// Whether it takes a token of a live session.
    pub fn is_signed_in(self) -> bool {
        matches!(self, Self::Session { .. } | Self::Admin | Self::RecentAdmin)
    }

    /// Whether it takes the role `admin`.
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
    /// What the token says before anything is read: an [`Identity`], or `()` where no token is asked for.
    type Who: Send + Sync;
    /// What the endpoint is told of the caller.
    type Known: Send;

    /// Takes what the token says; `None` where a token is asked for and there is no valid one.
    fn who(identity: Option<&Identity>) -> Option<Self::Who>;

    /// Makes it from the signed-in caller that the bootstrap found, which is there whenever the rule wants a session.
    fn known(signed_in: Option<SignedIn>) -> Option<Self::Known>;
}

/// No sign-in; a token is not looked at.
pub struct Anyone;

impl Caller for Anyone {
    const ACCESS: Access = Access::Open;
    const LIMIT: Limit = Limit::Address;
    type Who = ();
    type Known = ();

    fn who(_: Option<&Identity>) -> Option<()> {
        Some(())
    }

    fn known(_: Option<SignedIn>) -> Option<()> {
        Some(())
    }
}

/// Anybody signed in.
pub struct Viewer;

impl Caller for Viewer {
    const ACCESS: Access = Access::Session { expired_days: 0, exchanged: false };
    const LIMIT: Limit = Limit::User;
    type Who = Identity;
    type Known = SignedIn;

    fn who(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn known(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// Anybody signed in whose token may have expired up to 30 days ago, or have been exchanged before.
pub struct Returning;

impl Caller for Returning {
    const ACCESS: Access = Access::Session { expired_days: 30, exchanged: true };
    const LIMIT: Limit = Limit::User;
    type Who = Identity;
    type Known = SignedIn;

    fn who(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn known(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A user whose row has the role `admin`.
pub struct Admin;

impl Caller for Admin {
    const ACCESS: Access = Access::Admin;
    const LIMIT: Limit = Limit::User;
    type Who = Identity;
    type Known = SignedIn;

    fn who(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn known(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A user whose row has the role `admin`, and who signed in within the last 15 minutes: for whatever moves money or grants
/// rights (contract §3). A token that was stolen from an operator's browser does neither.
pub struct RecentAdmin;

impl Caller for RecentAdmin {
    const ACCESS: Access = Access::RecentAdmin;
    const LIMIT: Limit = Limit::User;
    type Who = Identity;
    type Known = SignedIn;

    fn who(identity: Option<&Identity>) -> Option<Identity> {
        identity.copied()
    }

    fn known(signed_in: Option<SignedIn>) -> Option<SignedIn> {
        signed_in
    }
}

/// A provider, by the signature of its webhooks.
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

/// Whose signature a webhook carries.
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
    type Who = ();
    type Known = ();

    fn who(_: Option<&Identity>) -> Option<()> {
        Some(())
    }

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
    /// Reads of the public catalogue, per client address.
    Catalogue,
    /// Not counted.
    Exempt,
}

/// An area of the API. Generators of clients write a class for each.
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
    /// Videos and series as operators see them.
    AdminCatalogue,
    /// Members, for operators.
    AdminMembers,
    /// Payments and Stripe's events, for operators.
    AdminBilling,
    /// Figures and the audit, for operators.
    AdminReports,
    /// What Stripe and Mux call.
    Webhooks,
    /// The service itself.
    Service,
}

impl Tag {
    /// All tags, in the order of the API document.
    pub const ALL: [Self; 11] = [
        Self::Authentication,
        Self::Account,
        Self::Subscription,
        Self::Catalogue,
        Self::Playback,
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
            Self::AdminCatalogue => ("Admin catalogue", "For operators: videos, uploads and series."),
            Self::AdminMembers => ("Admin members", "For operators: members and complimentary plans."),
            Self::AdminBilling => ("Admin billing", "For operators: refunds, events from Stripe, reconciliation."),
            Self::AdminReports => ("Admin reports", "For operators: business metrics and the audit."),
            Self::Webhooks => ("Webhooks", "Called by Stripe and Mux, not by clients."),
            Self::Service => ("Service", "Health, and this document."),
        }
    }
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
    /// Whether it carries a token: such an answer is never compressed.
    pub carries_token: bool,
}

impl<T> Reply<T> {
    /// An answer without a token.
    pub fn of(output: T) -> Self {
        Self { output, carries_token: false }
    }

    /// An answer that carries a token.
    pub fn with_token(output: T) -> Self {
        Self { output, carries_token: true }
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
        let data = generator.subschema_for::<T>().to_value();
        // Generators make an untyped field of a field that is always `null`.
        if data["type"] == "null" { success(&[]) } else { success(&[("data", data)]) }
    }
}

/// Where the next page of a list starts.
#[derive(Serialize, JsonSchema)]
struct Pagination<'a> {
    /// The page size that was asked for.
    limit: u32,
    /// The cursor of the next page; `null` on the last.
    next_cursor: Option<&'a str>,
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
    /// What was found.
    pub page: Page<T>,
    /// What somebody may have meant, the nearest first, if nothing was found.
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
        suggestions["description"] =
            "Only if a search found nothing: what was probably meant, the nearest first.".into();
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
