//! The formats of AWS's protocols: how to tell a request's service, and the form of responses and errors.

use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};

/// The header in which the JSON protocols name the operation.
pub(super) const TARGET: &str = "x-amz-target";

/// The access keys for clients other than the functions.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Credentials {
    /// The access key id that every request must name.
    pub access_key_id: String,
    /// The secret that signs a client's requests.
    pub secret_access_key: String,
}

/// An AWS service that this platform provides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon DynamoDB.
    DynamoDb,
    /// AWS Secrets Manager.
    Secrets,
    /// Amazon SES, version 2.
    Mail,
}

/// The service and operation of a request.
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

/// An error in the format of a service's protocol.
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

/// A response in the format of a service's protocol.
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
