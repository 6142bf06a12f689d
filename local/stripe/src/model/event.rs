use super::{Metadata, UnixSeconds};
use crate::state::Object;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event, with the object as it was at the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub id: String,
    pub created: UnixSeconds,
    #[serde(rename = "type")]
    pub event_type: String,
    pub object: Value,
    /// For an update, the previous values of the changed attributes.
    pub previous_attributes: Option<Value>,
    /// The API request that caused it; `None` for a timer's event.
    pub request_id: Option<String>,
    pub idempotency_key: Option<String>,
    /// The endpoints that it was sent to.
    pub endpoints: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WebhookEndpoint {
    pub id: String,
    pub created: UnixSeconds,
    pub url: String,
    pub secret: String,
    /// Event types, or `*`.
    pub enabled_events: Vec<String>,
    pub description: Option<String>,
    pub enabled: bool,
    pub metadata: Metadata,
}

impl WebhookEndpoint {
    pub(crate) fn wants(&self, event_type: &str) -> bool {
        self.enabled && self.enabled_events.iter().any(|wanted| wanted == "*" || wanted == event_type)
    }
}

impl Object for Event {
    const KIND: &'static str = "event";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }
}

impl Object for WebhookEndpoint {
    const KIND: &'static str = "webhook_endpoint";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }
}
