//! A subscription as Stripe last told it, and a complimentary plan beside it.

use crate::models::entitlement::{self, AccessView, Decision};
use crate::models::plan::{Interval, PlanType};
use jiff::{SignedDuration, Timestamp};
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

    /// Its word in tables and JSON.
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
    /// How often that will be billed.
    pub pending_interval: Option<Interval>,
    /// A plan given by the operator.
    pub complimentary_plan: Option<PlanType>,
    /// When that ends.
    pub complimentary_until: Option<Timestamp>,
}

impl Subscription {
    /// This state as Stripe told it, with the complimentary plan of another.
    #[must_use]
    pub fn beside(self, other: &Self) -> Self {
        Self { complimentary_plan: other.complimentary_plan, complimentary_until: other.complimentary_until, ..self }
    }
}

/// A subscription as clients see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Subscription")]
pub struct SubscriptionView {
    /// The plan; `null` where there is none.
    pub plan_type: Option<PlanType>,
    /// Stripe's status, or `none`.
    pub status: Status,
    /// How often it is billed.
    pub interval: Option<Interval>,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// When it will be cancelled, if it will.
    pub cancel_at: Option<Timestamp>,
    /// When the trial ends, if there is one.
    pub trial_end: Option<Timestamp>,
    /// When access ends unless the open invoice is paid.
    pub grace_until: Option<Timestamp>,
    /// Whether videos of a plan may be watched now.
    pub access: AccessView,
    /// When the access of the present state ends.
    pub access_until: Option<Timestamp>,
    /// The plan that it changes to at the end of the period.
    pub pending_plan_type: Option<PlanType>,
    /// How often that will be billed.
    pub pending_interval: Option<Interval>,
    /// When a plan given by the operator ends.
    pub complimentary_until: Option<Timestamp>,
    /// With `session_id`: whether this is what Stripe says now; `false` when Stripe could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced: Option<bool>,
}

impl SubscriptionView {
    /// A subscription as it stands at a moment.
    pub fn of(subscription: &Subscription, grace: SignedDuration, now: Timestamp) -> Self {
        let access = match entitlement::granted(subscription, grace, now) {
            Ok(_) => Decision::Allow,
            Err(code) => Decision::Deny(code),
        };
        Self {
            plan_type: subscription.plan_type,
            status: subscription.status,
            interval: subscription.interval,
            current_period_end: subscription.current_period_end,
            cancel_at: subscription.cancel_at,
            trial_end: subscription.trial_end,
            grace_until: entitlement::grace_until(subscription, grace),
            access: access.into(),
            access_until: entitlement::access_until(subscription, grace, now),
            pending_plan_type: subscription.pending_plan_type,
            pending_interval: subscription.pending_interval,
            complimentary_until: subscription.complimentary_until,
            synced: None,
        }
    }
}
