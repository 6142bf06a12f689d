use super::{Metadata, UnixSeconds};
use crate::state::Object;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A customer's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PaymentMethod {
    pub id: String,
    pub created: UnixSeconds,
    /// The test number, which determines the outcome of its charges.
    pub number: String,
    /// `None` after it is detached.
    pub customer: Option<String>,
    pub email: Option<String>,
    /// Authenticated on a hosted page: later charges of a card that requires 3-D Secure once succeed.
    pub authenticated: bool,
    pub metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PaymentIntent {
    pub id: String,
    pub created: UnixSeconds,
    pub customer: Option<String>,
    pub invoice: Option<String>,
    pub amount: i64,
    pub currency: String,
    pub status: IntentStatus,
    pub payment_method: Option<String>,
    pub latest_charge: Option<String>,
    pub last_error: Option<Decline>,
    pub canceled_at: Option<UnixSeconds>,
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

/// Why an issuer declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decline {
    /// `card_declined`, `expired_card`, …
    pub code: String,
    /// `generic_decline`, `insufficient_funds`, …; only with `card_declined`.
    pub decline_code: Option<String>,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub id: String,
    pub created: UnixSeconds,
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
    pub created: UnixSeconds,
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
    pub created: UnixSeconds,
    pub charge: String,
    pub payment_intent: String,
    pub amount: i64,
    pub currency: String,
    pub status: DisputeStatus,
    /// The merchant's deadline for answering.
    pub due_by: UnixSeconds,
    pub submitted: bool,
    /// `fraudulent`, `product_not_received`.
    #[serde(default = "fraudulent")]
    pub reason: String,
    /// When it closes if nobody decides before. An inquiry may stay open after the deadline for answering.
    #[serde(default)]
    pub closes_at: Option<UnixSeconds>,
    /// When its amount was taken from the merchant's balance; never for an inquiry.
    #[serde(default)]
    pub withdrawn_at: Option<UnixSeconds>,
    /// When the amount was returned.
    #[serde(default)]
    pub reinstated_at: Option<UnixSeconds>,
    #[serde(default)]
    pub evidence: BTreeMap<String, String>,
    pub metadata: Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeStatus {
    WarningNeedsResponse,
    WarningUnderReview,
    WarningClosed,
    NeedsResponse,
    UnderReview,
    Won,
    Lost,
}

fn fraudulent() -> String {
    "fraudulent".to_owned()
}

impl DisputeStatus {
    /// Whether it is decided.
    pub(crate) fn is_closed(self) -> bool {
        matches!(self, Self::WarningClosed | Self::Won | Self::Lost)
    }

    /// Whether it is an inquiry, for which the bank takes no money.
    pub(crate) fn is_inquiry(self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::WarningUnderReview | Self::WarningClosed)
    }

    /// Whether the merchant may still submit evidence.
    pub(crate) fn needs_response(self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::NeedsResponse)
    }
}

impl Object for PaymentMethod {
    const KIND: &'static str = "payment_method";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
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

    fn created(&self) -> UnixSeconds {
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

    fn created(&self) -> UnixSeconds {
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

    fn created(&self) -> UnixSeconds {
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

    fn created(&self) -> UnixSeconds {
        self.created
    }

    fn due(&self) -> Option<UnixSeconds> {
        (!self.status.is_closed()).then(|| self.closes_at.unwrap_or(self.due_by))
    }
}
