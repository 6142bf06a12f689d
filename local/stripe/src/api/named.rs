//! The customer that a request names.

use super::found;
use crate::error::{ApiError, Result};
use crate::model::Customer;
use crate::tx::Tx;

/// The customer that the path names; it must not be deleted.
pub(super) fn live(tx: &Tx<'_>, id: &str) -> Result<Customer> {
    let customer: Customer = found(tx, id)?;
    if customer.deleted { Err(ApiError::no_such("customer", id, "id").not_found()) } else { Ok(customer) }
}

/// The customer that a parameter names; it must not be deleted.
pub(super) fn named(tx: &Tx<'_>, id: &str) -> Result<Customer> {
    let customer: Customer = tx.find(id, "customer")?;
    if customer.deleted { Err(ApiError::no_such("customer", id, "customer")) } else { Ok(customer) }
}
