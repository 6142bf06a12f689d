//! A loopback HTTP server that records its requests, answers 421 to foreign host names, and injects faults. It can also
//! be made reachable from the containers of this machine.

use crate::calls::{Call, Calls};
use crate::faults::{CannedResponse, Faults, Kind, Target};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// The header with the id of the request that made the call; production sends it too.
pub const TRACE_HEADER: &str = "x-request-id";

/// How long [`Kind::Hang`] blocks a caller: longer than any caller's timeout.
const HANG_SECONDS_MAX: u64 = 60;

/// How the calls of a server are recorded and fail.
#[derive(Clone)]
pub struct Watch {
    /// The service's name in the record, such as `stripe`.
    pub service: &'static str,
    /// The service as the target of faults.
    pub target: Target,
    /// The record of calls.
    pub calls: Calls,
    /// The active faults.
    pub faults: Faults,
    /// Returns the API operation of a request (`POST /v1/customers/{id}`); `None` for pages and media, which are
    /// not recorded and to which faults do not apply.
    pub operation: fn(&Method, &str) -> Option<String>,
    /// The response to a throttled, failed or conflicting call, in the service's own format.
    pub refusal: fn(Kind) -> Response,
}

/// Serves `router` on a loopback listener until the task is aborted. Without `watch`, nothing is recorded and no fault
/// is injected.
///
/// # Errors
/// If the listener is not on loopback, because a platform with demo passwords must not be reachable from outside.
pub async fn serve(listener: TcpListener, router: Router, watch: Option<Watch>) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(io::Error::other(format!("{address} is not on loopback")));
    }
    accept(listener, Hosts::new(address, None), router, watch).await
}

/// Also serves `router` to the containers of this machine: on a listener with the address of their bridge, or on a
/// loopback listener to which their engine forwards requests to the host `name`.
///
/// # Errors
/// If the listener is on a public address or on all addresses.
pub async fn serve_containers(
    listener: TcpListener,
    name: Option<&str>,
    router: Router,
    watch: Option<Watch>,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !is_of_this_machine(address.ip()) {
        return Err(io::Error::other(format!("{address} is neither on loopback nor a private address")));
    }
    accept(listener, Hosts::new(address, name), router, watch).await
}

/// Whether an address is loopback or private, like those of container bridges.
fn is_of_this_machine(address: IpAddr) -> bool {
    address.is_loopback() || matches!(address, IpAddr::V4(address) if address.is_private())
}

/// The values of `Host` that a server accepts. Any other name may be an attack by a web page (DNS rebinding).
#[derive(Clone)]
struct Hosts(Arc<[String]>);

impl Hosts {
    fn new(address: SocketAddr, name: Option<&str>) -> Self {
        let port = address.port();
        let mut hosts = vec![address.to_string()];
        let loopback = address.ip().is_loopback().then_some("localhost");
        hosts.extend(loopback.into_iter().chain(name).map(|name| format!("{name}:{port}")));
        Self(hosts.into())
    }

    fn include(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        self.0.iter().any(|own| host.eq_ignore_ascii_case(own))
    }
}

async fn accept(listener: TcpListener, hosts: Hosts, router: Router, watch: Option<Watch>) -> io::Result<()> {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The process is out of file descriptors, or the peer disconnected. The listener itself keeps working.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let (hosts, router, watch) = (hosts.clone(), router.clone(), watch.clone());
        let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (hosts, router, watch) = (hosts.clone(), router.clone(), watch.clone());
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(peer));
                answer(router, watch.as_ref(), &hosts, request).await
            }
        });
        tokio::spawn(async move {
            // A broken connection is the peer's problem, or an injected fault.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades()
                .await;
        });
    }
}

/// The address from which a request came; one of the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

async fn answer(router: Router, watch: Option<&Watch>, hosts: &Hosts, request: Request) -> Result<Response, io::Error> {
    if !hosts.include(request.headers()) {
        let message = format!("this server answers only to {}\n", hosts.0.join(" and "));
        return Ok((StatusCode::MISDIRECTED_REQUEST, message).into_response());
    }
    let Some((watch, operation)) =
        watch.and_then(|watch| Some((watch, (watch.operation)(request.method(), request.uri().path())?)))
    else {
        return Ok(route(router, request).await);
    };
    let request_id = request.headers().get(TRACE_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let started_us = watch.calls.micros();
    let result = broken(router, watch, &operation, request).await;
    if let Some(request_id) = request_id {
        watch.calls.record(
            &request_id,
            Call {
                service: watch.service.to_owned(),
                operation,
                tables: Vec::new(),
                consistent: None,
                units: None,
                bytes: None,
                status: result.as_ref().ok().map(|response| response.status().as_u16()),
                started_us,
                ended_us: watch.calls.micros(),
            },
        );
    }
    result
}

/// Responds, unless a fault applies. An error closes the connection without a response.
async fn broken(router: Router, watch: &Watch, operation: &str, request: Request) -> Result<Response, io::Error> {
    let fault = watch.faults.next_fault_with_answer(watch.target, operation, &[]);
    if let Some((Kind::Answer, Some(CannedResponse { status, body }))) = fault {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return Ok((status, axum::Json(body)).into_response());
    }
    match fault.map(|(kind, _)| kind) {
        None => Ok(route(router, request).await),
        Some(Kind::Hang) => {
            tokio::time::sleep(Duration::from_secs(HANG_SECONDS_MAX)).await;
            Err(io::Error::other("hung"))
        }
        Some(Kind::Wait) => {
            watch.faults.ended().await;
            Ok(route(router, request).await)
        }
        Some(Kind::ResetBefore) => Err(io::Error::other("reset before")),
        Some(Kind::ResetAfter) => {
            route(router, request).await;
            Err(io::Error::other("reset after"))
        }
        Some(Kind::Truncate) => truncated(route(router, request).await).await,
        Some(
            kind @ (Kind::Throttle | Kind::Error | Kind::Reject | Kind::Unprocessed | Kind::Conflict | Kind::Answer),
        ) => Ok((watch.refusal)(kind)),
    }
}

async fn route(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn truncated(response: Response) -> Result<Response, io::Error> {
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    let half = bytes.slice(..bytes.len() / 2);
    let pieces: [Result<Bytes, io::Error>; 2] = [Ok(half), Err(io::Error::other("truncated"))];
    Ok(Response::from_parts(parts, Body::from_stream(futures::stream::iter(pieces))))
}
