//! Why convergence with Stripe's state failed.

use crate::stripe::StripeError;
use shared::http::error::ApiError;
use shared::stores::error::StoreError;

/// Why convergence failed. Repeating it is always safe.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// A call to Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Other writes came first at every attempt.
    #[error("other writes came first at every attempt")]
    Contended,
    /// An event does not name its customer.
    #[error("cannot determine the event's customer")]
    Unreadable,
}

impl BillingError {
    /// Whether the same call may succeed later. Permanent failures are an unreadable object or row, or a call that
    /// Stripe rejects for its content.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Stripe(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
            Self::Contended => true,
            Self::Unreadable => false,
        }
    }
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Stripe(error) => error.of_write(),
            BillingError::Store(error) => error.into(),
            BillingError::Contended => Self::unavailable(error),
            BillingError::Unreadable => Self::internal(error),
        }
    }
}
