use super::{Metadata, Moment};
use crate::state::Object;
use serde::{Deserialize, Serialize};

/// A card of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PaymentMethod {
    pub id: String,
    pub created: Moment,
    /// The test number, which decides what its charges come to.
    pub number: String,
    /// `None` once it is detached.
    pub customer: Option<String>,
    pub email: Option<String>,
    /// Authenticated on a page of ours: later charges of a card that wants 3-D Secure once pass.
    pub authenticated: bool,
    pub metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PaymentIntent {
    pub id: String,
    pub created: Moment,
    pub customer: Option<String>,
    pub invoice: Option<String>,
    pub amount: i64,
    pub currency: String,
    pub status: IntentStatus,
    pub payment_method: Option<String>,
    pub latest_charge: Option<String>,
    pub last_error: Option<Decline>,
    pub canceled_at: Option<Moment>,
    pub client_secret: String,
    pub description: Option<String>,
    pub metadata: Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IntentStatus {
    RequiresPaymentMethod,
    RequiresAction,
    Succeeded,
    Canceled,
}

/// Why an issuer said no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decline {
    /// `card_declined`, `expired_card`, …
    pub code: String,
    /// `generic_decline`, `insufficient_funds`, …; only beside `card_declined`.
    pub decline_code: Option<String>,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub id: String,
    pub created: Moment,
    pub customer: Option<String>,
    pub payment_intent: String,
    pub payment_method: String,
    pub amount: i64,
    pub amount_refunded: i64,
    pub currency: String,
    pub failure: Option<Decline>,
    pub disputed: bool,
    pub description: Option<String>,
    pub metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub id: String,
    pub created: Moment,
    pub customer: Option<String>,
    pub charge: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub reason: Option<String>,
    pub metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub id: String,
    pub created: Moment,
    pub charge: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub status: DisputeStatus,
    /// Until then the merchant may answer; after it the dispute is lost.
    pub due_by: Moment,
    pub submitted: bool,
    pub metadata: Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeStatus {
    NeedsResponse,
    UnderReview,
    Won,
    Lost,
}

impl Object for PaymentMethod {
    const KIND: &'static str = "payment_method";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Moment {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        self.customer.as_deref()
    }
}

impl Object for PaymentIntent {
    const KIND: &'static str = "payment_intent";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Moment {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        self.customer.as_deref()
    }
}

impl Object for Charge {
    const KIND: &'static str = "charge";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Moment {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        self.customer.as_deref()
    }
}

impl Object for Refund {
    const KIND: &'static str = "refund";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Moment {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        self.customer.as_deref()
    }
}

impl Object for Dispute {
    const KIND: &'static str = "dispute";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Moment {
        self.created
    }

    fn due(&self) -> Option<Moment> {
        matches!(self.status, DisputeStatus::NeedsResponse | DisputeStatus::UnderReview).then_some(self.due_by)
    }
}
