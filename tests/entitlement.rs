//! Who may watch what, for every combination of status, plan, required plan, arrears, cancellation, period and
//! complimentary plan. Times are one second before their boundary, at it, and one second after it.
//!
//! The rules here are written independently of the code and are easy to read. `make entitlement` prints what the code
//! decides as `docs/entitlement.md`, for a person to check.

use jiff::{SignedDuration, Timestamp};
use shared::models::entitlement::{Decision, Denial, decide};
use shared::models::plan::{PlanType, RequiredPlan};
use shared::models::subscription::{Status, Subscription};
use std::fmt::Write;

const DAY: i64 = 86_400;
/// The grace period: the template's default.
const GRACE: i64 = 7 * DAY;
/// How long access lasts beyond the paid period.
const SLACK: i64 = 2 * DAY;
const NOW: i64 = 1_800_000_000;

/// How far ahead of now a boundary is, in seconds; `None` if there is no boundary.
type SecondsAhead = Option<i64>;
/// No boundary, one in a second, one now, one a second ago.
const BOUNDARY: [SecondsAhead; 4] = [None, Some(1), Some(0), Some(-1)];
/// Like [`BOUNDARY`], and a period that has 30 more days.
const PERIODS: [SecondsAhead; 5] = [None, Some(30 * DAY), Some(1), Some(0), Some(-1)];
const PLANS: [Option<PlanType>; 3] = [None, Some(PlanType::Basic), Some(PlanType::Premium)];
const REQUIRED: [RequiredPlan; 3] = [RequiredPlan::Free, RequiredPlan::Basic, RequiredPlan::Premium];

/// A combination, except for the video's required plan.
#[derive(Clone, Copy, Debug)]
struct Case {
    status: Status,
    /// `None`: an unknown price.
    plan: Option<PlanType>,
    cancellation: SecondsAhead,
    /// Two days after the end of the period.
    period: SecondsAhead,
    /// The end of the grace period of the earliest open invoice; `None` if no invoice is open.
    arrears: SecondsAhead,
    /// The plan, and when it ends.
    complimentary: Option<(PlanType, SecondsAhead)>,
}

/// What a subscription or a complimentary plan grants on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grant {
    Plan(PlanType),
    Required,
    Expired,
    Overdue,
}

fn complimentaries() -> Vec<Option<(PlanType, SecondsAhead)>> {
    let given = PlanType::ALL.into_iter().flat_map(|plan| BOUNDARY.map(|until| Some((plan, until))));
    std::iter::once(None).chain(given).collect()
}

fn subscriptions() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in Status::ALL {
        for plan in PLANS {
            for cancellation in BOUNDARY {
                for period in PERIODS {
                    for arrears in BOUNDARY {
                        cases.push(Case { status, plan, cancellation, period, arrears, complimentary: None });
                    }
                }
            }
        }
    }
    cases
}

fn decision(case: &Case, required: RequiredPlan) -> Decision {
    let now = Timestamp::from_second(NOW).expect("in range");
    let at = |ahead: i64| now + SignedDuration::from_secs(ahead);
    let subscription = Subscription {
        status: case.status,
        plan_type: case.plan,
        cancel_at: case.cancellation.map(at),
        current_period_end: case.period.map(|ahead| at(ahead - SLACK)),
        unpaid_since: case.arrears.map(|ahead| at(ahead - GRACE)),
        complimentary_plan: case.complimentary.map(|(plan, _)| plan),
        complimentary_until: case.complimentary.and_then(|(_, until)| until).map(at),
        ..Subscription::default()
    };
    decide(&subscription, required, SignedDuration::from_secs(GRACE), now)
}

/// The rules for a subscription: the first one that matches decides.
fn of_subscription(case: &Case) -> Grant {
    let is_over = |boundary: SecondsAhead| boundary.is_some_and(|ahead| ahead <= 0);
    match (case.status, case.plan) {
        (Status::None | Status::Incomplete | Status::IncompleteExpired | Status::Unknown, _) => Grant::Required,
        (Status::Canceled, _) => Grant::Expired,
        (_, None) => Grant::Required,
        _ if is_over(case.cancellation) => Grant::Expired,
        _ if is_over(case.period) => Grant::Expired,
        (Status::Trialing | Status::Active, Some(plan)) => Grant::Plan(plan),
        (Status::PastDue, Some(plan)) if case.arrears.is_some_and(|ahead| ahead > 0) => Grant::Plan(plan),
        (Status::PastDue | Status::Unpaid | Status::Paused, Some(_)) => Grant::Overdue,
    }
}

/// The rules for a complimentary plan.
fn of_complimentary(given: Option<(PlanType, SecondsAhead)>) -> Grant {
    match given {
        None => Grant::Required,
        Some((plan, None)) => Grant::Plan(plan),
        Some((plan, Some(until))) if until > 0 => Grant::Plan(plan),
        Some(_) => Grant::Expired,
    }
}

/// The rules for the two combined, given what each grants on its own.
fn of_both(paid: Grant, given: Grant, required: RequiredPlan) -> Decision {
    use PlanType::{Basic, Premium};
    let granted = match (paid, given) {
        (Grant::Plan(Premium), _) | (_, Grant::Plan(Premium)) => Grant::Plan(Premium),
        (Grant::Plan(Basic), _) | (_, Grant::Plan(Basic)) => Grant::Plan(Basic),
        (Grant::Required, Grant::Expired) => Grant::Expired,
        (paid, _) => paid,
    };
    match (required, granted) {
        (RequiredPlan::Free, _) => Decision::Allow,
        (RequiredPlan::Basic | RequiredPlan::Premium, Grant::Plan(Premium)) => Decision::Allow,
        (RequiredPlan::Basic, Grant::Plan(Basic)) => Decision::Allow,
        (RequiredPlan::Premium, Grant::Plan(Basic)) => Decision::Deny(Denial::PlanUpgradeRequired),
        (_, Grant::Required) => Decision::Deny(Denial::SubscriptionRequired),
        (_, Grant::Expired) => Decision::Deny(Denial::SubscriptionExpired),
        (_, Grant::Overdue) => Decision::Deny(Denial::PaymentOverdue),
    }
}

#[test]
fn every_combination_is_decided_by_the_rules() {
    let mut count = 0;
    for subscription in subscriptions() {
        for complimentary in complimentaries() {
            let case = Case { complimentary, ..subscription };
            for required in REQUIRED {
                let expected = of_both(of_subscription(&case), of_complimentary(complimentary), required);
                assert_eq!(decision(&case, required), expected, "{required:?} video, {case:?}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 10 * 3 * 4 * 5 * 4 * 9 * 3, "no combination is left out");
}

#[test]
fn the_printed_table_matches_the_code() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("docs/entitlement.md");
    let table = printed();
    if std::env::var_os("WRITE_ENTITLEMENT").is_some() {
        std::fs::write(&path, &table).expect("docs/ can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == table, "docs/entitlement.md is stale: run `make entitlement`");
}

fn letter(decision: Decision) -> char {
    match decision {
        Decision::Allow => '✓',
        Decision::Deny(Denial::PlanUpgradeRequired) => 'U',
        Decision::Deny(Denial::SubscriptionRequired) => 'S',
        Decision::Deny(Denial::SubscriptionExpired) => 'E',
        Decision::Deny(Denial::PaymentOverdue) => 'P',
        Decision::Deny(other) => panic!("not a denial of a plan: {other:?}"),
    }
}

/// The answers for a free, a basic and a premium video.
fn cell(case: &Case) -> String {
    REQUIRED.map(|required| letter(decision(case, required)).to_string()).join(" ")
}

const HEAD: &str = "\
# Who may watch what

`make entitlement` prints this page from the code. One test fails when it is stale; another compares all 64,800 combinations
with rules written independently of the code (`tests/entitlement.rs`).

Each cell has three answers: for a free, a basic and a premium video.

| symbol | answer |
| --- | --- |
| ✓ | plays |
| U | `PLAN_UPGRADE_REQUIRED` |
| S | `SUBSCRIPTION_REQUIRED` |
| E | `SUBSCRIPTION_EXPIRED` |
| P | `PAYMENT_OVERDUE` |

Boundaries are exact to the second: `in 1 s` is the last second before one, `now` is the boundary itself.

## Subscription only

*Cancelled*: when a scheduled cancellation takes effect. *Period + 2 days*: two days after the end of the paid period.
*Arrears + 7 days*: the end of the grace period of the earliest open invoice; the template's `GraceDays` sets its length. `any`
stands for every value of the column, including `none`.

| status | cancelled | period + 2 days | arrears + 7 days | unknown price | basic | premium |
| --- | --- | --- | --- | --- | --- | --- |
";

const BESIDE: &str = "
## Subscription and complimentary plan

The better plan of the two counts. If neither grants access, the answer gives the subscription's reason, or `SUBSCRIPTION_EXPIRED`
if there is no subscription and the complimentary plan has ended.

| the subscription alone | no complimentary plan | basic, no end | until in 1 s | until now | until 1 s ago | premium, no end | until in 1 s | until now | until 1 s ago |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

fn printed() -> String {
    let mut text = HEAD.to_owned();
    for status in Status::ALL {
        let name = serde_json::to_value(status).expect("a word");
        let name = name.as_str().expect("a word");
        let base = Case { status, plan: None, cancellation: None, period: None, arrears: None, complimentary: None };
        let cells = |case: &Case| PLANS.map(|plan| cell(&Case { plan, ..*case })).join(" | ");
        let by_arrears = |case: Case| merged(&BOUNDARY, |arrears| vec![cells(&Case { arrears, ..case })]);
        let by_period = |case: Case| merged(&PERIODS, |period| by_arrears(Case { period, ..case }));
        for row in merged(&BOUNDARY, |cancellation| by_period(Case { cancellation, ..base })) {
            let _ = writeln!(text, "| `{name}` | {row} |");
        }
    }
    text.push_str(BESIDE);
    let active = |plan: Option<PlanType>, status: Status| Case {
        status,
        plan,
        cancellation: None,
        period: Some(30 * DAY),
        arrears: None,
        complimentary: None,
    };
    for (name, case) in [
        ("basic", active(Some(PlanType::Basic), Status::Active)),
        ("premium", active(Some(PlanType::Premium), Status::Active)),
        ("`SUBSCRIPTION_REQUIRED`", active(None, Status::None)),
        ("`SUBSCRIPTION_EXPIRED`", active(Some(PlanType::Premium), Status::Canceled)),
        ("`PAYMENT_OVERDUE`", active(Some(PlanType::Premium), Status::Unpaid)),
    ] {
        let cells = complimentaries().into_iter().map(|complimentary| cell(&Case { complimentary, ..case }));
        let _ = writeln!(text, "| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    text
}

/// The rows of each value of a dimension; values with equal rows share them.
fn merged(values: &[SecondsAhead], rows: impl Fn(SecondsAhead) -> Vec<String>) -> Vec<String> {
    let mut groups: Vec<(Vec<SecondsAhead>, Vec<String>)> = Vec::new();
    for value in values {
        let own = rows(*value);
        match groups.iter_mut().find(|(_, rows)| *rows == own) {
            Some((together, _)) => together.push(*value),
            None => groups.push((vec![*value], own)),
        }
    }
    let is_whole = groups.len() == 1;
    let label = |group: &[SecondsAhead]| {
        if is_whole { "any".to_owned() } else { group.iter().map(|one| word(*one)).collect::<Vec<_>>().join(", ") }
    };
    groups.iter().flat_map(|(group, rows)| rows.iter().map(|row| format!("{} | {row}", label(group)))).collect()
}

fn word(ahead: SecondsAhead) -> &'static str {
    match ahead {
        None => "none",
        Some(1) => "in 1 s",
        Some(0) => "now",
        Some(-1) => "1 s ago",
        Some(_) => "in 30 days",
    }
}
