//! Who may watch what: one pure function, called everywhere that access is granted or shown.

use crate::models::age::AgeLimit;
use crate::models::plan::{PlanType, RequiredPlan};
use crate::models::subscription::{Status, Subscription};
use crate::models::user::Role;
use crate::models::video::{Video, VideoStatus};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// How long access lasts beyond the end of the period. This covers the hour for which Stripe keeps a renewal as a
/// draft, and a day of lost webhooks.
const PERIOD_SLACK: SignedDuration = SignedDuration::from_hours(48);

/// Why somebody may not watch a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// There is no subscription.
    SubscriptionRequired,
    /// The subscription, or the complimentary plan, has ended.
    SubscriptionExpired,
    /// The last payment failed, and the grace period is over.
    PaymentOverdue,
    /// The plan does not cover the video.
    PlanUpgradeRequired,
    /// The video does not play yet, or no longer.
    VideoNotReady,
    /// The profile may only watch videos for ages up to this one.
    AgeLimited(AgeLimit),
}

impl Denial {
    /// All denials.
    pub const ALL: [Self; 6] = [
        Self::SubscriptionRequired,
        Self::SubscriptionExpired,
        Self::PaymentOverdue,
        Self::PlanUpgradeRequired,
        Self::VideoNotReady,
        Self::AgeLimited(AgeLimit::constant::<0>()),
    ];
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Access is granted.
    Allow,
    /// Access is denied, for this reason.
    Deny(Denial),
}

impl Decision {
    /// The decision as a result, for `?`.
    ///
    /// # Errors
    /// The denial.
    pub fn allowed(self) -> Result<(), Denial> {
        match self {
            Self::Allow => Ok(()),
            Self::Deny(denial) => Err(denial),
        }
    }
}

/// The decision as clients see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Access")]
pub struct AccessView {
    /// Whether the video may be watched.
    pub allowed: bool,
    /// Why not.
    pub code: Option<Denial>,
}

impl From<Decision> for AccessView {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allow => Self { allowed: true, code: None },
            Decision::Deny(denial) => Self { allowed: false, code: Some(denial) },
        }
    }
}

/// Decides whether a subscription or the complimentary plan covers a video at a given time.
pub fn decide(subscription: &Subscription, required: RequiredPlan, grace: SignedDuration, now: Timestamp) -> Decision {
    if required == RequiredPlan::Free {
        return Decision::Allow;
    }
    match granted(subscription, grace, now) {
        Ok(plan) if plan.covers(required) => Decision::Allow,
        Ok(_) => Decision::Deny(Denial::PlanUpgradeRequired),
        Err(denial) => Decision::Deny(denial),
    }
}

/// Decides whether a video that a user may see plays for them in a profile with this age limit: an admin needs no plan.
pub fn access(
    video: &Video,
    role: Role,
    age_limit: Option<AgeLimit>,
    subscription: &Subscription,
    grace: SignedDuration,
    now: Timestamp,
) -> Decision {
    if let Some(limit) = age_limit.filter(|limit| !video.facts.is_suitable(Some(*limit))) {
        return Decision::Deny(Denial::AgeLimited(limit));
    }
    match (video.status, role) {
        (VideoStatus::Ready, Role::Admin) => Decision::Allow,
        (VideoStatus::Ready, Role::Viewer) => decide(subscription, video.required_plan, grace, now),
        (VideoStatus::Processing | VideoStatus::Error, _) => Decision::Deny(Denial::VideoNotReady),
    }
}

/// The plan that is granted at a given time: the better of the subscription and the complimentary plan.
///
/// # Errors
/// The reason why none is granted.
pub fn granted(subscription: &Subscription, grace: SignedDuration, now: Timestamp) -> Result<PlanType, Denial> {
    match (paid(subscription, grace, now), complimentary(subscription, now)) {
        (Ok(paid), Ok(given)) => Ok(paid.max(given)),
        (Ok(plan), Err(_)) | (Err(_), Ok(plan)) => Ok(plan),
        // An ended complimentary plan is a better reason than no subscription, but a worse one than an unpaid
        // subscription.
        (Err(Denial::SubscriptionRequired), Err(denial)) => Err(denial),
        (Err(denial), Err(_)) => Err(denial),
    }
}

/// The plan that limits the number of streams: admins have premium's limit; `None` if nothing is granted.
pub fn effective_plan(
    subscription: &Subscription,
    role: Role,
    grace: SignedDuration,
    now: Timestamp,
) -> Option<PlanType> {
    match role {
        Role::Admin => Some(PlanType::Premium),
        Role::Viewer => granted(subscription, grace, now).ok(),
    }
}

/// When access ends in the current state; `None` if it has no end.
pub fn access_until(subscription: &Subscription, grace: SignedDuration, now: Timestamp) -> Option<Timestamp> {
    let paid = paid(subscription, grace, now).ok().and_then(|_| {
        let period = subscription.current_period_end.map(|end| end + PERIOD_SLACK);
        let overdue = grace_until(subscription, grace);
        [period, subscription.cancel_at, overdue].into_iter().flatten().min()
    });
    match complimentary(subscription, now) {
        Ok(_) => subscription.complimentary_until.map(|given| paid.map_or(given, |paid| paid.max(given))),
        Err(_) => paid,
    }
}

/// When the grace period of an unpaid renewal ends; `None` if nothing is unpaid.
pub fn grace_until(subscription: &Subscription, grace: SignedDuration) -> Option<Timestamp> {
    subscription.unpaid_since.filter(|_| subscription.status == Status::PastDue).map(|since| since + grace)
}

fn paid(subscription: &Subscription, grace: SignedDuration, now: Timestamp) -> Result<PlanType, Denial> {
    match subscription.status {
        Status::None | Status::Incomplete | Status::IncompleteExpired | Status::Unknown => {
            return Err(Denial::SubscriptionRequired);
        }
        Status::Canceled => return Err(Denial::SubscriptionExpired),
        Status::Trialing | Status::Active | Status::PastDue | Status::Unpaid | Status::Paused => {}
    }
    let plan = subscription.plan_type.ok_or(Denial::SubscriptionRequired)?;
    let over = |end: Option<Timestamp>| end.is_some_and(|end| now >= end);
    if over(subscription.cancel_at) || over(subscription.current_period_end.map(|end| end + PERIOD_SLACK)) {
        return Err(Denial::SubscriptionExpired);
    }
    match subscription.status {
        Status::Trialing | Status::Active => Ok(plan),
        Status::PastDue if grace_until(subscription, grace).is_some_and(|end| now < end) => Ok(plan),
        _ => Err(Denial::PaymentOverdue),
    }
}

fn complimentary(subscription: &Subscription, now: Timestamp) -> Result<PlanType, Denial> {
    match (subscription.complimentary_plan, subscription.complimentary_until) {
        (Some(plan), Some(until)) if now < until => Ok(plan),
        (Some(_), Some(_)) => Err(Denial::SubscriptionExpired),
        // A complimentary plan without an end lasts until it is withdrawn.
        (Some(plan), None) => Ok(plan),
        (None, _) => Err(Denial::SubscriptionRequired),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn with(status: Status, plan: PlanType) -> Subscription {
        Subscription {
            status,
            plan_type: Some(plan),
            current_period_end: Some(at(30 * 86_400)),
            unpaid_since: Some(at(0)),
            ..Subscription::default()
        }
    }

    fn premium(subscription: &Subscription, now: Timestamp) -> Decision {
        decide(subscription, RequiredPlan::Premium, GRACE, now)
    }

    #[test]
    fn each_status_grants_what_the_contract_defines() {
        use Denial::{PaymentOverdue, SubscriptionExpired, SubscriptionRequired};
        for status in Status::ALL {
            let expected = match status {
                Status::Trialing | Status::Active | Status::PastDue => Decision::Allow,
                Status::Unpaid | Status::Paused => Decision::Deny(PaymentOverdue),
                Status::Canceled => Decision::Deny(SubscriptionExpired),
                _ => Decision::Deny(SubscriptionRequired),
            };
            assert_eq!(premium(&with(status, PlanType::Premium), at(1)), expected, "{status:?}");
            assert_eq!(decide(&with(status, PlanType::Basic), RequiredPlan::Free, GRACE, at(1)), Decision::Allow);
        }
        assert_eq!(premium(&with(Status::Active, PlanType::Basic), at(1)), Decision::Deny(Denial::PlanUpgradeRequired));
        let unknown_price = Subscription { plan_type: None, ..with(Status::Active, PlanType::Premium) };
        assert_eq!(premium(&unknown_price, at(1)), Decision::Deny(SubscriptionRequired));
    }

    #[test]
    fn access_ends_exactly_at_its_second() {
        let overdue = with(Status::PastDue, PlanType::Premium);
        assert_eq!(premium(&overdue, at(7 * 86_400 - 1)), Decision::Allow);
        assert_eq!(premium(&overdue, at(7 * 86_400)), Decision::Deny(Denial::PaymentOverdue));
        let active = with(Status::Active, PlanType::Premium);
        assert_eq!(premium(&active, at(32 * 86_400 - 1)), Decision::Allow);
        assert_eq!(premium(&active, at(32 * 86_400)), Decision::Deny(Denial::SubscriptionExpired));
        let cancelling = Subscription { cancel_at: Some(at(30 * 86_400)), ..active };
        assert_eq!(premium(&cancelling, at(30 * 86_400 - 1)), Decision::Allow);
        assert_eq!(premium(&cancelling, at(30 * 86_400)), Decision::Deny(Denial::SubscriptionExpired));
        assert_eq!(access_until(&cancelling, GRACE, at(0)), Some(at(30 * 86_400)));
    }

    #[test]
    fn the_better_of_subscription_and_complimentary_plan_counts() {
        let given = |status, plan, until| Subscription {
            complimentary_plan: Some(PlanType::Premium),
            complimentary_until: Some(at(until)),
            ..with(status, plan)
        };
        assert_eq!(premium(&given(Status::Active, PlanType::Basic, 10), at(9)), Decision::Allow);
        assert_eq!(
            premium(&given(Status::Active, PlanType::Basic, 10), at(10)),
            Decision::Deny(Denial::PlanUpgradeRequired)
        );
        assert_eq!(
            premium(&given(Status::None, PlanType::Basic, 10), at(10)),
            Decision::Deny(Denial::SubscriptionExpired)
        );
        assert_eq!(
            premium(&given(Status::Unpaid, PlanType::Basic, 10), at(10)),
            Decision::Deny(Denial::PaymentOverdue)
        );
        let for_good = Subscription { complimentary_until: None, ..given(Status::Active, PlanType::Basic, 0) };
        assert_eq!(premium(&for_good, at(1_000_000_000)), Decision::Allow);
        assert_eq!(access_until(&for_good, GRACE, at(0)), None);
        assert_eq!(access_until(&given(Status::None, PlanType::Basic, 10), GRACE, at(0)), Some(at(10)));
    }
}
