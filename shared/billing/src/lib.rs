//! Billing: Stripe is the source of truth, and the tables hold a copy that converges to it.
//!
//! This is a separate crate because Stripe's SDK is large: only the functions that bill link it. [`stripe`] calls Stripe and
//! reduces its objects to a [`snapshot`]; [`rules`] and [`ledger`] are pure functions of the snapshot; [`converge`]
//! writes their results in one transaction, guarded by the customer's version.

mod billing_mail;
pub mod change;
pub mod converge;
pub mod customers;
pub mod deletion;
pub mod differences;
pub mod discount;
mod disputes;
pub mod error;
mod ledger;
mod notices;
pub mod price;
pub mod prices;
pub mod reconcile;
pub mod rules;
pub mod snapshot;
pub mod stripe;
pub mod webhook;
