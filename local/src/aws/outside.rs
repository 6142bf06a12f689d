//! The listener at `PORT+3`: AWS for all clients outside of this process.
//!
//! A function in a separate process names itself in its access key id. Its calls are treated like those of a function in
//! this process: they are recorded, faults apply, and calls that its policies do not allow are refused. All other clients
//! use the platform's own key and may do everything.

use super::Aws;
use super::client::FunctionClient;
use super::protocol::{Credentials, Service, error, identify};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::{StatusCode, header};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// DynamoDB accepts bodies of up to 16 MB; the other services accept less.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

struct Outside {
    aws: Aws,
    credentials: Credentials,
    /// The clients of the functions, by name.
    functions: HashMap<String, FunctionClient>,
}

/// The sender of a request.
enum Sender<'a> {
    Function(&'a FunctionClient),
    Operator,
    /// The error's code and message.
    Stranger(&'static str, &'static str),
}

/// The router of the listener.
pub(crate) fn router(aws: Aws, credentials: Credentials, functions: HashMap<String, FunctionClient>) -> Router {
    Router::new().fallback(answer).with_state(Arc::new(Outside { aws, credentials, functions }))
}

/// The access keys of a function in a separate process.
pub(crate) fn credentials_of(function: &str, all: &Credentials) -> Credentials {
    let Credentials { access_key_id, secret_access_key } = all.clone();
    Credentials { access_key_id: format!("{access_key_id}.{function}"), secret_access_key }
}

async fn answer(State(outside): State<Arc<Outside>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
        let message = "the body is larger than 16 MB or incomplete";
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return error(Service::DynamoDb, status, "SerializationException", message).map(Body::from);
    };
    let request = http::Request::from_parts(parts, body);
    match outside.sender(&request) {
        Sender::Stranger(code, message) => {
            let service = identify(&request).map_or(Service::DynamoDb, |(service, _)| service);
            error(service, StatusCode::BAD_REQUEST, code, message).map(Body::from)
        }
        Sender::Operator => outside.aws.answer(request).await.map(Body::from),
        Sender::Function(client) => match client.handle(request).await {
            Ok(response) => response.map(Body::from),
            Err(_) => broken(),
        },
    }
}

/// A response whose connection breaks before its body.
fn broken() -> Response {
    let pieces = futures::stream::iter([Err::<Bytes, _>(io::Error::other("injected"))]);
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(header::CONTENT_LENGTH, 1.into());
    response
}

impl Outside {
    /// A sender without a known access key id is a stranger, so that a web page cannot reach the tables.
    fn sender(&self, request: &http::Request<Bytes>) -> Sender<'_> {
        let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((_, credential)) = authorization.and_then(|value| value.split_once("Credential=")) else {
            return Sender::Stranger("MissingAuthenticationTokenException", "Request is missing Authentication Token");
        };
        let named = credential.split('/').next().unwrap_or_default();
        let sender = match named.strip_prefix(&self.credentials.access_key_id) {
            Some("") => Some(Sender::Operator),
            Some(rest) => rest.strip_prefix('.').and_then(|name| self.functions.get(name)).map(Sender::Function),
            None => None,
        };
        let message = "The security token included in the request is invalid.";
        sender.unwrap_or(Sender::Stranger("UnrecognizedClientException", message))
    }
}
