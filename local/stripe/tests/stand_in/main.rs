//! Tests the stand-in over real connections.

mod async_stripe;
mod catalogue;
mod changes;
mod checkout;
mod disputes;
mod links;
mod pauses;
mod payments;
mod renewals;
mod requests;
mod schedules;
mod support;
