//! An endpoint as the bootstrap sees it, without its types. Only this file is generic over the endpoint, so each
//! function compiles it; the rest of the bootstrap is compiled once.

use crate::auth::token::Identity;
use crate::endpoint::{Access, Cache, Call, Caller, Endpoint, Limit, Output, ProfileRule, Reply, SignedIn};
use crate::http::error::{ApiError, Code};
use crate::http::input::{BodyRule, Input, RawRequest};
use crate::services::{ConfigError, Services};
use crate::stores::rate_limits::{Budget, CountedRequest};
use crate::stores::row::{BatchGet, BatchResult, Keys};
use futures::future::BoxFuture;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;

/// What an endpoint declares, as data.
pub(crate) struct Rules {
    /// The credentials that a caller needs.
    pub(super) access: Access,
    /// Which profiles may call it.
    pub(crate) profiles: ProfileRule,
    /// Which limit counts its requests.
    pub(super) limit: Limit,
    /// How it treats a body.
    pub(super) body: BodyRule,
    /// The status of success.
    pub(super) status: u16,
    /// The content type of a success.
    pub(crate) content_type: &'static str,
    /// Who may cache a success.
    pub(super) cache: Cache,
    /// Every code that it may return: its own, and those that its caller, input and limit imply.
    pub(crate) codes: Vec<Code>,
}

impl Rules {
    /// The rules of an endpoint.
    pub(crate) fn for_endpoint<E: Endpoint>() -> Self {
        let (access, limit, body) = (E::Caller::ACCESS, E::LIMIT, E::Input::BODY);
        let profiles = if access.is_admin() { ProfileRule::NoKids } else { E::PROFILES };
        let mut own = E::CODES.to_vec();
        if access.is_signed_in() && profiles != ProfileRule::Any {
            own.push(Code::Forbidden);
        }
        Self {
            access,
            profiles,
            limit,
            body,
            status: E::STATUS,
            content_type: E::Output::CONTENT_TYPE,
            cache: E::CACHE,
            codes: codes(access, limit, body, &own),
        }
    }
}

fn codes(access: Access, limit: Limit, body: BodyRule, own: &[Code]) -> Vec<Code> {
    let mut codes = vec![Code::Internal, Code::Unavailable, Code::ValidationError];
    if limit != Limit::Exempt {
        codes.push(Code::RateLimited);
    }
    if matches!(body, BodyRule::Json | BodyRule::Raw | BodyRule::Image) {
        codes.push(Code::PayloadTooLarge);
    }
    if matches!(body, BodyRule::Json | BodyRule::Image) {
        codes.extend([Code::InvalidJson, Code::UnsupportedMediaType]);
    }
    if body == BodyRule::Captions {
        codes.push(Code::UnsupportedMediaType);
    }
    match access {
        Access::Open => {}
        Access::Session { .. } | Access::Admin | Access::RecentAdmin => {
            codes.extend([Code::Unauthenticated, Code::TokenExpired, Code::SessionRevoked]);
        }
        Access::Signature(_) => codes.push(Code::InvalidSignature),
    }
    if access == Access::RecentAdmin {
        codes.push(Code::ReauthenticationRequired);
    }
    codes.extend(own);
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// An endpoint whose types are hidden.
pub(super) trait Handler: Send + Sync {
    /// Parses the input, and says what must be read and counted before the request is handled.
    fn prepare<'a>(
        &'a self,
        request: &RawRequest,
        identity: Option<&Identity>,
        address: &str,
    ) -> Result<Prepared<'a>, ApiError>;
}

/// A request with valid input.
pub(super) struct Prepared<'a> {
    /// The keys of the rows that the endpoint needs.
    pub(super) batch: BatchGet,
    /// Its own limits.
    pub(super) budgets: Vec<Budget>,
    /// Handles the request once it is admitted.
    pub(super) handle: Handle<'a>,
}

/// The handling of one request. Returns the whole body.
pub(super) type Handle<'a> = Box<dyn FnOnce(Admitted) -> Handling<'a> + Send + 'a>;
/// The future of that handling.
pub(super) type Handling<'a> = BoxFuture<'a, Result<Reply<Vec<u8>>, ApiError>>;

/// The result of admission: everything in [`Call`] that does not depend on the endpoint.
pub(super) struct Admitted {
    pub(super) signed_in: Option<SignedIn>,
    pub(super) found: BatchResult,
    pub(super) counted: Vec<CountedRequest>,
    pub(super) now: Timestamp,
    pub(super) request_id: String,
    pub(super) address: String,
    pub(super) headers: HeaderMap,
}

impl Admitted {
    fn call<E: Endpoint>(self, input: E::Input, keys: Option<E::Reads>) -> Result<Call<E>, ApiError> {
        let (Some(caller), Some(keys)) = (E::Caller::signed_in_user(self.signed_in), keys) else {
            return Err(ApiError::internal("a caller was admitted without the required identity"));
        };
        Ok(Call {
            caller,
            input,
            rows: keys.rows(&self.found)?,
            counted: self.counted,
            now: self.now,
            request_id: self.request_id,
            address: self.address,
            headers: self.headers,
        })
    }
}

impl<E: Endpoint> Handler for E {
    fn prepare<'a>(
        &'a self,
        request: &RawRequest,
        identity: Option<&Identity>,
        address: &str,
    ) -> Result<Prepared<'a>, ApiError> {
        let input = E::Input::read(request)?;
        // Without a token that the caller needs, the request will be refused, so nothing is read for it.
        let keys = E::Caller::token_identity(identity).map(|who| self.reads(&input, &who));
        let mut batch = BatchGet::default();
        if let Some(keys) = &keys {
            keys.add_to(&mut batch);
        }
        Ok(Prepared {
            batch,
            budgets: self.budgets(&input, address),
            handle: Box::new(move |admitted| {
                Box::pin(async move {
                    let reply = self.handle(admitted.call(input, keys)?).await?;
                    let output = reply.output.body().map_err(ApiError::internal)?;
                    Ok(Reply { output, carries_token: reply.carries_token })
                })
            }),
        })
    }
}

/// Connects an endpoint to the services of its function.
pub(super) fn connect<E: Endpoint>(services: &Services) -> BoxFuture<'_, Result<Box<dyn Handler>, ConfigError>> {
    Box::pin(async move { Ok(Box::new(E::connect(services).await?) as Box<dyn Handler>) })
}
