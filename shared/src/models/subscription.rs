//! A subscription as Stripe last told it, and a complimentary plan beside it.

use crate::models::plan::{Interval, PlanType};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stripe's status of a subscription, and `none` where there is no subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "Stripe's words, or the name says it")]
pub enum Status {
    #[default]
    None,
    Trialing,
    Active,
    PastDue,
    Unpaid,
    Paused,
    Incomplete,
    IncompleteExpired,
    Canceled,
    /// A status that Stripe added since: it grants nothing.
    #[serde(other)]
    Unknown,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 10] = [
        Status::None,
        Status::Trialing,
        Status::Active,
        Status::PastDue,
        Status::Unpaid,
        Status::Paused,
        Status::Incomplete,
        Status::IncompleteExpired,
        Status::Canceled,
        Status::Unknown,
    ];

    /// Whether a second subscription beside it would be one too many (contract §6).
    pub fn is_live(self) -> bool {
        matches!(self, Status::Trialing | Status::Active | Status::PastDue | Status::Unpaid | Status::Paused)
    }
}

/// The granting subscription of a user, as fetched from Stripe. The default is no subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subscription {
    /// Stripe's customer.
    pub stripe_customer_id: Option<String>,
    /// Stripe's subscription.
    pub stripe_subscription_id: Option<String>,
    /// The plan of its price; `None` for a price that is not one of ours.
    pub plan_type: Option<PlanType>,
    /// Stripe's status.
    pub status: Status,
    /// How often it is billed.
    pub interval: Option<Interval>,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// When it will be cancelled, if it will.
    pub cancel_at: Option<Timestamp>,
    /// When the trial ends, if there is one.
    pub trial_end: Option<Timestamp>,
    /// The earliest moment at which one of its open invoices was finalized: where grace starts.
    pub unpaid_since: Option<Timestamp>,
    /// The plan that it changes to at the end of the period.
    pub pending_plan_type: Option<PlanType>,
    /// A plan given by the operator.
    pub complimentary_plan: Option<PlanType>,
    /// When that ends.
    pub complimentary_until: Option<Timestamp>,
}
