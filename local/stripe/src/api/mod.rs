//! The API under `/v1`.

mod catalog;
mod customers;
mod discounts;
mod disputes;
mod events;
mod form;
mod http;
mod invoices;
mod links;
mod list;
mod named;
mod payment_methods;
mod payments;
mod route;
mod schedules;
mod sessions;
mod subscriptions;

pub(crate) use self::form::Form;
pub(crate) use self::http::{answer, fault};
pub(crate) use self::route::operation;
pub(crate) use self::sessions::REFERENCE_LENGTH_MAX;

use crate::error::{ApiError, Result};
use crate::state::Stored;
use crate::tx::Tx;
use list::Paging;
use serde_json::{Value, json};

/// The object in the path.
fn found<T: Stored>(tx: &Tx<'_>, id: &str) -> Result<T> {
    tx.find(id, "id").map_err(ApiError::not_found)
}

fn deleted(id: &str, object: &str) -> Value {
    json!({"id": id, "object": object, "deleted": true})
}
