//! Who may watch what: one pure function, which every place that grants or shows access calls.

use crate::http::error::Code;
use crate::models::plan::{PlanType, RequiredPlan};
use crate::models::subscription::{Status, Subscription};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a state is believed beyond its period's end: Stripe's draft hour, and a day of lost webhooks.
pub const PERIOD_SLACK: SignedDuration = SignedDuration::from_hours(48);

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// May watch.
    Allow,
    /// May not, for the reason that the code names.
    Deny(Code),
}

/// A decision as clients see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessView {
    /// Whether it may be watched.
    pub allowed: bool,
    /// Why not.
    pub code: Option<Code>,
}

impl From<Decision> for AccessView {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allow => Self { allowed: true, code: None },
            Decision::Deny(code) => Self { allowed: false, code: Some(code) },
        }
    }
}

/// Decides whether a subscription, or the complimentary plan beside it, is enough for a video at a moment.
pub fn decide(subscription: &Subscription, required: RequiredPlan, grace: SignedDuration, now: Timestamp) -> Decision {
    if required == RequiredPlan::Free {
        return Decision::Allow;
    }
    match granted(subscription, grace, now) {
        Ok(plan) if plan.covers(required) => Decision::Allow,
        Ok(_) => Decision::Deny(Code::PlanUpgradeRequired),
        Err(code) => Decision::Deny(code),
    }
}

/// The plan that is granted at a moment: the better of subscription and complimentary plan.
///
/// # Errors
/// The code that says why none is.
pub fn granted(subscription: &Subscription, grace: SignedDuration, now: Timestamp) -> Result<PlanType, Code> {
    match (paid(subscription, grace, now), complimentary(subscription, now)) {
        (Ok(paid), Ok(given)) => Ok(paid.max(given)),
        (Ok(plan), Err(_)) | (Err(_), Ok(plan)) => Ok(plan),
        // A complimentary plan that ended is more telling than no subscription, and less than an unpaid one.
        (Err(Code::SubscriptionRequired), Err(code)) => Err(code),
        (Err(code), Err(_)) => Err(code),
    }
}

/// The plan whose streams count: an admin's are premium's; `None` where nothing is granted.
pub fn effective_plan(
    subscription: &Subscription,
    admin: bool,
    grace: SignedDuration,
    now: Timestamp,
) -> Option<PlanType> {
    if admin { Some(PlanType::Premium) } else { granted(subscription, grace, now).ok() }
}

/// The moment at which the access of the present state ends; `None` when there is none.
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

/// When the grace of an unpaid renewal ends; `None` while nothing is unpaid.
pub fn grace_until(subscription: &Subscription, grace: SignedDuration) -> Option<Timestamp> {
    subscription.unpaid_since.filter(|_| subscription.status == Status::PastDue).map(|since| since + grace)
}

fn paid(subscription: &Subscription, grace: SignedDuration, now: Timestamp) -> Result<PlanType, Code> {
    match subscription.status {
        Status::None | Status::Incomplete | Status::IncompleteExpired | Status::Unknown => {
            return Err(Code::SubscriptionRequired);
        }
        Status::Canceled => return Err(Code::SubscriptionExpired),
        Status::Trialing | Status::Active | Status::PastDue | Status::Unpaid | Status::Paused => {}
    }
    let plan = subscription.plan_type.ok_or(Code::SubscriptionRequired)?;
    let over = |end: Option<Timestamp>| end.is_some_and(|end| now >= end);
    if over(subscription.cancel_at) || over(subscription.current_period_end.map(|end| end + PERIOD_SLACK)) {
        return Err(Code::SubscriptionExpired);
    }
    match subscription.status {
        Status::Trialing | Status::Active => Ok(plan),
        Status::PastDue if grace_until(subscription, grace).is_some_and(|end| now < end) => Ok(plan),
        _ => Err(Code::PaymentOverdue),
    }
}

fn complimentary(subscription: &Subscription, now: Timestamp) -> Result<PlanType, Code> {
    match (subscription.complimentary_plan, subscription.complimentary_until) {
        (Some(plan), Some(until)) if now < until => Ok(plan),
        (Some(_), Some(_)) => Err(Code::SubscriptionExpired),
        // Until it is taken back.
        (Some(plan), None) => Ok(plan),
        (None, _) => Err(Code::SubscriptionRequired),
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
    fn each_status_grants_what_the_contract_says() {
        use Code::{PaymentOverdue, SubscriptionExpired, SubscriptionRequired};
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
        assert_eq!(premium(&with(Status::Active, PlanType::Basic), at(1)), Decision::Deny(Code::PlanUpgradeRequired));
        let unknown_price = Subscription { plan_type: None, ..with(Status::Active, PlanType::Premium) };
        assert_eq!(premium(&unknown_price, at(1)), Decision::Deny(SubscriptionRequired));
    }

    #[test]
    fn access_ends_at_the_second_and_not_before() {
        let overdue = with(Status::PastDue, PlanType::Premium);
        assert_eq!(premium(&overdue, at(7 * 86_400 - 1)), Decision::Allow);
        assert_eq!(premium(&overdue, at(7 * 86_400)), Decision::Deny(Code::PaymentOverdue));
        let active = with(Status::Active, PlanType::Premium);
        assert_eq!(premium(&active, at(32 * 86_400 - 1)), Decision::Allow);
        assert_eq!(premium(&active, at(32 * 86_400)), Decision::Deny(Code::SubscriptionExpired));
        let cancelling = Subscription { cancel_at: Some(at(30 * 86_400)), ..active };
        assert_eq!(premium(&cancelling, at(30 * 86_400 - 1)), Decision::Allow);
        assert_eq!(premium(&cancelling, at(30 * 86_400)), Decision::Deny(Code::SubscriptionExpired));
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
            Decision::Deny(Code::PlanUpgradeRequired)
        );
        assert_eq!(
            premium(&given(Status::None, PlanType::Basic, 10), at(10)),
            Decision::Deny(Code::SubscriptionExpired)
        );
        assert_eq!(premium(&given(Status::Unpaid, PlanType::Basic, 10), at(10)), Decision::Deny(Code::PaymentOverdue));
        let for_good = Subscription { complimentary_until: None, ..given(Status::Active, PlanType::Basic, 0) };
        assert_eq!(premium(&for_good, at(1_000_000_000)), Decision::Allow);
        assert_eq!(access_until(&for_good, GRACE, at(0)), None);
        assert_eq!(access_until(&given(Status::None, PlanType::Basic, 10), GRACE, at(0)), Some(at(10)));
    }
}
