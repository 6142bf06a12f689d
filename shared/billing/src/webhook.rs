//! Stripe's webhooks: the events to subscribe to, and the few fields that are read from one.
//!
//! An event is only a trigger. Its object may be older than the stored state, and a library that requires every field
//! rejects known events if one is missing. So only the type, the mode and the customer are read.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::models::ids::is_provider_id;

/// The events that affect money or access, to which the webhook endpoint must subscribe. Others are answered 200 and
/// ignored.
pub const EVENTS: &[&str] = &[
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.updated",
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

/// The fields that are read from an event. Any JSON can be read as one: fields that are missing or have another type are
/// ignored.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id. If it has no valid one, a hash of its content, so it can still be marked as processed.
    pub id: String,
    /// Its type, such as `customer.subscription.updated`; empty if it has none.
    pub kind: String,
    /// Whether it belongs to live mode, if it says so.
    pub livemode: Option<bool>,
    /// When it happened, in Unix seconds; 0 if it does not say so.
    pub created: i64,
    /// The customer it belongs to.
    owner: Owner,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|event| Self::from_json(&event))
    }
}

/// How an event names its customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// It names the customer.
    Customer(String),
    /// It names a charge, whose customer must be read from Stripe.
    Charge(String),
    /// It belongs to no customer.
    Nobody,
    /// It names the customer in an unreadable form.
    Unreadable,
}

impl Event {
    /// Reads an event from Stripe's API; an error if it is not JSON.
    pub fn parse(body: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(body)
    }

    /// Reads an event from any JSON.
    pub fn from_json(event: &Value) -> Self {
        let id = event["id"].as_str().filter(|id| is_provider_id(id));
        let unnamed = || format!("unnamed-{}", hex::encode(Sha256::digest(event.to_string())));
        Self {
            id: id.map_or_else(unnamed, str::to_owned),
            kind: event["type"].as_str().unwrap_or_default().to_owned(),
            livemode: event["livemode"].as_bool(),
            created: event["created"].as_i64().unwrap_or_default(),
            owner: owner(&event["data"]["object"]),
        }
    }

    /// An event of a customer, as recorded by its mark.
    pub fn noted(id: &str, kind: &str, customer: &str) -> Self {
        let owner = Owner::Customer(customer.to_owned());
        Self { id: id.to_owned(), kind: kind.to_owned(), livemode: None, created: 0, owner }
    }

    /// Whether it affects money or access.
    pub fn is_known(&self) -> bool {
        EVENTS.contains(&self.kind.as_str())
    }

    /// Whether we process it: it affects money or access, and belongs to our mode.
    pub fn is_ours(&self, is_live: bool) -> bool {
        self.is_known() && self.livemode.is_none_or(|livemode| livemode == is_live)
    }

    /// The customer it belongs to.
    pub fn owner(&self) -> Owner {
        self.owner.clone()
    }
}

fn owner(object: &Value) -> Owner {
    let is_readable = object.is_object() && (object["object"].is_null() || object["object"].is_string());
    if !is_readable {
        return Owner::Unreadable;
    }
    let customer = if object["object"] == "customer" { &object["id"] } else { &object["customer"] };
    match (reference(customer), reference(&object["charge"])) {
        (Ok(Some(customer)), _) => Owner::Customer(customer),
        (Ok(None), Ok(Some(charge))) => Owner::Charge(charge),
        (Ok(None), Ok(None)) => Owner::Nobody,
        (Err(()), _) | (_, Err(())) => Owner::Unreadable,
    }
}

/// The id in a field: the field itself, or the `id` of the object in it. `Err` if it cannot be an id.
fn reference(field: &Value) -> Result<Option<String>, ()> {
    let id = if field.is_object() { &field["id"] } else { field };
    match id {
        Value::Null if field.is_null() => Ok(None),
        Value::String(id) if is_provider_id(id) => Ok(Some(id.clone())),
        _ => Err(()),
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
