use super::*;
use crate::snapshot::{Invoice, Schedule};
use shared::models::ledger::InvoiceEntry;
use shared::models::plan::{Interval, PlanType};
use std::collections::BTreeSet;

pub(crate) fn at(day: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + day * 86_400).expect("in range")
}

pub(crate) fn subscription(id: &str, plan: Option<PlanType>, status: Status) -> Subscription {
    Subscription {
        id: id.to_owned(),
        customer: "cus_1".to_owned(),
        status,
        plan: plan.map(|plan| (plan, Interval::Month)),
        item: None,
        price: None,
        product: None,
        quantity: 1,
        amount: 799,
        currency: "usd".to_owned(),
        current_period_end: Some(at(30)),
        cancel_at: None,
        cancel_at_period_end: false,
        created: at(0),
        trial_start: None,
        trial_end: None,
        canceled_at: None,
        ended_at: None,
        cancel_reason: None,
        cancel_comment: None,
        discounts: Vec::new(),
        schedule: None,
        awaited: None,
        pause: None,
        ended_for: BTreeSet::new(),
    }
}

fn invoice(id: &str, subscription: &str, status: &str, finalized: i64) -> Invoice {
    let entry = InvoiceEntry {
        id: id.to_owned(),
        number: None,
        subscription: Some(subscription.to_owned()),
        status: status.to_owned(),
        plan_type: None,
        interval: None,
        amount_due: 799,
        amount_paid: if status == "paid" { 799 } else { 0 },
        recurring_amount: 0,
        currency: "usd".to_owned(),
        period_start: None,
        period_end: None,
        billing_reason: None,
        attempts: 1,
        payment_intent: Some(format!("pi_{id}")),
        created: at(finalized),
        finalized_at: Some(at(finalized)),
        paid_at: None,
        uncollectible_at: None,
        voided_at: None,
    };
    Invoice {
        customer: "cus_1".to_owned(),
        email: None,
        page: None,
        pdf: None,
        next_attempt: None,
        entry,
        lines: Vec::new(),
    }
}

const BASIC: Option<PlanType> = Some(PlanType::Basic);
const PREMIUM: Option<PlanType> = Some(PlanType::Premium);

/// The chosen subscription, which must not depend on the order in which Stripe lists them.
fn chosen(mut subscriptions: Vec<Subscription>) -> String {
    let one = granting(&subscriptions).expect("one").id.clone();
    subscriptions.reverse();
    assert_eq!(granting(&subscriptions).expect("one").id, one);
    one
}

#[test]
fn of_several_subscriptions_the_live_one_with_the_highest_plan_counts_then_the_latest_period_end() {
    let later = Subscription { current_period_end: Some(at(60)), ..subscription("later", BASIC, Status::Active) };
    assert_eq!(
        chosen(vec![subscription("basic", BASIC, Status::Active), subscription("premium", PREMIUM, Status::PastDue)]),
        "premium"
    );
    assert_eq!(chosen(vec![subscription("basic", BASIC, Status::Active), later.clone()]), "later");
    assert_eq!(chosen(vec![subscription("premium", PREMIUM, Status::Active), later.clone()]), "premium");
    assert_eq!(
        chosen(vec![subscription("unpaid", PREMIUM, Status::Unpaid), subscription("basic", BASIC, Status::Active)]),
        "basic"
    );
    assert_eq!(
        chosen(vec![subscription("over", PREMIUM, Status::Canceled), subscription("basic", BASIC, Status::Trialing)]),
        "basic"
    );
    assert_eq!(
        chosen(vec![subscription("over", PREMIUM, Status::Canceled), subscription("new", BASIC, Status::Incomplete)]),
        "over"
    );
    assert_eq!(
        chosen(vec![subscription("foreign", None, Status::Active), subscription("over", BASIC, Status::Canceled)]),
        "over"
    );
    assert_eq!(
        chosen(vec![
            subscription("over", PREMIUM, Status::Canceled),
            Subscription { status: Status::Canceled, ..later }
        ]),
        "later"
    );
}

#[test]
fn grace_starts_with_the_oldest_open_invoice_of_that_subscription() {
    let snapshot = Snapshot {
        subscriptions: vec![subscription("one", BASIC, Status::PastDue)],
        invoices: vec![
            invoice("paid", "one", "paid", 1),
            invoice("newer", "one", "open", 9),
            invoice("older", "one", "open", 5),
            invoice("other", "two", "open", 2),
        ],
        charges: Vec::new(),
    };
    assert_eq!(row(&snapshot, &[], "cus_1").unpaid_since, Some(at(5)));
}

#[test]
fn a_price_that_is_not_ours_grants_nothing_and_blocks_nothing() {
    let subscriptions = vec![subscription("foreign", None, Status::Active)];
    assert!(!is_subscribed(&subscriptions));
    assert!(is_new(&subscriptions));
    let row = row(&Snapshot { subscriptions, ..Snapshot::default() }, &[], "cus_1");
    assert_eq!((row.plan_type, row.status), (None, Status::Active));
}

#[test]
fn a_cancellation_at_the_period_end_or_at_a_set_time_can_be_undone() {
    let active = subscription("one", BASIC, Status::Active);
    let by_flag = Subscription { cancel_at_period_end: true, ..active.clone() };
    let by_moment = Subscription { cancel_at: Some(at(20)), ..active.clone() };
    for (one, end, undo) in [
        (&by_flag, Some(at(30)), Some(Cancellation::NotAtPeriodEnd)),
        (&by_moment, Some(at(20)), Some(Cancellation::NotAtAll)),
        (&active, None, None),
    ] {
        let subscriptions = vec![one.clone()];
        assert_eq!(resuming(&subscriptions).map(|(_, how)| how), undo);
        assert_eq!(cancelling(&subscriptions) == Cancelling::Ending, end.is_some());
        assert_eq!(row(&Snapshot { subscriptions, ..Snapshot::default() }, &[], "cus_1").cancel_at, end);
    }
    let over = Subscription { cancel_at: Some(at(20)), ..subscription("one", BASIC, Status::Canceled) };
    assert_eq!(cancelling(std::slice::from_ref(&over)), Cancelling::Nothing);
    assert!(resuming(std::slice::from_ref(&over)).is_none());
    assert_eq!(row(&Snapshot { subscriptions: vec![over], ..Snapshot::default() }, &[], "cus_1").cancel_at, None);
}

#[test]
fn the_newer_of_two_live_subscriptions_is_a_duplicate_and_its_payments_are_refunded() {
    let older = subscription("older", BASIC, Status::PastDue);
    let newer = Subscription { created: at(1), ..subscription("newer", PREMIUM, Status::Active) };
    let foreign = subscription("foreign", None, Status::Active);
    let snapshot = Snapshot {
        subscriptions: vec![newer, foreign, older],
        invoices: vec![invoice("in_1", "newer", "paid", 1), invoice("in_2", "older", "paid", 0)],
        charges: Vec::new(),
    };
    let expected = Surplus {
        subscription: "newer".to_owned(),
        comment: "duplicate of older".to_owned(),
        paid: vec![("in_1".to_owned(), "pi_in_1".to_owned())],
    };
    assert_eq!(surplus(&snapshot), [expected]);
    let ended = Subscription {
        cancel_comment: Some("duplicate of older".to_owned()),
        ..subscription("newer", PREMIUM, Status::Canceled)
    };
    assert_eq!(duplicate_of(&ended), Some("older"));
    assert!(surplus(&Snapshot { subscriptions: vec![ended], ..Snapshot::default() }).is_empty());
}

#[test]
fn only_the_first_completed_subscription_has_a_trial() {
    assert!(is_new(&[]));
    assert!(is_new(&[subscription("one", BASIC, Status::IncompleteExpired)]));
    assert!(!is_new(&[subscription("one", BASIC, Status::Canceled)]));
    assert!(!is_new(&[subscription("one", BASIC, Status::Trialing)]));
}

#[test]
fn a_customer_without_a_subscription_has_the_status_none() {
    let row = row(&Snapshot::default(), &[], "cus_1");
    assert_eq!((row.status, row.plan_type, row.stripe_customer_id.as_deref()), (Status::None, None, Some("cus_1")));
}

#[test]
fn a_scheduled_change_is_shown_as_pending_until_it_takes_effect() {
    let schedule = |next: Option<&str>| Schedule {
        id: "s".to_owned(),
        current: Some((at(0), at(30))),
        next: next.map(str::to_owned),
    };
    let price = Price {
        id: "price_basic".to_owned(),
        plan_type: PlanType::Basic,
        interval: Interval::Year,
        amount: 1,
        currency: "usd".to_owned(),
        lookup_key: "basic_year".to_owned(),
    };
    let pending = |one: Subscription| {
        let snapshot = Snapshot { subscriptions: vec![one], ..Snapshot::default() };
        let row = row(&snapshot, std::slice::from_ref(&price), "cus_1");
        (row.pending_plan_type, row.pending_interval)
    };
    let one = subscription("one", PREMIUM, Status::Active);
    let set = Subscription { schedule: Some(schedule(Some("price_basic"))), ..one.clone() };
    assert_eq!(pending(set.clone()), (BASIC, Some(Interval::Year)));
    assert_eq!(pending(Subscription { status: Status::Canceled, ..set.clone() }), (None, None), "it is over");
    let made = Subscription { plan: Some((PlanType::Basic, Interval::Year)), ..set };
    assert_eq!(pending(made), (None, None));
    assert_eq!(pending(Subscription { schedule: Some(schedule(None)), ..one.clone() }), (None, None));
    let foreign = Subscription { schedule: Some(schedule(Some("price_foreign"))), ..one };
    assert_eq!(pending(foreign), (None, None), "a price of somebody else's is no plan");
}
