//! The stand-in over real connections: what its callers see, and what they do not.

mod async_stripe;
mod changes;
mod checkout;
mod payments;
mod renewals;
mod requests;
mod schedules;
mod support;
