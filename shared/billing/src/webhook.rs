//! Stripe's webhooks: signatures over the raw bytes, and the little that is read of an event.
//!
//! An event is a trigger only. What it says of an object may be older than what is stored, and a library that wants all of
//! its fields refuses whole known events; so its type, its mode and whose it is are all that is read.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use sha2::Sha256;

/// How far a signature's time may be from ours, in seconds, both ways.
const TOLERANCE_SECONDS: i64 = 300;

/// The events that say something of money or access, which are those to subscribe to. Any other is answered and forgotten.
pub const EVENTS: &[&str] = &[
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.failed",
    "charge.refunded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.finalization_failed",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.upcoming",
    "invoice.voided",
    "refund.failed",
    "refund.updated",
    "subscription_schedule.canceled",
    "subscription_schedule.completed",
    "subscription_schedule.created",
    "subscription_schedule.released",
    "subscription_schedule.updated",
];

/// Why a body is not taken for Stripe's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// There is no secret to verify with, so everything is refused.
    #[error("no webhook secret is set")]
    NoSecret,
    /// There is no signature of the scheme that counts.
    #[error("the signature is missing or malformed")]
    Malformed,
    /// The signature's time is too far from ours.
    #[error("the signature is too old, or of the future")]
    OutOfTime,
    /// No signature is by any of our secrets.
    #[error("the signature does not match")]
    Wrong,
}

/// Verifies `Stripe-Signature` over the raw bytes of a body: any of its `v1` signatures, by any of the secrets. Every pair is
/// computed and compared in constant time, so that the time taken tells nothing.
pub fn verify(body: &[u8], header: Option<&str>, secrets: &[String], now: Timestamp) -> Result<(), Unverified> {
    let secrets: Vec<&str> = secrets.iter().map(|secret| secret.trim()).filter(|secret| !secret.is_empty()).collect();
    if secrets.is_empty() {
        return Err(Unverified::NoSecret);
    }
    let (time, signatures) = parse(header.unwrap_or_default()).ok_or(Unverified::Malformed)?;
    let mut matches = false;
    for secret in secrets {
        for signature in &signatures {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Unverified::Wrong)?;
            mac.update(time.as_bytes());
            mac.update(b".");
            mac.update(body);
            matches |= mac.verify_slice(signature).is_ok();
        }
    }
    let seconds: i64 = time.parse().map_err(|_| Unverified::Malformed)?;
    match (matches, now.as_second().abs_diff(seconds) <= TOLERANCE_SECONDS.unsigned_abs()) {
        (true, true) => Ok(()),
        (true, false) => Err(Unverified::OutOfTime),
        (false, _) => Err(Unverified::Wrong),
    }
}

/// The time as it was signed, and the `v1` signatures. `v0` is a decoy of test mode.
fn parse(header: &str) -> Option<(&str, Vec<Vec<u8>>)> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            // Two times would leave open which of them was signed.
            ("t", value) if time.is_none() && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                time = Some(value);
            }
            ("t", _) => return None,
            ("v1", value) => signatures.push(hex::decode(value).unwrap_or_default()),
            _ => {}
        }
    }
    Some((time?, signatures)).filter(|(_, signatures)| !signatures.is_empty())
}

/// What is read of an event.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// `customer.subscription.updated`
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is of live mode.
    pub livemode: bool,
    /// When it happened, in Unix seconds.
    #[serde(default)]
    pub created: i64,
    /// What it is about; `None` where that is in no known form.
    #[serde(default, rename = "data", deserialize_with = "read_object")]
    object: Option<Object>,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

/// Reads what is wanted of an event's object and passes over the rest: an event as a whole is read whatever its object is.
fn read_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Object>, D::Error> {
    let data = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(data.get()).ok().map(|data: Data| data.object))
}

#[derive(Clone, Debug, Deserialize)]
struct Object {
    #[serde(default)]
    object: String,
    id: Option<String>,
    customer: Option<Reference>,
    charge: Option<Reference>,
}

/// An id, or the object of that id.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Reference {
    Id(String),
    Object { id: String },
}

impl Reference {
    fn into_id(self) -> String {
        let (Self::Id(id) | Self::Object { id }) = self;
        id
    }
}

/// Where an event's customer is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It names the customer.
    Customer(String),
    /// It names a charge, whose customer Stripe knows.
    Charge(String),
    /// It is of nobody.
    Nobody,
    /// It says so in no form that is known here.
    Unreadable,
}

impl Event {
    /// Reads a body that was verified.
    pub fn parse(body: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(body)
    }

    /// An event of a customer, as its mark remembers it.
    pub fn noted(id: &str, kind: &str, customer: &str) -> Self {
        let customer = Some(Reference::Id(customer.to_owned()));
        let object = Some(Object { object: String::new(), id: None, customer, charge: None });
        Self { id: id.to_owned(), kind: kind.to_owned(), livemode: false, created: 0, object }
    }

    /// Whether it says something of money or access.
    pub fn is_known(&self) -> bool {
        EVENTS.contains(&self.kind.as_str())
    }

    /// Whose it is.
    pub fn whose(&self) -> Whose {
        let Some(object) = self.object.clone() else { return Whose::Unreadable };
        let customer = match object.object.as_str() {
            "customer" => object.id,
            _ => object.customer.map(Reference::into_id),
        };
        match (customer, object.charge) {
            (Some(customer), _) => Whose::Customer(customer),
            (None, Some(charge)) => Whose::Charge(charge.into_id()),
            (None, None) => Whose::Nobody,
        }
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
