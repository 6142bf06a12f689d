//! The HTTP client that the platform injects into the SDKs of each function. It records every call, injects faults, and
//! refuses what the function's policies do not allow, without the function's code knowing.

use super::Aws;
use super::dynamodb::NeverRetried;
use super::protocol::{Service, answer, error, identify};
use super::traffic::Traffic;
use crate::permissions::{self, RequiredPermission, Usage};
use crate::template::{ACCOUNT, Function, REGION};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};
use standin::calls::{Call, Calls};
use standin::faults::{Faults, Kind, Target};
use standin::server::TRACE_HEADER;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a hanging call blocks its caller: longer than any timeout of a function.
const HANG: Duration = Duration::from_secs(60);

/// The header with which the SDK numbers the attempts of a call: `attempt=1; max=3`.
const ATTEMPT: &str = "amz-sdk-request";

/// The client of one function. Clones share one state.
#[derive(Clone)]
pub struct FunctionClient {
    function: Arc<Function>,
    aws: Aws,
    watch: Watch,
}

/// What the clients of all functions share.
#[derive(Clone, Default)]
pub struct Watch {
    /// The record of calls.
    pub calls: Calls,
    /// The active faults.
    pub faults: Faults,
    /// The record of table reads and writes.
    pub traffic: Traffic,
    /// The record of used permissions.
    pub usage: Usage,
}

impl FunctionClient {
    /// The client of `function`, which may do only what its policies allow.
    pub fn new(function: Arc<Function>, aws: Aws, watch: Watch) -> Self {
        Self { function, aws, watch }
    }

    /// Answers a call of the function. An error means that the connection broke.
    pub(super) async fn handle(
        &self,
        mut request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, ConnectorError> {
        let Some((service, operation)) = identify(&request) else { return Ok(self.aws.answer(request).await) };
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let trace = request.headers().get(TRACE_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let is_table_call = service == Service::DynamoDb;
        let tables = if is_table_call { permissions::tables(&body) } else { Vec::new() };
        let consistent = if is_table_call { consistent(&operation, &body) } else { None };
        if is_table_call {
            *request.body_mut() = asking_for_units(&body);
        }
        let sent = request.body().len();
        let started_us = self.watch.calls.micros();
        let result = match self.refusal(service, &operation, &body) {
            Some(refusal) => Ok(refusal),
            None => {
                match consistent {
                    _ if !is_table_call => {}
                    None => self.watch.traffic.write(&self.function.name, &operation, &body),
                    Some(_) => self.watch.traffic.read(&self.function.name, &operation, &body),
                }
                let fault = self.watch.faults.next_fault(target(service), &operation, &tables);
                self.answer_or_fail(fault, service, &operation, &body, request).await
            }
        };
        if let Some(request_id) = trace {
            let status = result.as_ref().ok().map(|response| response.status().as_u16());
            let units = result.as_ref().ok().filter(|_| is_table_call).and_then(|response| units(response.body()));
            let received = result.as_ref().map_or(0, |response| response.body().len());
            let bytes = u64::try_from(sent + received).ok();
            let (service, ended_us) = (name(service).to_owned(), self.watch.calls.micros());
            let call = Call { service, operation, tables, consistent, units, bytes, status, started_us, ended_us };
            self.watch.calls.record(&request_id, call);
        }
        result
    }

    async fn answer_or_fail(
        &self,
        fault: Option<Kind>,
        service: Service,
        operation: &str,
        body: &Value,
        mut request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, ConnectorError> {
        let broken = |when: &str| Err(ConnectorError::io(format!("connection reset {when} the call").into()));
        match fault {
            None => {
                // A retry of a broken call has the same token, by which the engine recognizes it.
                let attempt = request.headers().get(ATTEMPT).and_then(|value| value.to_str().ok());
                if attempt.is_some_and(|attempt| attempt.starts_with("attempt=1;")) {
                    request.extensions_mut().insert(NeverRetried);
                }
                Ok(self.aws.answer(request).await)
            }
            Some(Kind::Hang) => {
                tokio::time::sleep(HANG).await;
                broken("during")
            }
            Some(Kind::Wait) => {
                self.watch.faults.ended().await;
                Ok(self.aws.answer(request).await)
            }
            Some(Kind::ResetBefore) => broken("before"),
            Some(Kind::ResetAfter) => {
                self.aws.answer(request).await;
                broken("after")
            }
            Some(Kind::Truncate) => Ok(self.aws.answer(request).await.map(|body| body.slice(..body.len() / 2))),
            Some(Kind::Error | Kind::Answer) => {
                let code = if service == Service::Secrets { "InternalServiceError" } else { "InternalServerError" };
                Ok(error(service, StatusCode::INTERNAL_SERVER_ERROR, code, "injected"))
            }
            Some(Kind::Reject) => {
                let code = match service {
                    Service::Mail => "MessageRejected",
                    Service::DynamoDb => "ValidationException",
                    Service::Secrets => "InvalidRequestException",
                };
                Ok(error(service, StatusCode::BAD_REQUEST, code, "injected"))
            }
            Some(Kind::Unprocessed) => Ok(unprocessed(operation, body).unwrap_or_else(|| throttled(service))),
            Some(Kind::Conflict) => Ok(conflict(service, operation, body)),
            Some(Kind::Throttle) => Ok(throttled(service)),
        }
    }

    /// AWS's response to a call that the function's policies do not allow. If they allow it, records the permissions
    /// that do.
    fn refusal(&self, service: Service, operation: &str, body: &Value) -> Option<http::Response<Bytes>> {
        let statements = &self.function.statements;
        let demands = match service {
            Service::DynamoDb => permissions::dynamodb(operation, body),
            Service::Secrets => {
                let id = body["SecretId"].as_str().unwrap_or_default();
                let resource = self.aws.secrets().arn(id).unwrap_or_else(|| id.to_owned());
                vec![RequiredPermission { action: format!("secretsmanager:{operation}"), resource }]
            }
            Service::Mail => {
                let mut identities = sender_identities(body);
                // A policy may name the address or its domain, whichever the account has verified.
                let allowed =
                    identities.iter().position(|one| permissions::check(statements, std::slice::from_ref(one)).is_ok());
                vec![identities.swap_remove(allowed.unwrap_or(0))]
            }
        };
        let denied = match permissions::check(statements, &demands) {
            Ok(used) => {
                self.watch.usage.record(used);
                return None;
            }
            Err(denied) => denied,
        };
        let role = &self.function.name;
        let message = format!(
            "User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{role} is not authorized to perform: {} on resource: {} \
             because no identity-based policy allows the {} action",
            denied.action, denied.resource, denied.action
        );
        let status = if service == Service::Mail { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
        Some(error(service, status, "AccessDeniedException", &message))
    }
}

impl fmt::Debug for FunctionClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionClient({})", self.function.name)
    }
}

impl HttpClient for FunctionClient {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FunctionClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (parts, body) = request.into_parts();
            let body = body.bytes().map(Bytes::copy_from_slice);
            let body = body.ok_or_else(|| ConnectorError::user("a streamed body".into()))?;
            let response = this.handle(http::Request::from_parts(parts, body)).await?;
            let response = response.map(|body| SdkBody::from(body.to_vec()));
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn name(service: Service) -> &'static str {
    match service {
        Service::DynamoDb => "dynamodb",
        Service::Secrets => "secrets",
        Service::Mail => "mail",
    }
}

fn target(service: Service) -> Target {
    match service {
        Service::DynamoDb => Target::Dynamodb,
        Service::Secrets => Target::Secrets,
        Service::Mail => Target::Mail,
    }
}

/// The body of a DynamoDB call, with a request for the consumed capacity.
fn asking_for_units(body: &Value) -> Bytes {
    let mut body = body.clone();
    body["ReturnConsumedCapacity"] = "TOTAL".into();
    Bytes::from(body.to_string())
}

/// The capacity units in DynamoDB's response: an object, or a list with one object per table.
fn units(answer: &[u8]) -> Option<f64> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => Some(tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum()),
        one => one["CapacityUnits"].as_f64(),
    }
}

/// For a read: whether every table is read consistently. `None` for a write.
fn consistent(operation: &str, body: &Value) -> Option<bool> {
    let asked = |read: &Value| read["ConsistentRead"] == true;
    match operation {
        "GetItem" | "Query" | "Scan" => Some(asked(body)),
        "BatchGetItem" => Some(body["RequestItems"].as_object().into_iter().flatten().all(|(_, read)| asked(read))),
        "TransactGetItems" => Some(true),
        _ => None,
    }
}

/// The SES identities to which the sender of an email may belong.
fn sender_identities(body: &Value) -> Vec<RequiredPermission> {
    let from = body["FromEmailAddress"].as_str().unwrap_or_default();
    let address = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>')).trim();
    let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
    let demand = |identity: &str| RequiredPermission {
        action: "ses:SendEmail".into(),
        resource: format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{identity}"),
    };
    vec![demand(domain), demand(address)]
}

fn throttled(service: Service) -> http::Response<Bytes> {
    let (status, code) = match service {
        Service::DynamoDb => (StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException"),
        Service::Secrets => (StatusCode::BAD_REQUEST, "ThrottlingException"),
        Service::Mail => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
    };
    error(service, status, code, "Rate exceeded")
}

/// The response to a batch that leaves all items unprocessed; `None` if the call is not a batch.
fn unprocessed(operation: &str, body: &Value) -> Option<http::Response<Bytes>> {
    let asked = &body["RequestItems"];
    let body = match operation {
        "BatchGetItem" => {
            let none = asked.as_object().into_iter().flatten().map(|(table, _)| (table.clone(), json!([])));
            json!({ "Responses": none.collect::<Map<_, _>>(), "UnprocessedKeys": asked })
        }
        "BatchWriteItem" => json!({ "UnprocessedItems": asked }),
        _ => return None,
    };
    Some(answer(Service::DynamoDb, StatusCode::OK, &body))
}

/// The error when another transaction holds the item.
fn conflict(service: Service, operation: &str, body: &Value) -> http::Response<Bytes> {
    if service != Service::DynamoDb {
        return error(service, StatusCode::CONFLICT, "ConflictException", "injected");
    }
    if !operation.starts_with("Transact") {
        let message = "Transaction is ongoing for the item";
        return error(service, StatusCode::BAD_REQUEST, "TransactionConflictException", message);
    }
    let members = body["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![json!({ "Code": "None" }); members];
    reasons[0] = json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" });
    let codes = reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect::<Vec<_>>().join(", ");
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"),
        "CancellationReasons": reasons,
    });
    answer(service, StatusCode::BAD_REQUEST, &body)
}
