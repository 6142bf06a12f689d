//! The configuration of a stand-in, and the settings that decide about payments.

use serde::{Deserialize, Serialize};
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::timeline::Timeline;

/// The configuration of a stand-in.
#[derive(Clone)]
pub struct Config {
    /// The URL of its pages, without a trailing slash: `http://127.0.0.1:3001`.
    pub base_url: String,
    /// The only API key that is accepted: `sk_test_…`.
    pub api_key: String,
    /// The secret that signs events for `webhook_url`: `whsec_…`. During a rotation two secrets, separated by a comma.
    pub webhook_secret: String,
    /// The URL to which all events are posted.
    pub webhook_url: String,
    /// Runs the timers: renewals, retries, expiries.
    pub timeline: Timeline,
    /// Delivers the events.
    pub deliveries: Deliveries,
    /// Stores the state.
    pub documents: Documents,
}

/// The outcome of a customer's next charges. Cards that always decline still decline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Charges succeed, whatever the card.
    #[serde(rename = "succeed")]
    Succeed,
    /// Charges are declined.
    #[serde(rename = "decline")]
    Decline,
    /// Charges wait until the cardholder has authenticated them.
    #[serde(rename = "require_3ds")]
    Require3ds,
}

/// What happens to a subscription when all attempts to charge a renewal have failed: a setting in Stripe's dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dunning {
    /// It is canceled.
    #[default]
    Cancel,
    /// It becomes `unpaid`, and its later invoices stay drafts.
    Unpaid,
    /// It stays `past_due`.
    PastDue,
}
