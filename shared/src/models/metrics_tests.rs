use super::*;
use crate::models::plan::PlanType;

const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

fn at(text: &str) -> Timestamp {
    let text = if text.len() == 10 { format!("{text}T12:00:00Z") } else { text.to_owned() };
    text.parse().expect("a moment")
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn subscription(created: &str) -> SubscriptionEntry {
    SubscriptionEntry {
        id: "sub_1".to_owned(),
        status: Status::Active,
        plan_type: Some(PlanType::Basic),
        interval: Some(Interval::Month),
        amount: 1_000,
        currency: "usd".to_owned(),
        created: at(created),
        trial_end: None,
        canceled_at: None,
        ended_at: None,
        cancel_reason: None,
    }
}

fn invoice(from: &str, until: &str, amount: i64, paid: Option<&str>) -> Bill {
    Bill {
        id: format!("in_{from}"),
        subscription: Some("sub_1".to_owned()),
        status: if paid.is_some() { "paid" } else { "open" }.to_owned(),
        interval: Some(Interval::Month),
        amount_due: amount,
        recurring_amount: amount,
        currency: "usd".to_owned(),
        period_start: Some(at(from)),
        period_end: Some(at(until)),
        billing_reason: Some("subscription_cycle".to_owned()),
        created: at(from),
        finalized_at: Some(at(from)),
        paid_at: paid.map(at),
        uncollectible_at: None,
    }
}

fn course(subscription: SubscriptionEntry, invoices: Vec<Bill>) -> Course {
    Course { customer: "cus_1".to_owned(), subscription, invoices }
}

fn counted(courses: &[Course], of: &str) -> Counted {
    count(courses, &[], day(of), GRACE, at("2027-01-01"))
}

/// What stands and what happened: mrr, active, trialing, new, churned by will, churned by arrears.
fn told(courses: &[Course], of: &str) -> (i64, u64, u64, u64, u64, u64) {
    let one = counted(courses, of);
    (one.mrr, one.active, one.trialing, one.new, one.churned_voluntary, one.churned_failed_payment)
}

#[test]
fn a_subscription_counts_from_its_first_payment_to_the_day_its_access_ended() {
    let ended = SubscriptionEntry { ended_at: Some(at("2026-04-01")), ..subscription("2026-02-01") };
    let invoices = vec![
        invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01")),
        invoice("2026-03-01", "2026-04-01", 1_000, Some("2026-03-01")),
    ];
    let all = [course(ended, invoices)];
    assert_eq!(told(&all, "2026-01-31"), (0, 0, 0, 0, 0, 0));
    assert_eq!(told(&all, "2026-02-01"), (1_000, 1, 0, 1, 0, 0));
    assert_eq!(told(&all, "2026-03-31"), (1_000, 1, 0, 0, 0, 0));
    assert_eq!(told(&all, "2026-04-01"), (0, 0, 0, 0, 1, 0));
    assert_eq!(told(&all, "2026-04-02"), (0, 0, 0, 0, 0, 0));
    assert_eq!(counted(&all, "2026-03-01").payments_paid, 1);
}

#[test]
fn a_year_counts_a_twelfth_rounded_half_up_for_each_subscription() {
    for (amount, monthly) in [(7_990, 666), (12_990, 1_083), (6, 1), (5, 0), (18, 2), (17, 1), (0, 0), (12, 1)] {
        let yearly =
            Bill { interval: Some(Interval::Year), ..invoice("2026-02-01", "2027-02-01", amount, Some("2026-02-01")) };
        let one =
            course(SubscriptionEntry { interval: Some(Interval::Year), ..subscription("2026-02-01") }, vec![yearly]);
        let other = Course { customer: "cus_2".to_owned(), ..one.clone() };
        assert_eq!(told(&[one, other], "2026-06-01").0, 2 * monthly, "{amount}");
    }
}

#[test]
fn coupons_count_and_a_change_counts_when_it_is_paid_for() {
    let half = Bill {
        recurring_amount: 500,
        amount_due: 500,
        ..invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"))
    };
    let upgrade = |paid: Option<&str>| Bill {
        billing_reason: Some("subscription_update".to_owned()),
        recurring_amount: 650,
        ..invoice("2026-02-10", "2026-03-01", 90, paid)
    };
    let one = |paid| [course(subscription("2026-02-01"), vec![half.clone(), upgrade(paid)])];
    assert_eq!(told(&one(None), "2026-02-09").0, 500);
    assert_eq!(told(&one(None), "2026-02-20").0, 500, "what is not paid changes nothing");
    assert_eq!(told(&one(None), "2026-02-20").1, 1, "nor does it put in arrears");
    assert_eq!(told(&one(Some("2026-02-10")), "2026-02-20").0, 650);
}

#[test]
fn a_trial_is_no_revenue_and_its_end_without_payment_is_churn() {
    let tried = SubscriptionEntry { trial_end: Some(at("2026-02-15")), ..subscription("2026-02-01") };
    let free = Bill {
        billing_reason: Some("subscription_create".to_owned()),
        ..invoice("2026-02-01", "2026-02-15", 0, Some("2026-02-01"))
    };
    let goes_on =
        [course(tried.clone(), vec![free.clone(), invoice("2026-02-15", "2026-03-15", 800, Some("2026-02-15"))])];
    assert_eq!(told(&goes_on, "2026-02-01"), (0, 0, 1, 1, 0, 0));
    assert_eq!(told(&goes_on, "2026-02-15"), (800, 1, 0, 0, 0, 0), "not new again");
    assert_eq!(
        told(&[course(tried.clone(), vec![free.clone()])], "2026-02-15"),
        (1_000, 1, 0, 0, 0, 0),
        "its draft hour"
    );
    let left = SubscriptionEntry { ended_at: tried.trial_end, ..tried };
    assert_eq!(told(&[course(left, vec![free])], "2026-02-15"), (0, 0, 0, 0, 1, 0));
}

#[test]
fn arrears_count_within_grace_and_are_churn_when_it_ends_and_once() {
    let first = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let open = invoice("2026-03-01", "2026-04-01", 1_200, None);
    let ended = SubscriptionEntry { ended_at: Some(at("2026-03-15")), ..subscription("2026-02-01") };
    let all = [course(ended, vec![first.clone(), open.clone()])];
    assert_eq!(told(&all, "2026-03-07"), (1_200, 1, 0, 0, 0, 0), "grace");
    assert_eq!(told(&all, "2026-03-08"), (0, 0, 0, 0, 0, 1), "its end");
    assert_eq!(told(&all, "2026-03-15"), (0, 0, 0, 0, 0, 0), "the end at Stripe ends nothing more");
    assert_eq!((counted(&all, "2026-03-15").payments_failed, counted(&all, "2026-03-08").payments_failed), (1, 0));

    let late = Bill { status: "paid".to_owned(), paid_at: Some(at("2026-03-10")), ..open.clone() };
    let back = [course(subscription("2026-02-01"), vec![first.clone(), late])];
    assert_eq!(told(&back, "2026-03-09"), (0, 0, 0, 0, 0, 0));
    assert_eq!(told(&back, "2026-03-10"), (1_200, 1, 0, 0, 0, 0), "back, and not new");
    let in_time = Bill { status: "paid".to_owned(), paid_at: Some(at("2026-03-05")), ..open.clone() };
    let paid = [course(subscription("2026-02-01"), vec![first.clone(), in_time])];
    assert_eq!(told(&paid, "2026-03-08"), (1_200, 1, 0, 0, 0, 0));
    let soon = SubscriptionEntry { ended_at: Some(at("2026-03-04")), ..subscription("2026-02-01") };
    assert_eq!(told(&[course(soon, vec![first, open])], "2026-03-04"), (0, 0, 0, 0, 0, 1), "cancelled while overdue");
}

#[test]
fn who_has_another_subscription_is_neither_new_nor_gone() {
    let one = course(subscription("2026-02-01"), vec![invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"))]);
    let surplus = SubscriptionEntry { ended_at: Some(at("2026-02-06")), ..subscription("2026-02-05") };
    let surplus = course(surplus, vec![invoice("2026-02-05", "2026-03-05", 1_000, Some("2026-02-05"))]);
    let all = [one.clone(), surplus.clone()];
    assert_eq!(told(&all, "2026-02-05"), (2_000, 2, 0, 0, 0, 0));
    assert_eq!(told(&all, "2026-02-06"), (1_000, 1, 0, 0, 0, 0));
    let stranger = Course { customer: "cus_2".to_owned(), ..surplus };
    assert_eq!(told(&[one, stranger], "2026-02-06"), (1_000, 1, 0, 0, 1, 0));
}

#[test]
fn the_present_day_is_told_as_it_stands_and_what_never_was_paid_is_nothing() {
    let one =
        [course(subscription("2026-02-01"), vec![invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"))])];
    let early = count(&one, &[], day("2026-02-01"), GRACE, at("2026-02-01T11:59:59Z"));
    assert_eq!(early, Counted::default());
    let incomplete = SubscriptionEntry { status: Status::Incomplete, ..subscription("2026-02-01") };
    let first = Bill {
        billing_reason: Some("subscription_create".to_owned()),
        ..invoice("2026-02-01", "2026-03-01", 1_000, None)
    };
    assert_eq!(counted(&[course(incomplete, vec![first])], "2026-02-02"), Counted::default());
}

#[test]
fn playbacks_add_up_the_same_in_every_order() {
    let plays: Vec<Play> =
        (1..=50).map(|n| Play { watched_seconds: f64::from(n) * 0.1, completed: n % 3 == 0 }).collect();
    let backwards: Vec<Play> = plays.iter().rev().copied().collect();
    let of = |plays: &[Play]| Figures::from(count(&[], plays, day("2026-02-01"), GRACE, at("2026-02-02")));
    assert_eq!(of(&plays), of(&backwards));
    let seen = of(&plays);
    assert_eq!((seen.views, seen.hours_watched, seen.completion_rate), (50, 0.04, Some(0.32)));
    assert_eq!((seen.payment_success, of(&[]).completion_rate), (None, None));
    assert_eq!((share(2, 3), share(1, 1), share(0, 5), share(0, 0)), (Some(0.6667), Some(1.0), Some(0.0), None));
}

#[test]
fn of_several_days_what_stands_is_the_last_ones() {
    let mut sum = Counted { mrr: 5, active: 2, new: 1, views: 3, watched_ms: 10, ..Counted::default() };
    sum += Counted { mrr: 4, active: 1, new: 2, views: 1, watched_ms: 5, ..Counted::default() };
    assert_eq!((sum.mrr, sum.active, sum.new, sum.views, sum.watched_ms), (4, 1, 3, 4, 15));
}

#[test]
fn of_a_bill_every_field_is_read() {
    let bill = serde_json::to_value(invoice("2026-03-01", "2026-04-01", 799, None)).expect("JSON");
    let fields: Vec<&str> = bill.as_object().expect("fields").keys().map(String::as_str).collect();
    assert_eq!(fields, Bill::FIELDS);
}
