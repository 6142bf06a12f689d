//! Billing: Stripe owns the truth, the tables hold a copy that converges to it.
//!
//! A crate of its own because Stripe's SDK is large: only the functions that bill link it. [`stripe`] speaks to Stripe and
//! tells what matters of its objects as a [`snapshot`]; [`rules`] and [`ledger`] are pure functions of that; [`converge`]
//! writes what they say in one transaction, guarded by the customer's version.

pub mod change;
pub mod converge;
pub mod customers;
pub mod deletion;
mod ledger;
mod letters;
mod notices;
pub mod prices;
pub mod reconcile;
pub mod rules;
pub mod snapshot;
pub mod stripe;
pub mod webhook;
