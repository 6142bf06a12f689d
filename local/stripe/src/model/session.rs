use super::{Metadata, UnixSeconds};
use crate::state::Object;
use serde::{Deserialize, Serialize};

/// A visit to the hosted checkout page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CheckoutSession {
    pub id: String,
    pub created: UnixSeconds,
    pub expires_at: UnixSeconds,
    pub status: SessionStatus,
    pub customer: Option<String>,
    pub customer_email: Option<String>,
    pub client_reference_id: Option<String>,
    pub currency: String,
    pub lines: Vec<SessionLine>,
    pub success_url: String,
    pub cancel_url: Option<String>,
    pub allow_promotion_codes: bool,
    pub discounts: Vec<AppliedDiscount>,
    pub metadata: Metadata,
    pub subscription_metadata: Metadata,
    pub subscription_description: Option<String>,
    pub trial_end: Option<Trial>,
    pub missing_payment_method: EndBehavior,
    /// `payment_method_collection=if_required`: the page asks for no card if nothing is due.
    pub card_if_required: bool,
    pub locale: Option<String>,
    /// Set by completion.
    pub subscription: Option<String>,
    pub invoice: Option<String>,
    /// A payment that waits for 3-D Secure, and its card.
    pub authenticating: Option<Authenticating>,
    pub paid: bool,
    /// The payment link that opened it.
    #[serde(default)]
    pub payment_link: Option<String>,
    /// The address that the customer typed on the page, if the session had none.
    #[serde(default)]
    pub typed_email: Option<String>,
}

/// A page that sells the same thing to everyone who opens it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PaymentLink {
    pub id: String,
    pub created: UnixSeconds,
    pub active: bool,
    pub inactive_message: Option<String>,
    /// Where the customer is redirected after paying; without it Stripe shows its own confirmation page.
    pub redirect: Option<String>,
    /// The template of each visit's session; its id is empty.
    pub template: CheckoutSession,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SessionLine {
    pub id: String,
    pub price: String,
    pub quantity: u64,
}

/// A coupon to be applied, or already applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AppliedDiscount {
    pub coupon: String,
    pub promotion_code: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Authenticating {
    /// `None` if nothing is due and the card is only saved.
    pub payment_intent: Option<String>,
    pub payment_method: String,
    pub promotion_code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

/// When the trial ends, for a subscription that does not exist yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trial {
    Days(i64),
    Until(UnixSeconds),
}

impl Trial {
    pub(crate) fn end(self, start: UnixSeconds) -> UnixSeconds {
        match self {
            Self::Days(days) => start + days * super::DAY,
            Self::Until(moment) => moment,
        }
    }
}

/// What happens when a trial ends without a payment method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndBehavior {
    #[default]
    CreateInvoice,
    Pause,
    Cancel,
}

/// A session of the customer portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PortalSession {
    pub id: String,
    pub created: UnixSeconds,
    pub customer: String,
    pub return_url: Option<String>,
    pub locale: Option<String>,
}

impl Object for CheckoutSession {
    const KIND: &'static str = "checkout_session";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        self.customer.as_deref()
    }

    fn due(&self) -> Option<UnixSeconds> {
        (self.status == SessionStatus::Open).then_some(self.expires_at)
    }
}

impl Object for PaymentLink {
    const KIND: &'static str = "payment_link";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }
}

impl Object for PortalSession {
    const KIND: &'static str = "portal_session";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        Some(&self.customer)
    }
}
