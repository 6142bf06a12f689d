//! A loopback HTTP server that records what it is asked, answers foreign host names with 421, and breaks on purpose.

use crate::calls::{Call, Calls};
use crate::faults::{Faults, Kind, Target};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// The header by which a function names the request that a call belongs to; production sends it too.
pub const TRACE_HEADER: &str = "x-request-id";

/// Longest that [`Kind::Hang`] keeps a caller waiting: longer than any caller's own limit.
const HANG_SECONDS_MAX: u64 = 60;

/// How the calls of a server are recorded and struck by faults.
#[derive(Clone)]
pub struct Watch {
    /// The name of the service in the record: `stripe`.
    pub service: &'static str,
    /// The service as a target of faults.
    pub target: Target,
    /// Where calls are recorded.
    pub calls: Calls,
    /// The faults in force.
    pub faults: Faults,
    /// Names the API operation of a request (`POST /v1/customers/{id}`); `None` for pages and media, which are neither
    /// recorded nor struck.
    pub operation: fn(&Method, &str) -> Option<String>,
    /// The service's own answer to a throttled, failed or conflicting call, in its own words.
    pub refusal: fn(Kind) -> Response,
}

/// Serves `router` on a loopback listener until the task is aborted. Without a `watch`, nothing is recorded or struck.
///
/// # Errors
/// When the listener is not on loopback: a platform with demo passwords is nobody else's to reach.
pub async fn serve(listener: TcpListener, router: Router, watch: Option<Watch>) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(io::Error::other(format!("{address} is not on loopback")));
    }
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // Out of file descriptors, or a peer that left: the listener itself lives on.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let (router, watch) = (router.clone(), watch.clone());
        let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (router, watch) = (router.clone(), watch.clone());
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(peer));
                answer(router, watch.as_ref(), address.port(), request).await
            }
        });
        tokio::spawn(async move {
            // A connection that breaks is the peer's affair, or a fault that was asked for.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades()
                .await;
        });
    }
}

/// The address that a request came from, among its extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

async fn answer(router: Router, watch: Option<&Watch>, port: u16, request: Request) -> Result<Response, io::Error> {
    if !is_local_host(request.headers(), port) {
        let message = format!("this server answers to 127.0.0.1:{port} and localhost:{port} only\n");
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
                status: result.as_ref().ok().map(|response| response.status().as_u16()),
                started_us,
                ended_us: watch.calls.micros(),
            },
        );
    }
    result
}

/// Answers, unless a fault strikes; an error closes the connection without an answer.
async fn broken(router: Router, watch: &Watch, operation: &str, request: Request) -> Result<Response, io::Error> {
    match watch.faults.strike(watch.target, operation, &[]) {
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
        Some(kind @ (Kind::Throttle | Kind::Error | Kind::Unprocessed | Kind::Conflict)) => Ok((watch.refusal)(kind)),
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

/// Whether the request names this server by a loopback name: a foreign name is a page elsewhere that was rebound to us.
fn is_local_host(headers: &HeaderMap, port: u16) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    host == format!("127.0.0.1:{port}") || host.eq_ignore_ascii_case(&format!("localhost:{port}"))
}
