//! Why a store operation failed.

use crate::stores::backoff::Exhausted;
use crate::stores::table::Item;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;

/// Why a store operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A condition failed; for a transaction, which statements' conditions failed.
    #[error("a condition of the write was not met")]
    Condition(Failed),
    /// DynamoDB is busy, slow or down, or left keys unprocessed: a retry may succeed.
    #[error("DynamoDB is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// DynamoDB refused the call, and would refuse a retry.
    #[error("DynamoDB refused the call")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// A row that cannot be parsed.
    #[error("a row does not match its type")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
    /// The function has no such table.
    #[error("{0} is not set")]
    NotGiven(&'static str),
}

impl StoreError {
    /// Whether the same call may succeed later. An unreadable row stays unreadable, and so does a value that DynamoDB
    /// cannot store. A missing permission or table counts as transient, because the call succeeds once the operator has
    /// fixed it.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Condition(_) | Self::Unavailable(_) | Self::NotGiven(_) => true,
            Self::Refused(code) => code.to_string() != INVALID,
            Self::Corrupt(_) => false,
        }
    }
}

/// DynamoDB's error code for an invalid call.
pub(super) const INVALID: &str = "ValidationException";

/// Which statements' conditions failed, with the current row if it was requested.
#[derive(Debug, Default)]
pub struct Failed(pub(super) Vec<Option<Item>>, pub(super) Vec<bool>);

impl Failed {
    /// Whether the condition of the statement with that index, starting at 0, failed.
    pub fn at(&self, index: usize) -> bool {
        self.1.get(index).copied().unwrap_or(false)
    }
}

impl From<Exhausted> for StoreError {
    fn from(exhausted: Exhausted) -> Self {
        Self::Unavailable(Box::new(exhausted))
    }
}

/// Classifies an SDK error. The SDK's own text may contain the response, so only code and kind are kept.
#[allow(clippy::needless_pass_by_value, reason = "it stands in `map_err` everywhere")]
pub fn failed<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> StoreError {
    let (busy, text) = match &error {
        SdkError::ServiceError(service) => match service.err().code() {
            Some("ConditionalCheckFailedException") => {
                return StoreError::Condition(Failed(vec![None], vec![true]));
            }
            Some(code) => (is_busy(code), code.to_owned()),
            // A truncated response: the call may have taken effect.
            None => (true, "an unreadable response".to_owned()),
        },
        SdkError::TimeoutError(_) => (true, "timed out".to_owned()),
        SdkError::DispatchFailure(_) => (true, "could not be reached".to_owned()),
        SdkError::ResponseError(_) => (true, "an unreadable response".to_owned()),
        _ => (false, "could not be built".to_owned()),
    };
    if busy { StoreError::Unavailable(text.into()) } else { StoreError::Refused(text.into()) }
}

fn is_busy(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "InternalServerError"
            | "ServiceUnavailable"
            | "TransactionConflictException"
            | "TransactionInProgressException"
            | "LimitExceededException"
    )
}
