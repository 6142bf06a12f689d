//! One request: the contract's order of checks, the handler under its deadline, the log line.

use super::Answers;
use super::admit::{Arrival, Gate};
use super::answer::{self, Answer};
use crate::endpoint::{Call, Caller, Endpoint, Reply};
use crate::http::error::{ApiError, Code};
use crate::http::input::{BODY_BYTES_MAX, BodyRule, Door, Input, WEBHOOK_BYTES_MAX};
use crate::services::{ConfigError, Services};
use crate::stores::rate_limits::Verdict;
use crate::stores::row::Wanted;
use crate::stores::sessions::{LAST_USE_GRAIN, Sessions};
use crate::telemetry::{RequestLine, Trace, chain};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// An endpoint with all that stands around it.
pub(super) struct Function<E> {
    endpoint: E,
    gate: Gate,
    sessions: Option<Sessions>,
    services: Services,
}

/// A request as the gateway described it.
struct Facts {
    request_id: String,
    route: String,
    source_ip: String,
    door: Door,
    now: Timestamp,
}

impl<E: Endpoint> Function<E> {
    pub(super) async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            endpoint: E::connect(services).await?,
            gate: Gate::connect::<E>(services).await?,
            sessions: Sessions::connect(services).ok(),
            services: services.clone(),
        })
    }

    async fn respond(&self, request: Request, deadline: Duration) -> Response<Body> {
        let started = Instant::now();
        let facts = facts(request, (self.services.clock())());
        let trace = Trace::of(&facts.request_id);
        let mut seen = Seen::default();
        let work = AssertUnwindSafe(trace.around(self.outcome(&facts, &mut seen))).catch_unwind();
        let outcome = match tokio::time::timeout(deadline, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => Err(ApiError::internal(panicked(panic.as_ref()))),
            Err(_) => Err(ApiError::unavailable("the handler's deadline passed")),
        };
        let outcome = outcome.and_then(|reply| answer::encode(&reply, &facts.door.headers, E::STATUS));
        let line = RequestLine {
            level: if outcome.as_ref().is_err_and(|error| error.code.status().is_server_error()) {
                "error"
            } else {
                "info"
            },
            time: facts.now.to_string(),
            request_id: &facts.request_id,
            function: self.services.function(),
            route: &facts.route,
            user_id: seen.user_id,
            status: outcome.as_ref().map_or_else(|error| error.code.status().as_u16(), |answer| answer.status),
            code: outcome.as_ref().err().map(|error| error.code.name()),
            cause: outcome.as_ref().err().and_then(|error| error.cause.as_ref()).map(|cause| chain(cause.as_ref())),
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            dynamodb_round_trips: trace.dynamodb_round_trips(),
        };
        (self.services.log())(&serde_json::to_string(&line).unwrap_or_default());
        let answer = outcome.unwrap_or_else(|error| Answer::error(&error, &facts.request_id));
        answer.into_response(&facts.request_id, seen.verdict.as_ref())
    }

    /// size → content type → rate limit → authentication → role → input → the endpoint's own.
    async fn outcome(&self, facts: &Facts, seen: &mut Seen) -> Result<Reply<E::Output>, ApiError> {
        check_body(E::Input::BODY, &facts.door)?;
        let arrival = self.gate.arrive::<E>(&facts.source_ip, &facts.door.headers, facts.now).await?;
        seen.user_id = arrival.identity.as_ref().ok().map(|who| who.user_id.to_string());
        let input = E::Input::read(&facts.door);
        let (wanted, own) = match &input {
            Ok(input) => (
                self.endpoint.reads(input, arrival.identity.as_ref().ok()),
                self.endpoint.budgets(input, &arrival.address),
            ),
            Err(_) => (Wanted::default(), Vec::new()),
        };
        let admission = match self.gate.admit::<E>(&arrival, wanted, &own, &facts.door.method, facts.now).await {
            Ok(admission) => admission,
            Err((error, verdict)) => {
                seen.verdict = verdict;
                return Err(error);
            }
        };
        seen.verdict = admission.verdict;
        let used = admission.signed_in.as_ref().map(|caller| caller.session.clone());
        let Some(caller) = E::Caller::known(admission.signed_in) else {
            return Err(ApiError::internal("a caller was admitted without what its rule wants"));
        };
        let call = self.call(facts, &arrival, caller, input?, admission.rows);
        let note_use = async {
            if let (Some(session), Some(sessions)) = (used, &self.sessions)
                && facts.now.duration_since(session.last_used_at) >= LAST_USE_GRAIN
            {
                // The device list is an hour less exact when this fails.
                let _ = sessions.touch(&session, false, facts.now).await;
            }
        };
        let (outcome, ()) = tokio::join!(self.endpoint.handle(call), note_use);
        if let Err(error) = &outcome {
            debug_assert!(
                codes::<E>().contains(&error.code),
                "{} is not among the endpoint's codes",
                error.code.name()
            );
        }
        outcome
    }

    fn call(
        &self,
        facts: &Facts,
        arrival: &Arrival,
        caller: <E::Caller as Caller>::Known,
        input: E::Input,
        rows: crate::stores::row::Rows,
    ) -> Call<E> {
        Call {
            caller,
            input,
            rows,
            now: facts.now,
            request_id: facts.request_id.clone(),
            address: arrival.address.clone(),
            headers: facts.door.headers.clone(),
        }
    }
}

impl<E: Endpoint> Answers for Function<E> {
    fn answer(&self, request: Request, deadline: Duration) -> BoxFuture<'_, Response<Body>> {
        Box::pin(self.respond(request, deadline))
    }
}

/// What was learnt of a request on the way to its answer.
#[derive(Default)]
struct Seen {
    user_id: Option<String>,
    verdict: Option<Verdict>,
}

/// Every code that an endpoint may answer: its own, and those that its caller, input and limit imply.
pub(crate) fn codes<E: Endpoint>() -> Vec<Code> {
    use crate::endpoint::{Access, Limit};
    let mut codes = vec![Code::Internal, Code::Unavailable, Code::ValidationError];
    if E::LIMIT != Limit::Exempt {
        codes.push(Code::RateLimited);
    }
    if E::Input::BODY != BodyRule::Ignored {
        codes.push(Code::PayloadTooLarge);
    }
    if E::Input::BODY == BodyRule::Json {
        codes.extend([Code::InvalidJson, Code::UnsupportedMediaType]);
    }
    match E::Caller::ACCESS {
        Access::Open => {}
        Access::Session { .. } => codes.extend([Code::Unauthenticated, Code::TokenExpired, Code::SessionRevoked]),
        Access::Admin => {
            codes.extend([Code::Unauthenticated, Code::TokenExpired, Code::SessionRevoked, Code::Forbidden]);
        }
        Access::Signature => codes.push(Code::InvalidSignature),
    }
    codes.extend(E::CODES);
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn check_body(rule: BodyRule, door: &Door) -> Result<(), ApiError> {
    let (max, json) = match rule {
        BodyRule::Ignored => (BODY_BYTES_MAX, false),
        BodyRule::Json => (BODY_BYTES_MAX, true),
        BodyRule::Raw => (WEBHOOK_BYTES_MAX, false),
    };
    if door.body.len() > max {
        return Err(ApiError::new(Code::PayloadTooLarge, format!("The body is larger than {max} bytes.")));
    }
    if json && !door.body.is_empty() && !is_json(&door.headers) {
        return Err(ApiError::new(Code::UnsupportedMediaType, "Send the body as `Content-Type: application/json`."));
    }
    Ok(())
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn facts(request: Request, now: Timestamp) -> Facts {
    let (request_id, route, source_ip) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => (
            context.request_id.clone().unwrap_or_default(),
            context.route_key.clone().unwrap_or_default(),
            context.http.source_ip.clone().unwrap_or_default(),
        ),
        _ => Default::default(),
    };
    let path = request.path_parameters();
    let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let asked = request.raw_http_path().to_owned();
    let (parts, body) = request.into_parts();
    let body = match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let door = Door { path, query, method: parts.method, asked, body, headers: parts.headers };
    Facts { request_id, route, source_ip, door, now }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_default())
}
