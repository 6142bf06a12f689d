//! The rules of Stripe Billing: pure functions over [`crate::tx::Tx`], which provides the time, the ids and the state.

pub(crate) mod change;
pub(crate) mod charge;
pub(crate) mod checkout;
pub(crate) mod discount;
pub(crate) mod dispute;
pub(crate) mod invoice;
pub(crate) mod money;
mod period;
pub(crate) mod proration;
pub(crate) mod refund;
pub(crate) mod schedule;
pub(crate) mod subscription;
pub(crate) mod timers;

pub(crate) use money::money;
pub(crate) use period::next_boundary;
