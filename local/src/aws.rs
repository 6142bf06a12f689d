//! AWS on this machine: DynamoDB, Secrets Manager and SES behind one address, as the SDKs and the CLI speak to them.
//!
//! Functions reach it through [`client`], which also records, breaks and refuses calls; everybody else through the
//! listener at `PORT+3`, with the credentials of `GET /config`.

pub mod client;
pub mod dynamodb;
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
use secrets::Secrets;
use serde_json::{Value, json};
use ses::Mailbox;
use std::sync::Arc;

/// DynamoDB takes bodies of up to 16 MB; the others less.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The header by which the JSON protocols name an operation.
const TARGET: &str = "x-amz-target";

/// Keys by which a client outside of the functions calls AWS here.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Credentials {
    /// The id that every request names.
    pub access_key_id: String,
    /// What a client signs with.
    pub secret_access_key: String,
}

/// A service of AWS that exists here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon DynamoDB.
    DynamoDb,
    /// AWS Secrets Manager.
    Secrets,
    /// Amazon SES, version 2.
    Mail,
}

/// All of AWS that exists here. Clones are the same.
#[derive(Clone)]
pub struct Aws(Arc<Parts>);

struct Parts {
    dynamodb: DynamoDb,
    secrets: Secrets,
    mailbox: Mailbox,
}

impl Aws {
    /// Puts the services together.
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

    /// Answers a request to whichever service it is for, whoever sent it.
    pub async fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        match identify(&request) {
            Some((Service::DynamoDb, _)) => self.0.dynamodb.answer(request).await,
            Some((Service::Secrets, operation)) => self.0.secrets.answer(&operation, request.body()),
            Some((Service::Mail, _)) => self.0.mailbox.answer(request.body()),
            None => {
                let message = format!("{} {} is no operation that exists here", request.method(), request.uri().path());
                error(Service::DynamoDb, StatusCode::NOT_FOUND, "UnknownOperationException", &message)
            }
        }
    }

    /// What listens at `PORT+3`.
    pub fn router(&self, credentials: Credentials) -> Router {
        Router::new().fallback(outside).with_state((self.clone(), Arc::new(credentials)))
    }
}

/// The service and operation that a request is for.
pub fn identify(request: &http::Request<Bytes>) -> Option<(Service, String)> {
    if let Some(target) = request.headers().get(TARGET).and_then(|value| value.to_str().ok()) {
        let (service, operation) = target.split_once('.')?;
        let service = match service {
            "secretsmanager" => Service::Secrets,
            service if service.starts_with("DynamoDB") => Service::DynamoDb,
            _ => return None,
        };
        return Some((service, operation.to_owned()));
    }
    let is_send_email = request.method() == http::Method::POST && request.uri().path() == "/v2/email/outbound-emails";
    is_send_email.then(|| (Service::Mail, "SendEmail".to_owned()))
}

/// An error in the words of a service's protocol.
pub fn error(service: Service, status: StatusCode, code: &str, message: &str) -> http::Response<Bytes> {
    let namespace = match (service, code) {
        (Service::DynamoDb, "ProvisionedThroughputExceededException" | "InternalServerError") => {
            "com.amazonaws.dynamodb.v20120810#"
        }
        (Service::DynamoDb, code) if code.starts_with("Transaction") => "com.amazonaws.dynamodb.v20120810#",
        (Service::DynamoDb, _) => "com.amazon.coral.service#",
        (Service::Secrets | Service::Mail, _) => "",
    };
    let body = json!({ "__type": format!("{namespace}{code}"), "message": message });
    let mut response = answer(service, status, &body);
    if let Ok(code) = code.parse() {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

/// An answer in the form of a service's protocol.
pub fn answer(service: Service, status: StatusCode, body: &Value) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let content_type = match service {
        Service::DynamoDb => "application/x-amz-json-1.0",
        Service::Secrets => "application/x-amz-json-1.1",
        Service::Mail => "application/json",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    response
}

async fn outside(State((aws, credentials)): State<(Aws, Arc<Credentials>)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let response = match axum::body::to_bytes(body, BODY_BYTES_MAX).await {
        Err(_) => error(
            Service::DynamoDb,
            StatusCode::PAYLOAD_TOO_LARGE,
            "SerializationException",
            "more than 16 MB, or broken off",
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

/// Refuses a request that does not name the access key, so that a page in a browser cannot reach the tables.
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
