//! Who may watch what, over the whole space: every status, plan, required plan, arrears, cancellation, period and
//! complimentary plan, each at the second before its boundary, at it, and after it.
//!
//! What is expected is said here in rules that a person can read, apart from the code. What the code says is printed as
//! `docs/entitlement.md`, for a person to check; `make entitlement` writes it.

use jiff::{SignedDuration, Timestamp};
use shared::http::error::Code;
use shared::models::entitlement::{Decision, decide};
use shared::models::plan::{PlanType, RequiredPlan};
use shared::models::subscription::{Status, Subscription};
use std::fmt::Write;

const DAY: i64 = 86_400;
/// The grace of the space: the template's default.
const GRACE: i64 = 7 * DAY;
/// How long a state is believed beyond its period.
const SLACK: i64 = 2 * DAY;
const NOW: i64 = 1_800_000_000;

/// How far ahead of now a boundary lies, in seconds: `None` where there is none.
type Ahead = Option<i64>;
/// No boundary; one that comes in a second, that is now, that was a second ago.
const BOUNDARY: [Ahead; 4] = [None, Some(1), Some(0), Some(-1)];
/// As [`BOUNDARY`], and a period that goes on.
const PERIODS: [Ahead; 5] = [None, Some(30 * DAY), Some(1), Some(0), Some(-1)];
const PLANS: [Option<PlanType>; 3] = [None, Some(PlanType::Basic), Some(PlanType::Premium)];
const REQUIRED: [RequiredPlan; 3] = [RequiredPlan::Free, RequiredPlan::Basic, RequiredPlan::Premium];

/// A point of the space, but for the video.
#[derive(Clone, Copy, Debug)]
struct Case {
    status: Status,
    /// `None`: a price that is not ours.
    plan: Option<PlanType>,
    cancellation: Ahead,
    /// The end of the period with its two days.
    period: Ahead,
    /// The end of the grace of the earliest open invoice; `None` where no invoice is open.
    arrears: Ahead,
    /// The plan, and when it ends if it does.
    complimentary: Option<(PlanType, Ahead)>,
}

/// What a subscription or a complimentary plan says for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    Plan(PlanType),
    Required,
    Expired,
    Overdue,
}

fn complimentaries() -> Vec<Option<(PlanType, Ahead)>> {
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

/// The rules for a subscription: the first that fits.
fn of_subscription(case: &Case) -> Say {
    let is_over = |boundary: Ahead| boundary.is_some_and(|ahead| ahead <= 0);
    match (case.status, case.plan) {
        (Status::None | Status::Incomplete | Status::IncompleteExpired | Status::Unknown, _) => Say::Required,
        (Status::Canceled, _) => Say::Expired,
        (_, None) => Say::Required,
        _ if is_over(case.cancellation) => Say::Expired,
        _ if is_over(case.period) => Say::Expired,
        (Status::Trialing | Status::Active, Some(plan)) => Say::Plan(plan),
        (Status::PastDue, Some(plan)) if case.arrears.is_some_and(|ahead| ahead > 0) => Say::Plan(plan),
        (Status::PastDue | Status::Unpaid | Status::Paused, Some(_)) => Say::Overdue,
    }
}

/// The rules for a complimentary plan.
fn of_complimentary(given: Option<(PlanType, Ahead)>) -> Say {
    match given {
        None => Say::Required,
        Some((plan, None)) => Say::Plan(plan),
        Some((plan, Some(until))) if until > 0 => Say::Plan(plan),
        Some(_) => Say::Expired,
    }
}

/// The rules for both beside each other, given what each says for itself.
fn of_both(paid: Say, given: Say, required: RequiredPlan) -> Decision {
    use PlanType::{Basic, Premium};
    let granted = match (paid, given) {
        (Say::Plan(Premium), _) | (_, Say::Plan(Premium)) => Say::Plan(Premium),
        (Say::Plan(Basic), _) | (_, Say::Plan(Basic)) => Say::Plan(Basic),
        (Say::Required, Say::Expired) => Say::Expired,
        (paid, _) => paid,
    };
    match (required, granted) {
        (RequiredPlan::Free, _) => Decision::Allow,
        (RequiredPlan::Basic | RequiredPlan::Premium, Say::Plan(Premium)) => Decision::Allow,
        (RequiredPlan::Basic, Say::Plan(Basic)) => Decision::Allow,
        (RequiredPlan::Premium, Say::Plan(Basic)) => Decision::Deny(Code::PlanUpgradeRequired),
        (_, Say::Required) => Decision::Deny(Code::SubscriptionRequired),
        (_, Say::Expired) => Decision::Deny(Code::SubscriptionExpired),
        (_, Say::Overdue) => Decision::Deny(Code::PaymentOverdue),
    }
}

#[test]
fn the_whole_space_answers_as_the_rules_say() {
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
    assert_eq!(count, 10 * 3 * 4 * 5 * 4 * 9 * 3, "nothing of the space is left out");
}

#[test]
fn the_printed_table_is_that_of_the_code() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("docs/entitlement.md");
    let table = printed();
    if std::env::var_os("WRITE_ENTITLEMENT").is_some() {
        std::fs::write(&path, &table).expect("docs/ can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == table, "docs/entitlement.md is stale: make entitlement");
}

fn letter(decision: Decision) -> char {
    match decision {
        Decision::Allow => '✓',
        Decision::Deny(Code::PlanUpgradeRequired) => 'U',
        Decision::Deny(Code::SubscriptionRequired) => 'S',
        Decision::Deny(Code::SubscriptionExpired) => 'E',
        Decision::Deny(Code::PaymentOverdue) => 'P',
        Decision::Deny(other) => panic!("no code of entitlement: {other:?}"),
    }
}

/// A free, a basic and a premium video.
fn cell(case: &Case) -> String {
    REQUIRED.map(|required| letter(decision(case, required)).to_string()).join(" ")
}

const HEAD: &str = "\
# Who may watch what

Printed from the code by `make entitlement`; a test fails when it is stale, and another compares the whole space of 64,800
points with rules written apart from the code (`tests/entitlement.rs`).

Each cell is a free, a basic and a premium video, in this order:

| sign | answer |
| --- | --- |
| ✓ | plays |
| U | `PLAN_UPGRADE_REQUIRED` |
| S | `SUBSCRIPTION_REQUIRED` |
| E | `SUBSCRIPTION_EXPIRED` |
| P | `PAYMENT_OVERDUE` |

A boundary is meant to the second: `in 1 s` is the last second before it, `now` the first at it.

## By the subscription alone

*Cancelled*: the moment at which it will be cancelled. *Period + 2 days*: when the paid period and two days beyond it are over.
*Arrears + 7 days*: when the grace of its earliest open invoice is over; the grace is the template's `GraceDays`. `any` is
every value of the column, none included.

| status | cancelled | period + 2 days | arrears + 7 days | at a price not ours | basic | premium |
| --- | --- | --- | --- | --- | --- | --- |
";

const BESIDE: &str = "
## With a complimentary plan beside it

The better of the two counts. Where neither grants, the subscription's reason is told, unless there is no subscription and the
complimentary plan ended.

| the subscription says | none given | basic for good | until in 1 s | until now | until 1 s ago | premium for good | until in 1 s | until now | until 1 s ago |
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
    for (says, case) in [
        ("basic", active(Some(PlanType::Basic), Status::Active)),
        ("premium", active(Some(PlanType::Premium), Status::Active)),
        ("`SUBSCRIPTION_REQUIRED`", active(None, Status::None)),
        ("`SUBSCRIPTION_EXPIRED`", active(Some(PlanType::Premium), Status::Canceled)),
        ("`PAYMENT_OVERDUE`", active(Some(PlanType::Premium), Status::Unpaid)),
    ] {
        let cells = complimentaries().into_iter().map(|complimentary| cell(&Case { complimentary, ..case }));
        let _ = writeln!(text, "| {says} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    text
}

/// The rows of each value of a dimension, values with equal rows being told together.
fn merged(values: &[Ahead], rows: impl Fn(Ahead) -> Vec<String>) -> Vec<String> {
    let mut groups: Vec<(Vec<Ahead>, Vec<String>)> = Vec::new();
    for value in values {
        let own = rows(*value);
        match groups.iter_mut().find(|(_, rows)| *rows == own) {
            Some((together, _)) => together.push(*value),
            None => groups.push((vec![*value], own)),
        }
    }
    let is_whole = groups.len() == 1;
    let told = |group: &[Ahead]| {
        if is_whole { "any".to_owned() } else { group.iter().map(|one| word(*one)).collect::<Vec<_>>().join(", ") }
    };
    groups.iter().flat_map(|(group, rows)| rows.iter().map(|row| format!("{} | {row}", told(group)))).collect()
}

fn word(ahead: Ahead) -> &'static str {
    match ahead {
        None => "none",
        Some(1) => "in 1 s",
        Some(0) => "now",
        Some(-1) => "1 s ago",
        Some(_) => "in 30 days",
    }
}
