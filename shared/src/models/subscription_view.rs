//! A subscription as clients see it: its state, and the access that it grants now.

use crate::models::entitlement::{self, AccessView, Decision};
use crate::models::plan::{Interval, PlanType};
use crate::models::subscription::{Status, Subscription};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// A subscription as clients see it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Subscription")]
pub struct SubscriptionView {
    /// The plan; `null` without one.
    pub plan_type: Option<PlanType>,
    /// Stripe's status, or `none`.
    pub status: Status,
    /// The billing interval.
    pub interval: Option<Interval>,
    /// What a period costs the member before coupons, in minor units. It may differ from the plan's current price.
    pub amount: Option<i64>,
    /// ISO 4217, in lower case.
    pub currency: Option<String>,
    /// Whether a coupon lowers it.
    pub has_discount: bool,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// When it will be cancelled, if scheduled.
    pub cancel_at: Option<Timestamp>,
    /// When the trial ends, if there is one.
    pub trial_end: Option<Timestamp>,
    /// When a paused billing resumes automatically; only if scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes_at: Option<Timestamp>,
    /// When access ends unless the open invoice is paid.
    pub grace_until: Option<Timestamp>,
    /// Whether the user may watch videos of a plan now.
    pub access: AccessView,
    /// When access ends in the current state.
    pub access_until: Option<Timestamp>,
    /// The plan that it will change to at the end of the period.
    pub pending_plan_type: Option<PlanType>,
    /// The billing interval after that change.
    pub pending_interval: Option<Interval>,
    /// What a period will cost then before coupons, in minor units.
    pub pending_amount: Option<i64>,
    /// When the operator's complimentary plan ends.
    pub complimentary_until: Option<Timestamp>,
    /// With `session_id`: whether this is Stripe's current state; `false` if Stripe could not be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synced: Option<bool>,
}

impl SubscriptionView {
    /// A subscription at a given time.
    pub fn new(subscription: &Subscription, grace: SignedDuration, now: Timestamp) -> Self {
        let access = match entitlement::granted(subscription, grace, now) {
            Ok(_) => Decision::Allow,
            Err(denial) => Decision::Deny(denial),
        };
        Self {
            plan_type: subscription.plan_type,
            status: subscription.status,
            interval: subscription.interval,
            amount: subscription.amount,
            currency: subscription.currency.clone(),
            has_discount: subscription.has_discount == Some(true),
            current_period_end: subscription.current_period_end,
            cancel_at: subscription.cancel_at,
            trial_end: subscription.trial_end,
            resumes_at: subscription.resumes_at,
            grace_until: entitlement::grace_until(subscription, grace),
            access: access.into(),
            access_until: entitlement::access_until(subscription, grace, now),
            pending_plan_type: subscription.pending_plan_type,
            pending_interval: subscription.pending_interval,
            pending_amount: subscription.pending_amount,
            complimentary_until: subscription.complimentary_until,
            synced: None,
        }
    }
}
