//! One request: the checks in their order, the handler with its deadline, the log line.

use super::admit::AdmissionControl;
use super::handler::{Admitted, Handler, Rules};
use super::response::{self, EncodedResponse};
use crate::endpoint::Reply;
use crate::http::error::{ApiError, Code};
use crate::http::input::{
    BODY_BYTES_MAX, BodyRule, CAPTIONS_BYTES_MAX, IMAGE_BYTES_MAX, RawRequest, WEBHOOK_BYTES_MAX, is_captions,
    is_image, is_json,
};
use crate::models::session::{LAST_USE_GRAIN, Session};
use crate::services::{ConfigError, Services};
use crate::stores::rate_limits::RateLimitDecision;
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
    admission_control: AdmissionControl,
    sessions: Option<Sessions>,
    services: Services,
}

/// A request as the gateway described it.
struct GatewayRequest {
    request_id: String,
    route: String,
    source_ip: String,
    raw: RawRequest,
    now: Timestamp,
}

impl Function {
    pub(super) async fn connect(
        services: &Services,
        rules: Rules,
        handler: Box<dyn Handler>,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            admission_control: AdmissionControl::connect(services, &rules).await?,
            rules,
            handler,
            sessions: Sessions::connect(services).ok(),
            services: services.clone(),
        })
    }

    pub(super) async fn respond(&self, request: Request, deadline: Duration) -> Response<Body> {
        let started = Instant::now();
        let request = gateway_request(request, (self.services.clock())());
        let trace = Trace::start(&request.request_id);
        let mut log_fields = LogFields::default();
        let work = AssertUnwindSafe(trace.around(self.outcome(&request, &mut log_fields))).catch_unwind();
        let outcome = match tokio::time::timeout(deadline, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => Err(ApiError::internal(panicked(panic.as_ref()))),
            Err(_) => Err(ApiError::unavailable("the handler's deadline passed")),
        };
        let outcome = outcome.and_then(|reply| response::encode(reply, &request.raw.headers, &self.rules));
        let line = RequestLine {
            level: if outcome.as_ref().is_err_and(|error| error.code.status().is_server_error()) {
                "error"
            } else {
                "info"
            },
            time: request.now.to_string(),
            request_id: &request.request_id,
            function: self.services.function(),
            route: &request.route,
            user_id: log_fields.user_id,
            status: outcome.as_ref().map_or_else(|error| error.code.status().as_u16(), |response| response.status),
            code: outcome.as_ref().err().map(|error| error.code.name()),
            cause: outcome.as_ref().err().and_then(|error| error.cause.as_ref()).map(|cause| chain(cause.as_ref())),
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            dynamodb_round_trips: trace.dynamodb_round_trips(),
        };
        (self.services.log())(&serde_json::to_string(&line).unwrap_or_default());
        let response = outcome.unwrap_or_else(|error| EncodedResponse::error(&error, &request.request_id, &self.rules));
        let response = if request.raw.method == Method::HEAD { response.without_body() } else { response };
        response.into_response(&request.request_id, log_fields.decision.as_ref())
    }

    /// size → content type → rate limit → authentication → role → input → the endpoint's handler.
    async fn outcome(&self, request: &GatewayRequest, log_fields: &mut LogFields) -> Result<Reply<Vec<u8>>, ApiError> {
        check_body(self.rules.body, &request.raw)?;
        let authentication = self
            .admission_control
            .authenticate(&self.rules, &request.source_ip, &request.raw.headers, request.now)
            .await?;
        let identity = authentication.identity.as_ref().ok();
        log_fields.user_id = identity.map(|who| who.user_id.to_string());
        // Invalid input is refused last: until then, the request is counted and reads the session like any other.
        let (batch, own, handle) = match self.handler.prepare(&request.raw, identity, &authentication.address) {
            Ok(prepared) => (prepared.batch, prepared.budgets, Ok(prepared.handle)),
            Err(error) => (BatchGet::default(), Vec::new(), Err(self.declared(error))),
        };
        let admission = match self
            .admission_control
            .admit(&self.rules, &authentication, batch, &own, &request.raw.method, request.now)
            .await
        {
            Ok(admission) => admission,
            Err((error, decision)) => {
                log_fields.decision = decision;
                return Err(error);
            }
        };
        log_fields.decision = admission.decision;
        let handle = handle?;
        let used = admission.signed_in.as_ref().map(|caller| caller.session.clone());
        let handling = handle(Admitted {
            signed_in: admission.signed_in,
            found: admission.found,
            counted: admission.counted,
            now: request.now,
            request_id: request.request_id.clone(),
            address: authentication.address,
            headers: request.raw.headers.clone(),
        });
        let (outcome, ()) = tokio::join!(handling, self.note_use(used, request.now));
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
struct LogFields {
    user_id: Option<String>,
    decision: Option<RateLimitDecision>,
}

fn check_body(rule: BodyRule, request: &RawRequest) -> Result<(), ApiError> {
    let (max, json) = match rule {
        BodyRule::Unrouted => return Ok(()),
        BodyRule::Ignored | BodyRule::Json => (BODY_BYTES_MAX, true),
        BodyRule::Raw => (WEBHOOK_BYTES_MAX, false),
        BodyRule::Captions => (CAPTIONS_BYTES_MAX, false),
        BodyRule::Image if is_json(&request.headers) => (BODY_BYTES_MAX, true),
        BodyRule::Image => (IMAGE_BYTES_MAX, false),
    };
    if request.body.len() > max {
        return Err(ApiError::new(Code::PayloadTooLarge, format!("The body is larger than {max} bytes.")));
    }
    if rule == BodyRule::Captions && !is_captions(&request.headers) {
        return Err(ApiError::new(
            Code::UnsupportedMediaType,
            "Send captions as `Content-Type: text/vtt` (WebVTT) or `application/x-subrip` (SubRip), not compressed.",
        ));
    }
    if rule == BodyRule::Image && !is_image(&request.headers) && !is_json(&request.headers) {
        return Err(ApiError::new(
            Code::UnsupportedMediaType,
            "Send a picture as `Content-Type: image/jpeg`, `image/png` or `image/webp`, or JSON as `application/json`.",
        ));
    }
    if json && !request.body.is_empty() && !is_json(&request.headers) {
        return Err(ApiError::new(
            Code::UnsupportedMediaType,
            "Send the body as `Content-Type: application/json`, in UTF-8 and not compressed.",
        ));
    }
    Ok(())
}

fn gateway_request(request: Request, now: Timestamp) -> GatewayRequest {
    let (request_id, route, source_ip) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => (
            context.request_id.clone().unwrap_or_default(),
            context.route_key.clone().unwrap_or_default(),
            context.http.source_ip.clone().unwrap_or_default(),
        ),
        _ => Default::default(),
    };
    let path_parameters = request.path_parameters();
    let path_parameters = path_parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let path = request.raw_http_path().to_owned();
    let (parts, body) = request.into_parts();
    let body = match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let raw = RawRequest { path_parameters, query, method: parts.method, path, body, headers: parts.headers, now };
    GatewayRequest { request_id, route, source_ip, raw, now }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_default())
}
