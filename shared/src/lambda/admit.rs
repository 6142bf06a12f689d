//! Admission: the token, the limiter, and the one consistent batch that reads the session and the endpoint's rows.

use super::handler::Rules;
use crate::auth::address;
use crate::auth::token::{self, Identity, Issuer, TokenError};
use crate::endpoint::{Access, Limit, ProfileRule, SignedIn};
use crate::http::error::{ApiError, Code, Details, FieldIssue};
use crate::models::session::Session;
use crate::models::user::{Role, User};
use crate::secrets::Secret;
use crate::services::{Common, ConfigError, Limits, Services};
use crate::stores::database::Database;
use crate::stores::error::StoreError;
use crate::stores::rate_limits::{Budget, CountedRequest, Kind, RateLimitDecision, RateLimits};
use crate::stores::row::{BatchGet, BatchResult, Key, Keys};
use futures::future::{join_all, try_join_all};
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, Method, header};
use std::sync::Arc;

/// The name of the limit on a user's requests.
const OWNER: &str = "user";

/// What admission needs from the function's services.
pub(super) struct AdmissionControl {
    common: Secret<Common>,
    issuer: Issuer,
    limits: Limits,
    limiter: RateLimits,
    database: Database,
}

/// A request whose token was verified, before anything was read.
pub(super) struct Authentication {
    pub(super) identity: Result<Identity, ApiError>,
    pub(super) address: String,
    budget: Option<Budget>,
}

/// The result of admitting a request.
pub(super) struct Admission {
    pub(super) signed_in: Option<SignedIn>,
    pub(super) found: BatchResult,
    pub(super) counted: Vec<CountedRequest>,
    pub(super) decision: Option<RateLimitDecision>,
}

impl AdmissionControl {
    pub(super) async fn connect(services: &Services, rules: &Rules) -> Result<Self, ConfigError> {
        let common = services.common()?;
        if rules.limit != Limit::Exempt {
            // Reads the secret while the function starts. If that fails, the first request retries.
            let _ = common.get().await;
        }
        Ok(Self {
            common,
            issuer: services.issuer()?,
            limits: services.limits()?,
            limiter: RateLimits::connect(services)?,
            database: services.database(&[])?,
        })
    }

    /// Verifies the token and determines the address, without reading any store.
    pub(super) async fn authenticate(
        &self,
        rules: &Rules,
        source_ip: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Authentication, ApiError> {
        if rules.limit == Limit::Exempt {
            return Ok(Authentication {
                identity: Err(unauthenticated()),
                address: source_ip.to_owned(),
                budget: None,
            });
        }
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let address = address::client(source_ip, headers, &common.origin_verify);
        let identity = match rules.access {
            Access::Open | Access::Signature(_) => Err(unauthenticated()),
            Access::Session { expired_days, .. } => self.identify(headers, now, expired_days).await,
            Access::Admin | Access::RecentAdmin => self.identify(headers, now, 0).await,
        };
        let by_address = |name, limit| self.of_address(name, limit, &address);
        let budget = match (rules.limit, &identity) {
            (Limit::Exempt, _) => None,
            (Limit::Catalogue, _) => Some(by_address("catalogue", self.limits.catalogue)),
            (Limit::Polling, _) => Some(by_address("polling", self.limits.user)),
            (Limit::User, Ok(who)) => Some(Budget {
                key: format!("USER#{}", who.user_id),
                name: OWNER,
                limit: self.limits.user,
                kind: Kind::Requests,
            }),
            (Limit::User | Limit::Address, _) => Some(by_address("address", self.limits.address)),
        };
        Ok(Authentication { identity, address, budget })
    }

    async fn identify(&self, headers: &HeaderMap, now: Timestamp, expired_days: i64) -> Result<Identity, ApiError> {
        let value =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(unauthenticated)?;
        let (scheme, token) = value.split_once(' ').ok_or_else(unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(unauthenticated());
        }
        let token = token.trim();
        let verify =
            |common: &Arc<Common>| token::verify(token, &common.verification_keys, &self.issuer, now, expired_days);
        self.common.verify(verify, TokenError::may_be_rotated).await.map_err(|error| match error {
            TokenError::Expired => expired(expired_days),
            TokenError::Invalid | TokenError::UnknownKey => unauthenticated(),
            TokenError::Keys(error) => ApiError::unavailable(error),
        })
    }

    /// Counts the request and reads its rows in parallel, then checks limit, authentication and role, in this order.
    /// `batch` has the endpoint's own keys; it is empty if the input was refused.
    pub(super) async fn admit(
        &self,
        rules: &Rules,
        authentication: &Authentication,
        mut batch: BatchGet,
        own: &[Budget],
        method: &Method,
        now: Timestamp,
    ) -> Result<Admission, (ApiError, Option<RateLimitDecision>)> {
        match (&authentication.identity, rules.access.is_signed_in()) {
            (Ok(who), true) => session_keys(who).add_to(&mut batch),
            (Err(_), true) => batch = BatchGet::default(),
            (_, false) => {}
        }
        let (counted, read) = tokio::join!(self.count(authentication, own, now), self.database.batch(&batch));
        let authorized = authorize(rules, &authentication.identity, read, now);
        let is_ended = authorized.as_ref().is_err_and(|error| error.code == Code::SessionRevoked);
        let counted = match counted {
            Ok(counts) if is_ended => self.charge_address(counts, &authentication.address, now).await,
            counted => counted,
        };
        let counts = match counted {
            Ok(counts) => counts,
            // The limiter is down: serve reads, and refuse requests that hash, write or send.
            Err(_) if [Method::GET, Method::HEAD].contains(method) => Counts::default(),
            Err(error) => return Err((error.into(), None)),
        };
        let decision = counts.decision();
        if let Some(refused) = decision.as_ref().filter(|decision| !decision.admitted) {
            self.give_back(counts).await;
            return Err((ApiError::rate_limited(refused.reset_seconds), decision));
        }
        match authorized {
            Ok((signed_in, found)) => Ok(Admission { signed_in, found, counted: counts.own, decision }),
            Err(error) => {
                join_all(counts.own.into_iter().map(|one| self.limiter.give_back(one))).await;
                Err((error, decision))
            }
        }
    }

    /// Counts the request against its limit and the endpoint's own limits, all in parallel.
    async fn count(
        &self,
        authentication: &Authentication,
        own: &[Budget],
        now: Timestamp,
    ) -> Result<Counts, StoreError> {
        let request = async {
            match &authentication.budget {
                Some(budget) => self.limiter.count(budget, now).await.map(Some),
                None => Ok(None),
            }
        };
        let own = try_join_all(own.iter().map(|budget| self.limiter.count(budget, now)));
        let (request, own) = tokio::try_join!(request, own)?;
        Ok(Counts { request, own })
    }

    /// Counts a request with a token of an ended session by its address, and takes it off the owner's count: the holder
    /// of such a token must not use up the account's limit.
    async fn charge_address(&self, counts: Counts, address: &str, now: Timestamp) -> Result<Counts, StoreError> {
        let Counts { request, own } = counts;
        let of_owner = match request {
            Some(counted) if counted.decision.name == OWNER => counted,
            request => return Ok(Counts { request, own }),
        };
        let budget = self.of_address("address", self.limits.address, address);
        let ((), charged) = tokio::join!(self.limiter.give_back(of_owner), self.limiter.count(&budget, now));
        Ok(Counts { request: Some(charged?), own })
    }

    /// Gives back the counts of a refused request: the request's own count if that limit refused it, and all of the
    /// endpoint's counts, because nothing was attempted.
    async fn give_back(&self, counts: Counts) {
        let refused = counts.request.filter(|counted| !counted.decision.admitted);
        join_all(refused.into_iter().chain(counts.own).map(|one| self.limiter.give_back(one))).await;
    }

    fn of_address(&self, name: &'static str, limit: u32, address: &str) -> Budget {
        Budget { key: format!("ADDRESS#{name}#{address}"), name, limit, kind: Kind::Requests }
    }
}

/// The limits against which a request was counted.
#[derive(Default)]
struct Counts {
    request: Option<CountedRequest>,
    own: Vec<CountedRequest>,
}

impl Counts {
    /// The decision that refuses the request, or else the decision of its own limit. A limit of emails refuses nothing.
    fn decision(&self) -> Option<RateLimitDecision> {
        let all = self.request.iter().chain(&self.own).map(|counted| &counted.decision);
        let mut all = all.filter(|decision| decision.kind == Kind::Requests);
        let first = all.clone().next();
        all.find(|decision| !decision.admitted).or(first).cloned()
    }
}

/// Authentication, then profile, then role.
fn authorize(
    rules: &Rules,
    identity: &Result<Identity, ApiError>,
    read: Result<BatchResult, StoreError>,
    now: Timestamp,
) -> Result<(Option<SignedIn>, BatchResult), ApiError> {
    let access = rules.access;
    let identity = if access.is_signed_in() { Some(identity.as_ref().map_err(duplicate)?) } else { None };
    let found = match read {
        // Without a session to look up, the endpoint decides: a list may still have its last snapshot.
        Err(StoreError::Unavailable(_)) if !access.is_signed_in() => BatchResult::unanswered(),
        read => read?,
    };
    let Some(identity) = identity else { return Ok((None, found)) };
    let caller = signed_in(access, identity, &found, now)?;
    check_profile(rules.profiles, &caller)?;
    if access.is_admin() && caller.user.role != Role::Admin {
        return Err(ApiError::new(Code::Forbidden, "This is for the service's operators."));
    }
    if access == Access::RecentAdmin && !caller.session.is_recent(now) {
        let message = "This moves money or grants rights, and you signed in a while ago; please sign in again first.";
        return Err(ApiError::new(Code::ReauthenticationRequired, message));
    }
    Ok((Some(caller), found))
}

/// Refuses a profile that may not call the endpoint.
fn check_profile(rule: ProfileRule, caller: &SignedIn) -> Result<(), ApiError> {
    match (rule, &caller.profile) {
        (ProfileRule::Any, _) => Ok(()),
        (_, None) => {
            let details = Details::Fields(vec![FieldIssue::new("profile", "was deleted")]);
            let message = "This profile was deleted. Choose another profile.";
            Err(ApiError::new(Code::Forbidden, message).with_details(details))
        }
        (ProfileRule::NoKids, Some(profile)) if profile.age_limit.is_some() => {
            Err(ApiError::new(Code::Forbidden, "This is not available in a kids profile."))
        }
        (ProfileRule::Existing | ProfileRule::NoKids, Some(_)) => Ok(()),
    }
}

fn session_keys(who: &Identity) -> (Key<User>, Key<Session>) {
    (User::key(who.user_id), Session::key(who.user_id, who.session_id))
}

fn signed_in(access: Access, who: &Identity, found: &BatchResult, now: Timestamp) -> Result<SignedIn, ApiError> {
    let exchanged = matches!(access, Access::Session { exchanged: true, .. });
    match session_keys(who).rows(found)? {
        (Some(user), Some(session))
            if session.is_live(&user, now) && (exchanged || session.accepts_token(who.issued_at, now)) =>
        {
            let profile = user.profile(who.viewer.profile_id());
            Ok(SignedIn { user, session, token_issued_at: who.issued_at, viewer: who.viewer, profile })
        }
        _ => Err(ApiError::session_revoked()),
    }
}

/// The error for a token that expired more than `days` days ago.
fn expired(days: i64) -> ApiError {
    let message = if days == 0 {
        "The token has expired. Refresh it, or sign in again if it expired more than 30 days ago."
    } else {
        "The token expired too long ago to be refreshed; please sign in again."
    };
    ApiError::new(Code::TokenExpired, message)
}

fn unauthenticated() -> ApiError {
    ApiError::new(Code::Unauthenticated, "Please sign in: a valid token is required.")
}

/// Token errors have no cause, so a copy needs only the code and the message.
fn duplicate(error: &ApiError) -> ApiError {
    ApiError {
        code: error.code,
        message: error.message.clone(),
        details: error.details.clone(),
        retry_after: error.retry_after,
        allow: None,
        cause: None,
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}
