use super::*;
use crate::rules::tests::{at, subscription};
use crate::snapshot::Schedule;
use shared::models::subscription::Status;

const BASIC: PlanType = PlanType::Basic;
const PREMIUM: PlanType = PlanType::Premium;

fn prices() -> Vec<Price> {
    let all = PlanType::ALL.into_iter().flat_map(|plan| Interval::ALL.map(|interval| (plan, interval)));
    let price = |(plan_type, interval)| {
        let lookup_key = lookup_key(plan_type, interval);
        Price { id: lookup_key.clone(), plan_type, interval, amount: 1, currency: "usd".to_owned(), lookup_key }
    };
    all.map(price).collect()
}

fn at_plan(plan: PlanType, interval: Interval) -> Subscription {
    Subscription {
        plan: Some((plan, interval)),
        price: Some(lookup_key(plan, interval)),
        ..subscription("one", Some(plan), Status::Active)
    }
}

fn scheduled(one: Subscription, next: Option<&str>) -> Subscription {
    let schedule = Schedule { id: "s".to_owned(), current: Some((at(0), at(30))), next: next.map(str::to_owned) };
    Subscription { schedule: Some(schedule), ..one }
}

fn timing(one: &Subscription, plan_type: PlanType, interval: Option<Interval>) -> Result<ChangeTiming, String> {
    let subscriptions = [one.clone()];
    let decided = decide(&subscriptions, &prices(), PlanChangeRequest { plan_type, interval });
    decided.map(|(_, _, timing)| timing).map_err(|refusal| format!("{refusal:?}").chars().take(4).collect())
}

#[test]
fn upgrades_take_effect_now_and_downgrades_at_the_end_of_the_period() {
    use Interval::{Month, Year};
    for (from, to, expected) in [
        ((BASIC, Month), (PREMIUM, Some(Month)), ChangeTiming::Immediate),
        ((BASIC, Month), (PREMIUM, Some(Year)), ChangeTiming::Immediate),
        ((BASIC, Month), (BASIC, Some(Year)), ChangeTiming::Immediate),
        ((BASIC, Year), (PREMIUM, Some(Month)), ChangeTiming::Immediate),
        ((BASIC, Year), (PREMIUM, None), ChangeTiming::Immediate),
        ((PREMIUM, Month), (BASIC, Some(Month)), ChangeTiming::AtPeriodEnd),
        ((PREMIUM, Month), (BASIC, Some(Year)), ChangeTiming::AtPeriodEnd),
        ((PREMIUM, Year), (PREMIUM, Some(Month)), ChangeTiming::AtPeriodEnd),
        ((PREMIUM, Year), (BASIC, None), ChangeTiming::AtPeriodEnd),
        ((PREMIUM, Year), (PREMIUM, None), ChangeTiming::Unchanged),
        ((BASIC, Month), (BASIC, Some(Month)), ChangeTiming::Unchanged),
    ] {
        assert_eq!(timing(&at_plan(from.0, from.1), to.0, to.1), Ok(expected), "{from:?} to {to:?}");
    }
}

#[test]
fn the_interval_stays_unless_the_request_names_one() {
    let subscriptions = [at_plan(BASIC, Interval::Year)];
    let request = PlanChangeRequest { plan_type: PREMIUM, interval: None };
    let (_, target, _) = decide(&subscriptions, &prices(), request).expect("a change");
    assert_eq!(target, (PREMIUM, Interval::Year));
}

#[test]
fn a_scheduled_change_can_be_kept_cancelled_or_replaced_by_another_scheduled_one() {
    let one = scheduled(at_plan(PREMIUM, Interval::Month), Some("basic_month"));
    assert_eq!(timing(&one, BASIC, None), Ok(ChangeTiming::AlreadyScheduled));
    assert_eq!(timing(&one, PREMIUM, None), Ok(ChangeTiming::CancelPending));
    assert_eq!(timing(&one, BASIC, Some(Interval::Year)), Ok(ChangeTiming::AtPeriodEnd));
    assert_eq!(timing(&one, PREMIUM, Some(Interval::Year)), Err("Othe".to_owned()));
    // The schedule of a completed change, and one that changes nothing.
    for next in [None, Some("premium_month")] {
        let one = scheduled(at_plan(PREMIUM, Interval::Month), next);
        assert_eq!(timing(&one, PREMIUM, None), Ok(ChangeTiming::Unchanged));
        assert_eq!(timing(&one, PREMIUM, Some(Interval::Year)), Ok(ChangeTiming::Immediate));
    }
}

#[test]
fn an_unpaid_change_is_cancelled_by_choosing_the_current_plan_and_retried_by_choosing_the_new_one() {
    let one = Subscription { awaited: Some("in_1".to_owned()), ..at_plan(BASIC, Interval::Month) };
    assert_eq!(timing(&one, BASIC, None), Ok(ChangeTiming::CancelPending));
    assert_eq!(timing(&one, PREMIUM, None), Ok(ChangeTiming::Immediate));
}

#[test]
fn a_change_is_refused_while_an_invoice_is_open_or_the_subscription_is_ending_or_has_ended() {
    for status in Status::ALL {
        let one = Subscription { status, ..at_plan(BASIC, Interval::Month) };
        let expected = match status {
            Status::Active | Status::Trialing => Ok(ChangeTiming::Immediate),
            Status::PastDue | Status::Unpaid | Status::Paused => Err("Owed".to_owned()),
            _ => Err("NoSu".to_owned()),
        };
        assert_eq!(timing(&one, PREMIUM, None), expected, "{status:?}");
    }
    let ends = [
        Subscription { cancel_at_period_end: true, ..at_plan(PREMIUM, Interval::Month) },
        Subscription { cancel_at: Some(at(30)), ..at_plan(PREMIUM, Interval::Month) },
    ];
    for one in &ends {
        assert_eq!(timing(one, BASIC, None), Err("Ends".to_owned()));
        assert_eq!(timing(one, PREMIUM, Some(Interval::Year)), Err("Ends".to_owned()));
    }
    assert!(matches!(
        decide(&[], &[], PlanChangeRequest { plan_type: BASIC, interval: None }),
        Err(Refusal::NoSubscription)
    ));
}
