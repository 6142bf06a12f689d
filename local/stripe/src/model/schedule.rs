use super::{Metadata, UnixSeconds};
use crate::state::Object;
use serde::{Deserialize, Serialize};

/// How a subscription will change, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub id: String,
    pub created: UnixSeconds,
    pub customer: String,
    /// `None` after it is released.
    pub subscription: Option<String>,
    pub released_subscription: Option<String>,
    pub status: ScheduleStatus,
    pub currency: String,
    /// Consecutive phases without gaps.
    pub phases: Vec<Phase>,
    /// The index of the current phase.
    pub current: usize,
    /// Whether the end of the last phase also cancels the subscription.
    pub cancels: bool,
    pub flexible: bool,
    pub canceled_at: Option<UnixSeconds>,
    pub completed_at: Option<UnixSeconds>,
    pub released_at: Option<UnixSeconds>,
    pub metadata: Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScheduleStatus {
    Active,
    Canceled,
    Completed,
    Released,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Phase {
    pub start: UnixSeconds,
    pub end: UnixSeconds,
    pub items: Vec<PhaseItem>,
    /// How unused time is billed if the phase starts within a period.
    pub proration: Proration,
    pub trial_end: Option<UnixSeconds>,
    /// The discounts of the subscription that continue in this phase.
    #[serde(default)]
    pub discounts: Vec<String>,
    pub metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PhaseItem {
    pub price: String,
    pub quantity: u64,
    pub metadata: Metadata,
}

impl Object for Schedule {
    const KIND: &'static str = "subscription_schedule";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        Some(&self.customer)
    }

    fn due(&self) -> Option<UnixSeconds> {
        (self.status == ScheduleStatus::Active).then(|| self.phases[self.current].end)
    }
}

/// How unused and remaining time is billed when items change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proration {
    /// On the next invoice.
    #[default]
    Create,
    /// On a separate invoice, now.
    AlwaysInvoice,
    None,
}
