//! AWS on this machine: DynamoDB, Secrets Manager and SES at one address, compatible with the SDKs and the CLI.
//!
//! Functions reach it through [`client`], which also records calls, injects faults and checks permissions. Everybody
//! else uses the listener at `PORT+3` ([`outside`]), with the credentials from `GET /config`.

pub mod client;
pub mod dynamodb;
pub mod outside;
pub mod protocol;
pub mod secrets;
pub mod ses;
pub mod traffic;

use bytes::Bytes;
use dynamodb::DynamoDb;
use http::StatusCode;
use protocol::{Service, error, identify};
use secrets::Secrets;
use ses::Mailbox;
use std::sync::Arc;

/// All AWS services of the platform. Clones share one state.
#[derive(Clone)]
pub struct Aws(Arc<AwsServices>);

struct AwsServices {
    dynamodb: DynamoDb,
    secrets: Secrets,
    mailbox: Mailbox,
}

impl Aws {
    /// Assembles the services.
    pub fn new(dynamodb: DynamoDb, secrets: Secrets, mailbox: Mailbox) -> Self {
        Self(Arc::new(AwsServices { dynamodb, secrets, mailbox }))
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
}
