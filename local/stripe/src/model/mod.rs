//! The objects of Stripe that the stand-in stores: only the attributes that vary. [`crate::render`] adds the constant
//! ones.

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
pub(crate) type UnixSeconds = i64;

/// Keys and values that the caller defines.
pub(crate) type Metadata = BTreeMap<String, String>;

pub(crate) const MINUTE: UnixSeconds = 60;
pub(crate) const HOUR: UnixSeconds = 60 * MINUTE;
pub(crate) const DAY: UnixSeconds = 24 * HOUR;
