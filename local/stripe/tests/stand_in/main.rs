//! The stand-in over real connections: what its callers see, and what they do not.

mod async_stripe;
mod checkout;
mod renewals;
mod support;
