//! Who is let in: the token, the limiter, and the one consistent batch that finds the session and the endpoint's rows.

use crate::auth::address;
use crate::auth::token::{self, Issuer, TokenError};
use crate::endpoint::{Access, Caller, Endpoint, Identity, Limit, SignedIn};
use crate::http::error::{ApiError, Code};
use crate::secrets::Secret;
use crate::services::{Common, ConfigError, Limits, Services};
use crate::stores::database::{Database, StoreError};
use crate::stores::rate_limits::{Budget, RateLimits, Verdict};
use crate::stores::row::{Rows, Wanted};
use crate::stores::sessions::Session;
use crate::stores::users::{Role, User};
use futures::future::try_join_all;
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, Method, header};

/// What admission needs of the function's services.
pub(super) struct Gate {
    common: Secret<Common>,
    issuer: Issuer,
    limits: Limits,
    limiter: RateLimits,
    database: Database,
}

/// A request whose token was looked at, and nothing else yet.
pub(super) struct Arrival {
    pub(super) identity: Result<Identity, ApiError>,
    pub(super) address: String,
    budget: Option<Budget>,
}

/// What a request was admitted with.
pub(super) struct Admission {
    pub(super) signed_in: Option<SignedIn>,
    pub(super) rows: Rows,
    pub(super) verdict: Option<Verdict>,
}

impl Gate {
    pub(super) async fn connect<E: Endpoint>(services: &Services) -> Result<Self, ConfigError> {
        let common = services.common()?;
        if E::LIMIT != Limit::Exempt {
            // Read while the function starts; when that fails, the first request tries again.
            let _ = common.get().await;
        }
        Ok(Self {
            common,
            issuer: services.issuer()?,
            limits: services.limits()?,
            limiter: services.rate_limits()?,
            database: services.database(&[])?,
        })
    }

    /// Reads token and address: no store is asked.
    pub(super) async fn arrive<E: Endpoint>(
        &self,
        source_ip: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Arrival, ApiError> {
        if E::LIMIT == Limit::Exempt {
            return Ok(Arrival { identity: Err(unauthenticated()), address: source_ip.to_owned(), budget: None });
        }
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let address = address::client(source_ip, headers, &common.origin_verify);
        let identity = match E::Caller::ACCESS {
            Access::Open | Access::Signature => Err(unauthenticated()),
            Access::Session { expired_days } => self.identify(headers, now, expired_days).await,
            Access::Admin => self.identify(headers, now, 0).await,
        };
        let by_address = |name, limit| Budget { key: format!("ADDRESS#{name}#{address}"), name, limit };
        let budget = match (E::LIMIT, &identity) {
            (Limit::Exempt, _) => None,
            (Limit::Catalogue, _) => Some(by_address("catalogue", self.limits.catalogue)),
            (Limit::User, Ok(who)) => {
                Some(Budget { key: format!("USER#{}", who.user_id), name: "user", limit: self.limits.user })
            }
            (Limit::User | Limit::Address, _) => Some(by_address("address", self.limits.address)),
        };
        Ok(Arrival { identity, address, budget })
    }

    async fn identify(&self, headers: &HeaderMap, now: Timestamp, expired_days: i64) -> Result<Identity, ApiError> {
        let value =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(unauthenticated)?;
        let (scheme, token) = value.split_once(' ').ok_or_else(unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(unauthenticated());
        }
        let token = token.trim();
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let mut found = token::verify(token, &common.verification_keys, &self.issuer, now, expired_days);
        if found == Err(TokenError::UnknownKey) {
            // A rotation may have brought a key that this function has not read yet.
            let common = self.common.refreshed().await.map_err(ApiError::unavailable)?;
            found = token::verify(token, &common.verification_keys, &self.issuer, now, expired_days);
        }
        found.map_err(|error| match error {
            TokenError::Expired => ApiError::new(Code::TokenExpired, "The token has expired; please sign in again."),
            TokenError::Invalid | TokenError::UnknownKey => unauthenticated(),
        })
    }

    /// Counts the request and reads its rows, side by side; then judges in the contract's order: limit, authentication,
    /// role. The endpoint's own rows are in `wanted`, which is empty where the input was refused.
    pub(super) async fn admit<E: Endpoint>(
        &self,
        arrival: &Arrival,
        wanted: Wanted,
        own: &[Budget],
        method: &Method,
        now: Timestamp,
    ) -> Result<Admission, (ApiError, Option<Verdict>)> {
        let needs_session = matches!(E::Caller::ACCESS, Access::Session { .. } | Access::Admin);
        let wanted = match (&arrival.identity, needs_session) {
            (Ok(who), true) => wanted.and(&User::key(who.user_id)).and(&Session::key(who.user_id, who.session_id)),
            (Err(_), true) => Wanted::default(),
            (_, false) => wanted,
        };
        let (counted, read) = tokio::join!(self.count(arrival, own, now), self.database.read(&wanted));
        let verdict = match counted {
            Ok(verdict) => verdict,
            // The limiter down: reads go on, and whatever hashes, writes or sends waits.
            Err(_) if *method == Method::GET => None,
            Err(error) => return Err((error.into(), None)),
        };
        if let Some(refused) = verdict.as_ref().filter(|verdict| !verdict.admitted) {
            return Err((ApiError::rate_limited(refused.reset_seconds), verdict));
        }
        let judged = (|| {
            let identity = if needs_session { Some(arrival.identity.as_ref().map_err(duplicate)?) } else { None };
            let rows = match read {
                // Without a session to look up, the endpoint judges: a list may still have what it showed last.
                Err(StoreError::Unavailable(_)) if !needs_session => Rows::unanswered(),
                read => read?,
            };
            let signed_in = identity.map(|who| signed_in(who, &rows, now)).transpose()?;
            let admin = signed_in.as_ref().is_some_and(|caller: &SignedIn| caller.user.role == Role::Admin);
            if E::Caller::ACCESS == Access::Admin && !admin {
                return Err(ApiError::new(Code::Forbidden, "This is for the service's operators."));
            }
            Ok((signed_in, rows))
        })();
        match judged {
            Ok((signed_in, rows)) => Ok(Admission { signed_in, rows, verdict }),
            Err(error) => Err((error, verdict)),
        }
    }

    /// Counts the request against its limit and the endpoint's own, all at once. When one refuses, the endpoint's others
    /// get theirs back: nothing was tried.
    async fn count(&self, arrival: &Arrival, own: &[Budget], now: Timestamp) -> Result<Option<Verdict>, StoreError> {
        let budgets: Vec<&Budget> = arrival.budget.iter().chain(own).collect();
        let verdicts = try_join_all(budgets.iter().map(|budget| self.limiter.count(budget, now))).await?;
        let refused = verdicts.iter().find(|verdict| !verdict.admitted).cloned();
        if refused.is_some() {
            let counted =
                own.iter().filter(|budget| verdicts.iter().any(|one| one.admitted && one.name == budget.name));
            try_join_all(counted.map(|budget| self.limiter.give_back(&budget.key, now))).await?;
        }
        Ok(refused.or_else(|| verdicts.into_iter().next()))
    }
}

fn signed_in(who: &Identity, rows: &Rows, now: Timestamp) -> Result<SignedIn, ApiError> {
    let user: Option<User> = rows.get(&User::key(who.user_id))?;
    let session: Option<Session> = rows.get(&Session::key(who.user_id, who.session_id))?;
    match (user, session) {
        (Some(user), Some(session)) if session.is_live(&user, now) && session.admits(who.issued_at, now) => {
            Ok(SignedIn { user, session })
        }
        _ => Err(ApiError::new(Code::SessionRevoked, "This session has ended; please sign in again.")),
    }
}

fn unauthenticated() -> ApiError {
    ApiError::new(Code::Unauthenticated, "Please sign in: a valid token is required.")
}

/// Errors of a token have no cause, so code and message are all of them.
fn duplicate(error: &ApiError) -> ApiError {
    ApiError {
        code: error.code,
        message: error.message.clone(),
        details: Vec::new(),
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
