//! AWS on this machine: DynamoDB, Secrets Manager and SES at one address, compatible with the SDKs and the CLI.
//!
//! Functions call it through [`client`], which also records calls, injects faults and checks permissions. All other
//! clients use the listener at `PORT+3`, with the credentials from `GET /config`.

pub mod client;
pub mod dynamodb;
pub mod protocol;
pub mod secrets;
pub mod ses;
pub mod traffic;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use dynamodb::DynamoDb;
use http::{StatusCode, header};
use protocol::{Credentials, Service, error, identify};
use secrets::Secrets;
use ses::Mailbox;
use std::sync::Arc;

/// DynamoDB accepts bodies of up to 16 MB; the other services accept less.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// All AWS services of the platform. Clones share one state.
#[derive(Clone)]
pub struct Aws(Arc<Parts>);

struct Parts {
    dynamodb: DynamoDb,
    secrets: Secrets,
    mailbox: Mailbox,
}

impl Aws {
    /// Assembles the services.
    pub fn new(dynamodb: DynamoDb, secrets: Secrets, mailbox: Mailbox) -> Self {
        Self(Arc::new(Parts { dynamodb, secrets, mailbox }))
    }

    /// The tables.
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.0.dynamodb
    }

    /// The secrets.
    pub fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// The messages sent.
    pub fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    /// Responds to a request to any of the services, without checking credentials.
    pub async fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        match identify(&request) {
            Some((Service::DynamoDb, _)) => self.0.dynamodb.answer(request).await,
            Some((Service::Secrets, operation)) => self.0.secrets.answer(&operation, request.body()),
            Some((Service::Mail, _)) => self.0.mailbox.answer(request.body()),
            None => {
                let message = format!(
                    "{} {} is not an operation that this platform supports",
                    request.method(),
                    request.uri().path()
                );
                error(Service::DynamoDb, StatusCode::NOT_FOUND, "UnknownOperationException", &message)
            }
        }
    }

    /// The router that listens at `PORT+3`.
    pub fn router(&self, credentials: Credentials) -> Router {
        Router::new().fallback(outside).with_state((self.clone(), Arc::new(credentials)))
    }
}

async fn outside(State((aws, credentials)): State<(Aws, Arc<Credentials>)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match axum::body::to_bytes(body, BODY_BYTES_MAX).await {
        Err(_) => error(
            Service::DynamoDb,
            StatusCode::PAYLOAD_TOO_LARGE,
            "SerializationException",
            "the body has more than 16 MB or is incomplete",
        ),
        Ok(body) => {
            let request = http::Request::from_parts(parts, body);
            match stranger(&request, &credentials) {
                Some(refusal) => refusal,
                None => aws.answer(request).await,
            }
        }
    };
    response.map(Body::from)
}

/// Refuses a request that does not name the access key id, so a web page cannot access the tables.
fn stranger(request: &http::Request<Bytes>, credentials: &Credentials) -> Option<http::Response<Bytes>> {
    let service = identify(request).map_or(Service::DynamoDb, |(service, _)| service);
    let refused = |code, message| Some(error(service, StatusCode::BAD_REQUEST, code, message));
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((_, credential)) = authorization.and_then(|value| value.split_once("Credential=")) else {
        return refused("MissingAuthenticationTokenException", "Request is missing Authentication Token");
    };
    if credential.split('/').next() == Some(credentials.access_key_id.as_str()) {
        return None;
    }
    refused("UnrecognizedClientException", "The security token included in the request is invalid.")
}
