//! Why the copy of Stripe's state did not converge.

use crate::stripe::StripeError;
use shared::http::error::ApiError;
use shared::stores::error::StoreError;

/// Why the copy did not converge. A repetition is always right.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// Stripe did not answer as it should.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// A store did not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others wrote each time.
    #[error("other writes came first at every attempt")]
    Contended,
    /// An event does not say whose it is.
    #[error("cannot determine the event's customer")]
    Unreadable,
}

impl BillingError {
    /// Whether the same call may succeed later. A permanent failure has a reason of its own: an object or a row that cannot
    /// be read, or a call that Stripe refuses for what it says.
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
