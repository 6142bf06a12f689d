//! One request: the checks in their order, the handler with its deadline, the log line.

use super::admit::Gate;
use super::answer::{self, Answer};
use super::handler::{Admitted, Handler, Rules};
use crate::endpoint::Reply;
use crate::http::error::{ApiError, Code};
use crate::http::input::{BODY_BYTES_MAX, BodyRule, CAPTIONS_BYTES_MAX, Door, WEBHOOK_BYTES_MAX, is_captions, is_json};
use crate::models::session::{LAST_USE_GRAIN, Session};
use crate::services::{ConfigError, Services};
use crate::stores::rate_limits::Verdict;
use crate::stores::row::BatchGet;
use crate::stores::sessions::Sessions;
use crate::telemetry::{RequestLine, Trace, chain};
use bytes::Bytes;
use futures::FutureExt;
use jiff::Timestamp;
use lambda_http::http::Method;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// An endpoint with its bootstrap.
pub(super) struct Function {
    rules: Rules,
    handler: Box<dyn Handler>,
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

impl Function {
    pub(super) async fn connect(
        services: &Services,
        rules: Rules,
        handler: Box<dyn Handler>,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            gate: Gate::connect(services, &rules).await?,
            rules,
            handler,
            sessions: Sessions::connect(services).ok(),
            services: services.clone(),
        })
    }

    pub(super) async fn respond(&self, request: Request, deadline: Duration) -> Response<Body> {
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
        let outcome = outcome.and_then(|reply| answer::encode(reply, &facts.door.headers, &self.rules));
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
        let answer = if facts.door.method == Method::HEAD { answer.without_body() } else { answer };
        answer.into_response(&facts.request_id, seen.verdict.as_ref())
    }

    /// size → content type → rate limit → authentication → role → input → the endpoint's handler.
    async fn outcome(&self, facts: &Facts, seen: &mut Seen) -> Result<Reply<Vec<u8>>, ApiError> {
        check_body(self.rules.body, &facts.door)?;
        let arrival = self.gate.arrive(&self.rules, &facts.source_ip, &facts.door.headers, facts.now).await?;
        let identity = arrival.identity.as_ref().ok();
        seen.user_id = identity.map(|who| who.user_id.to_string());
        // Invalid input is refused last: until then, the request is counted and reads the session like any other.
        let (batch, own, handle) = match self.handler.prepare(&facts.door, identity, &arrival.address) {
            Ok(prepared) => (prepared.batch, prepared.budgets, Ok(prepared.handle)),
            Err(error) => (BatchGet::default(), Vec::new(), Err(self.declared(error))),
        };
        let access = self.rules.access;
        let admission = match self.gate.admit(access, &arrival, batch, &own, &facts.door.method, facts.now).await {
            Ok(admission) => admission,
            Err((error, verdict)) => {
                seen.verdict = verdict;
                return Err(error);
            }
        };
        seen.verdict = admission.verdict;
        let handle = handle?;
        let used = admission.signed_in.as_ref().map(|caller| caller.session.clone());
        let handling = handle(Admitted {
            signed_in: admission.signed_in,
            found: admission.found,
            counted: admission.counted,
            now: facts.now,
            request_id: facts.request_id.clone(),
            address: arrival.address,
            headers: facts.door.headers.clone(),
        });
        let (outcome, ()) = tokio::join!(handling, self.note_use(used, facts.now));
        outcome.map_err(|error| self.declared(error))
    }

    /// Records that a session is in use, at most once an hour.
    async fn note_use(&self, session: Option<Session>, now: Timestamp) {
        if let (Some(session), Some(sessions)) = (session, &self.sessions)
            && now.duration_since(session.last_used_at) >= LAST_USE_GRAIN
        {
            // If this fails, the device list is only less exact.
            let _ = sessions.touch(&session, now).await;
        }
    }

    /// The error itself if the endpoint declares its code; otherwise a 500, because clients cannot know the code.
    fn declared(&self, error: ApiError) -> ApiError {
        if self.rules.codes.contains(&error.code) {
            return error;
        }
        let cause = error.cause.as_ref().map(|cause| format!(": {}", chain(cause.as_ref()))).unwrap_or_default();
        ApiError::internal(format!("answered {}, which the endpoint does not declare{cause}", error.code.name()))
    }
}

/// Facts about a request that are collected for its log line.
#[derive(Default)]
struct Seen {
    user_id: Option<String>,
    verdict: Option<Verdict>,
}

fn check_body(rule: BodyRule, door: &Door) -> Result<(), ApiError> {
    let max = match rule {
        BodyRule::Ignored | BodyRule::Json => BODY_BYTES_MAX,
        BodyRule::Raw => WEBHOOK_BYTES_MAX,
        BodyRule::Captions => CAPTIONS_BYTES_MAX,
    };
    if door.body.len() > max {
        return Err(ApiError::new(Code::PayloadTooLarge, format!("The body is larger than {max} bytes.")));
    }
    if rule == BodyRule::Captions && !is_captions(&door.headers) {
        return Err(ApiError::new(
            Code::UnsupportedMediaType,
            "Send captions as `Content-Type: text/vtt` (WebVTT) or `application/x-subrip` (SubRip), not compressed.",
        ));
    }
    if rule == BodyRule::Json && !door.body.is_empty() && !is_json(&door.headers) {
        return Err(ApiError::new(
            Code::UnsupportedMediaType,
            "Send the body as `Content-Type: application/json`, in UTF-8 and not compressed.",
        ));
    }
    Ok(())
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
