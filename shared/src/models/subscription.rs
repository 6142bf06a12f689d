//! A subscription as last fetched from Stripe, and a complimentary plan.

use crate::models::plan::{Interval, PlanType};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stripe's status of a subscription, or `none` without a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "Stripe's words, or the name says it")]
#[schemars(rename = "SubscriptionStatus")]
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
    /// A status that this version does not know; it grants nothing.
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

    /// Its name in tables and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Status::None => "none",
            Status::Trialing => "trialing",
            Status::Active => "active",
            Status::PastDue => "past_due",
            Status::Unpaid => "unpaid",
            Status::Paused => "paused",
            Status::Incomplete => "incomplete",
            Status::IncompleteExpired => "incomplete_expired",
            Status::Canceled => "canceled",
            Status::Unknown => "unknown",
        }
    }

    /// Whether it prevents a second subscription.
    pub fn is_live(self) -> bool {
        matches!(self, Status::Trialing | Status::Active | Status::PastDue | Status::Unpaid | Status::Paused)
    }
}

/// The subscription that grants access to a user, as fetched from Stripe. The default is no subscription.
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
    /// The billing interval.
    pub interval: Option<Interval>,
    /// What a period costs before coupons, in minor units: the price at which it was sold, even if the plan's price has
    /// changed since.
    pub amount: Option<i64>,
    /// ISO 4217, in lower case.
    pub currency: Option<String>,
    /// `true` if a coupon lowers it; not stored otherwise.
    pub has_discount: Option<bool>,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// When it will be cancelled, if scheduled.
    pub cancel_at: Option<Timestamp>,
    /// When the trial ends, if there is one.
    pub trial_end: Option<Timestamp>,
    /// When a paused billing resumes automatically, if scheduled.
    pub resumes_at: Option<Timestamp>,
    /// The earliest time at which one of its open invoices was finalized: the start of the grace period.
    pub unpaid_since: Option<Timestamp>,
    /// The plan that it will change to at the end of the period.
    pub pending_plan_type: Option<PlanType>,
    /// The billing interval after that change.
    pub pending_interval: Option<Interval>,
    /// What a period will cost then before coupons, in minor units.
    pub pending_amount: Option<i64>,
    /// The complimentary plan that an operator granted.
    pub complimentary_plan: Option<PlanType>,
    /// When that ends.
    pub complimentary_until: Option<Timestamp>,
}

impl Subscription {
    /// This state from Stripe, with the complimentary plan of another row.
    #[must_use]
    pub fn with_complimentary_plan_of(self, other: &Self) -> Self {
        Self { complimentary_plan: other.complimentary_plan, complimentary_until: other.complimentary_until, ..self }
    }
}
