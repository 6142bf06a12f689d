use super::*;
use crate::models::subscription::Status;
use std::collections::BTreeSet;

pub(super) const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) fn at(text: &str) -> Timestamp {
    let text = if text.len() == 10 { format!("{text}T12:00:00Z") } else { text.to_owned() };
    text.parse().expect("a moment")
}

pub(super) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

pub(super) fn subscription(created: &str) -> SubscriptionEntry {
    SubscriptionEntry {
        id: "sub_1".to_owned(),
        status: Status::Active,
        plan_type: Some(PlanType::Basic),
        interval: Some(Interval::Month),
        amount: 1_000,
        currency: "usd".to_owned(),
        created: at(created),
        trial_start: None,
        trial_end: None,
        canceled_at: None,
        ended_at: None,
        cancel_reason: None,
    }
}

pub(super) fn invoice(from: &str, until: &str, amount: i64, paid: Option<&str>) -> Bill {
    Bill {
        id: format!("in_{from}"),
        subscription: Some("sub_1".to_owned()),
        status: if paid.is_some() { "paid" } else { "open" }.to_owned(),
        plan_type: Some(PlanType::Basic),
        interval: Some(Interval::Month),
        amount_due: amount,
        recurring_amount: amount,
        currency: "usd".to_owned(),
        period_start: Some(at(from)),
        period_end: Some(at(until)),
        billing_reason: Some("subscription_cycle".to_owned()),
        payment_intent: Some(format!("pi_{from}")),
        created: at(from),
        finalized_at: Some(at(from)),
        paid_at: paid.map(at),
        uncollectible_at: None,
        voided_at: None,
    }
}

pub(super) fn history(subscription: SubscriptionEntry, invoices: Vec<Bill>) -> SubscriptionHistory {
    SubscriptionHistory { customer: "cus_1".to_owned(), subscription, invoices }
}

/// The figures of a day long past, without playbacks.
pub(super) fn day_of(histories: &[SubscriptionHistory], charges: &ChargeEvents, date: &str) -> DayTally {
    count(histories, charges, &[], day(date), GRACE, at("2027-01-01"))
}

pub(super) fn counted(histories: &[SubscriptionHistory], date: &str) -> CurrencyTally {
    counted_with(histories, &ChargeEvents::default(), date)
}

pub(super) fn counted_with(histories: &[SubscriptionHistory], charges: &ChargeEvents, date: &str) -> CurrencyTally {
    let counted = day_of(histories, charges, date);
    assert!(counted.currencies.keys().all(|currency| currency == "usd"), "{counted:?}");
    counted.currencies.get("usd").cloned().unwrap_or_default()
}

/// The figures of a day: mrr, active, trialing, new, churned voluntarily, churned by failed payment.
fn figures_on(histories: &[SubscriptionHistory], date: &str) -> (i64, u64, u64, u64, u64, u64) {
    let one = counted(histories, date);
    (one.mrr, one.active, one.trialing, one.new, one.churned_voluntary, one.churned_failed_payment)
}

#[test]
fn a_subscription_counts_from_its_first_payment_to_the_day_its_access_ended() {
    let ended = SubscriptionEntry { ended_at: Some(at("2026-04-01")), ..subscription("2026-02-01") };
    let invoices = vec![
        invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01")),
        invoice("2026-03-01", "2026-04-01", 1_000, Some("2026-03-01")),
    ];
    let all = [history(ended, invoices)];
    assert_eq!(figures_on(&all, "2026-01-31"), (0, 0, 0, 0, 0, 0));
    assert_eq!(figures_on(&all, "2026-02-01"), (1_000, 1, 0, 1, 0, 0));
    assert_eq!(figures_on(&all, "2026-03-31"), (1_000, 1, 0, 0, 0, 0));
    assert_eq!(figures_on(&all, "2026-04-01"), (0, 0, 0, 0, 1, 0));
    assert_eq!(figures_on(&all, "2026-04-02"), (0, 0, 0, 0, 0, 0));
    assert_eq!(counted(&all, "2026-03-01").payments_paid, 1);
}

#[test]
fn a_year_counts_as_a_twelfth_rounded_half_up_per_subscription() {
    for (amount, monthly) in [(7_990, 666), (12_990, 1_083), (6, 1), (5, 0), (18, 2), (17, 1), (0, 0), (12, 1)] {
        let yearly =
            Bill { interval: Some(Interval::Year), ..invoice("2026-02-01", "2027-02-01", amount, Some("2026-02-01")) };
        let one =
            history(SubscriptionEntry { interval: Some(Interval::Year), ..subscription("2026-02-01") }, vec![yearly]);
        let other = SubscriptionHistory { customer: "cus_2".to_owned(), ..one.clone() };
        assert_eq!(figures_on(&[one, other], "2026-06-01").0, 2 * monthly, "{amount}");
    }
}

#[test]
fn coupons_count_and_a_change_counts_once_paid() {
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
    let one = |paid| [history(subscription("2026-02-01"), vec![half.clone(), upgrade(paid)])];
    assert_eq!(figures_on(&one(None), "2026-02-09").0, 500);
    assert_eq!(figures_on(&one(None), "2026-02-20").0, 500, "what is not paid changes nothing");
    assert_eq!(figures_on(&one(None), "2026-02-20").1, 1, "nor does it put in arrears");
    assert_eq!(figures_on(&one(Some("2026-02-10")), "2026-02-20").0, 650);
}

#[test]
fn a_trial_is_not_revenue_and_ending_it_unpaid_is_churn() {
    let tried = SubscriptionEntry { trial_end: Some(at("2026-02-15")), ..subscription("2026-02-01") };
    let free = Bill {
        billing_reason: Some("subscription_create".to_owned()),
        ..invoice("2026-02-01", "2026-02-15", 0, Some("2026-02-01"))
    };
    let goes_on =
        [history(tried.clone(), vec![free.clone(), invoice("2026-02-15", "2026-03-15", 800, Some("2026-02-15"))])];
    assert_eq!(figures_on(&goes_on, "2026-02-01"), (0, 0, 1, 1, 0, 0));
    assert_eq!(figures_on(&goes_on, "2026-02-15"), (800, 1, 0, 0, 0, 0), "not new again");
    assert_eq!(
        figures_on(&[history(tried.clone(), vec![free.clone()])], "2026-02-15"),
        (1_000, 1, 0, 0, 0, 0),
        "its draft hour"
    );
    let left = SubscriptionEntry { ended_at: tried.trial_end, ..tried };
    assert_eq!(figures_on(&[history(left, vec![free])], "2026-02-15"), (0, 0, 0, 0, 1, 0));
}

#[test]
fn an_overdue_subscription_counts_within_the_grace_period_and_then_as_churn_once() {
    let first = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let open = invoice("2026-03-01", "2026-04-01", 1_200, None);
    let ended = SubscriptionEntry { ended_at: Some(at("2026-03-15")), ..subscription("2026-02-01") };
    let all = [history(ended, vec![first.clone(), open.clone()])];
    assert_eq!(figures_on(&all, "2026-03-07"), (1_200, 1, 0, 0, 0, 0), "grace");
    assert_eq!(figures_on(&all, "2026-03-08"), (0, 0, 0, 0, 0, 1), "its end");
    assert_eq!(figures_on(&all, "2026-03-15"), (0, 0, 0, 0, 0, 0), "the end at Stripe ends nothing more");
    assert_eq!((counted(&all, "2026-03-15").payments_failed, counted(&all, "2026-03-08").payments_failed), (1, 0));

    let late = Bill { status: "paid".to_owned(), paid_at: Some(at("2026-03-10")), ..open.clone() };
    let back = [history(subscription("2026-02-01"), vec![first.clone(), late])];
    assert_eq!(figures_on(&back, "2026-03-09"), (0, 0, 0, 0, 0, 0));
    assert_eq!(figures_on(&back, "2026-03-10"), (1_200, 1, 0, 0, 0, 0), "back, and not new");
    let in_time = Bill { status: "paid".to_owned(), paid_at: Some(at("2026-03-05")), ..open.clone() };
    let paid = [history(subscription("2026-02-01"), vec![first.clone(), in_time])];
    assert_eq!(figures_on(&paid, "2026-03-08"), (1_200, 1, 0, 0, 0, 0));
    let soon = SubscriptionEntry { ended_at: Some(at("2026-03-04")), ..subscription("2026-02-01") };
    assert_eq!(
        figures_on(&[history(soon, vec![first, open])], "2026-03-04"),
        (0, 0, 0, 0, 0, 1),
        "cancelled while overdue"
    );
}

#[test]
fn a_member_with_another_subscription_is_neither_new_nor_churned() {
    let one = history(subscription("2026-02-01"), vec![invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"))]);
    let surplus = SubscriptionEntry { ended_at: Some(at("2026-02-06")), ..subscription("2026-02-05") };
    let surplus = history(surplus, vec![invoice("2026-02-05", "2026-03-05", 1_000, Some("2026-02-05"))]);
    let all = [one.clone(), surplus.clone()];
    assert_eq!(figures_on(&all, "2026-02-05"), (2_000, 2, 0, 0, 0, 0));
    assert_eq!(figures_on(&all, "2026-02-06"), (1_000, 1, 0, 0, 0, 0));
    let stranger = SubscriptionHistory { customer: "cus_2".to_owned(), ..surplus };
    assert_eq!(figures_on(&[one, stranger], "2026-02-06"), (1_000, 1, 0, 0, 1, 0));
}

#[test]
fn the_current_day_has_its_present_state_and_unpaid_subscriptions_do_not_count() {
    let one =
        [history(subscription("2026-02-01"), vec![invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"))])];
    let early = count(&one, &ChargeEvents::default(), &[], day("2026-02-01"), GRACE, at("2026-02-01T11:59:59Z"));
    assert_eq!(early, DayTally::default());
    let incomplete = SubscriptionEntry { status: Status::Incomplete, ..subscription("2026-02-01") };
    let first = Bill {
        billing_reason: Some("subscription_create".to_owned()),
        ..invoice("2026-02-01", "2026-03-01", 1_000, None)
    };
    assert_eq!(counted(&[history(incomplete, vec![first])], "2026-02-02"), CurrencyTally::default());
}

#[test]
fn playbacks_add_up_to_the_same_in_every_order() {
    let plays: Vec<Play> =
        (1..=50).map(|n| Play { watched_seconds: f64::from(n) * 0.1, completed: n % 3 == 0 }).collect();
    let backwards: Vec<Play> = plays.iter().rev().copied().collect();
    let figures = |plays: &[Play]| {
        let counted = count(&[], &ChargeEvents::default(), plays, day("2026-02-01"), GRACE, at("2026-02-02"));
        counted.figures(&BTreeSet::new())
    };
    assert_eq!(figures(&plays), figures(&backwards));
    let seen = figures(&plays);
    assert_eq!((seen.views, seen.hours_watched, seen.completion_rate), (50, 0.04, Some(0.32)));
    assert_eq!((seen.payment_success, figures(&[]).completion_rate), (None, None));
}

#[test]
fn the_state_of_several_days_is_the_last_days_in_each_currency() {
    let counted_of = |all: &[(&str, CurrencyTally)], views: u64| DayTally {
        currencies: all.iter().map(|(currency, tally)| ((*currency).to_owned(), tally.clone())).collect(),
        views,
        ..DayTally::default()
    };
    let tally = |mrr, active, new| CurrencyTally { mrr, active, new, ..CurrencyTally::default() };
    let mut sum = counted_of(&[("usd", tally(5, 2, 1))], 3);
    sum += &counted_of(&[("eur", tally(7, 1, 1)), ("usd", tally(4, 1, 2))], 1);
    assert_eq!(sum, counted_of(&[("eur", tally(7, 1, 1)), ("usd", tally(4, 1, 3))], 4));
    sum += &counted_of(&[("eur", tally(7, 1, 0))], 0);
    assert_eq!(sum, counted_of(&[("eur", tally(7, 1, 1)), ("usd", tally(0, 0, 3))], 4), "who left has left");
}

#[test]
fn amounts_are_separate_per_currency_and_counts_add_up() {
    let paid_history = |id: &str, currency: &str, amount: i64| {
        let subscription = SubscriptionEntry { currency: currency.to_owned(), ..subscription("2026-02-01") };
        let invoice =
            Bill { currency: currency.to_owned(), ..invoice("2026-02-01", "2026-03-01", amount, Some("2026-02-01")) };
        SubscriptionHistory { customer: id.to_owned(), ..history(subscription, vec![invoice]) }
    };
    let all = [
        paid_history("cus_1", "usd", 1_299),
        paid_history("cus_2", "eur", 1_199),
        paid_history("cus_3", "eur", 700),
        paid_history("cus_4", "jpy", 900),
    ];
    let none = ChargeEvents::default();
    let counted = day_of(&all, &none, "2026-02-02");
    let mrr: Vec<(&str, i64)> = counted.currencies.iter().map(|(name, one)| (name.as_str(), one.mrr)).collect();
    assert_eq!(mrr, [("eur", 1_899), ("jpy", 900), ("usd", 1_299)]);
    let several: BTreeSet<String> = counted.currencies.keys().cloned().collect();
    let figures = counted.figures(&several);
    assert_eq!((figures.mrr, figures.active), (None, 4));
    assert_eq!(day_of(&all[..1], &none, "2026-02-02").figures(&several).mrr, None, "in one of them");
    let one = day_of(&all[1..3], &none, "2026-02-02");
    assert_eq!(one.figures(&BTreeSet::from(["eur".to_owned()])).mrr, Some(1_899));
    assert_eq!(DayTally::default().figures(&BTreeSet::new()).mrr, Some(0), "nothing is nothing in every currency");
}

#[test]
fn a_member_who_changes_the_currency_is_neither_new_nor_churned() {
    let first = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let old =
        history(SubscriptionEntry { ended_at: Some(at("2026-02-20")), ..subscription("2026-02-01") }, vec![first]);
    let eur = || "eur".to_owned();
    let then = Bill { currency: eur(), ..invoice("2026-02-19", "2026-03-19", 900, Some("2026-02-19")) };
    let new = history(SubscriptionEntry { currency: eur(), ..subscription("2026-02-19") }, vec![then]);
    let on = |date: &str| day_of(&[old.clone(), new.clone()], &ChargeEvents::default(), date).currencies;
    assert!(on("2026-02-19")["eur"].new == 0 && on("2026-02-19")["eur"].mrr == 900);
    assert!(!on("2026-02-20").contains_key("usd"), "and nobody left: {:?}", on("2026-02-20"));
}

#[test]
fn later_changes_of_an_invoice_do_not_alter_past_days() {
    let first = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let open = invoice("2026-03-01", "2026-04-01", 1_000, None);
    let seen = |second: &Bill, date: &str| {
        counted(&[history(subscription("2026-02-01"), vec![first.clone(), second.clone()])], date)
    };
    let days: Vec<String> = (1..=20).map(|day| format!("2026-03-{day:02}")).collect();
    let voided = Bill { status: "void".to_owned(), voided_at: Some(at("2026-03-21")), ..open.clone() };
    let given_up =
        Bill { status: "uncollectible".to_owned(), uncollectible_at: Some(at("2026-03-15")), ..open.clone() };
    let late = Bill { status: "paid".to_owned(), paid_at: Some(at("2026-03-21")), ..given_up.clone() };
    for day in &days {
        assert_eq!(seen(&voided, day), seen(&open, day), "voided after {day}");
        assert_eq!(seen(&late, day), seen(&given_up, day), "paid after {day}");
    }
    assert_eq!(seen(&late, "2026-03-15").payments_failed, 1);
    assert_eq!((seen(&voided, "2026-03-21").active, seen(&voided, "2026-03-20").active), (1, 0), "nobody owes it now");
    let ended = |second: Bill| {
        let one = SubscriptionEntry { ended_at: Some(at("2026-03-10")), ..subscription("2026-02-01") };
        counted(&[history(one, vec![first.clone(), second])], "2026-03-10").payments_failed
    };
    assert_eq!(
        (ended(open.clone()), ended(voided), ended(late)),
        (1, 1, 1),
        "the subscription's end came before the write-off"
    );
}

#[test]
fn a_day_gives_the_same_result_whatever_else_is_read() {
    let months: Vec<Bill> = ["01", "02", "03", "04", "05", "06"]
        .into_iter()
        .map(|month| {
            let day = format!("2026-{month}-05");
            let paid = matches!(month, "01" | "06").then_some(day.as_str());
            let void = |bill: Bill| Bill { status: "void".to_owned(), voided_at: Some(at(&day)), ..bill };
            let bill = invoice(&day, &day, 1_000, paid);
            if paid.is_some() { bill } else { void(bill) }
        })
        .collect();
    let all = [history(subscription("2026-01-05"), months.clone())];
    let recent = [history(subscription("2026-01-05"), months[3..].to_vec())];
    for date in ["2026-06-04", "2026-06-05", "2026-06-06"] {
        assert_eq!(counted(&all, date), counted(&recent, date), "{date}");
    }
    assert_eq!(counted(&all, "2026-06-05").new, 0, "they are a member of half a year");
}

#[test]
fn every_field_of_a_bill_is_read() {
    let bill = serde_json::to_value(invoice("2026-03-01", "2026-04-01", 799, None)).expect("JSON");
    let fields: Vec<&str> = bill.as_object().expect("fields").keys().map(String::as_str).collect();
    assert_eq!(fields, Bill::FIELDS);
}

#[test]
fn a_trial_counts_on_the_day_it_began_and_on_the_day_its_first_period_was_paid() {
    let tried = SubscriptionEntry {
        trial_start: Some(at("2026-02-01")),
        trial_end: Some(at("2026-02-15")),
        ..subscription("2026-02-01")
    };
    let free = Bill {
        billing_reason: Some("subscription_create".to_owned()),
        ..invoice("2026-02-01", "2026-02-15", 0, Some("2026-02-01"))
    };
    let paid = invoice("2026-02-15", "2026-03-15", 800, Some("2026-02-20"));
    let next = invoice("2026-03-15", "2026-04-15", 800, Some("2026-03-15"));
    let all = [history(tried.clone(), vec![free.clone(), paid, next])];
    let seen = |all: &[SubscriptionHistory], date: &str| {
        let one = counted(all, date);
        (one.trials_started, one.trials_converted)
    };
    assert_eq!(seen(&all, "2026-02-01"), (1, 0));
    assert_eq!(seen(&all, "2026-02-15"), (0, 0), "it is not paid yet");
    assert_eq!(seen(&all, "2026-02-20"), (0, 1));
    assert_eq!(seen(&all, "2026-03-15"), (0, 0), "the second payment converts nothing");
    let nothing =
        Bill { amount_due: 0, recurring_amount: 0, ..invoice("2026-02-15", "2026-03-15", 0, Some("2026-02-15")) };
    assert_eq!(seen(&[history(tried.clone(), vec![free.clone(), nothing])], "2026-02-15"), (0, 0), "nothing was paid");
    let old = SubscriptionEntry { trial_start: None, ..tried.clone() };
    assert_eq!(seen(&[history(old, vec![free])], "2026-02-01"), (1, 0), "from before its start was stored");

    // A trial that is added to a paying subscription does not count before it starts.
    let first = invoice("2026-01-01", "2026-02-01", 1_000, Some("2026-01-01"));
    let given = SubscriptionEntry { created: at("2026-01-01"), ..tried };
    let all = [history(given, vec![first])];
    assert_eq!(figures_on(&all, "2026-01-20"), (1_000, 1, 0, 0, 0, 0));
    assert_eq!(seen(&all, "2026-01-01"), (0, 0));
    assert_eq!((figures_on(&all, "2026-02-02").2, seen(&all, "2026-02-01")), (1, (1, 0)));
}

#[test]
fn active_subscriptions_are_told_by_the_plan_that_they_paid_for_then() {
    let basic = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let year = Bill {
        plan_type: Some(PlanType::Premium),
        interval: Some(Interval::Year),
        ..invoice("2026-03-01", "2027-03-01", 12_000, Some("2026-03-01"))
    };
    let now = SubscriptionEntry {
        plan_type: Some(PlanType::Premium),
        interval: Some(Interval::Year),
        ..subscription("2026-02-01")
    };
    let other = SubscriptionHistory {
        customer: "cus_2".to_owned(),
        ..history(subscription("2026-02-01"), vec![basic.clone()])
    };
    let all = [history(now, vec![basic, year]), other];
    let plans = |date: &str| counted(&all, date).plans.into_iter().collect::<Vec<_>>();
    let one = |plan: &str, count: u64| (plan.to_owned(), count);
    assert_eq!(plans("2026-02-10"), [one("basic_month", 2)]);
    assert_eq!(plans("2026-03-01"), [one("basic_month", 1), one("premium_year", 1)]);
    let mut sum = day_of(&all, &ChargeEvents::default(), "2026-02-10");
    sum += &day_of(&all, &ChargeEvents::default(), "2026-03-01");
    assert_eq!(sum.currencies["usd"].plans.get("basic_month"), Some(&1), "as it stands on the last day");
}
