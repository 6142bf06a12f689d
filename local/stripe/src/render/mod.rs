//! Objects as JSON, in the format of API version [`API_VERSION`].

mod billing;
mod catalog;
mod dispute;
mod expand;
mod link;
mod payment;
mod schedule;
mod session;

pub(crate) use billing::invoice_payment;
pub(crate) use dispute::EVIDENCE;
pub(crate) use expand::expand;
pub(crate) use session::line_items;

use crate::model::{Event, WebhookEndpoint};
use crate::state::State;
use serde_json::{Map, Value, json};

/// The only API version that the stand-in supports.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";

/// What rendering needs to look up.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub state: &'a State,
    pub base_url: &'a str,
}

/// Objects with a public format.
pub(crate) trait Render {
    fn render(&self, view: View<'_>) -> Value;
}

impl Render for Event {
    fn render(&self, _: View<'_>) -> Value {
        let mut data = Map::new();
        data.insert("object".to_owned(), self.object.clone());
        if let Some(previous) = &self.previous_attributes {
            data.insert("previous_attributes".to_owned(), previous.clone());
        }
        json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": data,
            "livemode": false,
            "pending_webhooks": self.endpoints,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": self.event_type,
        })
    }
}

impl Render for WebhookEndpoint {
    fn render(&self, _: View<'_>) -> Value {
        json!({
            "id": self.id,
            "object": "webhook_endpoint",
            "api_version": API_VERSION,
            "application": null,
            "created": self.created,
            "description": self.description,
            "enabled_events": self.enabled_events,
            "livemode": false,
            "metadata": self.metadata,
            "status": if self.enabled { "enabled" } else { "disabled" },
            "url": self.url,
        })
    }
}

/// A list object.
pub(crate) fn list(url: &str, data: Vec<Value>, has_more: bool) -> Value {
    let mut list = json!({"object": "list", "data": [], "has_more": has_more, "url": url});
    list["data"] = Value::Array(data);
    list
}

/// A list inside an object, which is always complete. It has no `total_count`, which the SDKs' types do not define.
fn inner_list(url: &str, data: Vec<Value>) -> Value {
    list(url, data, false)
}

/// The previous values of the attributes that differ; `None` if nothing differs.
pub(crate) fn changed_attributes(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return None };
    let mut changed = Map::new();
    for (name, old) in before {
        let new = after.get(name).unwrap_or(&Value::Null);
        if old == new {
            continue;
        }
        let inner = if name == "metadata" { None } else { changed_attributes(old, new) };
        changed.insert(name.clone(), inner.unwrap_or_else(|| old.clone()));
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        changed.insert(name.clone(), Value::Null);
    }
    (!changed.is_empty()).then_some(Value::Object(changed))
}
