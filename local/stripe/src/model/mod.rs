//! The objects that Stripe keeps, as the stand-in keeps them: only what varies. [`crate::render`] adds what is constant.

mod billing;
mod catalog;
mod customer;
mod event;
mod payment;
mod schedule;
mod session;

pub(crate) use billing::*;
pub(crate) use catalog::*;
pub(crate) use customer::*;
pub(crate) use event::*;
pub(crate) use payment::*;
pub(crate) use schedule::*;
pub(crate) use session::*;

use std::collections::BTreeMap;

/// Unix seconds, Stripe's unit of time.
pub(crate) type Moment = i64;

/// Keys and values of the caller's own.
pub(crate) type Metadata = BTreeMap<String, String>;

pub(crate) const MINUTE: Moment = 60;
pub(crate) const HOUR: Moment = 60 * MINUTE;
pub(crate) const DAY: Moment = 24 * HOUR;
